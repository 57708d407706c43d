"""Sex: who is taken for whom, at which age, and whether the probability can be believed."""

import pandas as pd
import streamlit as st

import ui
from agesex import findings, findings_groups, findings_metrics, labels, metrics
from ui import charts, linked
from ui.metrics import age, duel, tables
from ui.metrics.tables import ends, share, table, text

LABELS = labels.ORIGIN
CONFUSION = (
    "n = {n:,} {split} faces; per cent of a row, 95 % intervals in the sentence and in the table. A probability of "
    "one half or more counts as female. " + LABELS
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
CURVE = (
    "n = {n:,} {split} faces; shaded: 95 % interval of the curve's height. Dashed in grey: guessing.{others} Women are "
    "the positive class. " + LABELS
)
RELIABLE = (
    "n = {n:,} {split} faces in bins of equal width. Bar: 95 % interval; hollow: fewer than 30 faces. "
    "Dashed in grey: a probability that keeps its word. The error is the mean distance from it; finite samples "
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
    facts |= {"about": tables.of(choice), "both": tables.of(choice, both=True)}
    left, right = st.columns(2, gap="large")
    with left:
        _confusion(choice, facts)
    with right:
        _report(choice, facts)
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
        CONFUSION.format(**facts) + duel.only(choice),
    )
    with st.expander("The four cells, as a table"):
        words = {
            "labelled": "true", "said": "said", "share of those labelled so": ends("cs5"), "faces": "n", "of": "faces"
        }  # fmt: skip
        table(rows, "sex_confusion", about=facts["about"], shown=text(rows, words))


def _report(choice, facts):
    rows = choice.measured(metrics.classification.report, draws=choice.draws)
    other = (
        choice.measured(metrics.classification.report, name=choice.other, draws=choice.draws)
        if choice.other
        else None
    )
    both = rows[rows.sex == "both"].set_index("metric")
    title = findings_metrics.report(both).replace(" %", "\u00a0%")
    st.markdown(f"#### {title}")
    shown = _shown(rows, other, choice)
    if other is not None:
        rows = rows.merge(
            other[["sex", "metric", "value", "low", "high"]], on=["sex", "metric"], suffixes=("", "_beside")
        )
    table(rows, "sex_report", about=facts["both"], shown=shown)
    beside = f" {choice.title} first, then {choice.other_title} on the same faces." if choice.other else ""
    st.caption(REPORT + beside)


def _shown(rows, other, choice):
    def said(row):
        metric = row.metric if row.sex == "both" else "cs5"  # a share like any other
        return findings_groups.described(metric, row._asdict())

    names = {"precision": "precision", "recall": "recall", "f1": "F1", **findings_metrics.BRIEF}
    who = rows.sex.map({"female": ", women", "male": ", men", "both": ""})
    columns = {
        "figure": rows.metric.map(names) + who,
        f"{choice.title if choice.other else 'value'} (95 %; n)": [said(row) for row in rows.itertuples(index=False)],
    }
    if other is not None:  # a blank tells two models of one title apart
        columns[f"{choice.other_title} (95 %; n) "] = [said(row) for row in other.itertuples(index=False)]
    return pd.DataFrame(columns)


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
        charts.by_age(
            rows, "sex_accuracy", who=who, beside=beside, titles=(choice.title, choice.other_title)
        ),
        BY_AGE[by].format(**facts, others=others),
    )
    with st.expander("Sex accuracy by age, as a table"):
        chosen = {name: facts[name] | {"who": findings_metrics.WHO[who]} for name in ("about", "both")}
        age.windows(rows, beside, who, "sex_accuracy", "sex_by_age", choice, chosen)


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
                BY_AGE["age band"].format(**facts) + duel.only(choice),
            )
    with st.expander("Sex accuracy by age band, as a table"):
        rows = pd.concat([both.assign(sex="both"), rows], ignore_index=True)
        words = {"true age": "band", "labelled": "sex", "sex right": ends("sex_accuracy"), "faces": "n"}
        table(rows, "sex_by_age_band", about=facts["about"], shown=text(rows, words))


def _bands(rows, columns, draws):
    found = metrics.fairness.compare(rows, list(columns), "sex_accuracy", draws=draws).rows
    return found[[*columns, "value", "low", "high", "n"]].assign(metric="sex_accuracy")


def _roc(choice, facts):
    curve, beside = _curves(choice, "roc")
    ui.figure(
        findings_metrics.roc(curve.area),
        charts.roc(
            curve.points, split=choice.split, beside=beside, titles=(choice.title, choice.other_title)
        ),
        CURVE.format(**facts, others=_dashed(choice)),
    )
    with st.expander("The ROC curve, as a table"):
        words = {
            "threshold": _threshold, "men taken for women": share("fpr"), "women found": share("tpr"),
            "95 % interval": _band,
        }  # fmt: skip
        rows = _points(curve.points, beside, choice)
        table(rows, "roc", about=facts["both"], shown=text(curve.points, words))


def _curves(choice, name):
    """(a curve of the model, the points of that of the model beside it or None); both curves are asked for at once."""
    models = [choice.measured(metrics.curves.curves, name=of, draws=choice.draws)[name]
              for of in (choice.name, choice.other) if of]  # fmt: skip
    return models[0], models[1].points if choice.other else None


def _points(points, beside, choice):
    """The points of a curve; those of a second model stand below those of the first, told apart by the column model."""
    if beside is None:
        return points
    both = [points.assign(model=choice.name), beside.assign(model=choice.other)]
    return pd.concat(both, ignore_index=True)


def _threshold(row):
    return "above all" if row["threshold"] > 1 else f"{row['threshold']:.3f}"


def _band(row):
    return findings_groups.between("cs5", row["low"], row["high"])


def _precision_recall(choice, rows, facts):
    curve, beside = _curves(choice, "precision_recall")
    women = float((rows.sex == "female").mean()) if len(rows) else float("nan")
    ui.figure(
        findings_metrics.precision_recall(curve.area, women),
        charts.precision_recall(
            curve.points, share=women, split=choice.split, beside=beside, titles=(choice.title, choice.other_title)
        ),
        CURVE.format(**facts, others=_dashed(choice)),
    )
    with st.expander("Precision and recall, as a table"):
        words = {
            "threshold": _threshold, "women found": share("recall"), "rightly called female": share("precision"),
            "95 % interval": _band,
        }  # fmt: skip
        rows = _points(curve.points, beside, choice)
        table(rows, "precision_recall", about=facts["both"], shown=text(curve.points, words))


def _dashed(choice):
    return f" {age.DASHED.format(choice.other_title)}" if choice.other else ""


def _reliability(choice, facts):
    rows, error = (
        choice.measured(metrics.calibration.reliability, draws=choice.draws),
        choice.measured(_error),
    )
    beside, note = None, ""
    if choice.other:
        beside = choice.measured(metrics.calibration.reliability, name=choice.other, draws=choice.draws)
        said = findings_metrics.reliability(choice.measured(_error, name=choice.other))
        note = f" {_dashed(choice).strip()} Of it: {said[0].lower()}{said[1:]}."
    ui.figure(
        findings_metrics.reliability(error),
        charts.reliability(
            rows, split=choice.split, beside=beside, titles=(choice.title, choice.other_title)
        ),
        RELIABLE.format(**facts, draws=DRAWS) + note,
    )
    with st.expander("Reliability, as a table"):
        words = {
            "given, from": lambda row: f"{100 * row['start']:.0f} %", "mean given": share("p"),
            "labelled female": ends("cs5"), "faces": "n",
        }  # fmt: skip
        table(rows, "reliability", about=facts["about"], shown=text(rows, words))


def _error(rows):
    return metrics.calibration_error(rows.p_female, rows.sex == "female", rows.group, draws=DRAWS)


def _answered(choice, facts):
    rule = choice.card["calibration"]["unsure"]
    rows = choice.measured(metrics.unsure.answered_curve, unsure=rule, draws=choice.draws)
    ages = f"{rule.get('min_age', 0)} and over"
    beside, note = None, ""
    if choice.other:
        its = choice.other_card["calibration"]["unsure"]
        beside = choice.measured(
            metrics.unsure.answered_curve, name=choice.other, unsure=its, draws=choice.draws
        )
        note = f"{_dashed(choice)} Its own threshold: {its['threshold']:.2f}, for ages {its.get('min_age', 0)} and over."
    ui.figure(
        findings_metrics.answered(rows, ages),
        charts.answered(rows, split=choice.split, beside=beside, titles=(choice.title, choice.other_title)),
        UNSURE.format(n=int(rows.n.iloc[0]), split=facts["split"], ages=ages) + note,
    )
    with st.expander("Every threshold, as a table"):
        words = {
            "threshold": lambda row: f"{row['threshold']:.2f}{' (chosen)' if row['chosen'] else ''}",
            "get an answer": ends("cs5", "share", "share_low", "share_high"),
            "of them right": ends("cs5", "accuracy", "accuracy_low", "accuracy_high"), "answered": "answered",
        }  # fmt: skip
        table(rows, "unsure", about=facts["about"], shown=text(rows, words))
