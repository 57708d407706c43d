"""Sex: who is taken for whom, at which age, and whether the probability can be believed."""

import pandas as pd
import streamlit as st

import ui
from agesex import charts, findings, findings_groups, findings_metrics, metrics
from ui import linked
from ui.metrics import age
from ui.metrics.tables import table

LABELS = "Sex is what annotators wrote down."
CONFUSION = (
    "n = {n:,} {split} faces; per cent of a row. A probability of one half or more counts as female. "
    + LABELS
)
REPORT = (
    "Precision: how many of those called so are; recall: how many of those labelled so are found; F1: "
    "harmonic mean of both. n: faces so labelled. Brackets: 95 % interval (bootstrap over groups of "
    "duplicates). " + LABELS
)
BY_AGE = {
    "exact age": (
        "n = {n:,} {split} faces. Each point: the faces of that age and of two years on either side; "
        "shaded: 95 % interval; hollow: fewer than 30 faces, some beyond the edge. {others}"
    ),
    "age band": "n = {n:,} {split} faces, true ages. Bar: 95 % interval; pale: fewer than 30 faces. "
    + LABELS,
}
CURVE = "n = {n:,} {split} faces. Dashed in grey: guessing.{others} Women are the positive class. " + LABELS
RELIABLE = (
    "n = {n:,} {split} faces in bins of equal width. Bar: 95 % interval; hollow: fewer than 30 faces. "
    "Dashed: a probability that keeps its word. The error is the mean distance from it; finite samples "
    "leave some even to a perfect one ({draws} draws)."
)
UNSURE = (
    "n = {n:,} {split} faces aged {ages}; shaded: 95 % interval. Each point is a threshold, below which "
    "the answer is “unsure”; dot: the one chosen on validation faces. Younger faces always get "
    "“unsure”. " + LABELS
)
DRAWS = 100  # of the calibration error, which draws labels as well


def draw(choice):
    """Draw the view."""
    rows = choice.rows()
    facts = {"n": len(rows), "split": choice.split}
    left, right = st.columns(2, gap="large")
    with left:
        _confusion(choice, facts)
    with right:
        _report(choice)
    _by_age(choice, facts)
    left, right = st.columns(2, gap="large")
    with left:
        _roc(choice, facts)
        _reliability(choice, facts)
    with right:
        _precision_recall(choice, rows, facts)
        _answered(choice, facts)
    st.caption(choice.drawn)


def _confusion(choice, facts):
    rows = choice.measured(metrics.classification.confusion, draws=choice.draws)
    ui.figure(
        findings_metrics.confusion(rows),
        charts.confusion(rows.assign(share=rows.value), ("female", "male"), what="sex"),
        CONFUSION.format(**facts),
    )
    with st.expander("The four cells, as a table"):
        table(rows, "sex_confusion")


def _report(choice):
    rows = choice.measured(metrics.classification.report, draws=choice.draws)
    both = rows[rows.sex == "both"].set_index("metric")
    title = findings_metrics.report(both).replace(" %", "\u00a0%")
    st.markdown(f"#### {title}")
    table(rows, "sex_report", shown=_shown(rows))
    st.caption(REPORT)


def _shown(rows):
    def text(row):
        metric = row.metric if row.sex == "both" else "cs5"  # a share like any other
        return findings_groups.described(metric, row._asdict())

    names = {"precision": "precision", "recall": "recall", "f1": "F1", **findings_metrics.SHORT}
    return pd.DataFrame(
        {
            "labelled": rows.sex,
            "figure": rows.metric.map(names),
            "value (95 % interval; n)": [text(row) for row in rows.itertuples(index=False)],
        }
    )


def _by_age(choice, facts):
    st.subheader("At which age", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="sex_controls"):
        by = linked.remembered(
            st.segmented_control, "By", list(BY_AGE), key="by", default="exact age", required=True
        )
        who = age.who_picker() if by == "exact age" else None
    if by == "age band":
        _by_band(choice, facts)
        return
    rows = choice.measured(metrics.classification.sex_by_age, draws=choice.draws)
    beside = (
        choice.measured(metrics.classification.sex_by_age, name=choice.other, draws=choice.draws)
        if choice.other
        else None
    )
    others = age.DASHED.format(choice.other_title) if choice.other else age.OTHERS
    ui.figure(
        findings_metrics.sex_by_age(rows[rows.kind == who]),
        charts.by_age(rows, "sex_accuracy", who=who, split=choice.split, beside=beside),
        BY_AGE[by].format(**facts, others=others),
    )
    with st.expander("Sex accuracy by age, as a table"):
        table(rows[rows.kind == who], "sex_by_age")


def _by_band(choice, facts):
    """Women, men and both by age band."""
    both = choice.measured(_bands, columns=("band",), draws=choice.draws)
    rows = choice.measured(_bands, columns=("band", "sex"), draws=choice.draws)
    left, right = st.columns(2, gap="large")
    for place, columns, shown in ((left, ("band",), both), (right, ("sex", "band"), rows)):
        with place:
            ui.figure(
                findings.groups(shown, columns, "sex_accuracy"),
                charts.group_intervals(shown, columns, "sex_accuracy", kind=choice.split, reference=None),
                BY_AGE["age band"].format(**facts),
            )
    with st.expander("Sex accuracy by age band, as a table"):
        table(pd.concat([both.assign(sex="both"), rows], ignore_index=True), "sex_by_age_band")


def _bands(rows, columns, draws):
    found = metrics.fairness.compare(rows, list(columns), "sex_accuracy", draws=draws).rows
    return found[[*columns, "value", "low", "high", "n"]].assign(metric="sex_accuracy")


def _roc(choice, facts):
    curve = choice.measured(metrics.classification.roc, draws=choice.draws)
    beside = (
        choice.measured(metrics.classification.roc, name=choice.other, draws=choice.draws).points
        if choice.other
        else None
    )
    ui.figure(
        findings_metrics.roc(curve.area),
        charts.roc(curve.points, split=choice.split, beside=beside),
        CURVE.format(**facts, others=_dashed(choice)),
    )
    with st.expander("The ROC curve, as a table"):
        table(curve.points, "roc")


def _precision_recall(choice, rows, facts):
    curve = choice.measured(metrics.classification.precision_recall, draws=choice.draws)
    beside = (
        choice.other
        and choice.measured(
            metrics.classification.precision_recall, name=choice.other, draws=choice.draws
        ).points
    )
    share = float((rows.sex == "female").mean()) if len(rows) else float("nan")
    ui.figure(
        findings_metrics.precision_recall(curve.area, share),
        charts.precision_recall(curve.points, share=share, split=choice.split, beside=beside),
        CURVE.format(**facts, others=_dashed(choice)),
    )
    with st.expander("Precision and recall, as a table"):
        table(curve.points, "precision_recall")


def _dashed(choice):
    return f" {age.DASHED.format(choice.other_title)}" if choice.other else ""


def _reliability(choice, facts):
    rows, error = (
        choice.measured(metrics.calibration.reliability, draws=choice.draws),
        choice.measured(_error),
    )
    ui.figure(
        findings_metrics.reliability(error),
        charts.reliability(rows, split=choice.split),
        RELIABLE.format(**facts, draws=DRAWS),
    )
    with st.expander("Reliability, as a table"):
        table(rows, "reliability")


def _error(rows):
    return metrics.calibration_error(rows.p_female, rows.sex == "female", rows.group, draws=DRAWS)


def _answered(choice, facts):
    rule = choice.card["calibration"]["unsure"]
    rows = choice.measured(metrics.unsure.answered_curve, unsure=rule, draws=choice.draws)
    ages = f"{rule.get('min_age', 0)} and over"
    ui.figure(
        findings_metrics.answered(rows, ages),
        charts.answered(rows, split=choice.split),
        UNSURE.format(n=int(rows.n.iloc[0]), split=facts["split"], ages=ages),
    )
    with st.expander("Every threshold, as a table"):
        table(rows, "unsure")
