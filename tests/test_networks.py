"""Every recipe's network: its form, what it may not see, and the fused batch normalisation."""

import dataclasses

import keras
import numpy as np
import pytest

from agesex.errors import BadModel
from agesex.explain import last_grid
from training import networks
from training.finish import compiled
from training.fused import FusedBatchNormalization, fused
from training.recipes import RECIPES, with_inception

pytestmark = pytest.mark.model


def photos(size, n=2, seed=0):
    return np.random.default_rng(seed).uniform(0, 255, (n, size, size, 3)).astype(np.float32)


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_gives_the_two_answers_and_stays_small(name):
    recipe = RECIPES[name]
    network = networks.build(recipe, recipe.size)
    output = network(photos(recipe.size), training=False)
    assert output["age"].shape == (2, 101) and output["sex"].shape == (2, 1)
    assert network.count_params() * 4 <= 15e6
    assert not [layer for layer in network.layers if isinstance(layer, keras.Model)]  # for Grad-CAM
    assert recipe.about and recipe.title


@pytest.mark.parametrize("name", ["grey48", "grey48-joint"])
def test_a_grey_network_sees_no_colour(name):
    recipe = RECIPES[name]
    network = networks.build(recipe, recipe.size)
    photo = photos(recipe.size)
    grey = np.repeat(photo @ np.array([[0.299], [0.587], [0.114]], np.float32), 3, axis=-1)
    first, second = network(photo, training=False), network(grey, training=False)
    np.testing.assert_allclose(first["age"], second["age"], atol=1e-3)
    colour = networks.build(RECIPES["cnn"], 64)
    first, second = (colour(p, training=False)["age"] for p in (photos(64), photos(64)[..., ::-1]))
    assert np.abs(np.asarray(first) - np.asarray(second)).max() > 1e-2
    assert "grey" not in {v.path.split("/")[0] for v in network.trainable_variables}


def test_the_two_separate_networks_share_no_weight():
    import tensorflow as tf

    network = networks.build(RECIPES["grey48"], 48)
    with tf.GradientTape() as tape:
        output = network(photos(48), training=False)
        loss = tf.reduce_sum(output["age"] ** 2)
    found = tape.gradient(loss, network.trainable_variables)
    pairs = zip(network.trainable_variables, found, strict=True)
    touched = [variable.path for variable, gradient in pairs if gradient is not None]
    assert touched and not [path for path in touched if path.startswith("sex")]
    assert RECIPES["grey48"].clip == 0  # a common gradient norm would tie them together


def test_the_last_grid_belongs_to_the_branch_that_answers():
    network = networks.build(RECIPES["grey48"], 48)
    assert last_grid(network, "older") == "age_pool3"
    assert last_grid(network, "female") == "sex_pool3"
    joint = networks.build(RECIPES["grey48-joint"], 48)
    assert last_grid(joint, "older") == last_grid(joint, "male") == "pool3"


def test_freezing_leaves_only_the_heads_to_learn():
    network = networks.build(RECIPES["transfer"], 96)
    networks.freeze(network, True)
    assert {v.path.split("/")[0] for v in network.trainable_variables} == set(networks.HEADS)
    networks.freeze(network, False)
    assert len(network.trainable_variables) > 100


def test_l2_differs_from_the_plain_network_by_the_penalty_alone():
    plain, penalised = RECIPES["cnn"], RECIPES["cnn-l2"]
    same = {f.name for f in dataclasses.fields(plain)} - {"title", "about", "l2"}
    assert all(getattr(plain, name) == getattr(penalised, name) for name in same)
    assert not networks.build(plain, 64).losses
    network = networks.build(penalised, 64)
    kernels = [v for v in network.trainable_variables if v.path.endswith("kernel")]
    expected = sum(float((np.asarray(v) ** 2).sum()) for v in kernels) * penalised.l2
    assert float(sum(network.losses)) == pytest.approx(expected, rel=1e-4)


def test_inception_is_built_and_takes_a_step():
    recipe = with_inception(RECIPES["transfer"])
    network = compiled(networks.build(recipe, 96), recipe, 10)
    network.run_eagerly = True  # two steps: tracing 94 convolutions and their gradients takes longer
    targets = {"age": np.array([20.0, 60.0]), "sex": np.array([0.0, 1.0])}
    before = network.get_layer("age").get_weights()[0].copy()
    result = network.train_on_batch(photos(96), targets, return_dict=True)
    result = network.train_on_batch(photos(96), targets, return_dict=True)  # warm-up from 0
    assert np.isfinite(result["loss"])
    assert (network.get_layer("age").get_weights()[0] != before).any()
    assert network.name == "inception"


def test_weights_that_cannot_be_fetched_are_one_sentence(monkeypatch):
    def fail(*args, **kwargs):
        raise Exception("URL fetch failure on https://example.org: no connection")  # as Keras does

    monkeypatch.setattr("keras.src.applications.inception_v3.file_utils.get_file", fail)
    recipe = with_inception(RECIPES["transfer"])
    with pytest.raises(BadModel, match="could not be fetched.*no connection.*Connect once"):
        networks.build(recipe, recipe.size, "imagenet")


def test_starting_weights_of_another_network_are_one_sentence(tmp_path):
    path = tmp_path / "some.weights.h5"
    networks.build(RECIPES["tiny"], 32).save_weights(path)
    with pytest.raises(BadModel, match="Expected a Keras MobileNetV2 without top"):
        networks.build(RECIPES["transfer"], 96, path)


def test_imagenet_weights_arrive_in_the_backbone(tmp_path):
    source = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(96, 96, 3))
    source.save_weights(tmp_path / "w.weights.h5")
    network = networks.build(RECIPES["transfer"], 96, tmp_path / "w.weights.h5")
    photo = photos(96)
    inner = keras.Model(network.inputs[0], network.get_layer("out_relu").output)
    expected = source(photo / 127.5 - 1, training=False)
    np.testing.assert_allclose(inner(photo, training=False), expected, rtol=1e-3, atol=1e-4)


def test_the_fused_normalisation_learns_what_keras_learns():
    """Same outputs, same gradients, same running statistics as Keras's own layer."""
    import tensorflow as tf

    x = tf.constant(np.random.default_rng(0).normal(3, 2, (8, 6, 6, 4)).astype(np.float32))
    weight = tf.constant(np.random.default_rng(1).normal(0, 1, (8, 6, 6, 4)).astype(np.float32))
    found = []
    for kind in (keras.layers.BatchNormalization, FusedBatchNormalization):
        layer = kind(momentum=0.9)
        layer.build(x.shape)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, training=True)
            loss = tf.reduce_sum(y * weight)
        found.append([y, tape.gradient(loss, x), *layer.get_weights(), layer(x, training=False)])
    n = 8 * 6 * 6  # the fused kernel's variance has n − 1 in the denominator
    for number, (one, other) in enumerate(zip(*found, strict=True)):
        tolerance = 2 / n if number >= 5 else 1e-4
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=1e-3 + tolerance)


def test_a_fused_network_answers_like_the_original_and_still_holds_when_frozen():
    network = networks.build(RECIPES["residual"], 64)
    copy = fused(network)
    assert sum(isinstance(layer, FusedBatchNormalization) for layer in copy.layers) == 15
    photo = photos(64)
    expected = network(photo, training=False)["age"]
    np.testing.assert_allclose(copy(photo, training=False)["age"], expected, atol=1e-4)
    networks.freeze(copy, True)
    before = copy.get_layer("stem_bn").get_weights()
    copy(photo, training=True)
    for one, other in zip(before, copy.get_layer("stem_bn").get_weights(), strict=True):
        assert (one == other).all()
    assert [w.shape for w in network.weights] == [w.shape for w in copy.weights]
