"""The curves of the sex over all thresholds: ROC and precision–recall, with the area under each.

    roc(test).points                # 200 points at most, the area of the full curve beside them
    both = curves(test)             # both curves from the same draws, sooner than one by one

Female is the positive class; sex is the labelled one.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from agesex.metrics.figures import check
from agesex.metrics.overall import measure, one
from agesex.metrics.resampling import divided, ends, totals

MOST_POINTS = 200  # of a curve that is drawn
_STEPS = 500  # of the curve whose area is drawn again and again


@dataclass(frozen=True)
class Curve:
    """A curve over all thresholds.

    Attributes:
        points: DataFrame, `MOST_POINTS` rows at most, each a point of the full curve, both ends included; low
            and high are the 95 % interval of the curve's height there (NaN under 30 faces).
        area: dict with value, low, high, n, of the full curve; NaN where one sex is missing.
    """

    points: pd.DataFrame
    area: dict


def roc(table, *, draws=1000, seed=0):
    """The ROC curve: women found against men taken for women.

    Args:
        table: as for `overall.measure`.
        draws: bootstrap draws of the area and of the band.
        seed: of the draws.

    Returns:
        Curve with points fpr, tpr, threshold (the first one is infinite: nobody is called female), low, high.
    """
    return _roc(table, _drawn(table, draws, seed), draws, seed)


def precision_recall(table, *, draws=1000, seed=0):
    """The precision–recall curve of “female”.

    Args:
        table: needs sex, p_female, group.
        draws: bootstrap draws of the area.
        seed: of the draws.

    Returns:
        Curve with points recall, precision, threshold, low, high; the area is the average precision, the sum of the
        precisions weighted by the recall that each threshold adds, without interpolation. Its baseline is
        the share of women.
    """
    return _precision_recall(table, _drawn(table, draws, seed))


def curves(table, *, draws=1000, seed=0):
    """Both curves, drawn once.

    Args:
        table: as for `overall.measure`.
        draws: bootstrap draws.
        seed: of the draws.

    Returns:
        dict: roc and precision_recall, each a Curve as of the function of that name.
    """
    drawn = _drawn(table, draws, seed)
    return {"roc": _roc(table, drawn, draws, seed), "precision_recall": _precision_recall(table, drawn)}


@dataclass(frozen=True)
class _Drawn:
    """The falling thresholds of a curve of `_STEPS` steps, in every draw.

    Attributes:
        women: (draws, steps) women at each step, the surest first.
        reached: (women, men), (draws, steps) each, that reach each step.
        whole: (2, steps) women and men at each step in the table itself.
    """

    women: np.ndarray
    reached: tuple
    whole: np.ndarray


def _drawn(table, draws, seed):
    """The draws that both curves are made of."""
    check(table, ("sex", "p_female", "group"))
    if table.empty:
        nobody = np.zeros((draws, 0))
        return _Drawn(nobody, (nobody, nobody), np.zeros((2, 0)))
    female = (table.sex == "female").to_numpy()
    exact = np.unique(-table.p_female.to_numpy(float), return_inverse=True)[1]
    steps = exact * _STEPS // (exact.max() + 1)
    values = np.column_stack([female, ~female]).astype(float)
    whole = np.zeros((_STEPS, 2))
    np.add.at(whole, steps, values)
    again = totals(values, steps, table.group, cells_n=_STEPS, draws=draws, seed=seed)
    women, men = (np.ascontiguousarray(again[..., column]) for column in (0, 1))
    return _Drawn(women, (women.cumsum(axis=1), men.cumsum(axis=1)), whole.T)


def _roc(table, drawn, draws, seed):
    found = measure(table, np.zeros(len(table), int), 1, ("roc_auc",), draws=draws, seed=seed)
    threshold, women, men = _steps(table)
    points = pd.DataFrame(
        {
            "fpr": divided(men, men[-1]),
            "tpr": divided(women, women[-1]),
            "threshold": threshold,
        }
    )
    points = _thinned(points.dropna(), "fpr", "tpr")
    along = points.fpr.to_numpy()

    def heights(women, men):
        return np.interp(along, men / men[-1], women / women[-1])

    return Curve(_banded(points, ("fpr", "tpr"), drawn, heights, len(table)), one(found, "roc_auc"))


def _precision_recall(table, drawn):
    threshold, women, men = (steps[1:] for steps in _steps(table))
    points = pd.DataFrame(
        {
            "recall": divided(women, women[-1] if len(women) else 0),
            "precision": divided(women, women + men),
            "threshold": threshold,
        }
    ).dropna()
    value, again = _average_precision(women, men, drawn)
    low, high = ends(again, len(table), share=np.float64(value))
    area = {"value": value, "low": float(low), "high": float(high), "n": len(table)}
    points = _thinned(points, "recall", "precision")
    along = points.recall.to_numpy()

    def heights(women, men):
        first = np.searchsorted(women + men, 0, side="right")  # nobody is named by the steps before
        women, named = women[first:], (women + men)[first:]
        return np.interp(along, women / women[-1], women / named)

    return Curve(_banded(points, ("recall", "precision"), drawn, heights, len(table)), area)


def _steps(table):
    """Falling thresholds, and how many women and men reach each; the first is infinite."""
    p = table.p_female.to_numpy(float)
    order = np.argsort(-p, kind="stable")
    p, female = p[order], (table.sex == "female").to_numpy()[order]
    last = np.flatnonzero(np.append(p[1:] != p[:-1], True)) if len(p) else np.empty(0, int)
    women, men = np.cumsum(female)[last], np.cumsum(~female)[last]
    return np.append(np.inf, p[last]), np.append(0, women), np.append(0, men)


def _thinned(points, x, y):
    """The ends, and points at even distances along the curve between them."""
    if len(points) <= MOST_POINTS:
        return points.reset_index(drop=True)
    way = np.append(0, np.cumsum(np.abs(np.diff(points[x])) + np.abs(np.diff(points[y]))))
    wanted = np.searchsorted(way, np.linspace(0, way[-1], MOST_POINTS))
    return points.iloc[np.unique(wanted)].reset_index(drop=True)


def _banded(points, names, drawn, heights, n):
    """The points with low and high, 95 % of the curve's height where each of them stands.

    The draws are of a curve of 500 steps; the little that this changes in the height is added back.

    Args:
        points: DataFrame.
        names: of its columns along and up; where several points stand above each other, the curve's height there
            is that of the highest one.
        drawn: `_Drawn`.
        heights: function of the women and men that reach each falling threshold, (500,) each -> heights.
        n: faces.
    """
    if points.empty or not drawn.whole.any(axis=1).all():
        return points.assign(low=np.nan, high=np.nan)
    women, men = drawn.reached
    exactly = points.groupby(names[0])[names[1]].transform("max").to_numpy()
    moved = exactly - heights(*drawn.whole.cumsum(axis=1))
    again = np.full((len(women), len(points)), np.nan)
    for place in np.flatnonzero(women[:, -1] * men[:, -1]):  # no curve where one sex was not drawn
        again[place] = heights(women[place], men[place])
    low, high = ends(np.clip(again + moved, 0, 1), np.full(len(points), n))
    return points.assign(low=low, high=high)


def _average_precision(women, men, drawn):
    """Average precision of the full curve, and in every draw (draws,).

    The draws are of a curve of 500 steps; the little that this changes in the value is added back.

    Args:
        women: (thresholds,) women that reach each falling threshold.
        men: likewise.
        drawn: `_Drawn`.
    """
    if not len(women):
        return np.nan, np.full(len(drawn.women), np.nan)

    def of(at, women, men):  # (…, steps): women at each step; women and men that reach it
        return divided((at * divided(women, np.maximum(women + men, 1))).sum(axis=-1), women[..., -1])

    value = float(of(np.diff(women, prepend=0), women, men))
    nearly = float(of(drawn.whole[0], *drawn.whole.cumsum(axis=1)))
    return value, of(drawn.women, *drawn.reached) + (value - nearly)
