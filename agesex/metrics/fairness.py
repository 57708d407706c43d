"""For whom it works less well: a figure by group, the largest gap, and what chance would leave of it.

    found = compare(test, ["sex", "race"], "mae")
    found.rows                 # per group: value, low, high, n, p_value, p_holm
    sentence(largest_gap(found))

A gap says that the groups differ, not why: they also differ in age, and in how their photos were found.
"""

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from agesex.metrics.figures import age_band
from agesex.metrics.overall import (
    FORMULAS,
    HEADLINE,
    HEADLINE_SHARES,
    HIGH_IS_GOOD,
    as_share,
    cell_codes,
    measure,
    sums,
)
from agesex.metrics.resampling import ENDS, MIN_GROUP, ends, totals

COLUMNS = ("sex", "race", "band")
COEFFICIENTS = ("mcc", "roc_auc")  # without a unit
GROUPINGS = tuple(names for size in (1, 2, 3) for names in itertools.combinations(COLUMNS, size))


@dataclass(frozen=True)
class Comparison:
    """A figure of every group.

    Attributes:
        metric: a name of `overall.HEADLINE`.
        columns: the grouping columns.
        rows: DataFrame, one row per group: `columns`, group ("female, White"), value, low, high (95 %; NaN
            under 30 faces), n, pale, difference (from all other faces), p_value, p_holm.
        draws: (draws, groups) array, the values in every draw of the whole table.
    """

    metric: str
    columns: tuple
    rows: pd.DataFrame
    draws: np.ndarray


@dataclass(frozen=True)
class Gap:
    """The two groups of 30 faces or more that lie furthest apart.

    Attributes:
        metric: a name of `overall.HEADLINE`.
        high, low: the rows (dict) of the group with the higher and with the lower value.
        value: the difference.
        ends: its 95 % interval. The two groups were chosen because they lie furthest apart, so the value
            and the interval flatter the gap; `chance` and `p_value` do not.
        chance: mean gap between the furthest groups if all had the same true value.
        p_value: how often chance alone leaves any two groups as many standard errors apart as these two
            are (maximum of all pairs; Westfall and Young 1993); 1 / (draws + 1) at least.
    """

    metric: str
    high: dict
    low: dict
    value: float
    ends: tuple
    chance: float
    p_value: float


def compare(table, columns, metric="mae", *, draws=1000, seed=0):
    """A figure by group, and each group against all other faces.

    The p-value is that of a z-test whose standard error is the spread of the difference over the bootstrap
    draws of whole duplicate groups; Holm's correction is over the groups of 30 faces or more. (Two groups
    that are all faces are one question, asked once.)

    Args:
        table: as for `overall.measure`, and `columns`; "band" is added from the true age if it is missing.
        columns: names of the grouping columns, e.g. ["sex", "race"].
        metric: a name of `overall.HEADLINE`.
        draws: bootstrap draws.
        seed: of the draws.

    Returns:
        Comparison.

    Raises:
        KeyError: a column is missing.
        BadModel: a value is missing.
        ValueError: the metric is unknown.
    """
    from scipy.special import ndtr  # the first page of the app does without

    if metric not in HEADLINE:
        raise ValueError(f"unknown metric {metric!r}; expected one of {list(HEADLINE)}")
    if "band" in columns and "band" not in table.columns:
        table = table.assign(band=age_band(table.age))
    cells, rows = cell_codes(table, columns)
    ask = _by_sums if metric in FORMULAS else _by_rows
    value, rest, drawn, drawn_rest, n = ask(table, cells, len(rows), metric, draws, seed)
    difference = value - rest
    spread = _spread(drawn - drawn_rest)
    spread = np.maximum(spread, _least_spread(metric, value, n))
    z = np.divide(difference, spread, out=np.full(len(rows), np.nan), where=spread > 0)
    p = np.where((n >= MIN_GROUP) & (n.sum() - n >= MIN_GROUP), 2 * ndtr(-np.abs(z)), np.nan)
    low, high = ends(drawn, n, share=as_share(metric, value))
    words = rows[list(columns)].astype(str)
    if "band" in columns:
        words["band"] = "ages " + words["band"]
    names = words.agg(", ".join, axis=1) if len(rows) else []
    rows = rows.assign(
        group=names,
        value=value,
        low=low,
        high=high,
        n=n,
        pale=n < MIN_GROUP,
        difference=difference,
        p_value=p,
        p_holm=p if len(rows) == 2 else holm(p),
    )
    return Comparison(metric, tuple(columns), rows, drawn)


def _by_sums(table, cells, cells_n, metric, draws, seed):
    """(value, value of all others, draws, draws of all others, n) of each cell, from one pass over the faces."""
    parts, formula = FORMULAS[metric]
    added = sums(table)[list(dict.fromkeys(["n", *parts]))]
    at = [added.columns.get_loc(part) for part in parts]

    def of(total):
        return formula(*np.moveaxis(total[..., at], -1, 0))

    total = np.zeros((cells_n, added.shape[1]))
    np.add.at(total, cells[cells >= 0], added.to_numpy()[cells >= 0])
    again = totals(added.to_numpy(), cells, table.group, cells_n=cells_n, draws=draws, seed=seed)
    rest, drawn_rest = total.sum(axis=0) - total, again.sum(axis=1, keepdims=True) - again
    return of(total), of(rest), of(again), of(drawn_rest), total[:, 0].astype(int)


def _by_rows(table, cells, cells_n, metric, draws, seed):
    """The same where no sums give the figure (a median, an area): the others are asked anew for every cell."""
    found = measure(table, cells, cells_n, [metric], draws=draws, seed=seed)
    rest, drawn_rest = np.full(cells_n, np.nan), np.full((draws, cells_n), np.nan)
    for cell in np.flatnonzero(found.n >= MIN_GROUP):
        others = np.where((cells >= 0) & (cells != cell), 0, -1)
        if (others == 0).any():
            asked = measure(table, others, 1, [metric], draws=draws, seed=seed)
            rest[cell], drawn_rest[:, cell] = asked.value[metric][0], asked.draws[metric][:, 0]
    return found.value[metric], rest, found.draws[metric], drawn_rest, found.n


def holm(p_values):
    """Holm's step-down correction.

    Source: Holm 1979, "A Simple Sequentially Rejective Multiple Test Procedure".

    Args:
        p_values: (k,) array; NaN for what was not tested.

    Returns:
        (k,) array, each at most 1 and none smaller than before; NaN stays.
    """
    p = np.asarray(p_values, float)
    corrected = np.full(len(p), np.nan)
    order = np.argsort(p)[: np.isfinite(p).sum()]
    steps = p[order] * np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return corrected


def largest_gap(found):
    """The largest difference between two groups of 30 faces or more.

    Args:
        found: result of `compare`. The draws of both groups are those of one table, so that groups which
            share duplicates are compared as they are.

    Returns:
        Gap, or None where fewer than two groups are large enough.
    """
    rows = found.rows
    large = np.flatnonzero((rows.n >= MIN_GROUP) & rows.value.notna())
    if len(large) < 2:
        return None
    values, draws = rows.value.to_numpy()[large], found.draws[:, large]
    draws = draws[np.isfinite(draws).all(axis=1)]
    high, low = values.argmax(), values.argmin()
    value = float(values[high] - values[low])
    centred = draws - draws.mean(axis=0)  # as if all groups had one value
    least = _least_spread(found.metric, values, rows.n.to_numpy()[large])
    lacking = np.sqrt(np.maximum(least**2 - centred.var(axis=0), 0))
    centred = centred + lacking * np.random.default_rng(0).normal(size=centred.shape)
    one, other = np.triu_indices(len(large), 1)
    apart = np.abs(centred[:, one] - centred[:, other])
    errors = np.maximum(np.sqrt((apart**2).mean(axis=0)), 1e-12)
    seen = value / errors[(one == min(high, low)) & (other == max(high, low))]
    as_far = int(((apart / errors).max(axis=1) >= seen).sum())
    return Gap(
        found.metric,
        rows.iloc[large[high]].to_dict(),
        rows.iloc[large[low]].to_dict(),
        value,
        tuple(float(end) for end in np.percentile(draws[:, high] - draws[:, low], ENDS)),
        float(np.ptp(centred, axis=1).mean()),
        (1 + as_far) / (1 + len(draws)),
    )


def sentence(gap):
    """What the largest gap is, in plain words.

    Args:
        gap: result of `largest_gap`.
    """
    if gap is None:
        return f"Fewer than two groups have {MIN_GROUP} faces and such a figure."
    metric = gap.metric
    first, last = (gap.low, gap.high) if metric in HIGH_IS_GOOD else (gap.high, gap.low)
    words = {"width": ("widest", "narrowest")} | dict.fromkeys(("bias", "coverage"), ("highest", "lowest"))
    worst, best = words.get(metric, ("worst", "best"))
    low, high = (_amount(metric, end, gap=True) for end in gap.ends)
    text = (
        f"{HEADLINE[metric]}: {worst} for {first['group']} ({_amount(metric, first['value'])}, "
        f"n = {first['n']:,}), {best} for {last['group']} ({_amount(metric, last['value'])}, "
        f"n = {last['n']:,}). The gap is {_amount(metric, gap.value, gap=True)} "
        f"({low.split()[0]} to {high.split()[0]})"
    )
    chance = f"chance alone leaves {_amount(metric, gap.chance, gap=True)} on average between the furthest"
    if gap.p_value >= 0.05:
        return f"{text}, which is not clearly more than chance: {chance} of such groups."
    return f"{text}, more than chance: {chance} of such groups."


def _spread(draws):
    """Standard deviation over the draws that have a figure; NaN where fewer than half have one."""
    known = np.isfinite(draws)
    spread = np.full(draws.shape[1], np.nan)
    enough = known.mean(axis=0) > 0.5
    if enough.any():
        spread[enough] = np.nanstd(draws[:, enough], axis=0, ddof=1)
    return spread


def _least_spread(metric, value, n):
    """What the standard error of a share is at least: that of two hits and two misses more.

    All draws of a group that is right in every face are alike; without this it would differ from anybody.
    """
    if metric == "mcc":  # −1 to 1
        return 2 * _least_spread("balanced_accuracy", (1 + value) / 2, n)
    if metric not in (*HEADLINE_SHARES, "roc_auc"):
        return np.zeros(len(value))
    share = (n * value + 2) / (n + 4)  # Agresti and Coull 1998
    return np.sqrt(share * (1 - share) / (n + 4))


def _amount(metric, value, gap=False):
    """A value, or a difference of two, with its unit."""
    if metric in (*HEADLINE_SHARES, *COEFFICIENTS):
        unit = " points" if gap else " %"
        text = f"{value:.3f}" if metric in COEFFICIENTS else f"{100 * value:.1f}{unit}"
    else:
        sign = "+" if metric == "bias" and not gap else ""
        text = f"{value:{sign}.1f} {'years²' if metric == 'mse' else 'years'}"
    return text.replace("-", "−")
