"""Every method against an answer worked out by hand, with numpy in the network's place."""

import numpy as np
import pytest

from agesex.explain.fill import blurred
from agesex.explain.grad_cam import grad_cam
from agesex.explain.grad_cam_pp import grad_cam_pp
from agesex.explain.gradient_input import gradient_input
from agesex.explain.integrated_gradients import integrated_gradients
from agesex.explain.layer_cam import layer_cam
from agesex.explain.occlusion import occlusion
from agesex.explain.saliency import saliency
from agesex.explain.score_cam import score_cam
from agesex.explain.seam import Gradients, Seam
from agesex.explain.smooth_grad import smooth_grad

BLACK = np.zeros((10, 10, 3), np.float32)


def picture(seed=1, side=6, low=0):
    return np.random.default_rng(seed).uniform(low, 255, (side, side, 3)).astype(np.float32)


def by_grid(activation, gradient, score=None):
    """A seam with a layer "last" of channels (c, h, w); the opposite target turns the gradient round."""
    at, slope = (np.moveaxis(np.float32(value), 0, -1)[None] for value in (activation, gradient))

    def grid(photos, target, layer):
        assert layer == "last" and len(photos) == 1
        sign = 1 if target in ("older", "female") else -1
        return Gradients(np.zeros(1), sign * slope, at)

    return Seam(score, None, grid)


def by_pixels(gradient, score=None):
    """A seam whose gradient is a function of the photos."""
    return Seam(score, lambda photos, target: Gradients(None, gradient(photos), photos), None)


def test_grad_cam_by_hand():
    activation, gradient = np.zeros((2, 5, 5)), np.zeros((2, 5, 5))
    activation[0, 1, 2] = 4.0  # channel 0 is on at (1, 2), channel 1 at (3, 3)
    activation[1, 3, 3] = 2.0
    gradient[0, 4, 0] = 12.5  # 0.5 on average over the 25 cells: a maximum would show
    gradient[1] = -1.0
    seam = by_grid(activation, gradient)
    expected = np.zeros((5, 5))
    expected[1, 2] = 2.0  # 0.5 · 4; channel 1 speaks against
    np.testing.assert_allclose(grad_cam(seam, BLACK, "older", layer="last"), expected)
    expected = np.zeros((5, 5))
    expected[3, 3] = 2.0  # the opposite target: 1.0 · 2
    np.testing.assert_allclose(grad_cam(seam, BLACK, "younger", layer="last"), expected)


def test_grad_cam_pp_by_hand():
    activation = [[[4, 0], [0, 0]], [[0, 2], [0, 0]], [[0, 0], [5, 0]], [[0, 0], [0, 7]]]
    gradient = [
        [[1, 1], [1, 1]],  # four equal shares: weight 1
        [[3, 0], [0, 0]],  # one cell has all of the share: weight 3, where Grad-CAM would say 3/4
        [[-1, -1], [-1, -1]],  # speaks against: weight 0
        [[1, 2], [0, 0]],  # 1/(2 + 7) and 4/(8 + 56) become 16/25 and 9/25: weight 16/25 + 18/25
    ]
    found = grad_cam_pp(by_grid(activation, gradient), BLACK, "older", layer="last")
    np.testing.assert_allclose(found, [[4, 6], [0, 7 * 1.36]], rtol=1e-6)


def test_grad_cam_pp_of_a_layer_without_a_slope_is_zero():
    found = grad_cam_pp(by_grid(np.ones((1, 2, 2)), np.zeros((1, 2, 2))), BLACK, "older", layer="last")
    assert (found == 0).all()


def test_layer_cam_by_hand():
    activation = [[[4, 0], [0, 2]], [[-1, -5], [3, 0]]]
    gradient = [[[0.5, 1], [1, -1]], [[1, 1], [2, 1]]]
    found = layer_cam(by_grid(activation, gradient), BLACK, "older", layer="last")
    np.testing.assert_allclose(found, [[2 - 1, 0], [6, 0]])  # -5 and 2 · -1 leave nothing


def corner(photos, target):
    """1 year for any picture, 1 more per level of red in the upper left corner, 2 less at the lower left."""
    return 1 + photos[:, 0, 0, 0] - 2 * photos[:, -1, 0, 0]


SCORE_CAM = [
    [[4, 0], [0, 0]],  # shows the upper left corner alone: 10 levels, weight 10
    [[0, 2], [0, 0]],  # shows nothing that is read: weight 0
    [[3, 3], [3, 3]],  # constant: shows nothing at all
    [[0, 0], [6, 0]],  # weight -20
]


def test_score_cam_by_hand():
    photo, done = np.full((2, 2, 3), 10, np.float32), []
    seam = by_grid(SCORE_CAM, np.zeros((4, 2, 2)), corner)
    found = score_cam(seam, photo, "older", layer="last", progress=done.append)
    np.testing.assert_allclose(found, [[40, 0], [0, 0]], rtol=1e-5)
    assert done[-1] == 1


def test_score_cam_keeps_the_channels_of_highest_variance():
    photo = np.full((2, 2, 3), 10, np.float32)
    seam = by_grid(SCORE_CAM, np.zeros((4, 2, 2)), corner)
    assert (score_cam(seam, photo, "older", layer="last", channels=1) == 0).all()  # the last one
    all_of_them = score_cam(seam, photo, "older", layer="last", channels=None)
    np.testing.assert_allclose(all_of_them, score_cam(seam, photo, "older", layer="last", channels=2), rtol=1e-5)


def test_score_cam_enlarges_a_channel_from_corner_to_corner():
    seam = by_grid([[[2, 0], [0, 0]]], np.zeros((1, 2, 2)), lambda photos, target: photos[..., 0].sum((1, 2)))
    found = score_cam(seam, np.ones((3, 3, 3), np.float32), "older", layer="last")
    # the mask is 1, ½, 0; ½, ¼, 0; 0, 0, 0
    np.testing.assert_allclose(found, [[2 * 2.25, 0], [0, 0]], rtol=1e-5)


WEIGHT = np.random.default_rng(0).normal(size=(6, 6, 3)).astype(np.float32)


def linear(photos):
    return np.broadcast_to(WEIGHT, photos.shape)


def test_saliency_and_smooth_grad_of_a_linear_model_are_its_weight():
    expected = np.abs(WEIGHT).max(axis=-1)
    np.testing.assert_allclose(saliency(by_pixels(linear), picture(), "older"), expected)
    np.testing.assert_allclose(smooth_grad(by_pixels(linear), picture(), "older"), expected, rtol=1e-6)


def test_gradient_times_input_of_a_linear_model_adds_up_to_its_score():
    found = gradient_input(by_pixels(linear), picture(), "older")
    np.testing.assert_allclose(found, (WEIGHT * picture()).sum(axis=-1), rtol=1e-5)
    assert found.sum() == pytest.approx((WEIGHT * picture()).sum(), rel=1e-4)
    assert found.min() < 0 < found.max()


def test_smooth_grad_averages_over_noise_and_repeats_itself():
    seen = []

    def quadratic(photos):
        seen.append(photos)
        return 2 * photos

    first = smooth_grad(by_pixels(quadratic), picture(low=50), "older", samples=40, noise=0.1)
    assert (smooth_grad(by_pixels(quadratic), picture(low=50), "older", samples=40, noise=0.1) == first).all()
    assert np.corrcoef(first.ravel(), 2 * picture(low=50).max(axis=-1).ravel())[0, 1] > 0.9
    assert len(seen[0]) == 40
    spread = (seen[0] - picture(low=50)).std()
    assert spread == pytest.approx(0.1 * np.ptp(picture(low=50)), rel=0.05)


def test_integrated_gradients_of_a_linear_model_are_weight_times_difference():
    found = integrated_gradients(by_pixels(linear), picture(), "older")
    expected = (WEIGHT * (picture() - blurred(picture()))).sum(axis=-1)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(("steps", "tolerance"), [(50, 1e-3), (5, 0.1)])
def test_integrated_gradients_of_a_polynomial_add_up(steps, tolerance):
    """Score Σ w·x³/100: neither the gradient at the photo nor that at its copy would do."""
    photo = picture()
    found = integrated_gradients(by_pixels(lambda x: 3 * WEIGHT * x**2 / 100), photo, "older", steps=steps)
    start = blurred(photo)
    by_pixel = (WEIGHT * (photo**3 - start**3) / 100).sum(axis=-1)
    scale = float(np.abs(by_pixel).max())
    np.testing.assert_allclose(found, by_pixel, atol=tolerance * scale)
    assert found.sum() == pytest.approx(by_pixel.sum(), abs=tolerance * scale)


def test_integrated_gradients_of_a_photo_without_features_are_zero():
    flat = np.full((6, 6, 3), 80, np.float32)
    assert np.abs(integrated_gradients(by_pixels(linear), flat, "older")).max() < 1e-3


def levels(photos, target):
    return photos.sum(axis=(1, 2, 3), dtype=np.float64)


def test_occlusion_of_a_constant_region_is_zero():
    photo = np.full((120, 120, 3), 100, np.float32)
    assert np.abs(occlusion(Seam(levels, None, None), photo, "older")).max() < 1
    photo[:, :40] = np.random.default_rng(0).uniform(0, 255, (120, 40, 3))
    found = occlusion(Seam(levels, None, None), photo, "older")  # blurring reaches 38 px into the rest
    assert np.abs(found[:, 9:]).max() < 1
    assert np.abs(found[:, :4]).max() > 100


def test_occlusion_of_a_model_that_reads_one_pixel_is_that_pixels_square():
    photo = np.zeros((120, 120, 3), np.float32)
    photo[57, 83] = 255  # square (5, 8) of 12
    loss = 255 - blurred(photo)[57, 83, 0]
    done = []
    found = occlusion(Seam(lambda photos, _: photos[:, 57, 83, 0], None, None), photo, "older",
                      progress=done.append)  # fmt: skip
    expected = np.zeros((12, 12))  # of the four patches over a square, so many hide the pixel
    expected[4:7, 7:10] = loss * np.outer([0.5, 1, 0.5], [0.5, 1, 0.5])
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert done == sorted(done) and done[-1] == 1


def test_occlusion_at_the_border_counts_the_patches_that_are_there():
    photo = np.zeros((120, 120, 3), np.float32)
    photo[2, 2] = 255
    found = occlusion(Seam(lambda photos, _: photos[:, 2, 2, 0], None, None), photo, "older")
    loss = 255 - blurred(photo)[2, 2, 0]
    np.testing.assert_allclose(found[:3, :3], loss * np.outer([1, 0.5, 0], [1, 0.5, 0]), rtol=1e-5)


def test_occlusion_is_negative_where_hiding_raises_the_score():
    photo = np.zeros((120, 120, 3), np.float32)
    photo[57, 83] = 255
    found = occlusion(Seam(lambda photos, _: -photos[:, 57, 83, 0], None, None), photo, "older")
    assert found[5, 8] == found.min() == pytest.approx(blurred(photo)[57, 83, 0] - 255)
    assert found.max() == 0
