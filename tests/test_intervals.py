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
    assert bands[80]["borrowed"] == [f"{level:g}" for level in intervals.LEVELS]
    assert bands[80]["n"] < intervals.MIN_ROWS <= bands[80]["n_used"]["0.9"]
    assert not bands[30]["borrowed"]
    assert set(bands[30]["n_used"].values()) == {bands[30]["n"]}
    assert all(math.isfinite(q) for b in bands.values() for q in b["quantiles"].values())


def test_a_band_borrows_only_for_the_levels_that_need_it():
    age, pred, sd = drawn(4000, 0)
    keep = (pred < 80) | (np.arange(4000) % 10 == 0)
    last = intervals.fit(age[keep], pred[keep], sd[keep])["bands"][-1]
    assert intervals.MIN_ROWS <= last["n"] < 99  # too few for 99 %, enough for 95 %
    assert last["borrowed"] == ["0.99"]
    assert last["n_used"]["0.9"] == last["n"] < last["n_used"]["0.99"]


def test_a_higher_level_is_never_narrower_even_if_it_borrowed():
    rng = np.random.default_rng(0)
    pred = np.r_[rng.uniform(0, 5, 400), rng.uniform(5, 10, 60), rng.uniform(10, 20, 400)]
    age = pred + rng.normal(0, np.where((pred > 5) & (pred < 10), 30, 0.1))
    for band in intervals.fit(age, pred, np.ones(len(pred)))["bands"]:
        assert list(band["quantiles"].values()) == sorted(band["quantiles"].values())


def test_a_card_fitted_on_the_whole_deviation_is_still_read_so():
    spec = intervals.fit(*drawn(2000, 0))
    old = {name: value for name, value in spec.items() if name != "power"}
    low, high = intervals.apply(old, [40.0], [4.0])
    now, _ = intervals.apply(spec, [40.0], [4.0])
    assert (40 - low[0]) / (40 - now[0]) == pytest.approx(2)  # 4 instead of the root of 4
    assert high[0] - 40 == pytest.approx(40 - low[0])


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
