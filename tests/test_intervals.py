import math

import numpy as np
import pytest

from agesex import intervals


def test_the_quantile_is_the_split_conformal_rank():
    scores = np.arange(1.0, 10.0)  # 9 scores: ceil(10 * 0.9) = 9th
    assert intervals.quantile(scores, 0.9) == 9
    assert intervals.quantile(scores, 0.5) == 5
    assert intervals.quantile(scores[::-1], 0.8) == 8
    assert intervals.quantile(scores, 0.95) == math.inf


def drawn(n, seed):
    """Faces whose error really has the standard deviation that the network states, times 1.3."""
    rng = np.random.default_rng(seed)
    pred = rng.uniform(0, 95, n)
    sd = 1 + pred / 20
    return np.clip(pred + 1.3 * sd * rng.standard_normal(n), 0, 116), pred, sd


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95])
def test_coverage_is_what_was_promised(level):
    spec = intervals.fit(*drawn(4000, 0))
    age, pred, sd = drawn(20_000, 1)
    low, high = intervals.apply(spec, pred, sd, level)
    assert ((age >= low) & (age <= high)).mean() == pytest.approx(level, abs=0.02)
    for left in range(0, 90, 10):
        band = (pred >= left) & (pred < left + 10)
        inside = ((age >= low) & (age <= high))[band].mean()
        assert inside == pytest.approx(level, abs=0.09)


def test_a_thin_band_borrows_and_says_so():
    age, pred, sd = drawn(4000, 0)
    keep = (pred < 70) | (np.arange(4000) % 40 == 0)
    bands = {b["from"]: b for b in intervals.fit(age[keep], pred[keep], sd[keep])["bands"]}
    assert bands[80]["borrowed"]
    assert bands[80]["n"] < intervals.MIN_ROWS < bands[80]["n_used"]
    assert not bands[30]["borrowed"]
    assert bands[30]["n"] == bands[30]["n_used"]
    assert all(math.isfinite(q) for b in bands.values() for q in b["quantiles"].values())


def test_intervals_stay_within_human_ages_and_grow_with_the_level():
    spec = intervals.fit(*drawn(2000, 0))
    widths = []
    for level in (0.5, 0.75, 0.9, 0.99):
        low, high = intervals.apply(spec, [1.0, 50.0, 99.0], [3.0, 3.0, 9.0], level)
        assert (low >= 0).all() and (high <= 116).all() and (low <= high).all()
        widths.append((high - low)[1])
    assert widths == sorted(widths) and len(set(widths)) == 4


def test_levels_outside_the_fitted_ones_and_too_few_faces_are_refused():
    spec = intervals.fit(*drawn(2000, 0))
    with pytest.raises(ValueError, match=r"within 0.5 to 0.99, received 0.3"):
        intervals.apply(spec, [30.0], [3.0], 0.3)
    with pytest.raises(ValueError, match="received 49"):
        intervals.fit(*drawn(49, 0))


def test_no_face_gives_no_interval():
    low, high = intervals.apply(intervals.fit(*drawn(500, 0)), [], [], 0.9)
    assert low.shape == high.shape == (0,)
