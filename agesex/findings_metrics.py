"""The sentences of the views Overview, Age, Sex and Intervals of the page Metrics.

error_by_age(rows)            # rows of `metrics.ages.error_by_age`, one kind
# "Furthest off at 80–84, by 9.8 years (7.7–12.1; n = 74); closest at 0–3, by …"
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
BRIEF = {  # for tables, whose figures stand beside them on a phone, too
    "mae": "Mean error",
    "rmse": "RMSE",
    "mse": "MSE",
    "median_error": "Median error",
    "bias": "Bias",
    "cs5": "Within 5 years",
    "sex_accuracy": "Sex accuracy",
    "balanced_accuracy": "Balanced",
    "mcc": "MCC",
    "roc_auc": "ROC area",
    "coverage": "In 90 % interval",
    "width": "Its width",
}
WHO = {"all": "all faces", "female": "women", "male": "men"}  # as labelled
FEW_WINS = 3  # so many are named
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
    said = between("mae", ours.low, ours.high, 2)
    said = f" ({said}; n = {ours.n:,.0f})" if said != "none" else ""
    texts = [f"{ours.system} is off by {amount('mae', ours.mae, 2)}{said} on the published list, ages cut to 21–60"]
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
            f"the best of the others that we measured, apart from the one that was trained on this test set, is off "
            f"by {amount('mae', best.mae, 2)} ({_first_word(best.system)})"
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
    named = dict.fromkeys(won, "")
    if noun == "figures":  # the fewer side is named
        for who in ("first", "second"):
            if 0 < won[who] <= FEW_WINS and won[who] < len(rows):
                names = [SHORT[metric] for metric in rows[rows.better == who].metric]
                named[who] = f" ({', '.join(names)})"
    text = (
        f"{first} is clearly better in {won['first']} of {len(rows)} {noun}{named['first']}, {second} in "
        f"{won['second']}{named['second']}"
    )
    return f"{text}; undecided: {won['']}" if won[""] else text


def error_by_age(rows):
    """Where the age is furthest off; rows of `metrics.ages.error_by_age`, one kind."""
    sure = rows[~rows.pale]
    if sure.empty:
        return "Too few faces at every age"
    most, least = sure.loc[sure.value.idxmax()], sure.loc[sure.value.idxmin()]
    return (
        f"Furthest off at {window(rows, most)}, by {described('mae', most, 1)}; closest at "
        f"{window(rows, least)}, by {described('mae', least, 1)}{_beyond(rows, sure)}"
    )


def window(rows, row, reach=2):
    """The ages that one point stands for, e.g. "73–77"; it is cut where the faces end."""
    return f"{max(row.age - reach, rows.age.min())}–{min(row.age + reach, rows.age.max())}"


def _beyond(rows, sure):
    """A reminder of the points of few faces, of which a sentence does not speak."""
    few = len(rows) - len(sure)
    return f"; {few} hollow point{'s' * (few > 1)} of fewer than 30 faces left out" if few else ""


def sex_by_age(rows):
    """Where the sex is right least often; rows of `metrics.classification.sex_by_age`, one kind."""
    sure = rows[~rows.pale]
    if sure.empty:
        return "Too few faces at every age"
    least, most = sure.loc[sure.value.idxmin()], sure.loc[sure.value.idxmax()]
    return (
        f"Right least often at ages {window(rows, least)}, in {described('sex_accuracy', least)}; most often at "
        f"{window(rows, most)}, in {described('sex_accuracy', most)}{_beyond(rows, sure)}"
    )


def age_groups(found, width):
    """How often the group is right; `metrics.ages.AgeGroups`."""
    exact, near = (found.accuracy.loc[name] for name in ("exact", "within one group"))
    return (
        f"The right group of {GROUP_WORDS[width]} years in {described('cs5', exact)}, it or its neighbour in "
        f"{described('cs5', near)}"
    )


def within(rows, median=None):
    """Faces within 5 and 10 years, and the median error.

    Args:
        rows: of `metrics.ages.cumulative_scores`, one kind.
        median: value, low, high, n of the median error of the same faces, years; without it that is left out.
    """
    if rows.empty or not rows.n.iloc[0]:
        return "There is no such face"
    five, ten = (rows[rows.k == k].iloc[0] for k in (5, 10))
    half = f"; half of the faces within {described('median_error', median)}" if median else ""
    return f"Within 5 years {described('cs5', five)}, within 10 {described('cs5', ten)}{half}"


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
        f"sexes in {described('balanced_accuracy', both.loc['balanced_accuracy'])}"
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
    said = {"value": always.accuracy, "low": always.accuracy_low, "high": always.accuracy_high, "n": always.answered}
    # not all of them: who looks younger than the least age gets none at any threshold
    some = {"value": always.share, "low": always.share_low, "high": always.share_high, "n": always.n}
    start = (
        f"Without a threshold {described('cs5', some)} of ages {ages} get an answer, right in "
        f"{described('sex_accuracy', said)}"
    )
    if at.empty:
        return start
    at = at.iloc[0]
    said = {"value": at.accuracy, "low": at.accuracy_low, "high": at.accuracy_high, "n": at.answered}
    share = {"value": at.share, "low": at.share_low, "high": at.share_high, "n": at.n}
    return (
        f"Above the chosen {at.threshold:.2f}, {described('cs5', share)} get an answer, right in "
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
        f"The surer, the wider: {_wide(first)} on average at {100 * first.level:.0f} %, "
        f"{_wide(last)} at {100 * last.level:.0f} %"
    )


def _wide(row):
    """The mean width of a row of `metrics.coverage.levels`."""
    return described("width", {"value": row.width, "low": row.width_low, "high": row.width_high, "n": row.n})


def promise_by_group(rows, level):
    """Which groups the promise fails; rows of `metrics.coverage.levels` of one level, with label."""
    rows = rows[~rows.pale]
    short, long = rows[rows.short].sort_values("value"), rows[rows.long]
    if rows.empty:
        return "Fewer than 30 faces in every group"
    end = f"; clearly above it: {len(long)} of {len(rows)}" if len(long) else ""
    if short.empty:
        return f"None of {len(rows)} groups lies clearly below the promised {100 * level:.0f} %{end}"
    names = ", ".join(f"{row['label']}, {described('coverage', row)}" for row in short.to_dict("records"))
    return f"Clearly below the promised {100 * level:.0f} %: {names}{end}"


def widths_by_group(rows):
    """The widest and the narrowest group; rows of `metrics.coverage.levels` of one level, with label."""
    rows = rows[~rows.pale].sort_values("width")
    if rows.empty:
        return "Fewer than 30 faces in every group"
    least, most = rows.iloc[0], rows.iloc[-1]
    return (
        f"Widest: {most.label}, {_wide(most)}; narrowest: {least.label}, {_wide(least)}"
    )
