"""The picture that a visitor is looking at: chosen, kept for the session, forgotten.

    photo = ui.photo.choose()           # samples, upload or camera; None where nothing is chosen yet
    seen = ui.photo.look(photo)         # its faces and the answers, computed once per photo

Predict and Explain share it. A visitor's photo and everything derived from it lie in
`st.session_state` only: never in a cache that sessions share, never on disk, never in a log.
"""

import hashlib
import io
import time
from dataclasses import dataclass, field, replace

import numpy as np
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

import ui
from agesex import annotate, faces, images, predict, samples

SOURCES = {
    "samples": ":material/familiar_face_and_zone: Samples",
    "upload": ":material/upload: Upload",
    "camera": ":material/photo_camera: Camera",
}
TYPES = [suffix.removeprefix(".") for suffix in images.SUFFIXES]
PRIVACY = (
    "Your photo stays in the memory of the computer that runs this app, for your session only: it "
    "is not written to disk, not logged and shown to nobody else."
)
CAMERA = (
    "The browser hands out the camera on HTTPS or on localhost only. If no picture appears here, "
    "check the address, allow the camera in the browser, or upload a photo instead."
)
LOADING = "Loading TensorFlow and the networks. Only the first visitor waits, about ten seconds …"


@dataclass(frozen=True, eq=False)
class Photo:
    """A picture to look at.

    Attributes:
        key: tells one picture from another; results are stored under it.
        title: what a person reads.
        note: where it comes from and its caveat, or "".
        source: a name of `SOURCES`.
        data: file content (bytes), or uint8 (H, W, 3) of a sample.
        average: True for an average face: aligned already, and an interval means nothing.
    """

    key: str
    title: str
    note: str
    source: str
    data: bytes | np.ndarray = field(repr=False)
    average: bool = False


@dataclass(frozen=True, eq=False)
class Seen:
    """What was found in a picture.

    Attributes:
        picture: uint8 (h, w, 3), the photo with boxed and numbered faces, at screen size.
        faces: list of `faces.Face`, left to right.
        answers: list of `predict.Prediction`, one per face.
        notes: what a person should know about how the file was read, clauses.
        whole: True where the picture was taken for a face without a search.
        seconds: time from the file's bytes to the answers, without loading the networks.
    """

    picture: np.ndarray
    faces: list
    answers: list
    notes: list
    whole: bool
    seconds: float


def choose():
    """Draw the picker.

    Returns:
        Photo, or None where upload or camera were chosen and nothing has come yet.
    """
    with st.container(key="picker"):
        source = remembered(
            st.segmented_control,
            "Where the face comes from",
            SOURCES,
            format_func=SOURCES.get,
            default="samples",
            required=True,
            key="source",
            label_visibility="collapsed",
        )
        if source == "samples":
            return _sample()
        _inlet(source)
        mine = st.session_state.get("photo")
        with st.container(horizontal=True, vertical_alignment="center", key="privacy"):
            st.caption(PRIVACY, width="stretch")
            if mine:
                st.button(
                    "Forget this photo", key="forget", icon=":material/delete:", on_click=forget
                )
        if st.session_state.pop("forgotten", False):
            st.success(
                "Forgotten: the photo, its results and the file that was sent.",
                icon=":material/delete:",
            )
    return mine if mine and mine.source == source else None


def remembered(widget, *args, key, default, **kwargs):
    """Draw a widget whose value outlives a change of page and is shared by pages.

    Streamlit drops a widget's value with its page; `persist_state` keeps it, but for each page by
    itself.

    Args:
        widget: a function of Streamlit, e.g. `st.slider`.
        *args: its arguments.
        key: name in the session state.
        default: the value at first.
        **kwargs: more arguments.

    Returns:
        The value.
    """
    state, kept = st.session_state, f"{key}_kept"

    def keep():
        state[kept] = state[key]

    state[key] = state.get(kept, default)
    return widget(*args, key=key, on_change=keep, **kwargs)


def look(photo, *, whole=False):
    """Find the faces and answer for each; a second call for the same photo costs nothing.

    Args:
        photo: a Photo.
        whole: take the picture, or the middle square of it, for a face without searching.

    Returns:
        Seen; no faces where none was found.

    Raises:
        AgeSexError: the file is no picture, or the networks cannot be loaded.
    """
    return kept(photo, ("look", whole), lambda: _look(photo, whole or photo.average))


def kept(photo, key, compute):
    """Compute something of a photo once, and keep it in this session as long as the photo.

    Args:
        photo: a Photo.
        key: hashable, tells the results of one photo apart.
        compute: function without arguments.

    Returns:
        What `compute` returned.
    """
    results = st.session_state.get("results")
    if results is None or results["of"] != photo.key:
        results = st.session_state["results"] = {"of": photo.key}
    if key not in results:
        results[key] = compute()
    return results[key]


def forget():
    """Delete the visitor's photo, what was derived from it, and the fields that it came through."""
    state, run = st.session_state, get_script_run_ctx()
    for file_id in state.pop("files", ()):  # Streamlit would keep them until the session ends
        run.uploaded_file_mgr.remove_file(session_id=run.session_id, file_id=file_id)
    for name in ("photo", "results", "whole"):
        state.pop(name, None)
    for name in [name for name in state if str(name).startswith(("upload_", "camera_"))]:
        del state[name]
    state["round"] = state.get("round", 0) + 1  # new keys, hence new and empty fields
    state["forgotten"] = True


def wants_whole(photo):
    """True where the visitor asked to take this picture for a face."""
    return st.session_state.get("whole") == photo.key


def toggle_whole(photo):
    """Take this picture for a face, or search it again; a callback for buttons."""
    st.session_state["whole"] = None if wants_whole(photo) else photo.key


def _sample():
    labels = ui.sample_labels()
    key = remembered(
        st.pills,
        "Sample faces",
        list(labels),
        format_func=labels.get,
        default=next(iter(labels)),
        required=True,
        key="sample",
        label_visibility="collapsed",
    )
    sample = samples.get(key)
    return Photo(key, sample.title, sample.note, "samples", sample.photo, sample.average)


def _inlet(source):
    """The field that a photo comes through; what came is taken over by `_take`."""
    key = f"{source}_{st.session_state.get('round', 0)}"
    if source == "upload":
        st.file_uploader(
            f"A photo with one face or many ({', '.join(TYPES)})",
            None,  # a wrong type gets the decoder's sentence instead of a red chip beside old answers
            key=key,
            on_change=_take,
            args=(source, key),
        )
    else:
        st.camera_input(
            "Look into the camera", key=key, on_change=_take, args=(source, key), width=520
        )
    mine = st.session_state.get("photo")
    if source == "camera" and not (mine and mine.source == source):
        st.caption(CAMERA)
    if mine and mine.source == source and st.session_state.get(key) is None:
        st.caption(f"Still here from before: {ui.plain(mine.title)}")


def _take(source, key):
    """Keep what the field holds now; an emptied field empties the page too."""
    file, state = st.session_state[key], st.session_state
    if file is None:
        for name in ("photo", "results", "whole"):
            state.pop(name, None)
        return
    data = file.getvalue()
    title = "Photo from your camera" if source == "camera" else file.name
    # The same photo again, by another field of the other page: its results are kept.
    state["photo"] = Photo(hashlib.sha256(data).hexdigest(), title, "", source, data)
    state.setdefault("files", []).append(file.file_id)


def _look(photo, whole):
    with st.spinner(LOADING, show_time=True):
        model, find = ui.load_model(), ui.detector()
    with st.spinner("Looking for faces …"):
        started = time.perf_counter()
        picture, notes = images.decode_with_notes(_source(photo))
        found = [_middle(picture)] if whole else find(picture)
        answers = predict.predict(found, model)
        seconds = time.perf_counter() - started
        return Seen(annotate.boxes(picture, found), found, answers, notes, whole, seconds)


def _source(photo):
    """The data with the file's name, which messages about broken files mention."""
    if isinstance(photo.data, np.ndarray):
        return photo.data
    file = io.BytesIO(photo.data)
    file.name = photo.title
    return file


def _middle(picture):
    """The picture, or the square in the middle of it, as an aligned face."""
    height, width = picture.shape[:2]
    side = min(height, width)
    x, y = (width - side) // 2, (height - side) // 2
    face = faces.aligned(picture[y : y + side, x : x + side])
    return replace(face, box=(x, y, side, side), landmarks=face.landmarks + np.float32([x, y]))
