"""Pictures for faces of the data set: the photo where a copy is connected, else the average face of the group."""

import base64

import streamlit as st

import ui
from agesex.errors import AgeSexError
from ui import at_home, loaders

AVERAGE = (
    "The pictures are no photos of these people: each is the average face of the labelled age and sex, of all "
    "race codes. "
)
BRING = "Bring in a copy of UTKFace (Dataset, Connect) to see the photos."
PHOTO = "The pictures are the photos themselves, from the connected copy of UTKFace."


def average():
    """The sentence below average faces, with the way to the photos themselves."""
    return AVERAGE + (BRING if at_home.may_see_photos() else at_home.NOT_SHOWN)


def of(rows):
    """A picture for each face.

    Args:
        rows: DataFrame with file, age (years), sex.

    Returns:
        (pictures, photos): list of bytes of a picture, and list of bool, whether it is the photo itself.
    """
    data = ui.utkface()
    found = {}
    if data is not None:
        known = set(data.table.file)
        wanted = tuple(sorted(file for file in rows.file if file in known))
        try:
            found = _photos(str(getattr(data, "path", None) or data.table_path), wanted, data) if wanted else {}
        except AgeSexError as error:
            st.caption(ui.plain(str(error)))
    pictures = [
        found.get(row.file) or base64.b64decode(_average(row.age, row.sex)) for row in rows.itertuples()
    ]
    return pictures, [row.file in found for row in rows.itertuples()]


@st.cache_data(max_entries=32, show_spinner="Reading the photos …")
def _photos(path, files, _data):
    """{file: bytes} of photos of a data set; `path` and `files` are the key."""
    return dict(_data.photos(files))


def _average(age, sex):
    """The average face that is nearest to a label; base64."""
    cells = [(cell, data) for cell, data in loaders.average_pictures() if cell["sex"] == sex]

    def years_off(entry):
        cell = entry[0]
        return max(cell["low"] - age, age - cell["high"], 0)

    return min(cells, key=years_off)[1]
