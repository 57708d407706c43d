"""Intervals: what was promised at each level, what happened, and for whom it did not."""

import streamlit as st

import ui
from agesex import charts, findings, findings_metrics, metrics
from agesex.metrics import BAND_NAMES
from ui import linked
from ui.metrics.tables import table

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
    "n = {n:,} {split} faces. Bar: 95 % interval (bootstrap over groups of duplicates). Dashed: the "
    "promise kept exactly. The intervals were fitted on {fitted:,} faces set aside for nothing else."
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
    "sex": "Sex is what annotators wrote down.",
    "race": "Race is one of five coarse codes; the groups also differ in age.",
    "sex-race": (
        "Sex is what annotators wrote down, race one of five coarse codes; the groups also differ in age."
    ),
    "sex-age": "Sex is what annotators wrote down; true age, as labelled.",
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
    rows = _levels(choice)
    left, right = st.columns(2, gap="large")
    with left:
        ui.figure(
            findings_metrics.promise(rows), charts.promise(rows, split=choice.split), PROMISE.format(**facts)
        )
    with right:
        ui.figure(
            findings_metrics.widths(rows), charts.widths(rows, split=choice.split), WIDTH.format(**facts)
        )
    with st.expander("Every level, as a table"):
        table(rows, "intervals_by_level")
    _groups(choice, facts, [float(level) for level in rows.level])
    st.caption(choice.drawn)


def _levels(choice, columns=()):
    spec = choice.card["calibration"]["interval"]
    return choice.measured(metrics.coverage.levels, spec=spec, columns=columns, draws=choice.draws)


def _groups(choice, facts, levels):
    """One level for every group."""
    st.subheader("For whom is the promise kept?", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="interval_controls"):
        percents = [round(100 * level) for level in levels]
        percent = linked.remembered(
            st.segmented_control, "Promise", percents, key="level", default=90, required=True,
            format_func=lambda level: f"{level} %",
        )  # fmt: skip
        by = linked.remembered(
            st.segmented_control, "By", list(GROUPINGS), key="grouping", default="age", required=True,
            format_func=TITLES.get,
        )  # fmt: skip
    level = levels[percents.index(percent)]
    rows = ordered(_levels(choice, GROUPINGS[by]), GROUPINGS[by])
    rows = rows[rows.level == level]
    facts = facts | {"caveat": CAVEATS[by]}
    left, right = st.columns(2, gap="large")
    with left:
        ui.figure(
            findings_metrics.promise_by_group(rows, level),
            charts.promise_by_group(rows, "coverage", split=choice.split, level=level),
            GROUPS.format(**facts),
        )
    with right:
        ui.figure(
            findings_metrics.widths_by_group(rows),
            charts.promise_by_group(rows, "width", split=choice.split, level=level),
            GROUP_WIDTH,
        )
    with st.expander("These groups at this level, as a table"):
        table(rows.drop(columns=["label", *({"kind"} & set(rows))]), "intervals_by_group")


def ordered(rows, columns):
    """Rows of `metrics.coverage.levels` with label, ages in their order; sex gives the colour, as kind."""
    ages = [name for name in ("band", "pred_band") if name in columns]
    if ages:
        rank = rows[ages[0]].astype(str).map(BAND_NAMES.index)
        rows = rows.assign(rank=rank).sort_values("rank", kind="stable").drop(columns="rank")
    rows = rows.assign(label=[findings.name_of(row, columns) for row in rows.to_dict("records")])
    return rows.assign(kind=rows.sex.astype(str)) if "sex" in columns else rows
