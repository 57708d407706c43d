"""Age intervals that keep their promise: split conformal prediction, by predicted age.

    spec = fit(age, age_pred, age_sd)               # on the calibration split, nothing else
    low, high = apply(spec, age_pred, age_sd, 0.90)

The score of a face is |age − predicted| / √s, where s is the standard deviation of the network's own age
distribution; faces on which it hesitates get wider intervals. (With s itself the promise was kept less
evenly, with nothing the intervals were wider: see training/EXPERIMENTS.md.) The quantile of the scores is
taken within bands of the *predicted* age, which is all that is known of a visitor.
Source: Lei et al. 2018, "Distribution-Free Predictive Inference for Regression"; Vovk 2012 (bands).
"""

import math

import numpy as np

LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
EDGES = (0, 5, 10, 20, 30, 40, 50, 60, 70, 80)  # years, left edges of the bands of predicted age
MIN_ROWS = 50  # a band with fewer calibration faces borrows a neighbour
POWER = 0.5  # of the standard deviation in the score; cards without it were fitted with 1
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
        dict for the card: method, n, power, and bands with from, to, n, borrowed (the levels for which
        neighbouring bands helped), n_used (faces per level) and quantiles.

    Raises:
        ValueError: there are fewer than `MIN_ROWS` faces altogether.
    """
    age, age_pred, age_sd = (np.asarray(values, float) for values in (age, age_pred, age_sd))
    if len(age) < MIN_ROWS:
        raise ValueError(f"calibration needs {MIN_ROWS} faces or more, received {len(age)}")
    scores = np.abs(age - age_pred) / np.maximum(age_sd, MIN_SD) ** POWER
    band = np.searchsorted(edges, age_pred, side="right") - 1
    bands = []
    for i, left in enumerate(edges):
        used = {level: _window(scores, band, i, len(edges), level) for level in levels}
        values = [quantile(used[level], level) for level in levels]
        # a rarer level may have borrowed from calmer neighbours: a higher level is never narrower
        values = np.maximum.accumulate(values)
        n = int((band == i).sum())
        bands.append(
            {
                "from": left,
                "to": edges[i + 1] if i + 1 < len(edges) else None,
                "n": n,
                "n_used": {f"{level:g}": len(used[level]) for level in levels},
                "borrowed": [f"{level:g}" for level in levels if len(used[level]) > n],
                "quantiles": {
                    f"{level:g}": float(value) for level, value in zip(levels, values, strict=True)
                },
            }
        )
    return {
        "method": "split conformal on |age - predicted| / sqrt(sd), by predicted age",
        "n": len(age),
        "min_sd": MIN_SD,
        "power": POWER,
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
    half = per_band[band] * np.maximum(age_sd, spec["min_sd"]) ** spec.get("power", 1.0)
    return np.clip(age_pred - half, 0, MAX_AGE), np.clip(age_pred + half, 0, MAX_AGE)


def _window(scores, band, i, bands, level):
    """Scores of band i, with as many neighbours as the level needs."""
    first = last = i
    while True:
        used = scores[(band >= first) & (band <= last)]
        enough = len(used) >= MIN_ROWS and math.ceil((len(used) + 1) * level) <= len(used)
        if enough or (first, last) == (0, bands - 1):
            return used
        first, last = max(first - 1, 0), min(last + 1, bands - 1)
