"""How good the sex is: confusion, report, accuracy by age.

    confusion(test)                 # labelled against said, with shares
    sex_by_age(test)                # in a window that moves over the true age

The curves over all thresholds lie in `agesex.metrics.curves`. Sex is the labelled one.
"""

import numpy as np
import pandas as pd

from agesex.metrics.ages import error_by_age
from agesex.metrics.overall import measure, one, sums
from agesex.metrics.resampling import divided, ends, totals

_CELLS = ("ff", "fm", "mf", "mm")  # labelled, said


def confusion(table, *, draws=1000, seed=0):
    """Labelled sex against the one that was said (p_female of one half or more: female).

    Args:
        table: as for `overall.measure`.
        draws: bootstrap draws.
        seed: of the draws.

    Returns:
        DataFrame, four rows: true, said, n, share (of all faces), value (share of the faces of that label),
        low, high (of value; NaN under 30 faces of that label), faces (of that label).
    """
    values = sums(table)[list(_CELLS)].to_numpy()
    cells = np.zeros(len(table), int)
    again = totals(values, cells, table.group, cells_n=1, draws=draws, seed=seed).reshape(draws, 2, 2)
    n = values.sum(axis=0).reshape(2, 2)
    faces = np.repeat(n.sum(axis=1, keepdims=True), 2, axis=1)
    low, high = ends(divided(again, again.sum(axis=2, keepdims=True)), faces, share=divided(n, faces))
    pairs = (("female", "female"), ("female", "male"), ("male", "female"), ("male", "male"))
    return pd.DataFrame(
        {
            "true": [true for true, _ in pairs],
            "said": [said for _, said in pairs],
            "n": n.ravel().astype(int),
            "share": divided(n, n.sum()).ravel(),
            "value": divided(n, faces).ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
            "faces": faces.ravel().astype(int),
        }
    )


def report(table, *, draws=1000, seed=0):
    """Precision, recall and F1 of each sex, and the figures of both.

    Args:
        table: as for `overall.measure`.
        draws: bootstrap draws.
        seed: of the draws.

    Returns:
        DataFrame: sex (female, male, both), metric (precision, recall, f1; for both: sex_accuracy,
        balanced_accuracy, mcc, roc_auc), value, low, high, n. `n` is the number of faces so labelled (the
        support). What cannot be computed is NaN, e.g. the precision of a sex that was never said.
    """
    values = sums(table)[list(_CELLS)].to_numpy()
    again = totals(values, np.zeros(len(table), int), table.group, cells_n=1, draws=draws, seed=seed)[:, 0]
    records = []
    for sex, order in zip(("female", "male"), ((0, 1, 2, 3), (3, 2, 1, 0)), strict=True):
        found, drawn = _scores(values.sum(axis=0)[list(order)]), _scores(again[:, order])
        n = int((table.sex == sex).sum())
        for metric, value in found.items():
            low, high = ends(drawn[metric], n, share=value)
            records.append([sex, metric, float(value), float(low), float(high), n])
    names = ("sex_accuracy", "balanced_accuracy", "mcc", "roc_auc")
    both = measure(table, np.zeros(len(table), int), 1, names, draws=draws, seed=seed)
    records += [["both", metric, *one(both, metric).values()] for metric in names]
    return pd.DataFrame(records, columns=["sex", "metric", "value", "low", "high", "n"])


def sex_by_age(table, *, reach=2, draws=1000, seed=0):
    """Sex accuracy for each exact age over a window of neighbouring ages; see `ages.error_by_age`."""
    return error_by_age(table, "sex_accuracy", reach=reach, draws=draws, seed=seed)


def _scores(order):
    """Precision, recall and F1 of (…, 4) counts: right, missed, wrongly said, rightly not said."""
    right, missed, wrong, _ = np.moveaxis(np.asarray(order), -1, 0)
    return {
        "precision": divided(right, right + wrong),
        "recall": divided(right, right + missed),
        "f1": divided(2 * right, 2 * right + missed + wrong),
    }
