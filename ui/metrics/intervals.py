"""Intervals: what was promised at each level, what happened, and for whom it did not."""

import numpy as np
import streamlit as st

import ui
from agesex import findings, findings_metrics, labels, metrics
from agesex.metrics import BAND_NAMES
from ui import charts, linked
from ui.metrics import tables
from ui.metrics.tables import ends

GROUPINGS = {
    "age": ("band",), "guessed": ("pred_band",), "sex": ("sex",), "race": ("race",),
    "sex-race": ("sex", "race"),
    "sex-age": ("sex", "band"),
}  # fmt: skip
TITLES = {
    "age": "True age", "guessed": "Guessed age", "sex": "Sex", "race": "Race", "sex-race": "Sex and race",
    "sex-age": "Sex and age",
}  # fmt: skip
PROMISE = (
    "n = {n:,} {split} faces. Bar: 95 % interval (bootstrap over groups of duplicates). Dashed in grey: "
    "the promise kept exactly. The intervals were fitted on {fitted:,} faces set aside for nothing else."
)
WIDTH = "n = {n:,} {split} faces. Bar: 95 % interval of the mean, mostly too short to be seen."
GROUP_WIDTH = (
    "n beside each name. Bar: 95 % interval of the mean. Wide where the model is unsure: no failure by "
    "itself."
)
GROUPS = (
    "n = {n:,} {split} faces, of each group beside its name. Dashed: the promise, a mean over faces like "
    "those of the calibration split and made for no single group. Pale: fewer than 30 faces. {caveat}"
)
CAVEATS = {
    "age": "True age, as labelled.",
    "guessed": "The intervals were fitted within bands of guessed age.",
    "sex": labels.ORIGIN,
    "race": "Race is one of five coarse codes; the groups also differ in age.",
    "sex-race": f"{labels.ORIGIN} Race is one of five coarse codes; the groups also differ in age.",
    "sex-age": f"{labels.ORIGIN} True age: as labelled.",
}


def draw(choice):
    """Draw the view."""
    if "age_sd" not in choice.rows():
        st.info(
            "The predictions of this model have no column age_sd, from which intervals of other levels are "
            "made: `python -m training.evaluate` writes it.", icon=":material/info:",
        )  # fmt: skip
        return
    facts = {"n": len(choice.rows()), "split": choice.split, "fitted": choice.card["calibration"]["n"]}
    rows, beside = _levels(choice), _beside(choice)
    two = {"beside": beside, "titles": (choice.title, choice.other_title)}
    dashed = "" if beside is None else f" Dashed: {choice.other_title} on the same faces."
    if choice.other and beside is None:
        dashed = f" {choice.other_title} has no column age_sd, so it is left out."
    left, right = st.columns(2, gap="large")
    with left:
        ui.figure(
            findings_metrics.promise(rows), charts.promise(rows, split=choice.split, **two),
            PROMISE.format(**facts) + dashed,
        )  # fmt: skip
    with right:
        ui.figure(
            findings_metrics.widths(rows), charts.widths(rows, split=choice.split, **two),
            WIDTH.format(**facts) + dashed,
        )  # fmt: skip
    with st.expander("Every level, as a table"):
        _table(choice, rows, beside, "intervals_by_level", ["level"], {"promised": _level})
    _groups(choice, facts, [float(level) for level in rows.level])
    st.caption(choice.drawn)


def _levels(choice, columns=(), name=None):
    card = choice.other_card if name else choice.card
    spec = card["calibration"]["interval"]
    return choice.measured(metrics.coverage.levels, name=name, spec=spec, columns=columns, draws=choice.draws)


def _beside(choice, columns=()):
    """The levels of the model beside; None without one, or where its predictions have no spread."""
    if not choice.other or "age_sd" not in choice.other_rows():
        return None
    return _levels(choice, columns, choice.other)


def _level(row):
    return f"{100 * row['level']:.0f} %"


def _table(choice, rows, beside, name, on, words, **about):
    """Shares and widths as a table; those of the model beside as further columns."""
    words = words | {"inside": ends("coverage"), "mean width": ends("width", "width", "width_low", "width_high")}
    columns = ["value", "low", "high", "width", "width_low", "width_high"]
    if beside is not None:
        rows = rows.merge(beside[[*on, *columns]], on=on, how="left", suffixes=("", "_beside"))
        title = choice.other_title
        words[f"inside, {title}"] = ends("coverage", "value_beside", "low_beside", "high_beside")
        words[f"mean width, {title}"] = ends("width", "width_beside", "width_low_beside", "width_high_beside")
    about = tables.of(choice, both=beside is not None, **about)
    tables.table(rows, name, about=about, shown=tables.text(rows, words | {"faces": "n"}))


def _groups(choice, facts, levels):
    """One level for every group."""
    st.subheader("For whom is the promise kept?", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="interval_controls"):
        percents = [round(100 * level) for level in levels]
        percent = linked.remembered(
            st.segmented_control, "Promise", percents, key="level", default=90, required=True, wrap=True,
            format_func=lambda level: f"{level} %",
        )  # fmt: skip
        by = linked.remembered(
            st.segmented_control, "By", list(GROUPINGS), key="grouping", default="age", required=True, wrap=True,
            format_func=TITLES.get,
        )  # fmt: skip
    level = levels[percents.index(percent)]
    rows = ordered(_levels(choice, GROUPINGS[by]), GROUPINGS[by])
    rows = rows[rows.level == level]
    facts = facts | {"caveat": CAVEATS[by]}
    beside = _beside(choice, GROUPINGS[by])
    if beside is not None:
        beside = ordered(beside, GROUPINGS[by])
        beside = beside[np.isclose(beside.level, level)]
    two = {"beside": beside, "titles": (choice.title, choice.other_title)}
    hollow = "" if beside is None else f" Filled: {choice.title}; hollow: {choice.other_title}."
    if beside is not None and by == "guessed":
        hollow += " Each model guesses for itself, so these groups hold other faces; n is that of the first."
    left, right = st.columns(2, gap="large")
    with left:
        ui.figure(
            findings_metrics.promise_by_group(rows, level),
            charts.promise_by_group(rows, "coverage", split=choice.split, level=level, **two),
            GROUPS.format(**facts) + hollow,
        )
    with right:
        ui.figure(
            findings_metrics.widths_by_group(rows),
            charts.promise_by_group(rows, "width", split=choice.split, level=level, **two),
            GROUP_WIDTH + hollow,
        )
    with st.expander("These groups at this level, as a table"):
        rows = rows.drop(columns=["kind"], errors="ignore").rename(columns={"label": "group"})
        beside = None if beside is None else beside.rename(columns={"label": "group"})
        _table(
            choice, rows, beside, "intervals_by_group", ["group"], {"group": "group"}, by=by, promise=f"{percent} %"
        )


def ordered(rows, columns):
    """Rows of `metrics.coverage.levels` with label, ages in their order; sex gives the colour, as kind."""
    ages = [name for name in ("band", "pred_band") if name in columns]
    if ages:
        rank = rows[ages[0]].astype(str).map(BAND_NAMES.index)
        rows = rows.assign(rank=rank).sort_values("rank", kind="stable").drop(columns="rank")
    rows = rows.assign(label=[findings.name_of(row, columns) for row in rows.to_dict("records")])
    return rows.assign(kind=rows.sex.astype(str)) if "sex" in columns else rows
