import numpy as np
import pytest

from agesex import explain as package
from agesex.explain import Explanation, explanation, overlay
from agesex.explain.grad_cam import grad_cam
from agesex.explain.gradients import Gradients, layers
from agesex.explain.smooth_grad import smooth_grad


def by_hand(photos, target):
    """A seam of numpy: two channels on a 5×5 grid whose Grad-CAM can be worked out by hand."""
    sign = 1.0 if target in ("older", "female") else -1.0
    activation = np.zeros((len(photos), 5, 5, 2), np.float32)
    activation[:, 1, 2, 0] = 4.0  # channel 0 is on at (1, 2), channel 1 at (3, 3)
    activation[:, 3, 3, 1] = 2.0
    layer = np.zeros_like(activation)
    layer[..., 1] = -1.0 * sign
    layer[:, 4, 0, 0] = 12.5 * sign  # 0.5 on average over the 25 cells: a maximum would show
    return Gradients(np.zeros(len(photos)), photos * 0 + sign, activation, layer)


def test_grad_cam_by_hand():
    photo = np.zeros((10, 10, 3), np.float32)
    expected = np.zeros((5, 5))
    expected[1, 2] = 2.0  # 0.5 · 4; channel 1 speaks against
    np.testing.assert_allclose(grad_cam(by_hand, photo, "older"), expected)
    expected = np.zeros((5, 5))
    expected[3, 3] = 2.0  # the opposite target: 1.0 · 2
    np.testing.assert_allclose(grad_cam(by_hand, photo, "younger"), expected)


def test_smooth_grad_of_a_linear_model_is_its_weight():
    weight = np.random.default_rng(0).normal(size=(6, 6, 3)).astype(np.float32)

    def linear(photos, target):
        return Gradients(None, np.broadcast_to(weight, photos.shape), None, None)

    photo = np.random.default_rng(1).uniform(0, 255, (6, 6, 3)).astype(np.float32)
    np.testing.assert_allclose(
        smooth_grad(linear, photo, "older"), np.abs(weight).max(axis=-1), rtol=1e-6
    )


def test_smooth_grad_averages_over_noise_and_repeats_itself():
    def quadratic(photos, target):
        return Gradients(None, 2 * photos, None, None)

    photo = np.random.default_rng(1).uniform(50, 255, (6, 6, 3)).astype(np.float32)
    first = smooth_grad(quadratic, photo, "older")
    assert (smooth_grad(quadratic, photo, "older") == first).all()
    assert np.corrcoef(first.ravel(), 2 * photo.max(axis=-1).ravel())[0, 1] > 0.9


@pytest.mark.parametrize("value", [0.0, -3.0, 5.0, np.nan])
def test_a_constant_map_is_never_stretched(value):
    found = explanation.from_raw(np.full((5, 5), value), "older", "grad-cam")
    assert found.empty
    assert not found.map.any()
    assert "Nothing in this face speaks" in found.note


def test_a_map_is_scaled_by_its_peak_and_enlarged():
    raw = np.zeros((5, 5), np.float32)
    raw[2, 2] = 7.0
    found = explanation.from_raw(raw, "female", "grad-cam")
    assert isinstance(found, Explanation)
    assert found.map.shape == (200, 200)
    assert found.map.max() == pytest.approx(1, abs=0.05)
    assert np.unravel_index(found.map.argmax(), (200, 200)) == pytest.approx((99, 99), abs=2)
    assert found.raw.max() == 7.0
    assert "“female”" in found.note and "5×5" in found.note


def test_the_overlay_of_an_empty_map_is_the_face():
    face = np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
    empty = explanation.from_raw(np.zeros((5, 5)), "older", "grad-cam")
    assert (overlay(face, empty) == face).all()
    raw = np.zeros((5, 5), np.float32)
    raw[0, 0] = 1
    full = explanation.from_raw(raw, "older", "grad-cam")
    assert (overlay(face, full, strength=0) == face).all()
    changed = np.abs(overlay(face, full, strength=0.8).astype(int) - face).sum(axis=-1)
    assert changed[:40, :40].mean() > 0


def test_unknown_targets_and_methods_are_named():
    with pytest.raises(ValueError, match="'older', 'younger', 'female', 'male'"):
        package.explain(None, None, target="happy")
    with pytest.raises(ValueError, match="grad-cam"):
        package.explain(None, None, method="guess")


@pytest.mark.model
def test_the_released_model_is_explained():
    from tf_keras_vis.gradcam import Gradcam

    from agesex import faces, model, samples

    loaded = model.load()
    crop = faces.aligned(samples.get("20-29_female").photo).crop
    maps = {
        target: package.explain(loaded, crop, target, "grad-cam") for target in package.TARGETS
    }
    assert not all(found.empty for found in maps.values())
    pairs = [("older", "younger"), ("female", "male")]
    for one, other in pairs:
        overlap = (maps[one].raw > 0) & (maps[other].raw > 0)
        assert not overlap.any()  # no cell speaks for both
    again = package.explain(loaded, crop, "older", "grad-cam")
    assert (again.map == maps["older"].map).all()

    # tf-keras-vis defines what Grad-CAM means
    import keras

    network = loaded.network
    single = keras.Model(network.inputs, network.get_layer("sex").output)
    photo = faces.resize(crop, loaded.input_size).astype(np.float32)
    last = list(layers(network))[-1]
    for target, sign in (("female", 1.0), ("male", -1.0)):
        oracle = Gradcam(single, clone=False)(
            lambda output, sign=sign: sign * output[:, 0],
            photo[None],
            penultimate_layer=last,
            seek_penultimate_conv_layer=False,  # ours explains after the activation
            expand_cam=False,
            normalize_cam=False,
        )
        oracle, ours = np.asarray(oracle)[0], maps[target].raw
        if ours.any() or oracle.any():
            assert np.corrcoef(ours.ravel(), oracle.ravel())[0, 1] > 0.999


@pytest.mark.model
def test_smoothgrad_of_the_released_model_is_finite_and_fine():
    from agesex import faces, model, samples

    crop = faces.aligned(samples.get("50-59_male").photo).crop
    found = package.explain(model.load(), crop, "older", "smoothgrad")
    assert found.raw.shape == (model.load().input_size,) * 2
    assert np.isfinite(found.raw).all() and found.raw.min() >= 0 and not found.empty
    opposite = package.explain(model.load(), crop, "younger", "smoothgrad")
    np.testing.assert_allclose(found.raw, opposite.raw, rtol=1e-4)
