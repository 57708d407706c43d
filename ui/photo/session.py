"""What a session keeps of a visitor's photos and their results, until they are forgotten."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui import turns


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
    renew_fields()
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


def renew_fields():
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
