"""The photos as photos: when they were collected, how bright, sharp and colourful they are."""

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from agesex import findings_dataset
from agesex.census import kept, who
from agesex.charts import who as drawn
from ui import linked
from ui.dataset import about, clicks, filters


def draw(faces, choice):
    """Draw them, as part of the view Who; arguments as of `who.draw`."""
    st.subheader("The photos", anchor=False)
    _collected(faces, choice)
    _measures(faces, choice)


def _collected(faces, choice):
    found = _of_dates(faces, choice)
    if found is None:
        st.caption("No photo of this choice has a date of collection.")
        return
    figure, step = found
    clicks.figure(figure, key="collected", choice=choice, after=partial(clicks.taken, step))


@kept
def _of_dates(faces, choice):
    """(`clicks.Figure`, day, month or year of a bar), or None without a date."""
    found = who.collected(faces, choice.but("taken"))
    if found.empty:
        return None
    first, last = choice.taken or (found.start.min().date(), found.end.max().date())
    chosen = (found.end > pd.Timestamp(first)) & (found.start <= pd.Timestamp(last))
    chart = drawn.collected(found.assign(chosen=chosen).pipe(_keep, found))
    note = f"n = {found.n.sum():,} dated photos. {about.dates(faces)} {clicks.STROKE}"
    return clicks.made(findings_dataset.collected(found), chart, note), found.attrs["step"]


def _keep(rows, like):
    rows.attrs.update(like.attrs)
    return rows


def _measures(faces, choice):
    there = who.measured(faces, choice)
    if not there:
        st.caption("There are no measures of these photos (brightness, sharpness, …).")
        return
    st.caption(
        "What the pictures are like as pictures. Brightness and colour depend on the skin, too; a cropped 200-pixel "
        f"photo hides how large the face was. {clicks.STROKE}"
    )
    shown = linked.remembered(
        filters.many, "Measures", there, key="stats", default=tuple(there[:4]), parse=_measures_of(there), wrap=True
    )
    columns = st.columns(2, gap="large")
    for number, name in enumerate(shown):
        if (figure := _of_measure(faces, choice, name)) is not None:
            with columns[number % 2]:
                clicks.figure(figure, key=f"measure_{name}", choice=choice, after=partial(clicks.measure, name))


@kept
def _of_measure(faces, choice, name):
    asked = {one: (low, high) for one, low, high in choice.measures}.get(name)
    others = tuple(one for one in choice.measures if one[0] != name)
    rows = who.histogram(faces, replace(choice, measures=others), name)
    if rows.empty:
        return None
    inside = True if asked is None else rows.end.gt(asked[0]) & rows.start.lt(asked[1])
    return clicks.made(
        findings_dataset.histogram(rows, name),
        drawn.histogram(rows.assign(chosen=inside), findings_dataset.MEASURE_NAMES[name][1]),
        f"n = {rows.n.sum():,} photos; the outermost bars hold all beyond them.",
    )


def _measures_of(there):
    """A `parse` for measures with “-” between them."""
    return lambda text: tuple(name for name in there if name in text.split("-"))
