"""The sentences of the views Overview, Age, Sex and Intervals of the page Metrics.

error_by_age(rows)            # rows of `metrics.ages.error_by_age`, one kind
# "Furthest off at the age of 82, by 9.8 years (7.7–12.1; n = 74); closest at 1, by …"
"""

import pandas as pd

from agesex import findings
from agesex.findings_groups import amount, between, described

SHORT = {
    "mae": "Mean age error",
    "rmse": "Root mean squared error",
    "mse": "Mean squared error",
    "median_error": "Median age error",
    "bias": "Bias",
    "cs5": "Within 5 years (CS@5)",
    "sex_accuracy": "Sex accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "mcc": "Matthews correlation",
    "roc_auc": "ROC area",
    "coverage": "Inside the 90 % interval",
    "width": "Width of that interval",
}
WHO = {"all": "all faces", "female": "women", "male": "men"}  # as annotators wrote it down
GROUP_WORDS = {5: "five", 10: "ten", 20: "twenty"}


def difference(metric, row, digits=2):
    """A paired difference with its sign, interval and n; row with difference, low, high, n."""
    value = amount(metric, row["difference"], digits, signed=True)
    if pd.isna(row["low"]):
        return f"{value} (n = {row['n']:,})"
    return f"{value} ({between(metric, row['low'], row['high'], digits, signed=True)}; n = {row['n']:,})"


def parts(figures, metric):
    """Test, validation and training beside each other; figures of a card."""
    if metric in ("mae", "sex_accuracy"):
        return findings.parts(figures, metric)
    texts = [
        f"{name} {amount(metric, figures[name][metric]['value'])}"
        for name in ("test", "validation", "train")
    ]
    base = figures["test"][metric]["baseline"]
    end = "" if base is None else f"; the baseline on test: {amount(metric, base)}"
    return f"{SHORT[metric]}: {', '.join(texts)}{end}"


def peers(rows, source):
    """Where a model stands on the published list; rows of `peers.beside`, source of the model's row."""
    ours = rows[rows.source == source].iloc[0]
    texts = [f"{ours.system} is off by {amount('mae', ours.mae, 2)} on the published list"]
    published = rows[rows.kind == "published"]
    if len(published):
        best = published.iloc[0]
        texts.append(
            f"the best published figure is {amount('mae', best.mae, 2)} ({_first_word(best.system)})"
        )
    clean = rows[(rows.kind == "measured by us") & ~rows.system.str.startswith("Always")]
    if len(clean):
        best = clean.iloc[0]
        texts.append(
            f"the best of others that we measured, one trained on this test set left out, "
            f"{amount('mae', best.mae, 2)} ({_first_word(best.system)})"
        )
    return "; ".join(texts)


def _first_word(system):
    return system.split(",")[0]


def wins(rows, first, second, noun):
    """Who wins how often; rows of `metrics.versus.compare`, one per metric or per group.

    Args:
        rows: with better ("first", "second" or "") and pale.
        first: title of the first model.
        second: of the other one.
        noun: what is counted, e.g. "groups".
    """
    rows = rows[~rows.pale]
    if rows.empty:
        return "too few faces to tell the two models apart"
    won = {who: int((rows.better == who).sum()) for who in ("first", "second", "")}
    text = f"{first} is clearly better in {won['first']} of {len(rows)} {noun}, {second} in {won['second']}"
    return f"{text}; undecided: {won['']}" if won[""] else text


def error_by_age(rows):
    """Where the age is furthest off; rows of `metrics.ages.error_by_age`, one kind."""
    rows = rows[~rows.pale]
    if rows.empty:
        return "Too few faces at every age"
    most, least = rows.loc[rows.value.idxmax()], rows.loc[rows.value.idxmin()]
    return (
        f"Furthest off at the age of {most.age}, by {described('mae', most, 1)}; closest at {least.age}, by "
        f"{described('mae', least, 1)}"
    )


def sex_by_age(rows):
    """Where the sex is right least often; rows of `metrics.classification.sex_by_age`, one kind."""
    rows = rows[~rows.pale]
    if rows.empty:
        return "Too few faces at every age"
    least, most = rows.loc[rows.value.idxmin()], rows.loc[rows.value.idxmax()]
    return (
        f"Right least often at the age of {least.age}, in {described('sex_accuracy', least)}; most often at "
        f"{most.age}, in {described('sex_accuracy', most)}"
    )


def age_groups(found, width):
    """How often the group is right; `metrics.ages.AgeGroups`."""
    exact, near = (found.accuracy.loc[name] for name in ("exact", "within one group"))
    return (
        f"The right group of {GROUP_WORDS[width]} years in {described('cs5', exact)}, it or its neighbour in "
        f"{amount('cs5', near.value)}"
    )


def within(rows):
    """Faces within 5 and 10 years; rows of `metrics.ages.cumulative_scores`, one kind."""
    if rows.empty or not rows.n.iloc[0]:
        return "There is no such face"
    five, ten = (rows[rows.k == k].iloc[0] for k in (5, 10))
    enough = rows[rows.value >= 0.5]
    most = int(enough.k.iloc[0]) if len(enough) else 0
    half = f"half of the faces within {most} year{'s' * (most > 1)}" if most else "not even half within 15"
    return f"Within 5 years {described('cs5', five)}, within 10 {amount('cs5', ten.value)}; {half}"


def errors(rows, far=15):
    """How the errors are spread; rows of `metrics.ages.error_distribution`, one kind."""
    n = rows.n.sum()
    if not n:
        return "There is no such face"
    old = rows[rows.start >= 0].n.sum() / n
    beyond = rows[(rows.start >= far) | (rows.end <= -far)].n.sum() / n
    return (
        f"Guessed too old or right in {findings.percent(old, 0)}, too young in "
        f"{findings.percent(1 - old, 0)}; off by {far} years or more in {findings.percent(beyond)} (n = "
        f"{n:,})"
    )


def confusion(rows):
    """Who is taken for whom; rows of `metrics.classification.confusion`."""
    texts = []
    for true, said in (("female", "male"), ("male", "female")):
        row = rows[(rows.true == true) & (rows.said == said)].iloc[0]
        if row.faces:
            who = described("sex_accuracy", {**row, "n": row.faces})
            texts.append(f"{WHO[true]} are taken for {WHO[said]} in {who}")
    text = "; ".join(texts)
    return text[:1].upper() + text[1:] if text else "There is no such face"


def report(both):
    """The figures of both sexes; rows of `metrics.classification.report` indexed by metric."""
    if pd.isna(both.value["sex_accuracy"]):
        return "There is no such face"
    return (
        f"The sex is right in {described('sex_accuracy', both.loc['sex_accuracy'])}; balanced over both "
        f"sexes in {amount('balanced_accuracy', both.value['balanced_accuracy'])}"
    )


def roc(area):
    """The area under the ROC curve; dict value, low, high, n."""
    if pd.isna(area["value"]):
        return "One sex only: no ROC curve"
    said = described("sex_accuracy", area)
    return f"Of a woman and a man, the woman gets the higher probability of “female” in {said}"


def precision_recall(area, share):
    """The average precision; dict value, low, high, n, and the share of women."""
    if pd.isna(area["value"]):
        return "No woman: no such curve"
    return (
        f"Called female and rightly so, averaged over all thresholds: {described('sex_accuracy', area)}; "
        f"guessing would give {findings.percent(share)}"
    )


def reliability(error):
    """The calibration error; dict of `metrics.calibration_error`."""
    if error["value"] is None:
        return "There is no such face"
    points = [f"{100 * error[name]:.1f}" for name in ("value", "low", "high", "floor")]
    return (
        f"The probability is off by {points[0]} points on average ({points[1]}–{points[2]}; n = "
        f"{error['n']:,}); chance alone would leave {points[3]}"
    )


def answered(rows, ages):
    """What the chosen threshold does; rows of `metrics.unsure.answered_curve`, ages e.g. "4 and over"."""
    rows = rows[rows.n > 0]
    if rows.empty:
        return f"There is no face of {ages}"
    at = rows[rows.chosen]
    always = rows.iloc[0]
    start = f"An answer for every face of ages {ages} is right in {amount('sex_accuracy', always.accuracy)}"
    if at.empty:
        return start
    at = at.iloc[0]
    said = {"value": at.accuracy, "low": at.accuracy_low, "high": at.accuracy_high, "n": at.answered}
    return (
        f"Above the chosen {at.threshold:.2f}, {amount('cs5', at.share)} get an answer, right in "
        f"{described('sex_accuracy', said)}; {start[0].lower()}{start[1:]}"
    )


def promise(rows):
    """The promise against what happened; rows of `metrics.coverage.levels`, one per level."""
    rows = rows[rows.n > 0]
    if rows.empty:
        return "There is no such face"
    short = rows[rows.short]
    end = (
        "no level is clearly broken"
        if short.empty
        else (f"clearly broken: {', '.join(f'{100 * level:.0f} %' for level in short.level)}")
    )
    row = rows.loc[(rows.level - findings.LEVEL).abs().idxmin()]
    return f"The {100 * row.level:.0f} % interval holds {described('coverage', row)} of the true ages; {end}"


def widths(rows):
    """How wide the intervals are; rows of `metrics.coverage.levels`, one per level."""
    rows = rows[rows.n > 0]
    if rows.empty:
        return "There is no such face"
    first, last = rows.iloc[0], rows.iloc[-1]
    return (
        f"The surer, the wider: {amount('width', first.width, 1)} on average at {100 * first.level:.0f} %, "
        f"{amount('width', last.width, 1)} at {100 * last.level:.0f} %"
    )


def promise_by_group(rows, level):
    """Which groups the promise fails; rows of `metrics.coverage.levels` of one level, with label."""
    rows = rows[~rows.pale]
    short, long = rows[rows.short].sort_values("value"), rows[rows.long]
    if rows.empty:
        return "Fewer than 30 faces in every group"
    end = f"; clearly above it: {len(long)} of {len(rows)}" if len(long) else ""
    if short.empty:
        return f"None of {len(rows)} groups lies clearly below the promised {100 * level:.0f} %{end}"
    names = ", ".join(f"{row.label} ({findings.percent(row.value)})" for row in short.itertuples())
    return f"Clearly below the promised {100 * level:.0f} %: {names}{end}"


def widths_by_group(rows):
    """The widest and the narrowest group; rows of `metrics.coverage.levels` of one level, with label."""
    rows = rows[~rows.pale].sort_values("width")
    if rows.empty:
        return "Fewer than 30 faces in every group"
    least, most = rows.iloc[0], rows.iloc[-1]
    return (
        f"Widest: {most.label}, {amount('width', most.width, 1)}; narrowest: {least.label}, "
        f"{amount('width', least.width, 1)}"
    )
