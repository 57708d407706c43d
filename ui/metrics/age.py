"""Age: where its guesses go, how far off they are at each age, and whether the group is right."""

import streamlit as st

import ui
from agesex import charts, findings, findings_metrics, metrics
from ui import linked
from ui.metrics.tables import table

PULLED = (
    "n = {n:,} {split} faces. Dashed: a perfect guess. Line: mean prediction per five years of true age, "
    "where there are 30 faces or more. A mean over many photos is pulled to where the photos are; part of "
    "it is noise in the labels."
)
WINDOW = (
    "n = {n:,} {split} faces. Each point: the faces of that age and of two years on either side; shaded: "
    "95 % interval. Hollow: fewer than 30 faces, some beyond the edge. {others}"
)
OTHERS = "Thick: the chosen faces. Sex is what annotators wrote down."
DASHED = "Dashed: {} on the same faces."
MATRIX = (
    "n = {n:,} {split} faces. Each row is a true group, its numbers are per cent of that row and stand "
    "where the guesses went. From 80 years on there is one group. 95 % intervals in the sentence and the "
    "table."
)
WITHIN = "n = {n:,} {split} faces; shaded: 95 % interval. {others}"
SPREAD = (
    "n = {n:,} {split} faces, bins of one year; right of the line: guessed too old. Errors over 40 years "
    "are in the table only. Ages are labels, partly estimates."
)


def draw(choice):
    """Draw the view."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="age_controls"):
        who = who_picker()
        width = linked.remembered(
            st.segmented_control, "Years in a group", [5, 10, 20], key="years", default=10, required=True
        )
    rows = of(choice.rows(), who)
    if rows.empty:
        st.info("There is no such face in this split.", icon=":material/info:")
        return
    facts = {"n": len(rows), "split": choice.split}
    facts["others"] = DASHED.format(choice.other_title) if choice.other else OTHERS
    left, right = st.columns(2, gap="large")
    with left:
        _density(choice, rows, who, facts)
        _matrix(choice, who, width, facts)
    with right:
        _by_age(choice, who, facts)
        _within(choice, who, facts)
        _errors(choice, who, facts)
    st.caption(choice.drawn)


def who_picker():
    """Draw the choice of all faces, women or men; returns a kind of `metrics.ages`."""
    return linked.remembered(
        st.segmented_control, "Who", list(findings_metrics.WHO), key="who", default="all", required=True,
        format_func=lambda kind: findings_metrics.WHO[kind].capitalize(),
    )  # fmt: skip


def of(rows, who):
    """The faces of a kind: "all", "female" or "male"."""
    return rows if who == "all" else rows[rows.sex == who]


def _density(choice, rows, who, facts):
    bias = choice.measured(_bias, who=who, draws=choice.draws)
    ui.figure(
        findings.pull(bias),
        charts.predicted_against_true(metrics.density(rows), metrics.mean_by_age(rows), choice.split),
        PULLED.format(**facts),
    )
    with st.expander("Bias by age band, as a table"):
        shown = bias.drop(columns=["metric", "p_value", "p_holm", "difference"])
        table(shown, "bias_by_age_band")


def _bias(rows, who, draws):
    return metrics.fairness.compare(of(rows, who), ["band"], "bias", draws=draws).rows.assign(metric="bias")


def _by_age(choice, who, facts):
    rows = choice.measured(metrics.ages.error_by_age, draws=choice.draws)
    beside = (
        choice.measured(metrics.ages.error_by_age, name=choice.other, draws=choice.draws)
        if choice.other
        else None
    )
    ui.figure(
        findings_metrics.error_by_age(rows[rows.kind == who]),
        charts.by_age(rows, "mae", who=who, split=choice.split, beside=beside),
        WINDOW.format(**facts),
    )
    with st.expander("Error by age, as a table"):
        table(rows[rows.kind == who], "error_by_age")


def _matrix(choice, who, width, facts):
    found = choice.measured(_groups, who=who, width=width, draws=choice.draws)
    ui.figure(
        findings_metrics.age_groups(found, width),
        charts.confusion(found.matrix, found.names, what="age group"),
        MATRIX.format(**facts),
    )
    with st.expander("Age groups, as tables"):
        table(found.accuracy.rename_axis("what").reset_index(), "age_groups_right")
        table(found.matrix, "age_groups")


def _groups(rows, who, width, draws):
    return metrics.ages.age_groups(of(rows, who), width, draws=draws)


def _within(choice, who, facts):
    rows = choice.measured(metrics.ages.cumulative_scores, draws=choice.draws)
    beside = (
        choice.measured(metrics.ages.cumulative_scores, name=choice.other, draws=choice.draws)
        if choice.other
        else None
    )
    ui.figure(
        findings_metrics.within(rows[rows.kind == who]),
        charts.cumulative(rows, who=who, split=choice.split, beside=beside),
        WITHIN.format(**facts),
    )
    with st.expander("Within k years, as a table"):
        table(rows[rows.kind == who], "within_k_years")


def _errors(choice, who, facts):
    rows = choice.measured(metrics.ages.error_distribution)
    ui.figure(
        findings_metrics.errors(rows[rows.kind == who]),
        charts.errors(rows, who=who, split=choice.split),
        SPREAD.format(**facts),
    )
    with st.expander("Errors, as a table"):
        table(rows[rows.kind == who], "errors")
