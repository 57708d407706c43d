"""Average faces and their difference: by hand on plain pictures."""

import numpy as np
import pytest

from agesex import averages, images
from agesex.averages import LEAST, Average, average
from agesex.errors import BadDataset


def plain(value, side=200):
    return images.encode_png(np.full((side, side, 3), value, np.uint8))


def of(values, n=64):
    """An average whose luma is given, as if of n photos without any spread."""
    picture = np.repeat(np.asarray(values, np.float32)[..., None], 3, axis=2)
    return Average(picture, np.zeros(picture.shape[:2], np.float32), n)


def test_an_average_is_the_mean_and_its_variance_that_of_the_photos():
    found = average([plain(100)] * 30 + [plain(140)] * 30)
    assert found.n == 60 and found.picture.shape == (200, 200, 3)
    assert np.allclose(found.picture, 120) and (found.shown == 120).all()
    assert np.allclose(found.variance, 400 * 60 / 59, rtol=1e-3)


def test_photos_of_another_size_are_brought_to_the_same():
    found = average([plain(80, side=48)] * 25 + [plain(80, side=400)] * 25)
    assert found.n == 50 and np.allclose(found.picture, 80)


def test_too_few_photos_are_refused_and_broken_ones_do_not_count():
    with pytest.raises(BadDataset, match=f"at least {LEAST} photos.*received {LEAST - 1}"):
        average([plain(9)] * (LEAST - 1) + [b"no picture", b""])
    assert average([plain(9)] * LEAST + [b"no picture"]).n == LEAST


def test_a_difference_is_positive_where_the_first_is_lighter():
    first, second = np.full((200, 200), 100.0), np.full((200, 200), 100.0)
    first[118:190, 50:150] += 24  # mouth and chin
    second[0:20] += 3
    found = averages.difference(of(first), of(second))
    assert found[150, 100] == pytest.approx(24, abs=1e-3) and found[10, 100] == pytest.approx(-3, abs=1e-3)
    name, value = averages.furthest(found)
    assert name == "the mouth and chin" and value == pytest.approx(24, abs=1e-3)
    assert averages.furthest(-found)[1] == pytest.approx(-24, abs=1e-3)


def test_chance_is_what_two_samples_of_one_group_show():
    rng = np.random.default_rng(0)
    means, expected = [], []
    for _ in range(40):
        samples = [rng.normal(120, 20, (60, 50, 50)) for _ in range(2)]
        a, b = (
            Average(np.repeat(s.mean(0)[..., None], 3, 2), s.var(0, ddof=1).astype(np.float32), 60)
            for s in samples
        )
        means.append(np.abs(averages.difference(a, b)).mean())
        expected.append(averages.chance(a, b))
    assert np.mean(means) == pytest.approx(np.mean(expected), rel=0.02)
    assert averages.chance(of([[1]]), Average(np.zeros((1, 1, 3)), None, 64)) is None


def test_the_colours_are_orange_for_lighter_blue_for_darker_and_full_at_the_limit():
    picture = averages.diverging(np.array([[20.0, -20.0, 0.0, 999.0, -10.0]]), limit=20)
    assert picture.dtype == np.uint8
    assert tuple(picture[0, 0]) == tuple(picture[0, 3]) == averages.LIGHTER
    assert tuple(picture[0, 1]) == averages.DARKER and set(picture[0, 2]) == {averages.EVEN}
    half = np.round((averages.EVEN + np.array(averages.DARKER)) / 2)
    assert np.abs(picture[0, 4] - half).max() <= 1


@pytest.mark.parametrize(("most", "limit"), [(4, 10), (10, 10), (11, 20), (39, 40), (200, 80)])
def test_the_limit_of_the_colours_is_one_of_few_steps(most, limit):
    assert averages.limit_of(np.array([[most, -most]])) == limit
