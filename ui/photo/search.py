"""The search for faces in a photo, and what is taken for a face without one."""

import time
from dataclasses import replace

import numpy as np
import streamlit as st

import ui
from agesex import advice, annotate, faces, images
from ui import turns
from ui.photo.picture import Seen, source
from ui.photo.session import kept

LOADING = "Loading TensorFlow and the networks. Only the first visitor waits, about ten seconds …"


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


def _square(picture, box):
    """A square of the picture as an aligned face: that of the box, or the one in the middle."""
    height, width = picture.shape[:2]
    side = min(height, width)
    x, y = (width - side) // 2, (height - side) // 2
    if box is not True:
        x, y, side = round(box[0] * width), round(box[1] * height), max(round(box[2] * width), 1)
    face = faces.aligned(picture[y : y + side, x : x + side])
    return replace(face, box=(x, y, side, side), landmarks=face.landmarks + np.float32([x, y]))


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
