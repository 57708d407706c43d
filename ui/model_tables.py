"""What pages read from the folders of models, cached for all sessions of a server.

    usable, broken = model_tables.models()
    card, said = model_tables.agreed("mobile")      # `said`: where card and predictions contradict each other
    rows = model_tables.split_rows("mobile", "test")

Every key names the folder and the state of the file, so no model is ever shown with another one's figures, and
a table that is exchanged while the server runs is read again. A changed card.json needs a restart.
The files are read without `agesex.model`, which brings OpenCV along: the first page should not wait for it.
"""

import logging

import streamlit as st
from streamlit.logger import get_logger

from agesex.errors import AgeSexError

# `python -m ui` imports this before there is a server, which Streamlit would report once for every cache.
get_logger("streamlit.runtime.caching.cache_data_api").setLevel("ERROR")


@st.cache_data(max_entries=64, show_spinner=False)
def read_card(name=None):
    """`agesex.model.read_card`, cached: what the model is and its published figures (dict)."""
    from agesex import model_files as model

    return model.read_card(name or model.DEFAULT)


def stamp(name, file):
    """What tells one state of a model's file from another, for the keys of caches; None where it is missing."""
    from agesex import model_files as model

    try:
        found = (model.folder(name) / file).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def identity(name):
    """What an answer from a model's predictions belongs to: folder, weights, and the state of the table.

    Two folders may hold the same weights beside other predictions, so the hash alone is not enough.
    """
    return name, read_card(name)["sha256"], stamp(name, "predictions.parquet")


@st.cache_data(max_entries=16, show_spinner=False)
def _history(name, stamp):
    from agesex import model_files as model

    return model.read_history(name)


def read_history(name=None):
    """`agesex.model.read_history`, cached: one row per epoch (DataFrame)."""
    from agesex import model_files as model

    name = name or model.DEFAULT
    return _history(name, stamp(name, "history.csv"))


@st.cache_data(max_entries=16, show_spinner=False)
def _predictions(name, stamp):
    from agesex import model_files as model

    return model.read_predictions(name)


def read_predictions(name=None):
    """`agesex.model.read_predictions`, cached: one row per evaluated face (DataFrame)."""
    from agesex import model_files as model

    name = name or model.DEFAULT
    return _predictions(name, stamp(name, "predictions.parquet"))


@st.cache_data(max_entries=16, show_spinner=False)
def _stress(name, stamp):
    from agesex import model_files as model

    return model.read_stress(name)


def read_stress(name=None):
    """`agesex.model.read_stress`, cached: a row per fault and strength (DataFrame), or None."""
    from agesex import model_files as model

    name = name or model.DEFAULT
    return _stress(name, stamp(name, "stress.json"))


@st.cache_data(max_entries=16, show_spinner=False)
def _full_card(of, stamp):
    from agesex import model_card

    card = read_card(of[0])
    predictions = None if "groups" in card else read_predictions(of[0])  # tens of thousands of rows
    return model_card.with_groups(card, predictions, read_stress(of[0]))


def full_card(name=None):
    """The card with the figures of every group of test faces, cached (dict)."""
    from agesex import model_files as model

    name = name or model.DEFAULT
    return _full_card(identity(name), stamp(name, "stress.json"))


@st.cache_data(max_entries=16, show_spinner=False)
def _card_texts(of, stamp):
    from agesex import model_card

    card = _full_card(of, stamp)
    return card["title"], model_card.summary(card), model_card.sections(card), model_card.markdown(card)


def card_texts(name):
    """What the page Model card shows of a model, written once.

    Returns:
        (title, summary, {heading: Markdown}, the whole as Markdown).
    """
    return _card_texts(identity(name), stamp(name, "stress.json"))


@st.cache_data(max_entries=64, show_spinner=False)
def _agreed(of):
    from agesex import headline

    name, card = of[0], read_card(of[0])
    table = read_predictions(name)
    said = headline.contradiction(name, card["figures"], table)
    return (card | {"figures": headline.from_table(card["figures"], table)} if said else card), said


def agreed(name):
    """The card as a page shows it, and what was wrong with it.

    Args:
        name: a folder of models/.

    Returns:
        (card, sentence): where card.json contradicts predictions.parquet its figures are made again from the
        table, and the sentence says so; "" where they agree. The card alone where the table cannot be read,
        which whoever needs the table will say.

    Raises:
        AgeSexError: the card cannot be read.
    """
    try:
        return _agreed(identity(name))
    except AgeSexError:
        return read_card(name), ""


@st.cache_data(max_entries=64, show_spinner=False)
def _by_group(of, split, columns):
    from agesex import metrics

    rows = read_predictions(of[0])
    rows = rows[rows.split == split]
    bands = {"band": metrics.age_band(rows.age), "pred_band": metrics.age_band(rows.age_pred)}
    return metrics.by_group(rows.assign(**bands), list(columns))


def by_group(name, split, columns):
    """`agesex.metrics.by_group` of one split of a model's predictions, cached.

    Args:
        name: a folder of models/.
        split: e.g. "test".
        columns: tuple of grouping columns: band (of the true age), pred_band (of the guess), sex, race.
    """
    from agesex import model_files as model

    return _by_group(identity(name or model.DEFAULT), split, columns)


@st.cache_data(max_entries=8, show_spinner=False)
def _sorted_out(stamps):
    from agesex import model_files as model

    return model.sorted_out()


def models():
    """`agesex.model.sorted_out`, cached: (names that can be used, {name: what is wrong with it})."""
    from agesex import model_files as model

    there = {path for root in model.roots() if root.is_dir() for path in root.glob("*/*") if path.name in (
        "card.json", "model.keras")}  # fmt: skip
    return _sorted_out(tuple(sorted((str(path), path.stat().st_mtime_ns) for path in there)))


def model_names():
    """Names of the models that can be used, the default first; where there is none, those of the broken ones."""
    usable, broken = models()
    return usable or list(broken)


@st.cache_data(max_entries=1, show_spinner=False)
def read_photo_quality():
    """`agesex.photo_quality.read`, cached: blur, light, … of every photo (DataFrame), or None."""
    from agesex import photo_quality

    return photo_quality.read()


def _quality_or_none():
    """None also where the file is broken: only the view that filters by it has to say so."""
    try:
        return read_photo_quality()
    except AgeSexError as error:
        logging.getLogger("agesex.photo_quality").warning("%s", error)
        return None


@st.cache_data(max_entries=24, show_spinner=False)
def _split_rows(name, split, stamp):
    from agesex import metrics, photo_quality

    rows = read_predictions(name)
    rows = rows[rows.split == split].reset_index(drop=True)
    rows = photo_quality.joined(rows, _quality_or_none())
    return rows.assign(band=metrics.age_band(rows.age), pred_band=metrics.age_band(rows.age_pred))


def split_rows(name, split):
    """The predictions of one split with the bands of true and predicted age, and measures of the photos.

    Args:
        name: a folder of models/.
        split: e.g. "test".
    """
    return _split_rows(name, split, stamp(name, "predictions.parquet"))


@st.cache_data(max_entries=64, show_spinner=False)
def _shared(first, second, split):
    from agesex.metrics import versus

    one, two = (split_rows(of[0], split) for of in (first, second))
    return len(versus.paired(one, two)[0]), len(one), len(two)


def shared(name, other, split):
    """How many faces of a split two models have both answered for, cached.

    Args:
        name: a folder of models/.
        other: another one.
        split: e.g. "test".

    Returns:
        (faces that both have, faces of the first, faces of the second).

    Raises:
        AgeSexError: a table cannot be read, or the two disagree on a label.
    """
    return _shared(identity(name), identity(other), split)


@st.cache_data(max_entries=512, show_spinner=False)
def answer(models, part, question, options, _compute):
    """What a question to a model's predictions came to.

    Args:
        models: the `identity` of each of the models that are asked.
        part: of the faces.
        question: name of the function.
        options: its arguments.
        _compute: function without arguments that asks; it is no part of the key.
    """
    return _compute()
