"""A chart whose marks are filters: a click or a stroke sets one, a second click takes it back.

    found = clicks.made(title, chart, note)      # the same for every visitor, so it may be kept (`census.kept`)
    clicks.figure(found, key="ages", choice=choice, after=partial(clicks.ages, 5))

`after` is a function (choice, clicked, stroked) -> Choice. `clicked` is a dict of the fields of the mark, or None;
`stroked` a (low, high) pair, or None; both are None where a stroke was wiped away.
"""

import json
import math
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd
import pyarrow
import streamlit as st

import ui
from agesex.census import ALL_AGES, Choice
from agesex.census.choice import day
from agesex.charts.picking import BRUSH, PICK
from agesex.labels import MAX_AGE
from agesex.metrics import AGE_BANDS, BAND_NAMES
from ui.dataset import filters

PARTLY = 0.5  # how strongly a bar is drawn of which a filter keeps a part
HOW = "A click on a bar is a filter, a second click takes it back."
STROKE = f"{HOW} A stroke over several takes them all."
FIELDS = {"sex": "sexes", "race": "races", "split": "splits", "source": "sources", "band": "ages"}


@dataclass(frozen=True)
class Figure:
    """A chart as it goes to the browser, with its sentence and its note; nothing in it can be changed.

    Attributes:
        title: one sentence.
        rows: what is drawn.
        spec: Vega-Lite without data, as JSON.
        picks: names of the selections that it has.
        note: n, caveat, how to read it.
    """

    title: str
    rows: pyarrow.Table
    spec: str
    picks: tuple
    note: str


def made(title, chart, note):
    """A `Figure`.

    Args:
        title: one sentence.
        chart: `charts.picking.Picture`.
        note: n, caveat, how to read it.
    """
    axis = chart.spec.get("encoding", {}).get("x", {}).get("title")
    # the page is drawn again while a stroke goes on: another look would cut it short, other rows do not
    described = f"Photos by {axis}" if BRUSH in chart.picks else title
    svg = {"embedOptions": {"renderer": "svg"}}  # so that it can be saved, see `ui.saver`
    spec = json.dumps({**chart.spec, "description": described, "usermeta": svg})
    return Figure(title, pyarrow.Table.from_pandas(chart.rows), spec, chart.picks, note)


def figure(found, *, key, choice, after):
    """A chart under its sentence, whose marks are filters.

    Args:
        found: `Figure`.
        key: of the chart, its own on the page.
        choice: what is chosen now.
        after: see the module.
    """
    memory = _memory(key)
    if memory["stroke"] and after(choice, None, memory["stroke"]) != choice:  # taken back elsewhere: a clean chart
        memory.update(turn=memory["turn"] + 1, stroke=None)
    place = f"pick_{key}_{memory['turn']}"
    with st.container(gap="xsmall"):
        st.markdown(f"#### {found.title}")
        st.vega_lite_chart(
            found.rows, json.loads(found.spec), width="stretch", key=place, selection_mode=found.picks,
            on_select=partial(_picked, place, key, choice, after),
        )  # fmt: skip
        st.caption(found.note)
        ui.saver(found.title)


def _memory(key):
    """What is known of a chart between runs: turn (a number of its key) and stroke (the last one, or None)."""
    return st.session_state.setdefault("dataset_picks", {}).setdefault(key, {"turn": 0, "stroke": None})


def _picked(place, key, choice, after):
    selection = (st.session_state.get(place) or {}).get("selection", {})
    clicked, stroked = selection.get(PICK) or None, selection.get(BRUSH) or None
    clicked, stroked = clicked and dict(clicked[0]), stroked and tuple(next(iter(stroked.values())))
    memory = _memory(key)
    if stroked and stroked != memory["stroke"]:
        clicked, memory["stroke"] = None, stroked
    elif clicked:  # another key: the same mark, clicked again, is a new click
        stroked = None
        memory.update(turn=memory["turn"] + 1, stroke=None)
    elif memory["stroke"] and not stroked:
        memory["stroke"] = None
    else:
        return
    wanted = after(choice, clicked, stroked)
    for name in filters.KEYS:
        if getattr(wanted, name) != getattr(choice, name):
            filters.put(wanted, name)


def ages(width, choice, clicked, stroked):
    """After a click on, or a stroke over, bars of ages (fields start and end, the end excluded).

    A stroke takes every bar that it touches, `width` years each.
    """
    if stroked:
        low, high = math.floor(stroked[0] / width) * width, math.ceil(stroked[1] / width) * width - 1
        return replace(choice, ages=_inside(low, max(low, high)))
    return choice.toggled("ages", _inside(clicked["start"], clicked["end"] - 1)) if clicked else choice.but("ages")


def sex_and_ages(choice, clicked, stroked):
    """After a click on a bar of the pyramid."""
    return _all_or_none(choice, sexes=(clicked["sex"],), ages=_inside(clicked["start"], clicked["end"] - 1))


def group(field, choice, clicked, stroked):
    """After a click on a group of a field (a name of `who.FIELDS`); its column is name."""
    return _all_or_none(choice, **_filter(field, clicked["name"]))


def pair(first, second, choice, clicked, stroked):
    """After a click on a cell of two fields; its columns are first and second."""
    return _all_or_none(choice, **_filter(first, clicked["first"]), **_filter(second, clicked["second"]))


def split_and_band(choice, clicked, stroked):
    """After a click on a bar of an age band in a split."""
    return _all_or_none(choice, **_filter("split", clicked["split"]), **_filter("band", clicked["band"]))


def taken(step, choice, clicked, stroked):
    """After a click on, or a stroke over, dates: fields first and last, or milliseconds since 1970.

    A stroke takes every bar that it touches, a `step` (day, month or year) each.
    """
    if stroked:
        ends = (pd.Timestamp(end, unit="ms") for end in (stroked[0], stroked[1] - 1))
        first, last = (end.to_period(step[0].upper()) for end in ends)
        return replace(choice, taken=(first.start_time.date(), last.end_time.date()))
    if clicked:
        return choice.toggled("taken", tuple(day(clicked[name]) for name in ("first", "last")))
    return choice.but("taken")


def apart(choice, clicked, stroked):
    """After a click on a difference between the labels of copies: fields low and high, years."""
    return choice.toggled("apart", (int(clicked["low"]), int(clicked["high"])))


def measure(name, choice, clicked, stroked):
    """After a click on, or a stroke over, bars of a measure."""
    kept = tuple(one for one in choice.measures if one[0] != name)
    if stroked:
        return replace(choice, measures=(*kept, (name, *_round(stroked))))
    if clicked:
        return choice.toggled("measures", (name, *_round((clicked["start"], clicked["end"]))))
    return replace(choice, measures=kept)


def _round(ends):
    """Ends of a bar as they stand in the address, a little outwards, so that no photo of it is lost."""
    return math.floor(ends[0] * 1e4) / 1e4, math.ceil(ends[1] * 1e4) / 1e4


def band_ages(band):
    """(youngest, oldest) age of an age band."""
    place = BAND_NAMES.index(band)
    return AGE_BANDS[place], min(AGE_BANDS[place + 1] - 1, MAX_AGE)


def part(choice, field, names):
    """How much of each group of a field the choice keeps, were it for that field's filter alone.

    Args:
        choice: `agesex.census.Choice`.
        field: a name of `who.FIELDS`.
        names: Series of names of its groups.

    Returns:
        Series of float: 1 (all), 0 (nothing), or `PARTLY` for a band of which an age filter keeps some ages.
    """
    if field == "band":
        ends = {name: band_ages(name) for name in names.unique()}
        first, last = (names.map({name: pair[i] for name, pair in ends.items()}).astype(int) for i in (0, 1))
        return of_ages(choice, first, last)
    wanted = getattr(choice, FIELDS[field])
    return (names.isin(wanted) if wanted else pd.Series(True, names.index)).astype(float)


def of_ages(choice, first, last):
    """As `part`, of bars from a first to a last age, both included; Series of years."""
    low, high = choice.ages
    inside, touched = first.ge(low) & last.le(high), last.ge(low) & first.le(high)
    return touched * PARTLY + inside * (1 - PARTLY)


def _filter(field, name):
    return {"ages": band_ages(name)} if field == "band" else {FIELDS[field]: (name,)}


def _all_or_none(choice, **wanted):
    """The filters that a mark stands for; where all of them are set already, they are taken back."""
    if all(getattr(choice, name) == value for name, value in wanted.items()):
        return choice.but(*wanted)
    return replace(choice, **wanted)


def _inside(low, high):
    low, high = max(ALL_AGES[0], int(low)), min(ALL_AGES[1], int(high))
    return (low, high) if low <= high else Choice().ages
