"""Age: where its guesses go, how far off they are at each age, and whether the group is right."""

import numpy as np
import streamlit as st

import ui
from agesex import findings, findings_metrics, labels, metrics
from ui import charts, linked
from ui.metrics import duel, tables
from ui.metrics.tables import ends, table, text

PULLED = (
    "n = {n:,} {split} faces. Dashed: a perfect guess. Line: mean prediction per five years of true age, "
    "where there are 30 faces or more. A mean over many photos is pulled to where the photos are; part of "
    "it is noise in the labels."
)
WINDOW = (
    "n = {n:,} {split} faces. Each point: the faces of that age and of two years on either side; shaded: "
    "95 % interval. Hollow: fewer than 30 faces, some beyond the edge. {others}"
)
OTHERS = f"Thick: the chosen faces. {labels.ORIGIN}"
DASHED = "Dashed: {} on the same faces, with its own 95 % interval."
MATRIX = (
    "n = {n:,} {split} faces. Each row is a true group, its numbers are per cent of that row and stand "
    "where the guesses went. From 80 years on there is one group. 95 % intervals: in the sentence, at each "
    "cell when pointed at, and in the table."
)
WITHIN = "n = {n:,} {split} faces; shaded: 95 % interval. {others}"
SPREAD = (
    "n = {n:,} {split} faces, bins of one year; thin: 95 % interval; right of the line: guessed too old. Errors over 40 years "
    "are in the table only. " + labels.ORIGIN
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
    facts["about"] = tables.of(choice, who=findings_metrics.WHO[who])
    facts["both"] = tables.of(choice, both=True, who=findings_metrics.WHO[who])
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
        PULLED.format(**facts) + duel.only(choice),
    )
    with st.expander("Bias by age band, as a table"):
        shown = bias.drop(columns=["metric", "p_value", "p_holm", "difference"])
        words = {"true age": "band", "bias": ends("bias"), "faces": "n"}
        table(shown, "bias_by_age_band", about=facts["about"], shown=text(shown, words))


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
        charts.by_age(rows, "mae", who=who, beside=beside, titles=(choice.title, choice.other_title)),
        WINDOW.format(**facts),
    )
    with st.expander("Error by age, as a table"):
        windows(rows, beside, who, "mae", "error_by_age", choice, facts)


def windows(rows, beside, who, metric, name, choice, facts):
    """The figures of a window over the age, as a table; those of the model beside as a second column.

    Args:
        rows: of `metrics.ages.error_by_age`.
        beside: of the second model; or None.
        who: the kind.
        metric: of the rows.
        name: of the file.
        choice: a `Choice`.
        facts: with about and both, see `tables.of`.
    """
    rows = rows[rows.kind == who]
    words = {
        "true age": lambda row: f"{row['age']:.0f}", choice.title: ends(metric),
        "faces in the window": "n", "of that very age": "n_exact",
    }  # fmt: skip
    if beside is None:
        table(rows, name, about=facts["about"], shown=text(rows, words))
        return
    rows = beside_of(rows, beside[beside.kind == who], "age")
    words[choice.other_title if choice.other_title != choice.title else "beside"] = ends(
        metric, "value_beside", "low_beside", "high_beside"
    )
    table(rows, name, about=facts["both"], shown=text(rows, words))


def beside_of(rows, other, on):
    """The rows with value, low and high of a second model under names that end in _beside."""
    return rows.merge(other[[on, "value", "low", "high"]], on=on, how="left", suffixes=("", "_beside"))


def _matrix(choice, who, width, facts):
    found = choice.measured(_groups, who=who, width=width, draws=choice.draws)
    ui.figure(
        findings_metrics.age_groups(found, width),
        charts.confusion(found.matrix, found.names, what="age group"),
        MATRIX.format(**facts) + duel.only(choice),
    )
    about = facts["about"] | {"width": width}
    with st.expander("Age groups, as tables"):
        right = found.accuracy.rename_axis("what").reset_index()
        table(
            right, "age_groups_right", about=about,
            shown=text(right, {"guess": "what", "share": ends("cs5"), "faces": "n"}),
        )  # fmt: skip
        words = {
            "true group": "true", "said": "said", "share of the true group": ends("cs5", "share"), "faces": "n",
            "of": "faces",
        }  # fmt: skip
        shown = found.matrix[found.matrix.n > 0]
        table(found.matrix, "age_groups", about=about, shown=text(shown, words))


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
        findings_metrics.within(rows[rows.kind == who], choice.measured(_median, who=who, draws=choice.draws // 2)),
        charts.cumulative(rows, who=who, beside=beside, titles=(choice.title, choice.other_title)),
        WITHIN.format(**facts),
    )
    with st.expander("Within k years, as a table"):
        rows = rows[rows.kind == who]
        words = {"off by at most, years": "k", choice.title: ends("cs5")}
        if beside is not None:
            rows = beside_of(rows, beside[beside.kind == who], "k")
            title = choice.other_title if choice.other_title != choice.title else "beside"
            words[title] = ends("cs5", "value_beside", "low_beside", "high_beside")
        shown = text(rows, words | {"faces": "n"})
        table(rows, "within_k_years", about=facts["about" if beside is None else "both"], shown=shown)


def _median(rows, who, draws):
    rows = of(rows, who)
    cells = np.zeros(len(rows), int)
    found = metrics.overall.measure(rows, cells, 1, ("median_error",), draws=draws)
    return metrics.overall.one(found, "median_error")


def _errors(choice, who, facts):
    rows = choice.measured(metrics.ages.error_distribution, draws=choice.draws)
    ui.figure(
        findings_metrics.errors(rows[rows.kind == who]),
        charts.errors(rows, who=who, split=choice.split),
        SPREAD.format(**facts) + duel.only(choice),
    )
    with st.expander("Errors, as a table"):
        rows = rows[rows.kind == who]
        words = {
            "predicted − true, years": lambda row: f"{row['start']:+d} to {row['end']:+d}".replace("-", "−"),
            "share": ends("cs5", "share"), "faces": "n",
        }  # fmt: skip
        table(rows, "errors", about=facts["about"], shown=text(rows[rows.n > 0], words))
