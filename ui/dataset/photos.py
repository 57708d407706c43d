"""The photos of the faces on the page, where a copy is connected, and small ones for galleries.

photos.sources(faces)         # {data set: what its photos are read from}, of those that this visitor may see
photos.withheld(faces)        # whether there are photos that this visitor may not see
photos.readable(faces)        # {data set: …} whoever asks: for averages, which show nobody
photos.small(faces, rows)     # {(data set, file): address of a small picture}
photos.full(faces, dataset, file)
"""

import base64
import io

import streamlit as st
from PIL import Image

import ui
from agesex import images
from agesex.dataset import pictures, store
from agesex.errors import AgeSexError
from ui import at_home

LIGHT = 24_000  # bytes; what is smaller goes to the browser as it is
SIDE = 200  # pixels of a picture in a gallery


def sources(faces):
    """Where photos that this visitor may see can be read from.

    Args:
        faces: `agesex.census.Faces`.

    Returns:
        {name of the data set: `store.Stored` or an open `Dataset`}.
    """
    return readable(faces) if at_home.may_see_photos() else {}


def withheld(faces):
    """Whether there are photos, and this visitor may not see them."""
    return not at_home.may_see_photos() and bool(readable(faces))


def readable(faces):
    """Where photos can be read from, whoever asks; like `sources`."""
    stored = set(store.names())
    found = {name: store.open_stored(name) for name in faces.datasets if name in stored}
    if not found and (data := ui.connected()) is not None:
        found = dict.fromkeys(faces.datasets, data)
    return {name: data for name, data in found.items() if pictures.there(data)}


def small(faces, rows):
    """Pictures for a gallery.

    Args:
        faces: `agesex.census.Faces`.
        rows: DataFrame with dataset and file.

    Returns:
        {(data set, file): data URI}; what cannot be read is left out, and said.
    """
    found = {}
    for name, data in sources(faces).items():
        files = tuple(rows.file[rows.dataset == name])
        try:
            part = _small(name, state(data), files, data) if files else {}
        except AgeSexError as error:
            st.caption(ui.plain(str(error)))
            continue
        found |= {(name, file): address for file, address in part.items()}
    return found


def full(faces, dataset, file):
    """The bytes of one photo, or None where there are none.

    Raises:
        AgeSexError: they are there, but cannot be read.
    """
    data = sources(faces).get(dataset)
    return None if data is None else pictures.read(data, [file]).get(file)


@st.cache_data(max_entries=128, show_spinner=False)
def _small(name, state, files, _data):
    """{file: data URI}; `name`, `state` and `files` are the key."""
    read = pictures.read(_data, files)
    return {file: address for file in files if (address := file in read and _address(read[file]))}


def state(data):
    """What changes when a data set is imported anew."""
    path = getattr(data, "table_path", None) or data.path
    return str(path), path.stat().st_mtime_ns


def _address(photo):
    kind = "png" if photo[:4] == b"\x89PNG" else "jpeg" if photo[:2] == b"\xff\xd8" else None
    if kind is None or len(photo) > LIGHT:
        try:
            picture = Image.fromarray(images.decode(photo))
        except AgeSexError:
            return None
        picture.thumbnail((SIDE, SIDE))
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=80)
        kind, photo = "webp", out.getvalue()
    return f"data:image/{kind};base64,{base64.b64encode(photo).decode()}"
