"""A table that can be taken away: shown in good format, downloaded with every digit and what it is of.

table(rows, "roc", about=of(choice))                       # roc_mobile_test.csv, with columns model and split
text(rows, {"age": "age", "error": ends("mae")})           # for reading: "4.43 years (4.26–4.59)"
"""

import re

import pandas as pd
import streamlit as st

from agesex import findings_groups

LONG = 20  # rows that are shown without scrolling


def table(frame, name, *, columns=None, shown=None, about=None):
    """Draw a table with a button that gives its exact numbers.

    Args:
        frame: DataFrame; what the button gives.
        name: of the file, without ending; the button's key as well.
        columns: column_config of `st.dataframe`.
        shown: DataFrame to be drawn in place of `frame`, e.g. with fewer columns or as text.
        about: dict of what the numbers are of, see `of`; it goes into the file's name and is its first columns.
    """
    about = dict(about or {})
    with st.container(gap="xsmall"):
        shown = frame if shown is None else shown
        height = "content" if len(shown) <= LONG else 38 * LONG
        st.dataframe(shown, hide_index=True, column_config=columns, height=height)
        st.download_button(
            "CSV", lambda: told(frame, about).to_csv(index=False), f"{_named(name, about)}.csv", "text/csv",
            key=f"csv_{name}", icon=":material/download:", on_click="ignore",
            help="Every row and digit of this table",
        )  # fmt: skip


def of(choice, *, both=False, **more):
    """What the numbers of a table are of.

    Args:
        choice: a `Choice`.
        both: True where they are of the model beside as well.
        **more: what else was chosen, e.g. who="women".

    Returns:
        dict: model, perhaps beside, split, and `more`.
    """
    beside = {"beside": choice.other} if both and choice.other else {}
    return {"model": choice.name, **beside, "split": choice.split, **more}


def told(frame, about):
    """A table with what it is of as its first columns; a column that is there already stays."""
    new = {name: value for name, value in about.items() if name not in frame}
    return pd.concat([pd.DataFrame(new, index=frame.index), frame], axis=1) if new else frame


def text(frame, columns):
    """A table for reading.

    Args:
        frame: DataFrame.
        columns: {head: name of a column, or a function of a row (dict) that gives text}.

    Returns:
        DataFrame of text.
    """
    records = frame.to_dict("records")

    def said(what, row):
        if callable(what):
            return what(row)
        value = row[what]
        whole = isinstance(value, (int, float)) and not isinstance(value, bool)
        return f"{value:,.0f}" if whole else str(value)

    return pd.DataFrame({head: [said(what, row) for row in records] for head, what in columns.items()})


def ends(metric, value="value", low="low", high="high", *, digits=2, signed=False):
    """A function row -> a value with its unit and its 95 % interval, for `text`; arguments name columns."""

    def said(row):
        start = findings_groups.amount(metric, row[value], digits, signed=signed)
        between = findings_groups.between(metric, row[low], row[high], digits, signed=signed)
        return start if between == "none" else f"{start} ({between})"

    return said


def share(name, digits=1):
    """A function row -> a share as text, for `text`; `name` is that of its column."""
    return lambda row: "none" if pd.isna(row[name]) else f"{100 * row[name]:.{digits}f} %"


def _named(name, about):
    """A file's name: what it holds and of what, e.g. "roc_mobile_test"."""
    words = [name, *(re.sub(r"[^A-Za-z0-9.+-]+", "-", str(value)).strip("-") for value in about.values())]
    return "_".join(word for word in words if word)
