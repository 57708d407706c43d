import cv2
import numpy as np
import pytest
from drawn import drawn_face

from agesex import advice, faces
from agesex.dataset import measures
from agesex.dataset.measures import measure


def plain(level, height=200, width=200):
    return np.full((height, width, 3), level, np.uint8)


def test_a_plain_picture_has_its_level_and_nothing_else():
    found = measure(plain(100, 80, 120))
    assert (found.width, found.height) == (120, 80)
    assert (found.brightness, found.contrast, found.sharpness, found.colour) == (100, 0, 0, 0)


def test_contrast_is_the_standard_deviation_of_luma():
    picture = plain(0)
    picture[:, 100:] = 200
    found = measure(picture)
    assert found.brightness == found.contrast == 100


def test_colour_is_the_mean_distance_of_the_channels():
    picture = plain(50)
    picture[:50, :, 0] = 130  # a quarter, by 80
    assert measure(picture).colour == 20
    assert not measure(picture).grey


def test_sharpness_is_the_variance_of_the_laplacian():
    picture = plain(100)
    picture[100, 100] = 110  # the Laplacian is -40 there and 10 at its four neighbours
    variance = (40**2 + 4 * 10**2) / 200**2
    assert measure(picture).sharpness == pytest.approx(np.log10(1 + variance))


def test_sharpness_does_not_grow_with_the_picture():
    small = drawn_face()
    large = cv2.resize(small, (800, 800), interpolation=cv2.INTER_NEAREST)
    assert measure(large).sharpness == pytest.approx(measure(small).sharpness)


@pytest.mark.parametrize("shape", [(1000, 16), (16, 1000)])
def test_a_long_strip_is_measured(shape):
    assert measure(plain(90, *shape)).sharpness == 0


@pytest.mark.parametrize("seed", range(3))
def test_percentiles_are_those_of_numpy(seed):
    picture = np.random.default_rng(seed).integers(0, 256, (90, 70, 3), np.uint8)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    found = measure(picture)
    assert found.peak == np.percentile(grey, 99, method="inverted_cdf")
    assert found.chroma == np.percentile(np.ptp(picture, axis=2), 99, method="inverted_cdf")


def test_an_ordinary_picture_has_no_flag():
    assert measure(drawn_face()).flags == ""


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        (lambda picture: picture // 4, "dark"),
        (lambda picture: 230 + picture // 11, "bright"),
        (lambda picture: 100 + picture // 9, "flat"),
        (lambda picture: cv2.GaussianBlur(picture, (0, 0), 9), "blurred"),
        (lambda picture: cv2.resize(picture, (63, 63)), "tiny"),
        (lambda picture: np.repeat(picture[..., 1:2], 3, axis=2), "grey"),
    ],
)
def test_every_flag_fires_on_what_it_is_named_after(change, flag):
    assert flag in measure(change(drawn_face())).flags.split(",")


def test_flags_come_in_their_order():
    assert measure(plain(10, 20, 20)).flags == "dark,flat,blurred,tiny,grey"
    assert set(measures.FLAGS) == {"dark", "bright", "flat", "blurred", "tiny", "grey"}


def test_a_dark_background_does_not_make_a_well_lit_face_dark():
    picture = plain(15)
    picture[60:140, 60:140] = (150, 120, 110)
    found = measure(picture)
    assert found.brightness < 60
    assert "dark" not in found.flags


def test_grey_allows_what_jpeg_adds():
    grey = cv2.cvtColor(drawn_face(), cv2.COLOR_RGB2GRAY)
    tinted = np.stack([grey, grey, cv2.subtract(grey, measures.GREY)], axis=2)
    assert measure(tinted).grey
    assert not measure(np.stack([grey, grey, cv2.subtract(grey, measures.GREY + 1)], axis=2)).grey


def test_measures_of_the_face_are_those_of_the_advice():
    crop = drawn_face(3)
    known = advice.measure(crop, faces.aligned(crop))
    assert measures.face_measures(crop) == (known.blur, known.light, known.burnt)
