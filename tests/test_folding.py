"""Folding changes the speed and nothing else."""

import keras
import numpy as np
import pytest

from agesex.folding import folded
from training import networks
from training.recipes import RECIPES

pytestmark = pytest.mark.model


@pytest.mark.parametrize("name", ["mobile", "transfer", "residual", "grey48", "tiny"])
def test_a_folded_network_answers_like_the_original(name):
    recipe, rng = RECIPES[name], np.random.default_rng(0)
    network = networks.build(recipe, recipe.size)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            n = layer.moving_mean.shape[0]
            layer.set_weights(
                [rng.uniform(0.5, 1.5, n), rng.normal(0, 0.2, n), rng.normal(0, 0.2, n),
                 rng.uniform(0.5, 1.5, n)]
            )  # fmt: skip
    copy = folded(network)
    assert not [one for one in copy.layers if isinstance(one, keras.layers.BatchNormalization)]
    photos = rng.uniform(0, 255, (3, recipe.size, recipe.size, 3)).astype(np.float32)
    expected, found = network(photos, training=False), copy(photos, training=False)
    for answer in ("age", "sex"):
        scale = np.abs(np.asarray(expected[answer])).max()
        np.testing.assert_allclose(found[answer], expected[answer], atol=1e-4 * max(1, scale))


def test_what_cannot_be_folded_stays():
    """Not after an activation, not where somebody else reads the convolution, not at the input."""
    layers = keras.layers
    photo = keras.Input((8, 8, 3))
    first = layers.BatchNormalization(name="at_input")(photo)
    curved = layers.Conv2D(4, 3, activation="relu", name="curved")(first)
    curved = layers.BatchNormalization(name="after_relu")(curved)
    shared = layers.Conv2D(4, 1, use_bias=True, name="shared")(curved)
    normal = layers.BatchNormalization(name="read_twice")(shared)
    last = layers.Conv2D(4, 1, use_bias=True, name="last")(layers.Add()([shared, normal]))
    last = layers.BatchNormalization(name="folds", scale=False)(last)
    network = keras.Model(photo, layers.GlobalAveragePooling2D()(last))
    rng = np.random.default_rng(0)
    for layer in network.layers:
        layer.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])
    copy = folded(network)
    kept = {one.name for one in copy.layers if isinstance(one, layers.BatchNormalization)}
    assert kept == {"at_input", "after_relu", "read_twice"}
    photos = rng.normal(0, 1, (2, 8, 8, 3)).astype(np.float32)
    np.testing.assert_allclose(copy(photos), network(photos), rtol=1e-4)
