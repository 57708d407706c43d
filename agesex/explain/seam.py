"""The seam between the maths of explanations and the network.

A method sees three small functions of a batch of photos; those of a real model are compiled once and
serve every target, a test hands in a few lines of numpy instead.

    seam = of(model.network)
    seam.score(photos, "older")                       # (n, s, s, 3) -> (n,)
    seam.pixels(photos, "older")                      # -> Gradients by the photo's pixels
    seam.grid(photos, "older", last_grid(network))    # -> Gradients by the output of a layer
"""

import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from agesex import threads
from agesex.errors import CannotExplain

TARGETS = {  # weights of (expected age in years, sex logit)
    "older": (1.0, 0.0),
    "younger": (-1.0, 0.0),
    "female": (0.0, 1.0),
    "male": (0.0, -1.0),
}
OPPOSITE = {"older": "younger", "younger": "older", "female": "male", "male": "female"}
PART = 16  # photos per pass: larger ones were no faster on two cores, and take more memory


@dataclass(frozen=True)
class Gradients:
    """Scores and derivatives of n photos.

    Attributes:
        score: (n,) the target, in years or logits.
        gradient: derivative of the score, of the shape of `at`.
        at: (n, s, s, 3) the photos, or (n, h, w, c) the output of the chosen layer.
    """

    score: np.ndarray
    gradient: np.ndarray
    at: np.ndarray


@dataclass(frozen=True)
class Seam:
    """What a method may ask a network.

    Attributes:
        score: (photos, target) -> (n,) years or logits.
        pixels: (photos, target) -> Gradients, derivatives by the pixels.
        grid: (photos, target, layer name) -> Gradients, derivatives by that layer's output.

    Photos are float32 (n, s, s, 3), 0…255, at the network's input size.
    """

    score: Callable
    pixels: Callable
    grid: Callable


def unit(target):
    """The unit of a target's score: "years" or "logits"."""
    return "years" if TARGETS[target][0] else "logits"


def layers(network, target="older"):
    """The layers at which a coarse map may look: the last one of each grid size.

    Args:
        network: keras.Model; its two answers may come from two branches.
        target: a name of `TARGETS`; layers that its answer does not depend on are left out.

    Returns:
        dict of layer name -> (height, width), from the input on. Empty where the network has no
        convolutional layer of at least 2×2 cells.
    """
    return dict(_layers(network, "age" if TARGETS[target][0] else "sex"))


@functools.lru_cache(maxsize=8)
def _layers(network, answer):
    """(name, (height, width)) pairs; kept, for building the branch took as long as a map."""
    import keras

    branch = keras.Model(network.inputs[0], network.get_layer(answer).output)
    found, convolved = {}, False
    for layer in branch.layers[1:]:
        convolved |= "Conv" in type(layer).__name__
        shape = layer.output.shape
        # padding makes sizes of its own, between two layers that matter
        if convolved and len(shape) == 4 and min(shape[1:3]) > 1 and "Padding" not in type(layer).__name__:
            found[tuple(shape[1:3])] = layer.name
    return tuple((name, size) for size, name in found.items())


def last_grid(network, target="older", cells=0):
    """The name of the last layer whose output is a grid of at least `cells` × `cells`.

    Raises:
        CannotExplain: the network has no such layer.
    """
    found = [name for name, size in layers(network, target).items() if min(size) >= cells]
    if not found:
        raise CannotExplain(
            f"The model {network.name!r} has no convolutional layer of {max(cells, 2)}×{max(cells, 2)} cells "
            f"or more, so methods that look at a layer have nothing to look at. Choose one that needs the "
            f"pixels only: saliency, SmoothGrad, gradient × input, Integrated Gradients or occlusion."
        )
    return found[-1]


def channels(network, layer):
    """How many channels a layer has."""
    return network.get_layer(layer).output.shape[-1]


@functools.lru_cache(maxsize=4)
def of(network):
    """The seam of a Keras model, for its weights as they are now; compiled at first use.

    Batch normalisation is folded and variables become constants, so later changes of the weights are
    not seen; `live` sees them.
    """
    from agesex.folding import folded

    return _seam(folded(network), frozen=True)


def live(network):
    """The seam of a Keras model whose weights may change between calls; slower than `of`."""
    return _seam(network, frozen=False)


def _seam(network, *, frozen):
    import tensorflow as tf

    size = network.input_shape[1]
    photos_spec = tf.TensorSpec((None, size, size, 3), tf.float32)
    weights_spec = tf.TensorSpec((2,), tf.float32)

    def answer(output, weights):
        age = tf.nn.softmax(output["age"])
        years = tf.range(age.shape[1], dtype=tf.float32)
        expected = tf.reduce_sum(age * years, axis=-1)  # (n, 101) -> (n,)
        return weights[0] * expected + weights[1] * output["sex"][:, 0]

    @functools.cache
    def score():
        def run(photos, weights):
            return (answer(network(photos, training=False), weights),)

        return _compiled(run, photos_spec, weights_spec, frozen)

    @functools.cache
    def pixels():
        def run(photos, weights):
            with tf.GradientTape() as tape:
                tape.watch(photos)
                value = answer(network(photos, training=False), weights)
            return value, tape.gradient(value, photos)

        return _compiled(run, photos_spec, weights_spec, frozen)

    @functools.cache
    def grid(layer):
        import keras

        outputs = {name: network.get_layer(name).output for name in ("age", "sex")}
        inner = keras.Model(network.inputs[0], outputs | {"grid": network.get_layer(layer).output})

        def run(photos, weights):
            with tf.GradientTape() as tape:
                tape.watch(photos)
                output = inner(photos, training=False)
                value = answer(output, weights)
            return value, tape.gradient(value, output["grid"]), output["grid"]

        return _compiled(run, photos_spec, weights_spec, frozen)

    return Seam(
        lambda photos, target: _parts(score(), photos, target)[0],
        lambda photos, target: Gradients(*_parts(pixels(), photos, target), photos),
        lambda photos, target, layer: Gradients(*_parts(grid(layer), photos, target)),
    )


def _compiled(run, photos_spec, weights_spec, frozen):
    """Trace once for every number of photos and every target."""
    import tensorflow as tf

    function = tf.function(run, input_signature=[photos_spec, weights_spec], autograph=False)
    if not frozen:
        return function
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    return convert_variables_to_constants_v2(function.get_concrete_function())


@functools.cache
def _pool():
    return ThreadPoolExecutor(threads.CORES, thread_name_prefix="explain")


def _parts(function, photos, target):
    """Run over parts of the batch, side by side; joined along the first axis."""
    import tensorflow as tf

    weights = tf.constant(TARGETS[target])
    photos = np.asarray(photos, np.float32)
    # each operation keeps to one thread (see `agesex.threads`), so a small batch is cut too
    size = min(PART, max(2, -(-len(photos) // threads.CORES)))
    cut = [photos[start : start + size] for start in range(0, len(photos), size)]

    def run(part):
        return [value.numpy() for value in function(tf.constant(part), weights)]

    answers = list(_pool().map(run, cut)) if len(cut) > 1 else [run(part) for part in cut]
    return [np.concatenate(values) for values in zip(*answers, strict=True)]
