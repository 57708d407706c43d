"""The way from a face to a map: what is asked, mirrored answers, empty maps, the layers of a network."""

import types

import numpy as np
import pytest

from agesex import explain as package
from agesex.errors import CannotExplain
from agesex.explain import Explanation, explanation, overlay
from agesex.explain import seam as seams
from agesex.explain.seam import Gradients, Seam


def picture(side=6, seed=1):
    return np.random.default_rng(seed).uniform(0, 255, (side, side, 3)).astype(np.float32)


def upper_left():
    """A seam that reads one corner: 3 points for every level of red at the upper left."""

    def pixels(photos, target):
        gradient = np.zeros_like(photos)
        gradient[:, 0, 0, 0] = 3
        return Gradients(3 * photos[:, 0, 0, 0], gradient, photos)

    return Seam(lambda photos, target: 3 * photos[:, 0, 0, 0], pixels, None)


@pytest.mark.parametrize("value", [0.0, -3.0, 5.0, np.nan, np.inf])
@pytest.mark.parametrize("method", package.METHODS)
def test_a_constant_map_is_never_stretched(value, method):
    found = explanation.from_raw(np.full((5, 5), value), "older", method)
    assert found.empty
    assert not found.map.any()
    said = "points nowhere" if value > 0 or not np.isfinite(value) else "Nothing in this face speaks for “older”"
    assert said in found.note and "look at “younger”" in found.note


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_map_with_a_hole_is_not_shown(value):
    raw = np.eye(5)
    raw[0, 1] = value
    found = explanation.from_raw(raw, "older", "grad-cam")
    assert found.empty and np.isfinite(found.map).all() and not found.map.any()


def test_rounding_is_not_stretched_into_a_picture():
    raw = np.full((5, 5), 1000, np.float32)
    raw[2, 2] += 2e-4
    assert explanation.from_raw(raw, "older", "grad-cam").empty
    raw[2, 2] += 100
    assert not explanation.from_raw(raw, "older", "grad-cam").empty


def test_a_map_is_scaled_by_its_peak_and_enlarged():
    raw = np.full((5, 5), -1, np.float32)
    raw[2, 2] = 7.0
    found = explanation.from_raw(raw, "female", "grad-cam", "last")
    assert isinstance(found, Explanation)
    assert found.map.shape == (200, 200) and found.map.dtype == np.float32
    assert found.map.max() == pytest.approx(1, abs=0.05) and found.map.min() == 0
    assert np.unravel_index(found.map.argmax(), (200, 200)) == pytest.approx((99, 99), abs=2)
    assert found.raw.max() == 7.0 and found.raw.min() == -1.0  # what speaks against is kept
    assert (found.target, found.method, found.layer) == ("female", "grad-cam", "last")


@pytest.mark.parametrize("target", package.TARGETS)
@pytest.mark.parametrize("method", package.METHODS)
def test_every_note_says_what_is_hot_and_what_the_map_does_not_say(method, target):
    note = explanation.from_raw(np.eye(5), target, method).note
    known = package.METHODS[method]
    assert note.lower().startswith(known.hot.format(target=target).lower())
    assert known.caveat.split("“")[0] in note
    assert "{" not in note and "mirror image" not in note
    assert "mirror image" in explanation.from_raw(np.eye(5), target, method, mirror=True).note


def test_the_overlay_of_an_empty_map_is_the_face():
    face = np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
    empty = explanation.from_raw(np.zeros((5, 5)), "older", "grad-cam")
    assert (overlay(face, empty) == face).all()
    raw = np.zeros((5, 5), np.float32)
    raw[0, 0] = 1
    full = explanation.from_raw(raw, "older", "grad-cam")
    assert (overlay(face, full, strength=0) == face).all()
    changed = np.abs(overlay(face, full, strength=0.8).astype(int) - face).sum(axis=-1)
    assert changed[:40, :40].mean() > 1.5 * changed[100:, 100:].mean()


def test_unknown_targets_and_methods_are_named():
    with pytest.raises(ValueError, match="'older', 'younger', 'female', 'male'.*received 'happy'"):
        package.explain(None, None, target="happy")
    with pytest.raises(ValueError, match="'grad-cam'.*'occlusion'.*received 'guess'"):
        package.explain(None, None, method="guess")


def test_a_mirrored_answer_has_the_mean_of_both_maps_moved_back():
    photo = picture()
    once = explanation.attribute(upper_left(), "saliency", photo, "older")
    assert once[0, 0] == 3 and once.sum() == 3
    both = explanation.attribute(upper_left(), "saliency", photo, "older", mirror=True)
    expected = np.zeros((6, 6))
    expected[0, 0] = expected[0, -1] = 1.5  # the mirror image's upper left is the photo's upper right
    np.testing.assert_allclose(both, expected)
    both = explanation.attribute(upper_left(), "gradient-input", photo, "older", mirror=True)
    expected[0, 0] *= photo[0, 0, 0]
    expected[0, -1] *= photo[0, -1, 0]
    np.testing.assert_allclose(both, expected, rtol=1e-6)


def test_the_photo_itself_is_left_alone():
    photo = picture(side=48)
    before = photo.copy()
    for method in ("occlusion", "integrated-gradients", "smoothgrad"):
        explanation.attribute(upper_left(), method, photo, "older", mirror=True)
    assert (photo == before).all()


@pytest.mark.parametrize("mirror", [False, True])
def test_progress_grows_to_1(mirror):
    done = []
    explanation.attribute(upper_left(), "occlusion", picture(48), "older", mirror, progress=done.append)
    assert done == sorted(done) and done[-1] == 1 and len(done) >= 2
    assert (0.5 in done) or not mirror


def test_progress_is_not_asked_of_quick_methods():
    done = []
    explanation.attribute(upper_left(), "saliency", picture(), "older", progress=done.append)
    assert done == []


def test_a_target_and_its_opposite_are_mirror_images_of_a_number():
    for target, opposite in package.OPPOSITE.items():
        assert np.add(package.TARGETS[target], package.TARGETS[opposite]).tolist() == [0, 0]
        assert package.unit(target) == package.unit(opposite)
    assert package.unit("older") == "years" and package.unit("male") == "logits"


# small networks: two branches, and one that has no convolution


def two_branches():
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    photo = keras.Input((24, 24, 3), name="photo")
    outputs = {}
    for task, units, widths in (("age", 101, (4, 8)), ("sex", 1, (4, 8, 8))):
        x = layers.ZeroPadding2D(1, name=f"{task}_pad")(photo)
        for number, width in enumerate(widths):
            x = layers.Conv2D(width, 3, padding="same", activation="relu", name=f"{task}_conv{number}")(x)
            x = layers.MaxPooling2D(name=f"{task}_pool{number}")(x)
        x = layers.GlobalAveragePooling2D(name=f"{task}_mean")(x)
        outputs[task] = layers.Dense(units, name=task)(x)
    return keras.Model(photo, outputs, name="two_branches")


def without_convolution():
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    photo = keras.Input((24, 24, 3), name="photo")
    x = layers.Dense(8, activation="relu")(layers.Flatten()(layers.Rescaling(1 / 255)(photo)))
    outputs = {"age": layers.Dense(101, name="age")(x), "sex": layers.Dense(1, name="sex")(x)}
    return keras.Model(photo, outputs, name="flat")


def loaded(network, mirror=False):
    return types.SimpleNamespace(network=network, input_size=24, mirror=mirror)


@pytest.fixture(scope="module")
def branches():
    return two_branches()


def crop():
    return np.random.default_rng(3).integers(0, 255, (200, 200, 3), np.uint8)


@pytest.mark.model
def test_layers_are_those_that_the_answer_depends_on(branches):
    age = package.layers(branches, "older")
    assert age == {"age_conv0": (26, 26), "age_conv1": (13, 13), "age_pool1": (6, 6)}
    sex = package.layers(branches, "male")
    assert list(sex) == ["sex_conv0", "sex_conv1", "sex_conv2", "sex_pool2"]
    assert package.last_grid(branches, "older") == "age_pool1"
    assert package.last_grid(branches, "female", cells=6) == "sex_conv2"
    assert package.default_layer(branches, "older", "grad-cam") == "age_pool1"
    assert package.default_layer(branches, "older", "layer-cam") == "age_conv0"  # finer than 16×16
    assert package.default_layer(branches, "older", "saliency") is None
    with pytest.raises(CannotExplain, match="no convolutional layer of 30×30"):
        package.last_grid(branches, "older", cells=30)


@pytest.mark.model
def test_a_layer_of_the_other_branch_is_refused_and_the_known_ones_are_named(branches):
    for layer in ("sex_conv0", "nonsense"):
        with pytest.raises(CannotExplain, match=rf"{layer}.*age_conv1 \(13×13\), age_pool1 \(6×6\)"):
            package.explain(loaded(branches), crop(), "older", "grad-cam", layer=layer)
    found = package.explain(loaded(branches), crop(), "older", "grad-cam", layer="age_conv1")
    assert found.raw.shape == (13, 13) and found.layer == "age_conv1"
    # a method of pixels has no layer to be wrong about
    assert package.explain(loaded(branches), crop(), "older", "saliency", layer="nonsense").layer is None


@pytest.mark.model
@pytest.mark.parametrize("mirror", [False, True])
def test_every_method_explains_either_branch_and_repeats_itself(branches, mirror):
    for target in ("younger", "female"):
        for method in package.METHODS:
            found = package.explain(loaded(branches, mirror), crop(), target, method)
            again = package.explain(loaded(branches, mirror), crop(), target, method)
            assert np.isfinite(found.raw).all() and (found.raw == again.raw).all(), method
            assert mirror == ("mirror image" in found.note)


@pytest.mark.model
def test_a_network_without_convolutions_leaves_the_methods_of_pixels():
    network = without_convolution()
    assert package.layers(network) == {}
    remaining = package.usable(network)
    assert remaining == [name for name, method in package.METHODS.items() if not method.layer]
    assert "occlusion" in remaining and "grad-cam" not in remaining
    with pytest.raises(CannotExplain, match="'flat' has no convolutional layer.*saliency, SmoothGrad"):
        package.last_grid(network)
    with pytest.raises(CannotExplain, match="no convolutional layer"):
        package.explain(loaded(network), crop(), "older", "score-cam")
    for method in remaining:
        assert np.isfinite(package.explain(loaded(network), crop(), "older", method).raw).all()


@pytest.mark.model
def test_a_live_seam_sees_new_weights_and_a_frozen_one_does_not():
    network, photo = two_branches(), picture(24)
    frozen, live = seams.of(network), seams.live(network)
    before = frozen.score(photo[None], "older")
    np.testing.assert_allclose(live.score(photo[None], "older"), before, rtol=1e-4)
    network.get_layer("age").set_weights([weight * 3 + 1 for weight in network.get_layer("age").get_weights()])
    network.get_layer("age_conv1").set_weights([-weight for weight in network.get_layer("age_conv1").get_weights()])
    np.testing.assert_array_equal(frozen.score(photo[None], "older"), before)
    assert abs(live.score(photo[None], "older") - before) > 0.01


@pytest.mark.model
def test_the_gradients_of_the_seam_are_those_of_its_score(branches):
    seam, photo = seams.of(branches), picture(24)
    for target, unit in (("older", 1), ("female", 1), ("younger", -1)):
        found = seam.pixels(photo[None], target)
        direction = np.sign(found.gradient[0])
        step = 0.05
        ends = seam.score(np.stack([photo + step * direction, photo - step * direction]), target)
        assert (ends[0] - ends[1]) / (2 * step) == pytest.approx(np.abs(found.gradient).sum(), rel=0.02)
        np.testing.assert_allclose(found.score, seam.score(photo[None], target), rtol=1e-5)
        assert unit * found.score > 0 or target == "female"
    many = np.stack([picture(24, seed) for seed in range(40)])  # more than one part
    one_by_one = [seam.score(photo[None], "older")[0] for photo in many]
    np.testing.assert_allclose(seam.score(many, "older"), one_by_one, rtol=1e-4)
