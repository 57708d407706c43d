"""Cached loaders and the warm-up: what pages read, loaded once per server and shared by all sessions.

Nothing in here loads TensorFlow at import time; the loaders do at first use, or the warm-up thread a
moment after the first page is drawn (AGESEX_WARMUP=0 turns it off). Nothing of a visitor is cached here.
"""

import logging
import os
import threading
import time

import streamlit as st

from agesex.errors import AgeSexError
from ui import at_home, housekeeping
from ui.model_tables import answer as answer  # views ask for it here
from ui.model_tables import read_photo_quality as read_photo_quality


@st.cache_resource(max_entries=2, show_spinner=False)
def _model(name):
    from agesex import model

    return model.load(name)


def load_model(name=None):
    """The model, loaded once per server and shared by all sessions.

    Args:
        name: a folder of models/; the default model when left out.

    Raises:
        AgeSexError: the folder is missing, incomplete or not what its card says.
    """
    from agesex import model

    return _model(name or model.DEFAULT)


@st.cache_resource(show_spinner=False)
def detector():
    """`agesex.faces.find`, after its network has been loaded and has run once."""
    import numpy as np

    from agesex import faces

    faces.find(np.full((96, 96, 3), 127, "uint8"))
    return faces.find


@st.cache_data(max_entries=4, show_spinner=False)
def sample_labels(hide=()):
    """Labels of the sample faces, a small picture over the age: {key: Markdown}.

    Args:
        hide: what is left out, also for those who have the picture read out: "sex", "age".
    """
    import base64

    import cv2

    from agesex import samples

    labels = {}
    for number, sample in enumerate(samples.all(), start=1):
        height, width = sample.photo.shape[:2]
        face = sample.photo
        if not sample.average:  # a portrait: head and shoulders lie in the upper middle
            face = face[: height // 2, width // 5 : width // 5 + height // 2]
        small = cv2.resize(face[..., ::-1], (96, 96), interpolation=cv2.INTER_AREA)
        data = base64.b64encode(cv2.imencode(".webp", small)[1]).decode()
        words = f"{number}" if "age" in hide else sample.title.rpartition("aged ")[2]
        labels[sample.key] = f"![{sample_title(sample, hide)}](data:image/webp;base64,{data}) {words}"
    return labels


def sample_title(sample, hide=()):
    """The title of a sample without what is to be hidden ("sex", "age").

    Args:
        sample: a `samples.Sample`.
        hide: names of what is hidden.
    """
    from agesex import samples

    if not hide:
        return sample.title
    number = [other.key for other in samples.all()].index(sample.key) + 1
    if "age" in hide:
        return f"Sample face {number}"
    years = sample.title.rpartition("aged ")[2]
    return f"Average face of people aged {years}" if sample.average else f"A person aged {years}"


@st.cache_resource(max_entries=1, show_spinner="Reading the list of the connected data set …")
def _connected(path):
    from agesex import dataset

    return dataset.open_dataset(path)


def connected():
    """The copy of UTKFace that AGESEX_DATASET names, read once; None where there is none to be read."""
    path = os.environ.get("AGESEX_DATASET")
    if not path:
        return None
    try:
        return _connected(path)
    except AgeSexError as error:
        logging.getLogger("agesex.data_set").warning("AGESEX_DATASET: %s", error)
        return None


@st.cache_resource(max_entries=2, show_spinner="Reading the table of the data set …")
def _imported(name, changed):
    from agesex.dataset import store

    return store.open_stored(name)


def utkface():
    """A copy of UTKFace with its photos: the one that AGESEX_DATASET names, else one that was imported.

    Returns:
        `dataset.Dataset` or `store.Stored`, both with `table` and `photos(files)`; None where there is none, or
        none that this visitor may see (see `ui.at_home`).
    """
    if not at_home.may_see_photos():
        return None
    if (data := connected()) is not None:
        return data
    from agesex.dataset import store

    for name in store.names():
        try:
            stored = store.open_stored(name)
            if stored.facts["source"] == "utkface":
                return _imported(name, stored.table_path.stat().st_mtime_ns)
        except (AgeSexError, OSError) as error:
            logging.getLogger("agesex.data_set").warning("data set %s: %s", name, error)
    return None


@st.cache_data(max_entries=1, show_spinner=False)
def label_table():
    """`agesex.dataset.known`, cached: the labels of every photo of the data set (DataFrame)."""
    from agesex import dataset

    return dataset.known()


@st.cache_data(max_entries=1, show_spinner=False)
def dataset_facts():
    """`agesex.census.facts`, cached: counts and hashes of the whole data set (dict)."""
    from agesex import census

    return census.facts()


@st.cache_data(max_entries=1, show_spinner=False)
def average_pictures():
    """(what is known of it, data URI) of every average face; the files are small."""
    import base64

    from agesex import samples

    return [
        (cell, base64.b64encode((samples.FOLDER / cell["file"]).read_bytes()).decode())
        for cell in samples.index()
    ]


@st.cache_resource(show_spinner=False)
def warm_up():
    """Load TensorFlow, the default model and the detector in a thread, once per server.

    Returns:
        The thread, or None where AGESEX_WARMUP=0.
    """
    if os.environ.get("AGESEX_WARMUP", "1") == "0":
        return None
    thread = threading.Thread(target=_warm_up, name="warm-up", daemon=True)
    thread.start()
    return thread


def _warm_up():
    """Never raises: whatever fails here fails again, with a message, on the page that needs it."""
    log = logging.getLogger("agesex.warm_up")
    time.sleep(1.0)  # the page that started this, and the scripts that draw it, are on their way to the browser
    started = time.perf_counter()
    for load in (load_model, detector, _pause, housekeeping.lighten):
        try:
            load()
        except Exception:
            log.warning("%s could not be loaded ahead", load.__name__, exc_info=True)
    log.info("warm after %.1f s", time.perf_counter() - started)


def _pause():
    """Who waits for the first face gets it before anything else is loaded."""
    time.sleep(2.0)


@st.cache_data(max_entries=8, show_spinner=False)
def explain_report(name):
    """`agesex.explain.report.read`, cached: the evidence about a model's maps, or None."""
    from agesex.explain import report

    return report.read(name)
