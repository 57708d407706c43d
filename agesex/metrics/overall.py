"""Every headline figure, for all faces or for each cell of a table.

    overall.figures(test, train=train)       # metric, value, low, high, n, baseline
    measured = overall.measure(test, cells)  # the same of each cell, with the draws

A figure is a formula of a few sums over faces, so that the value and all its draws are one computation.
Two are not. The median is taken anew in every draw. The draws of the area under the ROC curve are those of
its first-order part (each face's share of faces of the other sex that it is rightly ranked against; Hoeffding
1948, DeLong et al. 1988), which is a mean again.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from agesex.metrics.figures import COLUMNS, NAMES, SHARES, check
from agesex.metrics.resampling import divided, ends, multiplicities, totals

HEADLINE = {
    "mae": NAMES["mae"],
    "rmse": NAMES["rmse"],
    "mse": "Mean squared age error",
    "median_error": "Median absolute age error",
    "bias": NAMES["bias"],
    "cs5": NAMES["cs5"],
    "sex_accuracy": NAMES["sex_accuracy"],
    "balanced_accuracy": "Balanced sex accuracy",
    "mcc": "Matthews correlation (MCC) of the sex",
    "roc_auc": "Area under the ROC curve of the sex",
    "coverage": NAMES["coverage"],
    "width": NAMES["width"],
}
HEADLINE_SHARES = (*SHARES, "balanced_accuracy")
HIGH_IS_GOOD = ("cs5", "sex_accuracy", "balanced_accuracy", "mcc", "roc_auc")
PROMISE = 0.9  # of the intervals in age_low and age_high


def _mcc(ff, fm, mf, mm):
    women, men, said_f, said_m = ff + fm, mf + mm, ff + mf, fm + mm
    value = divided(ff * mm - fm * mf, np.sqrt(women * men * said_f * said_m))
    # one answer only says nothing about the sex: 0, as scikit-learn has it
    return np.where((women > 0) & (men > 0) & ((said_f == 0) | (said_m == 0)), 0.0, value)


FORMULAS = {  # metric -> (the sums that it needs, the formula of their values)
    "mae": (("n", "absolute"), lambda n, total: divided(total, n)),
    "rmse": (("n", "squared"), lambda n, total: np.sqrt(divided(total, n))),
    "mse": (("n", "squared"), lambda n, total: divided(total, n)),
    "bias": (("n", "error"), lambda n, total: divided(total, n)),
    "cs5": (("n", "within"), lambda n, total: divided(total, n)),
    "sex_accuracy": (("ff", "fm", "mf", "mm"), lambda ff, fm, mf, mm: divided(ff + mm, ff + fm + mf + mm)),
    "balanced_accuracy": (
        ("ff", "fm", "mf", "mm"),
        lambda ff, fm, mf, mm: (divided(ff, ff + fm) + divided(mm, mf + mm)) / 2,
    ),
    "mcc": (("ff", "fm", "mf", "mm"), _mcc),
    "coverage": (("n", "covered"), lambda n, total: divided(total, n)),
    "width": (("n", "width"), lambda n, total: divided(total, n)),
}


@dataclass(frozen=True)
class Measured:
    """Figures of each cell of a table.

    Attributes:
        value: {metric: (cells,) array}; NaN where a cell has no such figure, for instance no face.
        draws: {metric: (draws, cells) array}; the draws are those of the whole table, so that two cells,
            or two models on the same faces, may be subtracted draw by draw.
        n: (cells,) number of faces.
    """

    value: dict
    draws: dict
    n: np.ndarray


def sums(table):
    """What each face adds to the sums of `FORMULAS`: DataFrame; "fm" is a woman taken for a man."""
    check(table, (*COLUMNS, "group"))
    age, guess, low, high, p = (
        table[name].to_numpy(float) for name in ("age", "age_pred", "age_low", "age_high", "p_female")
    )
    error, female, said = guess - age, (table.sex == "female").to_numpy(bool), p >= 0.5
    return pd.DataFrame(
        {
            "n": np.ones(len(table)),
            "error": error,
            "absolute": np.abs(error),
            "squared": error**2,
            "within": (np.abs(error) <= 5).astype(float),
            "covered": ((age >= low) & (age <= high)).astype(float),
            "width": high - low,
            "ff": (female & said).astype(float),
            "fm": (female & ~said).astype(float),
            "mf": (~female & said).astype(float),
            "mm": (~female & ~said).astype(float),
        },
        index=table.index,
    )


def measure(table, cells, cells_n, metrics=tuple(HEADLINE), *, draws=1000, seed=0):
    """Headline figures of each cell.

    Args:
        table: needs age, age_pred, age_low, age_high (years), sex, p_female, group.
        cells: (n,) int, the cell of each face, 0 to cells_n − 1; −1 for none.
        cells_n: number of cells.
        metrics: names of `HEADLINE`.
        draws: bootstrap draws.
        seed: of the draws.

    Returns:
        Measured.

    Raises:
        KeyError: a column is missing.
        BadModel: a value is missing.
        ValueError: a metric is unknown.
    """
    if unknown := [name for name in metrics if name not in HEADLINE]:
        raise ValueError(f"unknown metrics {unknown}; expected some of {list(HEADLINE)}")
    cells = np.asarray(cells)
    added = sums(table)
    names = list(dict.fromkeys(["n", *(part for m in metrics if m in FORMULAS for part in FORMULAS[m][0])]))
    found = added[names].to_numpy()
    total = np.zeros((cells_n, len(names)))
    np.add.at(total, cells[cells >= 0], found[cells >= 0])
    again = totals(found, cells, table.group, cells_n=cells_n, draws=draws, seed=seed)
    value, drawn = {}, {}
    for metric in metrics:
        if metric in FORMULAS:
            parts, formula = FORMULAS[metric]
            at = [names.index(part) for part in parts]
            value[metric], drawn[metric] = (formula(*np.moveaxis(s[..., at], -1, 0)) for s in (total, again))
        else:
            how = _areas if metric == "roc_auc" else _medians
            value[metric], drawn[metric] = how(table, added, cells, cells_n, draws, seed)
    return Measured(value, drawn, total[:, 0].astype(int))


def figures(table, *, train=None, draws=1000, seed=0):
    """Every headline figure of all faces, with the baselines beside it.

    Args:
        table: as for `measure`.
        train: the faces whose median age and larger sex the baselines say; `table` itself without it.
        draws: as for `measure`.
        seed: as for `measure`.

    Returns:
        DataFrame indexed by metric: value, low, high, n, baseline (NaN where there is none).
    """
    found = measure(table, np.zeros(len(table), int), 1, draws=draws, seed=seed)
    rows = pd.DataFrame([one(found, metric) for metric in HEADLINE], pd.Index(tuple(HEADLINE), name="metric"))
    source = table if train is None or train.empty else train
    if table.empty or source.empty:
        return rows.assign(baseline=np.nan)
    female = source.sex.mode().iloc[0] == "female"
    said = table.assign(age_pred=float(source.age.median()), p_female=float(female))
    beside = measure(said, np.zeros(len(said), int), 1, draws=1, seed=seed)
    return rows.assign(
        baseline=[
            np.nan if name in ("coverage", "width") else beside.value[name][0] for name in rows.index
        ]
    )


def one(found, metric, cell=0):
    """One figure of a `Measured` as a dict: value, low, high, n."""
    value = found.value[metric][cell]
    share = as_share(metric, value)
    low, high = ends(found.draws[metric][:, cell], found.n[cell], share=share)
    return {"value": float(value), "low": float(low), "high": float(high), "n": int(found.n[cell])}


def as_share(metric, value):
    """What `ends` has to know about a figure's values: themselves where they are shares, None where not.

    The area under a curve is like a share where it is 0 or 1: all draws are alike then, of however few faces.
    """
    if metric == "roc_auc":
        return np.where(np.isin(value, (0, 1)), value, np.nan)
    return value if metric in HEADLINE_SHARES else None


def cell_codes(table, columns):
    """Number the groups of a table.

    Args:
        table: one row per face.
        columns: names of the grouping columns; empty for one cell with all faces.

    Returns:
        (cells, keys): (n,) int array, −1 where a column has no value; DataFrame with a row per cell and
        the columns, in order of their values (categories in their own order), groups with faces only.

    Raises:
        KeyError: a column is missing; the message lists those that exist.
    """
    if missing := [name for name in columns if name not in table.columns]:
        raise KeyError(f"columns {missing} are missing; there are {list(table.columns)}")
    if not columns:
        return np.zeros(len(table), int), pd.DataFrame(index=[0])
    grouped = table.groupby(list(columns), observed=True, sort=True)
    cells = grouped.ngroup().to_numpy(float, na_value=-1).astype(int)
    present, first = np.unique(cells, return_index=True)
    return cells, table[list(columns)].iloc[first[present >= 0]].reset_index(drop=True)


def _medians(table, added, cells, cells_n, draws, seed):
    """Median absolute errors: the lower median where a draw has two."""
    errors, codes = added.absolute.to_numpy(), pd.factorize(table.group)[0]
    value, drawn = np.full(cells_n, np.nan), np.full((draws, cells_n), np.nan)
    for cell in np.unique(cells[cells >= 0]):
        rows = np.flatnonzero(cells == cell)
        rows = rows[np.argsort(errors[rows])]
        value[cell] = np.median(errors[rows])
        weights = multiplicities(codes.max() + 1, draws, seed)
        step = max(1, 4_000_000 // len(rows))
        for start in range(0, draws, step):
            at = _half_way(weights[codes[rows], start : start + step])
            drawn[start : start + step, cell] = np.where(at >= 0, errors[rows][at], np.nan)
    return value, drawn


def _half_way(weights):
    """The row at which each column of (n, m) weights reaches half of its sum: (m,); −1 where that is 0."""
    starts = np.arange(0, len(weights), max(1, len(weights) // 100))
    sums = np.add.reduceat(weights, starts, axis=0, dtype=np.int32)
    reached = np.cumsum(sums, axis=0)
    block = (reached * 2 >= reached[-1]).argmax(axis=0)
    found = np.full(weights.shape[1], -1)
    for one_block in np.unique(block):  # few: the halves lie close together
        here = np.flatnonzero((block == one_block) & (reached[-1] > 0))
        first = starts[one_block]
        last = starts[one_block + 1] if one_block + 1 < len(starts) else len(weights)
        before = reached[one_block, here] - sums[one_block, here]
        inside = before + np.cumsum(weights[first:last, here], axis=0, dtype=np.int32)
        found[here] = first + (inside * 2 >= reached[-1, here]).argmax(axis=0)
    return found


def _areas(table, added, cells, cells_n, draws, seed):
    """Areas under the ROC curve; NaN in a cell of one sex."""
    p, female = table.p_female.to_numpy(float), (table.sex == "female").to_numpy()
    placed = np.zeros((len(table), 4))  # women, their placements, men, theirs
    for cell in np.unique(cells[cells >= 0]):
        here = cells == cell
        for column, own, sign in ((0, female, 1), (2, ~female, -1)):
            rows, others = np.flatnonzero(here & own), np.sort(sign * p[here & ~own])
            below = [np.searchsorted(others, sign * p[rows], side) for side in ("left", "right")]
            placed[rows, column] = 1
            placed[rows, column + 1] = sum(below) / 2 / max(1, len(others))
    total = np.zeros((cells_n, 4))
    np.add.at(total, cells[cells >= 0], placed[cells >= 0])
    again = totals(placed, cells, table.group, cells_n=cells_n, draws=draws, seed=seed)
    value = np.where(total[:, 2] > 0, divided(total[:, 1], total[:, 0]), np.nan)
    return value, divided(again[..., 1], again[..., 0]) + divided(again[..., 3], again[..., 2]) - value
