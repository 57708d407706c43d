"""The choice of a picture: a sample, an upload, a pasted picture, the camera, a face of a connected data set."""

import hashlib

import streamlit as st

import ui
from agesex import images, samples
from ui import dataset_face, linked, paste
from ui.photo.picture import Photo
from ui.photo.session import forget, held, hold, renew_fields

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
    renew_fields()
    hold([Photo(hashlib.sha256(data).hexdigest(), paste.TITLE, paste.NOTE, "upload", data)])


def _is_pasted(photo):
    return photo is not None and photo.mine and photo.note == paste.NOTE
