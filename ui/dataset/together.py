"""Who comes with whom: two fields against each other, and whether the splits hold the same people."""

from functools import partial

import pandas as pd
import pyarrow
import streamlit as st

from agesex import findings_dataset
from agesex.census import balance, kept, who
from agesex.charts import who as drawn
from agesex.metrics import BAND_NAMES
from ui import linked
from ui.dataset import about, clicks, shares
from ui.dataset.order import ordered

SPLIT_NOTE = (
    "The whole published test list (ages 21–60) is in test; of the other ages a fifth. Training teaches, validation "
    "chooses, calibration sets the intervals, test is only reported. Dropped copies of test photos are left out."
)
UNSPLIT = "Photos that the split of UTKFace does not name are “unseen”: no model here was trained on them."


def draw(faces, choice):
    """Draw both, as part of the view Who; arguments as of `who.draw`."""
    st.subheader("Who comes with whom", anchor=False)
    _two_way(faces, choice)
    st.subheader("Who trains, who tests", anchor=False)
    _balance(faces, choice)


def _two_way(faces, choice):
    several = len(faces.options()["sources"]) > 1
    fields = [name for name in who.FIELDS if name != "source" or several]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first, second = (
            linked.remembered(
                st.selectbox, label, fields, format_func=who.FIELDS.get, default=default, key=key, width=200
            )
            for label, default, key in (("Rows", "race", "rows"), ("Columns", "band", "columns"))
        )
    if first == second:
        st.info("Choose two different fields.", icon=":material/info:")
        return
    figure = _of_fields(faces, choice, first, second)
    clicks.figure(figure, key="two_way", choice=choice, after=partial(clicks.pair, first, second))


@kept
def _of_fields(faces, choice, first, second):
    # over all groups of its own fields, so that the cell beside the chosen one can be clicked
    found = who.cells(faces, choice.but(clicks.FIELDS[first], clicks.FIELDS[second]), first, second)
    rows = _sorted(balance.crosstab(found), first, second)
    part = clicks.part(choice, first, rows["first"]) * clicks.part(choice, second, rows.second)
    rows = rows.assign(chosen=part > 0, part=part)
    test = balance.association(found)
    outlined = "" if (part == 1).all() else (
        " Outlined: what is chosen; half pale: groups of which a part is chosen, counted whole here; the table is of all "
        "groups of its two fields."
    )
    known = "" if pd.isna(test["v"]) else f" Cramér's V {test['v']:.2f} (0 unrelated, 1 one decides the other)."
    return clicks.made(
        findings_dataset.two_way(rows, first, second),
        drawn.two_way(rows, (_axis(first), _axis(second))),
        f"n = {found.n.sum():,} photos.{known} Orange ▲ over-, blue ▼ under-represented: at least "
        f"{100 * balance.FAR:.0f} % away from what independence would hold, by more than {balance.MARKED} standard "
        f"errors.{outlined} A click on a cell is a filter, a second click takes it back. What it does to a model: what two groups share too often it may take for one thing.",
    )  # fmt: skip


def _axis(field):
    return "labelled age, years" if field == "band" else who.FIELDS[field]


def _balance(faces, choice):
    figure, said, tests, ages = _of_splits(faces, choice)
    if figure is None:
        st.caption(f"There is no split to compare. {said}")
        return
    clicks.figure(figure, key="balance", choice=choice, after=clicks.split_and_band)
    with st.expander("The tests, and the splits in numbers"):
        st.dataframe(tests, hide_index=True)
        st.caption(
            "Pearson's χ² test of independence between split and field, p after Holm's correction. With many "
            "photos a tiny difference has a tiny p: look at Cramér's V (0 alike, 1 wholly apart; under 0.1 is small). "
            "Photos count as independent, though copies are not, so p is a little too small."
        )
        st.dataframe(ages, hide_index=True)


@kept
def _of_splits(faces, choice):
    """(`clicks.Figure` or None, which splits are left out, the tests and the mean ages as tables of Arrow or None)."""
    found = who.cells(faces, choice.but("ages", "splits"), "split", "band")
    rows = found.rename(columns={"first": "split", "second": "band"})
    rows = rows[rows.split != "dropped"]
    rows, said = shares.large(rows, "split")
    if rows.empty:
        return None, said, None, None
    rows = rows.assign(
        share=rows.n / rows.groupby("split").n.transform("sum"),
        part=clicks.part(choice, "band", rows.band) * clicks.part(choice, "split", rows.split),
    )
    rows = rows.assign(chosen=rows.part > 0)
    tests = balance.split_balance(faces, choice.but("ages", "splits"))  # of the photos in the chart
    figure = clicks.made(
        findings_dataset.balance(tests), drawn.split_bands(rows, BAND_NAMES),
        f"n = {rows.n.sum():,} photos of every age. {SPLIT_NOTE if about.in_tables(faces)[0] else UNSPLIT} {said} {clicks.HOW}",
    )  # fmt: skip
    ages = who.boxes(faces, choice.but("splits"), "split").round(1)
    ages = ages.rename(columns={"name": "split", "n": "photos", "mean": "mean age", "q50": "median age"})
    ages = ages[["split", "photos", "mean age", "median age"]]
    return figure, said, pyarrow.Table.from_pandas(_as_text(tests)), pyarrow.Table.from_pandas(ages)


def _as_text(tests):
    return pd.DataFrame(
        {
            "field": [who.FIELDS[field] for field in tests.index],
            "photos": [f"{n:,.0f}" for n in tests.n],
            "χ²": ["none" if pd.isna(value) else f"{value:.1f}" for value in tests.chi2],
            "degrees of freedom": [f"{dof:.0f}" for dof in tests.dof],
            "p (Holm)": [findings_dataset.p_value(p) for p in tests.p_holm],
            "Cramér's V": ["none" if pd.isna(value) else f"{value:.3f}" for value in tests.v],
        }
    )


def _sorted(rows, first, second):
    """Rows of a two-way table in the order of the groups."""
    down, across = ordered(first, rows["first"]), ordered(second, rows.second)
    order = rows["first"].map(down.index) * len(across) + rows.second.map(across.index)
    return rows.iloc[order.argsort()].reset_index(drop=True)
