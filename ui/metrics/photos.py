"""The photos of faces of the data set, where a copy is connected; nothing stands in for one that is not there."""

import streamlit as st

import ui
from agesex.errors import AgeSexError


def of(rows):
    """The photo of each face.

    Args:
        rows: DataFrame with file.

    Returns:
        list of bytes, or None where the photo is not there or may not be seen by this visitor.
    """
    data = ui.utkface()
    if data is None:
        return [None] * len(rows)
    known = set(data.table.file)
    wanted = tuple(sorted(file for file in rows.file if file in known))
    try:
        found = _photos(str(getattr(data, "path", None) or data.table_path), wanted, data) if wanted else {}
    except AgeSexError as error:
        st.caption(ui.plain(str(error)))
        found = {}
    return [found.get(file) for file in rows.file]


@st.cache_data(max_entries=32, show_spinner="Reading the photos …")
def _photos(path, files, _data):
    """{file: bytes} of photos of a data set; `path` and `files` are the key."""
    return dict(_data.photos(files))
