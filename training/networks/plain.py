"""Plain convolutions and pooling from scratch: the networks of courses and portfolios."""

import keras
from keras import layers

from training.networks.heads import AGES, heads, hidden, penalty

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601


def cnn(recipe, size, init=None):
    """Convolution and pooling in turn, flattened, then the heads.

    With `recipe.grey` the photo loses its colour first; with `recipe.separate` each answer has a network of
    its own and the two share no weight, so that they learn exactly as if trained one after the other.
    """
    photo = keras.Input((size, size, 3), name="photo")
    x = layers.Rescaling(1 / 127.5, offset=-1.0, name="scale")(photo)
    if recipe.grey:
        # a fixed 1×1 convolution, because a Lambda would break saving and Grad-CAM
        luma = keras.initializers.Constant([[[[weight] for weight in LUMA]]])
        x = layers.Conv2D(
            1, 1, use_bias=False, trainable=False, kernel_initializer=luma, name="grey"
        )(x)  # (n, h, w, 3) -> (n, h, w, 1)
    if not recipe.separate:
        return heads(photo, _trunk(x, recipe), recipe, name="cnn")
    outputs = {}
    for task, units in (("age", AGES), ("sex", 1)):
        features = hidden(_trunk(x, recipe, f"{task}_"), recipe, f"{task}_")
        outputs[task] = layers.Dense(units, name=task, kernel_regularizer=penalty(recipe))(features)
    return keras.Model(photo, outputs, name="two_cnns")


def _trunk(x, recipe, prefix=""):
    """(n, s, s, c) -> (n, features)."""
    for number, width in enumerate(recipe.widths, start=1):
        x = layers.Conv2D(
            width, 3, padding="same", activation="relu", name=f"{prefix}conv{number}",
            kernel_initializer="he_normal", kernel_regularizer=penalty(recipe),
        )(x)  # fmt: skip
        x = layers.MaxPooling2D(name=f"{prefix}pool{number}")(x)
    return layers.Flatten(name=f"{prefix}flat")(x)


def tiny(recipe, size, init=None):
    """Two convolutions, for tests of the pipeline."""
    photo = keras.Input((size, size, 3), name="photo")
    x = layers.Rescaling(1 / 127.5, offset=-1.0, name="scale")(photo)
    x = layers.Conv2D(8, 3, strides=2, padding="same", name="conv1")(x)
    x = layers.ReLU(name="conv1_relu")(layers.BatchNormalization(name="conv1_bn")(x))
    x = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu", name="conv2")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return heads(photo, x, recipe, name="tiny")
