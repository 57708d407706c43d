"""Whether the probability of the sex can be believed: reliability, and the expected calibration error.

    reliability(test)                                              # one row per bin of the probability
    calibration_error(test.p_female, test.sex == "female", test.group)
"""

import numpy as np
import pandas as pd

from agesex.metrics.figures import check
from agesex.metrics.resampling import MIN_GROUP, bootstrap, divided, ends, totals


def reliability(table, *, bins=15, draws=1000, seed=0):
    """How many are labelled female among those who got about the same probability.

    Args:
        table: needs sex, p_female, group.
        bins: number of bins of [0, 1], of equal width; a bin holds its left edge.
        draws: bootstrap draws.
        seed: of the draws.

    Returns:
        DataFrame, one row per bin with a face: start, end, p (mean probability), value (share labelled
        female), low, high (95 %, NaN under 30 faces), n, pale (under 30 faces).

    Raises:
        KeyError: a column is missing.
        BadModel: a value is missing.
    """
    check(table, ("sex", "p_female", "group"))
    p, female = table.p_female.to_numpy(float), (table.sex == "female").to_numpy(float)
    place = np.minimum((p * bins).astype(int), bins - 1)
    n = np.bincount(place, minlength=bins)
    again = totals(
        np.column_stack([np.ones(len(p)), female]), place, table.group, cells_n=bins, draws=draws, seed=seed
    )
    value = divided(np.bincount(place, female, bins), n)
    low, high = ends(divided(again[..., 1], again[..., 0]), n, share=value)
    rows = pd.DataFrame(
        {
            "start": np.arange(bins) / bins,
            "end": np.arange(1, bins + 1) / bins,
            "p": divided(np.bincount(place, p, bins), n),
            "value": value,
            "low": low,
            "high": high,
            "n": n,
            "pale": n < MIN_GROUP,
        }
    )
    return rows[rows.n > 0].reset_index(drop=True)


def calibration_error(p_female, female, groups=None, *, bins=15, draws=1000, seed=0):
    """Expected calibration error of the sex probability, with what pure chance would leave.

    Source: Naeini et al. 2015, "Obtaining Well Calibrated Probabilities Using Bayesian Binning", with
    bins of equal width (Guo et al. 2017). Finite samples give a positive error even to a perfectly
    calibrated model: `floor` is its mean when the sexes are drawn from the probabilities themselves.
    Drawing again adds the same kind of error once more, so the interval is shifted back by it.

    Args:
        p_female: (n,) probabilities.
        female: (n,) bool.
        groups: (n,) duplicate group of each face; each face its own without it.
        bins: number of bins of [0, 1].
        draws: of the floor and of the bootstrap.
        seed: of the draws.

    Returns:
        dict: value, low, high (95 % bootstrap over groups), floor, floor_high (97.5 % of chance), bins, n.
    """
    p, y = np.asarray(p_female, float), np.asarray(female, float)
    if len(p) == 0:
        return dict.fromkeys(("value", "low", "high", "floor", "floor_high")) | {"bins": bins, "n": 0}
    place = np.minimum((p * bins).astype(int), bins - 1)
    rng = np.random.default_rng(seed)
    chance = [
        np.abs(np.bincount(place, p - (rng.random(len(p)) < p))).sum() / len(p) for _ in range(draws)
    ]
    gaps = np.where(place[:, None] == np.arange(bins), (p - y)[:, None], 0.0)  # (n, bins)
    value = np.abs(gaps.mean(axis=0)).sum()
    groups = np.arange(len(p)) if groups is None else groups
    again = np.abs(bootstrap(gaps, groups, draws=draws, seed=seed)).sum(axis=1)
    low, high = np.percentile(again, [2.5, 97.5]) - (again.mean() - value)
    values = {
        "value": value,
        "low": max(0.0, low),
        "high": high,
        "floor": np.mean(chance),
        "floor_high": np.percentile(chance, 97.5),
    }
    return {k: round(float(v), 4) for k, v in values.items()} | {"bins": bins, "n": len(p)}
