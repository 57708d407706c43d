"""The picture that a visitor is looking at: chosen, kept for the session, forgotten.

    photo = ui.photo.choose()           # a sample, an upload, a pasted picture, the camera, a face of a
                                        # connected data set; None where nothing is chosen yet
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
from agesex import advice, annotate, faces, images, samples
from ui import dataset_face, linked, paste, turns

SOURCES = {
    "samples": ":material/familiar_face_and_zone: Samples",
    "upload": ":material/upload: Upload",
    "camera": ":material/photo_camera: Camera",
    "data set": ":material/database: Data set",  # only where a copy is connected
}
TYPES = [suffix.removeprefix(".") for suffix in images.SUFFIXES]
MOST = 50  # photos at once
PRIVACY = (
    "Your photo stays in the memory of the computer that runs this app, for your session only: it is not "
    "written to disk, not logged and shown to nobody else. “Forget” deletes it at once. If you only close "
    "the tab, it stays for two minutes at least, and then until another visitor leaves or the app is ended."
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
        average: True for an average face: an interval means nothing.
        aligned: True where the picture is an aligned face already, which needs no search.
    """

    key: str
    title: str
    note: str
    source: str
    data: bytes | np.ndarray = field(repr=False)
    average: bool = False
    aligned: bool = False

    @property
    def mine(self):
        """True for a visitor's own photo, which stands in no address and can be forgotten."""
        return self.source in ("upload", "camera")


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
        measures: list of `advice.Measures`, one per face.
    """

    picture: np.ndarray
    faces: list
    answers: list
    notes: list
    whole: bool | tuple
    seconds: float
    measures: list = field(default_factory=list)

    def advice(self, i, name):
        """What is wrong with a face in its photo: list of `advice.Note`, costs by the model's stress test."""
        if self.whole:  # nobody searched, so landmarks and confidence mean nothing
            return []
        return advice.judged(self.measures[i], ui.read_stress(name))


def choose(*, hide=(), many=False):
    """Draw the picker.

    Args:
        hide: what nobody should read off it: "sex", "age", both or nothing.
        many: whether several files may be uploaded at once; `held` lists them.

    Returns:
        Photo, the one that was looked at last or the first of several, or None where upload or camera were
        chosen and nothing has come yet.
    """
    connected = bool(ui.utkface())  # and this visitor may see its photos
    sources = {name: label for name, label in SOURCES.items() if name != "data set" or connected}
    with st.container(key="picker"):
        source = linked.remembered(
            st.segmented_control,
            "Where the face comes from",
            sources,
            format_func=sources.get,
            default="samples",
            private=("upload", "camera"),  # a link opens nobody's camera
            required=True,
            key="source",
            label_visibility="collapsed",
        )
        if source == "samples":
            return _sample(hide)
        if source == "data set":
            return dataset_face.choose(hide)
        _inlet(source, many)
        mine = st.session_state.get("photo")
        with st.container(horizontal=True, vertical_alignment="center", key="privacy"):
            st.caption(PRIVACY, width="stretch")
            if mine:
                what = "this photo" if len(held()) < 2 else f"these {len(held())} photos"
                st.button(
                    f"Forget {what}", key="forget", icon=":material/delete:", on_click=forget
                )
        if st.session_state.pop("forgotten", False):
            st.success(
                "Forgotten: the photo, its results and the file that was sent.",
                icon=":material/delete:",
            )
    return mine if mine and mine.source == source else None


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
    return kept(photo, ("look", whole), lambda: found_in(photo, whole or photo.aligned))


def kept(photo, key, compute, *, lane="quick"):
    """Compute something of a photo once, when it is its turn, and keep it in this session as long as the photo.

    Args:
        photo: a Photo.
        key: hashable, tells the results of one photo apart.
        compute: function without arguments.
        lane: a name of `turns.LANES`.

    Returns:
        What `compute` returned.

    Raises:
        Busy: too many other photos wait already.
    """
    results = st.session_state.setdefault("results", {})
    if photo.key not in results:  # those of photos that are gone go, too
        there = {one.key for one in held()}
        for gone in [one for one in results if one not in there]:
            del results[gone]
        results[photo.key] = {}
    mine = results[photo.key]
    # What a visitor sees while waiting has its place in every run: what follows would move up by one once nothing
    # waits, and a browser draws moved widgets anew, which takes the focus from a keyboard.
    with st.container():
        if key not in mine:
            with turns.turn(lane):
                found = compute()
            mine[key] = found
    return mine[key]


def held():
    """The visitor's own photos, which are forgotten together: a list of Photo."""
    return st.session_state.get("photos", [])


def forget():
    """Delete the visitor's photos, what was derived from them, and the fields that they came through."""
    state = st.session_state
    _renew_fields()
    _empty()
    fields = ("upload_", "camera_", "truth_", "live_", "crop_", "paste_")
    for name in [name for name in state if str(name).startswith(fields)]:
        del state[name]
    state["forgotten"] = True


def hold(photos):
    """Take these photos for the visitor's own; the first one is looked at.

    Args:
        photos: list of Photo; the same content twice is kept once.
    """
    first = {}
    for photo in photos:
        first.setdefault(photo.key, photo)
    photos = list(first.values())
    if not photos:
        _empty()
        return
    st.session_state["photos"], st.session_state["photo"] = photos, photos[0]


def look_at(photo):
    """Make one of several photos the one that Explain, too, is about."""
    st.session_state["photo"] = photo


def _renew_fields():
    """Delete the files that were sent, and start with new and empty fields."""
    state, run = st.session_state, get_script_run_ctx()
    for file_id in state.pop("files", ()):  # Streamlit would keep them until the session ends
        run.uploaded_file_mgr.remove_file(session_id=run.session_id, file_id=file_id)
    state.pop("left_out", None)
    state.pop("same", None)
    state["round"] = state.get("round", 0) + 1  # new keys, hence new fields


def _empty():
    for name in ("photo", "photos", "results", "whole", "look_at"):
        st.session_state.pop(name, None)


def wants_whole(photo):
    """What the visitor asked to take for a face.

    Returns:
        True for the whole picture, (left, top, side) for a square of it (see `ui.predict.crop`), False for a
        search.
    """
    return st.session_state.get("whole", {}).get(photo.key, False)


def toggle_whole(photo):
    """Take this picture for a face, or search it again; a callback for buttons."""
    take_crop(photo, not wants_whole(photo))


def take_crop(photo, box):
    """Take a square for the face: (left, top, side) as shares; True for the middle one, False to search."""
    st.session_state.setdefault("whole", {})[photo.key] = box


def _sample(hide):
    labels = ui.sample_labels(tuple(sorted(hide)))
    key = linked.remembered(
        st.pills,
        "Sample faces",
        list(labels),
        format_func=labels.get,
        default=next(iter(labels)),
        parse=sample_of,
        text=sample_number,  # its key would tell age and sex to those who are to guess
        required=True,
        key="sample",
        label_visibility="collapsed",
    )
    sample = samples.get(key)
    average = sample.average
    title = ui.sample_title(sample, hide)
    return Photo(key, title, sample.note, "samples", sample.photo, average, aligned=average)


def sample_number(key):
    """The number of a sample face, for addresses: "1" is the first."""
    return str([sample.key for sample in samples.all()].index(key) + 1)


def sample_of(text):
    """The key of a sample face by its number (or its key); raises ValueError or KeyError."""
    if text.isdecimal():
        number = int(text)
        if not 1 <= number <= len(samples.all()):
            raise ValueError(text)
        return samples.all()[number - 1].key
    return samples.get(text).key


def _inlet(source, many):
    """The field that a photo comes through; what came is taken over by `_take`."""
    key = f"{source}_{st.session_state.get('round', 0)}"
    if source == "upload":
        key = f"{key}_many" if many else key
        st.file_uploader(
            f"{f'Up to {MOST} photos' if many else 'A photo'} with one face or many ({', '.join(TYPES)})",
            None,  # a wrong type gets the decoder's sentence instead of a red chip beside old answers
            accept_multiple_files=many,
            key=key,
            on_change=_take,
            args=(source, key),
        )
        if left_out := st.session_state.get("left_out"):
            st.warning(
                f"Only the first {MOST} photos are taken; {left_out} more were left out. Send them "
                "afterwards, or use the command line, which takes whole folders.",
                icon=":material/filter_none:",
            )
        for names in st.session_state.get("same", ()):
            others = ", ".join(f"“{name}”" for name in names[1:])
            st.caption(ui.plain(f"{others}: the same content as “{names[0]}”, which is answered once."))
        paste.listen(_pasted, here=_is_pasted(st.session_state.get("photo")))
    elif st.toggle("Live: a picture every two seconds", key="live_on"):
        from ui import live

        if data := live.frame():
            hold([Photo(hashlib.sha256(data).hexdigest(), "Live picture", "", "camera", data)])
    else:
        st.camera_input(
            "Look into the camera", key=key, on_change=_take, args=(source, key), width=520
        )
    mine = st.session_state.get("photo")
    if source == "camera" and not (mine and mine.source == source):
        st.caption(CAMERA)
    live_on = source == "camera" and st.session_state.get("live_on")
    if mine and mine.source == source and not (live_on or _is_pasted(mine) or st.session_state.get(key)):
        st.caption(f"Still here from before: {ui.plain(mine.title)}")


def _take(source, key):
    """Keep what the field holds now; an emptied field empties the page too."""
    files, state = st.session_state[key], st.session_state
    files = files if isinstance(files, list) else [files] if files else []
    state["left_out"] = max(len(files) - MOST, 0)
    photos, titles = [], {}
    for file in files[:MOST]:
        data = file.getvalue()
        title = "Photo from your camera" if source == "camera" else file.name
        # The same photo again, by another field of the other page: its results are kept.
        photos.append(Photo(hashlib.sha256(data).hexdigest(), title, "", source, data))
        titles.setdefault(photos[-1].key, []).append(title)
    state["same"] = [names for names in titles.values() if len(names) > 1]
    state.setdefault("files", []).extend(file.file_id for file in files)
    hold(photos)


def _pasted(data):
    """Keep what was pasted; a file that was sent before goes, so no field shows what is not looked at."""
    _renew_fields()
    hold([Photo(hashlib.sha256(data).hexdigest(), paste.TITLE, paste.NOTE, "upload", data)])


def _is_pasted(photo):
    return photo is not None and photo.mine and photo.note == paste.NOTE


def found_in(photo, whole):
    """`look` without keeping the result: a `Seen`."""
    with st.spinner(LOADING, show_time=True):
        model, find = ui.load_model(), ui.detector()
    with st.spinner("Looking for faces …"):
        started = time.perf_counter()
        picture, notes = images.decode_with_notes(source(photo))
        found = [_square(picture, whole)] if whole else find(picture)
        answers = turns.answers(found, model)
        measures = [] if whole else [advice.measure(picture, face) for face in found]
        seconds = time.perf_counter() - started
        boxed = annotate.boxes(picture, found)
        return Seen(boxed, found, answers, notes, whole, seconds, measures)


def source(photo):
    """The data with the file's name, which messages about broken files mention."""
    if isinstance(photo.data, np.ndarray):
        return photo.data
    file = io.BytesIO(photo.data)
    file.name = photo.title
    return file


def _square(picture, box):
    """A square of the picture as an aligned face: that of the box, or the one in the middle."""
    height, width = picture.shape[:2]
    side = min(height, width)
    x, y = (width - side) // 2, (height - side) // 2
    if box is not True:
        x, y, side = round(box[0] * width), round(box[1] * height), max(round(box[2] * width), 1)
    face = faces.aligned(picture[y : y + side, x : x + side])
    return replace(face, box=(x, y, side, side), landmarks=face.landmarks + np.float32([x, y]))
