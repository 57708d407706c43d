"""The views of the Dataset page; each module has `draw(faces, choice)`.

    faces = dataset.faces()       # agesex.census.Faces of what is connected, read once per server
    choice = filters.draw(faces)  # agesex.census.Choice, as the bar of filters says
    who.draw(faces, choice)
"""

import logging

import streamlit as st

import ui
from agesex.errors import AgeSexError
from ui.dataset import about


def faces():
    """The faces that the page is about, read once and shared by all sessions.

    Stored data sets if there are any, else the copy of UTKFace that AGESEX_DATASET names, else the labels that
    the repository carries.

    Returns:
        agesex.census.Faces.

    Raises:
        AgeSexError: a stored table cannot be read.
    """
    stored, connected = _stored(), None
    if not stored:
        connected = ui.connected()
    return _faces(stored, connected and (str(connected.path), len(connected.table)), connected)


@st.cache_resource(max_entries=2, show_spinner="Reading the table of the data set …")
def _faces(stored, place, _connected):
    from agesex import census

    if stored:
        tables = {name: path for name, path, _, _ in stored}
    else:
        table = None if _connected is None else _connected.table
        tables = {"utkface": census.known(table, _or_none(_quality))}
    return census.Faces(census.Source(tables, _beside(), about.TABLED))


def _stored():
    """((name, path of the table, its time, its bytes), …): another import makes another key of the cache."""
    from agesex.dataset import store

    found = []
    for name in store.names():
        path = store.open_stored(name).table_path
        state = path.stat()
        found.append((name, str(path), state.st_mtime_ns, state.st_size))
    return tuple(found)


def _beside():
    """What models and searches found about the photos of UTKFace: error, age_pred, age_score, sex_score by file."""
    import pandas as pd

    found = [part for read in (_errors, _suspects) if (part := _or_none(read)) is not None]
    return pd.concat(found, axis=1).rename_axis("file").reset_index() if found else None


def _errors():
    rows = ui.read_predictions().drop_duplicates("file").set_index("file")
    return rows[["age_pred"]].assign(error=(rows.age_pred.astype(float) - rows.age).abs())


def _suspects():
    from agesex import suspects

    rows = suspects.read()
    return None if rows is None else rows.set_index("file")[["age_score", "sex_score"]].astype(float)


def _quality():
    from agesex import photo_quality

    return photo_quality.read()


def _or_none(read):
    """What `read` gives; None, and a line in the log, where its file is broken: the page has more than that."""
    try:
        return read()
    except AgeSexError as error:
        logging.getLogger("agesex.data_set").warning("%s", error)
        return None
