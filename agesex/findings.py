"""The sentence above each chart, computed from the figures that the chart shows.

    groups(by_group(test, ["race"]), "race", "mae")
    # "Worst: White, 4.9 years (4.7–5.1; n = 1,977); best: Asian, 3.6 years (3.3–3.9; n = 676)"

And the one way to write a figure: `amount("mae", 4.4321)` -> "4.4 years", `percent(0.934)` -> "93.4 %".
"""

import pandas as pd

from agesex.metrics import MIN_GROUP, NAMES, SHARES

HIGH_IS_GOOD = ("cs5", "sex_accuracy")
LEVEL = 0.9  # the coverage that the intervals promise


def percent(share, digits=1):
    """A share of 1 as text."""
    return f"{100 * share:.{digits}f} %"


def amount(metric, value, digits=1):
    """One value of a metric as text, with its unit; `digits` are those of years."""
    if metric in SHARES:
        return percent(value)
    sign = "+" if metric == "bias" else ""
    value = round(value, digits) + 0.0  # no "−0.0"
    return f"{value:{sign}.{digits}f} years".replace("-", "−")


def interval(metric, low, high, digits=1):
    """A 95 % interval as text, without unit; "none" where the group is too small for one."""
    if pd.isna(low) or pd.isna(high):
        return "none"
    if metric == "bias":
        return f"{low:+.{digits}f} to {high:+.{digits}f}".replace("-", "−")
    if metric in SHARES:
        return f"{100 * low:.1f}–{100 * high:.1f}"
    return f"{low:.{digits}f}–{high:.{digits}f}"


def described(metric, row, digits=1):
    """A value with its 95 % interval and n, e.g. "4.4 years (4.3–4.6; n = 4,661)"."""
    value = amount(metric, row["value"], digits)
    if pd.isna(row["low"]):
        return f"{value} (n = {row['n']:,})"
    return f"{value} ({interval(metric, row['low'], row['high'], digits)}; n = {row['n']:,})"


def texts(table, **how):
    """A table for reading: whole numbers with separators, and `how` per column (a function)."""

    def text(name, value):
        if name in how:
            return how[name](value)
        return value if isinstance(value, str) else f"{value:,.0f}"

    columns = {name: [text(name, value) for value in table[name]] for name in table}
    return pd.DataFrame(columns, index=table.index)


def goodness(metric, values):
    """What is large where a figure is good: of a bias near 0, of a coverage near 90 %; as `values`."""
    if metric == "bias":
        return -abs(values)
    if metric == "coverage":
        return -abs(values - LEVEL)
    return values if metric in HIGH_IS_GOOD else -values


def ranked(rows, metric):
    """The rows of one metric with 30 faces or more, worst first; DataFrame."""
    rows = rows[(rows.metric == metric) & (rows.n >= MIN_GROUP)]
    return rows.assign(goodness=goodness(metric, rows.value)).sort_values("goodness", kind="stable")


def name_of(row, columns):
    """What to call a group: "ages 0–3", "guessed 20–29", "female, White"."""
    kinds = {"band": "ages ", "pred_band": "guessed "}
    return ", ".join(f"{kinds.get(column, '')}{row[column]}" for column in columns)


def groups(rows, columns, metric):
    """Worst and best group of a metric, or that they cannot be told apart.

    Args:
        rows: result of `metrics.by_group`.
        columns: its grouping columns.
        metric: a name of `metrics.NAMES`.
    """
    order = ranked(rows, metric)
    if len(order) < 2:
        return f"{NAMES[metric]}: fewer than two groups have {MIN_GROUP} faces"
    worst, best = order.iloc[0], order.iloc[-1]
    labels = [name_of(row, columns) for row in (worst, best)]
    values = [described(metric, row) for row in (worst, best)]
    kind = {"bias": ("Furthest off", "closest"), "coverage": ("Furthest from 90 %", "closest")}
    first, last = kind.get(metric, ("Worst", "best"))
    if metric == "width":
        first, last = "Widest", "narrowest"
    text = f"{first}: {labels[0]}, {values[0]}; {last}: {labels[1]}, {values[1]}"
    overlap = worst["low"] <= best["high"] and best["low"] <= worst["high"]
    return f"{text}; their intervals overlap" if overlap else text


def coverage(rows, overall):
    """How well the interval keeps its promise, and which groups it fails.

    Args:
        rows: result of `metrics.by_group`.
        overall: row of the metric "coverage" over all faces, with value, low, high, n.
    """
    rows = rows[rows.metric == "coverage"]
    short = rows[rows.high < LEVEL].sort_values("value")
    start = f"The 90 % interval holds the true age of {described('coverage', overall)} of the faces"
    if short.empty:
        return f"{start}; no group is clearly below 90 %"
    names = ", ".join(f"{row['label']} ({percent(row['value'])})" for _, row in short.iterrows())
    return f"{start}; clearly below 90 %: {names}"


def undercovered(rows, least=100):
    """Groups of `least` faces or more that the interval clearly fails, as one sentence; "" if none.

    Args:
        rows: `charts.group_rows` of the metric "coverage", of one or several groupings.
        least: faces.
    """
    rows = rows[(rows.n >= least) & (rows.high < LEVEL)].sort_values("value")
    if rows.empty:
        return ""
    names = "; ".join(f"{row['label']}, {described('coverage', row)}" for row in rows.to_dict("records"))
    return f" Two at once, clearly below 90 %: {names}."


def shift(row):
    """A bias in words, e.g. "1.9 years too young (−2.9 to −0.9; n = 131)"."""
    years = described("bias", row).lstrip("+−")
    return years.replace("years", f"years too {'old' if row['value'] > 0 else 'young'}", 1)


def pull(rows):
    """The age bands that are guessed most too old and most too young.

    Args:
        rows: a table with band, metric, value, low, high, n.
    """
    order = rows[(rows.metric == "bias") & (rows.n >= MIN_GROUP)].sort_values("value")
    if order.empty:
        return f"Fewer than {MIN_GROUP} faces in every age band"
    young, old = order.iloc[0], order.iloc[-1]
    return (
        f"Ages {old['band']} are guessed {shift(old)} on average, ages {young['band']} {shift(young)}"
    )


def parts(figures, metric):
    """Test against training faces and against the baseline; figures of a card."""
    test, train = figures["test"][metric], figures["train"][metric]
    values = [amount(metric, value) for value in (test["value"], train["value"], test["baseline"])]
    if metric == "sex_accuracy":
        words = ("Right in", "of", "the larger sex")
    else:
        words = ("Off by", "on", "the median age")
    return (
        f"{words[0]} {values[0]} {words[1]} test faces, {values[1]} {words[1]} training faces; always "
        f"saying {words[2]}: {values[2]}"
    )


def history(table, measure):
    """How far validation came, and whether it was best at the end; epochs without it are left out."""
    column = f"val_{measure}"
    last = int(table.epoch.iloc[-1])
    table = table.dropna(subset=[column])
    if table.empty:
        return "Validation was not recorded"
    best_at = table[column].idxmax() if measure == "sex_accuracy" else table[column].idxmin()
    name, metric = {
        "age_mae": ("Validation age error", "mae"),
        "sex_accuracy": ("Validation sex accuracy", "sex_accuracy"),
    }.get(measure, ("Validation loss", ""))

    def text(value):
        return amount(metric, value) if metric else f"{value:.2f}"

    first, best = table[column].iloc[0], table[column].loc[best_at]
    if best_at == table.index[0] and len(table) > 1:
        return (
            f"{name}: best at epoch {table.epoch.iloc[0]} of {last}, {text(best)}; "
            f"{text(table[column].iloc[-1])} at the last"
        )
    ends = "the best and the last" if best_at == table.index[-1] else (
        f"no better in the {last - int(table.epoch[best_at])} after it"
    )
    return (
        f"{name}: from {text(first)} at epoch {table.epoch.iloc[0]} to {text(best)} at epoch "
        f"{table.epoch[best_at]} of {last}, {ends}"
    )


def copies(rows):
    """How often two labels of one photo disagree; rows of `census.copies`."""
    if rows.empty:
        return "No photo of this choice has a copy"
    apart = rows.years[rows.years > 0]
    by = f" (these by {apart.mean():.1f} years from youngest to oldest label)" if len(apart) else ""
    return (
        f"One photo, two labels: {len(apart):,} of {len(rows):,} groups of copies disagree "
        f"on age{by}; {int((rows.sexes > 1).sum()):,} on sex, "
        f"{int((rows.races > 1).sum()):,} on race"
    )


def stress(table):
    """The fault that costs most, and the one that pushes the age furthest; see `training.stress`.

    Returns:
        (str, str): a sentence for the cost and one for the change of the bias.
    """
    clean, rest = table[table.fault == "none"].iloc[0], table[table.fault != "none"]
    worst, furthest = rest.loc[rest.cost.idxmax()], rest.loc[rest.bias_change.abs().idxmax()]

    def name(row):
        return f"{row.fault} ({row.strength})" if row.strength else row.fault

    def between(row, name):
        return f"{row[name + '_low']:+.1f} to {row[name + '_high']:+.1f}".replace("-", "−")

    return (
        f"Untouched faces: off by {amount('mae', clean.mae)}. Costs most: {name(worst)}, "
        f"{amount('mae', worst.cost)} more ({between(worst, 'cost')}; n = {worst.n:,})",
        f"Pushes furthest: {name(furthest)}, by {amount('bias', furthest.bias_change)} "
        f"({between(furthest, 'bias_change')}; n = {furthest.n:,}); untouched faces: bias {amount('bias', clean.bias)}",
    )


def models(rows, metric):
    """The best and the weakest of several models; rows of `charts.model_rows`, the best first."""
    best, worst = rows.iloc[0], rows.iloc[-1]
    first, last = {
        "bias": ("Nearest to 0", "furthest from it"),
        "coverage": ("Nearest to the promised 90 %", "furthest from it"),
        "width": ("Narrowest", "widest"),
    }.get(metric, ("Best", "weakest"))
    return (
        f"{first} on the same test faces: {best.label}, {described(metric, best)}; {last}: {worst.label}, "
        f"{described(metric, worst)}"
    )
