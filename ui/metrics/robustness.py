"""Robustness: what each fault of a photo costs, at three strengths."""

import streamlit as st

import ui
from agesex import findings, findings_groups
from agesex.charts import HEAT_TITLES, heat_rows
from ui import charts
from ui.metrics import tables

MISSING = (
    "Not measured for these weights. `python -m training.stress {name}` makes the table; it needs UTKFace."
)
ABOUT = (
    "{n:,} validation faces, spoilt on purpose: each fault at three strengths, "
    "measured against the same faces untouched (occlusion: a grey square of 15, 25 or 35 % of the width). UTKFace "
    "itself has few such photos, so this says more about a snapshot or a scan than the test figures do; real "
    "photos have several faults at once."
)
READING = (
    "Each cell: one fault at one strength; point at it for the strength. What has one strength only stands in the "
    "middle. Orange: a larger error, older, fewer right; blue: the other way."
)
MORE = {
    "cost": "Years of mean absolute error more than on the same faces untouched; 95 % intervals: dots below.",
    "bias": "Change of the mean error (bias) on the same faces: above zero, guessed older. 95 % intervals: dots below.",
    "sex": "Share of faces whose sex is right, less that of the same faces untouched. 95 % intervals: dots below.",
}


def draw(choice):
    """Draw the view."""
    table = ui.read_stress(choice.name)
    if table is None:
        st.caption(MISSING.format(name=choice.name))
        return
    n = int(table.n.iloc[0])
    few = f" (“{table.fault.iloc[-1]}”: {table.n.iloc[-1]:,})" if table.n.iloc[-1] != n else ""
    st.caption(ABOUT.format(n=n))
    _heat(table, n, few)
    if choice.other:
        _beside(choice, table)
    _dots(table, n, few)
    _table(choice, table)


def _heat(table, n, few):
    rows = heat_rows(table)
    titles = [*findings.stress(table), findings_groups.spoilt_sex(rows)]
    places = st.columns(3, gap="medium")
    for place, measure, title in zip(places, HEAT_TITLES, titles, strict=True):
        with place:
            ui.figure(title, charts.heat(rows, measure), f"n = {n:,} faces{few}. {MORE[measure]}")
    st.caption(READING)


def _dots(table, n, few):
    st.subheader("The same with intervals", anchor=False)
    notes = (
        f"n = {n:,} validation faces{few}. Bar: 95 % interval of the paired difference.",
        f"n = {n:,} validation faces{few}. Bar: 95 % interval of the paired difference. Right of zero: guessed older.",
        f"n = {n:,} validation faces{few}. Bar: 95 % interval of the paired difference. Left of zero: fewer right.",
    )
    titles = findings_groups.clear_faults(table)
    for place, measure, title, note in zip(
        st.columns(3, gap="medium"), ("cost", "bias", "sex"), titles, notes, strict=True
    ):
        with place:
            ui.figure(title, charts.stress(table, measure), note)


def _beside(choice, table):
    other = ui.read_stress(choice.other)
    if other is None:
        st.caption(f"{choice.other_title}: {MISSING.format(name=choice.other)}")
        return
    rows = table.merge(other, on=["fault", "strength"], suffixes=("", "_other"))
    ui.figure(
        findings_groups.sturdier(rows, choice.title, choice.other_title),
        charts.heat_versus(rows, choice.title, choice.other_title),
        f"n = {int(rows.n.iloc[0]):,} validation faces, the same for both. Each line of the chart: one fault at its "
        "strongest, the title counts every strength. Bar: each model's own 95 % interval.",
    )


def _table(choice, table):
    with st.expander("All faults as a table"):
        tables.table(
            table, f"stress_{choice.name}",
            columns={
                "mae": st.column_config.NumberColumn("age error", format="%.2f", help="MAE, years"),
                "cost": st.column_config.NumberColumn("added", format="%+.2f", help="MAE added, years"),
                "bias": st.column_config.NumberColumn(format="%+.2f", help="mean error, years"),
                "bias_change": st.column_config.NumberColumn("push", format="%+.2f", help="change of the bias, years"),
                "sex_accuracy": st.column_config.NumberColumn("sex right", format="percent"),
                "sex_change": st.column_config.NumberColumn("change", format="percent"),
            },
        )  # fmt: skip
