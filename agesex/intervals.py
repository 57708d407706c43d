"""Age intervals that keep their promise: split conformal prediction, by predicted age.

    spec = fit(age, age_pred, age_sd)               # on the calibration split, nothing else
    low, high = apply(spec, age_pred, age_sd, 0.90)

The score of a face is |age − predicted| / s, where s is the standard deviation of the network's own age
distribution; faces on which it hesitates get wider intervals. The quantile of the scores is taken
within bands of the *predicted* age, which is all that is known of a visitor.
Source: Lei et al. 2018, "Distribution-Free Predictive Inference for Regression"; Vovk 2012 (bands).
"""

import math

import numpy as np

LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
EDGES = (0, 5, 10, 20, 30, 40, 50, 60, 70, 80)  # years, left edges of the bands of predicted age
MIN_ROWS = 50  # a band with fewer calibration faces borrows a neighbour
MIN_SD, MAX_AGE = 0.5, 116.0  # years; the oldest label is 116


def quantile(scores, level):
    """Split-conformal quantile: the ceil((n + 1) · level)-th smallest score.

    Args:
        scores: (n,) array.
        level: coverage wanted, 0 to 1.

    Returns:
        float; infinity where n is too small for the level.
    """
    rank = math.ceil((len(scores) + 1) * level)
    return float(np.sort(scores)[rank - 1]) if rank <= len(scores) else math.inf


def fit(age, age_pred, age_sd, *, levels=LEVELS, edges=EDGES):
    """Fit the quantiles on calibration faces.

    Args:
        age: (n,) true age, years.
        age_pred: (n,) predicted age, years.
        age_sd: (n,) standard deviation of the predicted age distribution, years.
        levels: coverages, each 0 to 1.
        edges: left edges of the bands of predicted age.

    Returns:
        dict for the card: method, n, and bands with from, to, n, borrowed, quantiles.

    Raises:
        ValueError: there are fewer than `MIN_ROWS` faces altogether.
    """
    age, age_pred, age_sd = (np.asarray(values, float) for values in (age, age_pred, age_sd))
    if len(age) < MIN_ROWS:
        raise ValueError(f"calibration needs {MIN_ROWS} faces or more, received {len(age)}")
    scores = np.abs(age - age_pred) / np.maximum(age_sd, MIN_SD)
    band = np.searchsorted(edges, age_pred, side="right") - 1
    bands = []
    for i, left in enumerate(edges):
        # the smallest window of bands round this one that holds enough faces for every level
        first = last = i
        while not _enough(scores[(band >= first) & (band <= last)], levels):
            if (first, last) == (0, len(edges) - 1):
                break
            first, last = max(first - 1, 0), min(last + 1, len(edges) - 1)
        used = scores[(band >= first) & (band <= last)]
        bands.append(
            {
                "from": left,
                "to": edges[i + 1] if i + 1 < len(edges) else None,
                "n": int((band == i).sum()),
                "n_used": len(used),
                "borrowed": bool(first != last),
                "quantiles": {f"{level:g}": quantile(used, level) for level in levels},
            }
        )
    return {
        "method": "split conformal on |age - predicted| / sd, by predicted age",
        "n": len(age),
        "min_sd": MIN_SD,
        "bands": bands,
    }


def apply(spec, age_pred, age_sd, level=0.9):
    """Intervals for new faces.

    Args:
        spec: what `fit` returned.
        age_pred: (n,) predicted age, years.
        age_sd: (n,) its standard deviation, years.
        level: one of the fitted levels; between two of them the quantile is interpolated.

    Returns:
        (low, high): (n,) arrays, years, cut at 0 and 116.

    Raises:
        ValueError: the level lies outside the fitted ones.
    """
    age_pred, age_sd = np.asarray(age_pred, float), np.asarray(age_sd, float)
    levels = sorted(float(name) for name in spec["bands"][0]["quantiles"])
    if not levels[0] <= level <= levels[-1]:
        raise ValueError(f"level must lie within {levels[0]:g} to {levels[-1]:g}, received {level}")
    per_band = np.array(
        [
            np.interp(level, levels, [band["quantiles"][f"{known:g}"] for known in levels])
            for band in spec["bands"]
        ]
    )
    lefts = [band["from"] for band in spec["bands"]]
    band = np.clip(np.searchsorted(lefts, age_pred, side="right") - 1, 0, None)
    half = per_band[band] * np.maximum(age_sd, spec["min_sd"])
    return np.clip(age_pred - half, 0, MAX_AGE), np.clip(age_pred + half, 0, MAX_AGE)


def _enough(scores, levels):
    n = len(scores)
    return n >= MIN_ROWS and all(math.ceil((n + 1) * level) <= n for level in levels)
