"""The seam between the maths of explanations and the network.

A method sees one function: `batch -> named arrays`. That of a real model is compiled once per layer and
serves every target; a test hands in five lines of numpy instead.
"""

import functools
from dataclasses import dataclass

import numpy as np

TARGETS = {  # weights of (expected age in years, sex logit)
    "older": (1.0, 0.0),
    "younger": (-1.0, 0.0),
    "female": (0.0, 1.0),
    "male": (0.0, -1.0),
}


@dataclass(frozen=True)
class Gradients:
    """Scores and derivatives of n photos.

    Attributes:
        score: (n,) the target, in years or logits.
        photo: (n, s, s, 3) derivative of the score by the photo's pixels.
        activation: (n, h, w, c) output of the chosen layer.
        layer: (n, h, w, c) derivative of the score by that output.
    """

    score: np.ndarray
    photo: np.ndarray
    activation: np.ndarray
    layer: np.ndarray


def layers(network, output=None):
    """Names of the layers whose output is a grid, from the input on: {name: (height, width)}.

    Args:
        network: keras.Model.
        output: "age" or "sex" leaves out the layers that this answer does not depend on.
    """
    if output is not None:
        import keras

        network = keras.Model(network.inputs[0], network.get_layer(output).output)
    found = {}
    for layer in network.layers[1:]:
        shape = layer.output.shape
        if len(shape) == 4 and shape[1] and shape[1] > 1:
            found[layer.name] = (shape[1], shape[2])
    return found


def last_grid(network, target="older"):
    """The name of the last layer whose output is still a grid, where Grad-CAM looks.

    Args:
        network: keras.Model; its two answers may come from two branches.
        target: a name of `TARGETS`.

    Raises:
        ValueError: the network has no such layer.
    """
    names = list(layers(network, "age" if TARGETS[target][0] else "sex"))
    if not names:
        raise ValueError("this model has no convolutional layer, so there is no Grad-CAM of it")
    return names[-1]


@functools.lru_cache(maxsize=16)
def function(network, layer):
    """The seam of a Keras model: photos float32 (n, s, s, 3), target name -> Gradients."""
    import keras
    import tensorflow as tf

    inner = keras.Model(
        network.inputs[0],
        {
            "grid": network.get_layer(layer).output,
            "age": network.get_layer("age").output,
            "sex": network.get_layer("sex").output,
        },
    )
    size = network.input_shape[1]

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, size, size, 3), tf.float32),
            tf.TensorSpec((2,), tf.float32),
        ],
        autograph=False,
    )
    def compiled(photos, weights):
        with tf.GradientTape() as tape:
            tape.watch(photos)
            output = inner(photos, training=False)
            grid = output["grid"]
            age = tf.nn.softmax(output["age"])
            years = tf.range(age.shape[1], dtype=tf.float32)
            expected = tf.reduce_sum(age * years, axis=-1)  # (n, 101) -> (n,)
            score = weights[0] * expected + weights[1] * output["sex"][:, 0]
        by_photo, by_grid = tape.gradient(score, [photos, grid])
        return score, by_photo, grid, by_grid

    def batch(photos, target):
        weights = tf.constant(TARGETS[target])
        return Gradients(*(part.numpy() for part in compiled(tf.constant(photos), weights)))

    return batch
