"""Sentences of the views about groups and faults; and any headline figure as text.

    amount("mcc", 0.8712)          # "0.871"
    differing(found.rows)          # "7 of 10 groups differ from all other faces …"
"""

import pandas as pd

from agesex.metrics import MIN_GROUP, adults
from agesex.metrics.overall import HEADLINE_SHARES, HIGH_IS_GOOD, PROMISE

PLAIN = ("mcc", "roc_auc")  # numbers without a unit
LEVEL = 0.05  # of a p-value after Holm's correction


def amount(metric, value, digits=1, *, signed=False):
    """One value of any headline figure as text, with its unit; "none" where there is none.

    Args:
        metric: a name of `overall.HEADLINE`.
        value: the value.
        digits: of years.
        signed: True for a difference: with its sign, shares in points.
    """
    if pd.isna(value):
        return "none"
    if metric in HEADLINE_SHARES:
        text = _signed(100 * value, 1, signed)
        return f"{text} points" if signed else f"{text} %"
    if metric in PLAIN:
        return _signed(value, 3, signed)
    unit = "years²" if metric == "mse" else "years"
    return f"{_signed(value, digits, signed or metric == 'bias')} {unit}"


def between(metric, low, high, digits=1, *, signed=False):
    """A 95 % interval as text, without unit; "none" where there is none."""
    if pd.isna(low) or pd.isna(high):
        return "none"
    words = [amount(metric, end, digits, signed=signed).split()[0] for end in (low, high)]
    return f"{words[0]} to {words[1]}" if signed or metric == "bias" else f"{words[0]}–{words[1]}"


def described(metric, row, digits=1):
    """A value with its interval and n, e.g. "0.871 (0.850–0.890; n = 4,661)"."""
    if pd.isna(row["low"]):
        return f"{amount(metric, row['value'], digits)} (n = {row['n']:,})"
    ends = between(metric, row["low"], row["high"], digits)
    return f"{amount(metric, row['value'], digits)} ({ends}; n = {row['n']:,})"


def p_value(p):
    """A p-value as text."""
    if pd.isna(p):
        return "none"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def order(rows, metric):
    """Groups of 30 faces or more, the worst first, then the others; the rows in that order."""
    far = {
        "bias": -rows.value.abs(), "coverage": -(rows.value - PROMISE).abs(),
    }.get(metric, rows.value if metric in HIGH_IS_GOOD else -rows.value)  # fmt: skip
    return rows.assign(_far=far).sort_values(["pale", "_far"], kind="stable").drop(columns="_far")


def differing(rows):
    """How many groups differ from all other faces; rows of `fairness.compare`."""
    tested = rows[rows.p_holm.notna()]
    many = f"{len(tested)} of {len(rows)} groups have {MIN_GROUP} faces or more"
    if tested.empty:
        return f"No group can be tested: {many} and such a figure"
    clear = int((tested.p_holm < LEVEL).sum())
    return f"{many}; {clear} of them differ clearly from all other faces (Holm-corrected p below {LEVEL})"


def against(rows, first, second):
    """Where one model beats another; rows of `versus.compare` of one metric."""
    large = rows[~rows.pale]
    wins = {side: int((large.better == side).sum()) for side in ("first", "second")}
    open_ = len(large) - sum(wins.values())
    return (
        f"{first} is clearly better in {wins['first']} of {len(large)} groups, {second} in {wins['second']}; "
        f"{open_} cannot be told apart"
    )


def gate(rows, threshold):
    """How often a face is put on the wrong side of an age; rows of `adults.confusion` for all faces."""
    all_ = rows[rows.by == "all"].set_index("error")
    said = []
    for error, who, taken in (
        (adults.UNDER, f"under {threshold}", f"{threshold} or over"),
        (adults.OVER, f"of {threshold} or over", f"under {threshold}"),
    ):
        row = all_.loc[error]
        if row["n"]:
            ends = "" if pd.isna(row["low"]) else f" ({between('cs5', row['low'], row['high'])})"
            said.append(f"{amount('cs5', row['value'])}{ends} of the {row['n']:,} faces {who} are taken for {taken}")
        else:
            said.append(f"no face is {who}")
    text = "; ".join(said)
    return text[0].upper() + text[1:]


def gate_worst(rows, error):
    """The group with the largest share of one error; rows of `adults.confusion` of some groups."""
    rows = rows[(rows.error == error) & ~rows.pale & rows.value.notna() & (rows.by != "all")]
    if rows.empty:
        return f"No group has {MIN_GROUP} such faces"
    row = rows.loc[rows.value.idxmax()]
    return f"Most often: {row['group']}, {described('cs5', row)}"


def spoilt_sex(rows):
    """The fault that costs most right sexes; rows of `charts.heat_rows`."""
    row = rows.loc[rows.sex.idxmin()]
    name = f"{row.fault} ({row.strength})" if row.strength else row.fault
    return (
        f"Costs the sex most: {name}, {amount('cs5', row.sex, signed=True)} "
        f"({between('cs5', row.sex_low, row.sex_high, signed=True)}; n = {row.n:,}); the same faces untouched: right in "
        f"{amount('cs5', row.sex_accuracy - row.sex)}"
    )


def clear_faults(table):
    """How many faults and strengths have an effect; the stress table.

    Returns:
        (str, str, str): a sentence for the cost, one for the push of the ages, one for the sex.
    """
    rows = table[table.fault != "none"]
    sex, gain = int((rows.sex_high < 0).sum()), int((rows.sex_low > 0).sum())
    cost = int((rows.cost_low > 0).sum())
    bias = int(((rows.bias_change_low > 0) | (rows.bias_change_high < 0)).sum())
    start = f"{{}} of {len(rows)} faults and strengths"
    return (
        f"{start.format(cost)} cost clearly something: their interval lies right of zero",
        f"{start.format(bias)} clearly push the ages to one side: the interval leaves zero out",
        f"{start.format(sex)} clearly cost right sexes, {gain} clearly add some: the interval leaves zero out",
    )


def sturdier(rows, first, second):
    """Which of two models errs less under how many faults; merged stress tables, "_other" the second's.

    A fault counts for a model only where the two intervals lie apart, which asks more than a paired test would.
    """
    rows = rows[rows.fault != "none"]
    fewer, more = int((rows.mae_high < rows.mae_low_other).sum()), int((rows.mae_low > rows.mae_high_other).sum())
    return (
        f"Under {len(rows)} faults and strengths, {first} errs clearly less in {fewer}, {second} in {more}; in "
        f"{len(rows) - fewer - more} their intervals overlap"
    )


def apart(rows, n):
    """How a slice differs from the rest; rows of `slices.against_rest`."""
    if n == 0:
        return "No face fits these filters"
    if n < MIN_GROUP:
        return f"{n} faces: fewer than {MIN_GROUP}, so no interval is given and no difference is claimed"
    clear = [
        name for name, row in rows.iterrows()
        if row.difference_low > 0 or row.difference_high < 0
    ]  # fmt: skip
    mae = rows.loc["mae"]
    start = (
        f"Off by {amount('mae', mae.value)} against {amount('mae', mae.rest)} for all others: "
        f"{amount('mae', mae.difference, signed=True)} "
        f"({between('mae', mae.difference_low, mae.difference_high, signed=True)}; n = {n:,})"
    )
    return f"{start}; {len(clear)} of {len(rows)} figures differ clearly"


def apart_shares(rows):
    """The same of the right sexes; rows of `slices.against_rest`."""
    row = rows.loc["sex_accuracy"]
    difference = amount("sex_accuracy", row.difference, signed=True)
    ends = between("sex_accuracy", row.difference_low, row.difference_high, signed=True)
    return (
        f"Sex right in {amount('sex_accuracy', row.value)} against {amount('sex_accuracy', row.rest)} of all "
        f"others: {difference} ({ends}; n = {int(row.n):,})"
    )


def _signed(value, digits, signed):
    value = round(float(value), digits) + 0.0
    return f"{value:{'+' if signed else ''}.{digits}f}".replace("-", "−")
