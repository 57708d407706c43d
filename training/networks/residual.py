"""A small residual network from scratch (He et al. 2016), as the first system of this line had."""

import keras
from keras import layers

from training.networks.heads import heads, penalty

WIDTHS = (24, 48, 112)  # channels per stage, two blocks each; the later stages halve the grid


def residual(recipe, size, init=None):
    """Stem with stride 2, three stages of two basic blocks, pooling; about 0.5 M parameters."""
    photo = keras.Input((size, size, 3), name="photo")
    x = layers.Rescaling(1 / 127.5, offset=-1.0, name="scale")(photo)
    x = _conv(x, WIDTHS[0], recipe, "stem", stride=2)
    for stage, width in enumerate(WIDTHS, start=1):
        for block in (1, 2):
            stride = 2 if stage > 1 and block == 1 else 1
            x = _block(x, width, recipe, f"stage{stage}_block{block}", stride)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return heads(photo, x, recipe, name="residual")


def _block(x, width, recipe, name, stride):
    """Two convolutions and the shortcut: (n, h, w, c) -> (n, h/stride, w/stride, width)."""
    short = x
    if stride > 1 or x.shape[-1] != width:
        short = _conv(x, width, recipe, f"{name}_shortcut", stride=stride, kernel=1, relu=False)
    x = _conv(x, width, recipe, f"{name}_a", stride=stride)
    x = _conv(x, width, recipe, f"{name}_b", relu=False)
    x = layers.Add(name=f"{name}_add")([x, short])
    return layers.ReLU(name=f"{name}_relu")(x)


def _conv(x, width, recipe, name, *, stride=1, kernel=3, relu=True):
    """Convolution, batch normalisation and, unless told otherwise, ReLU."""
    x = layers.Conv2D(
        width, kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_conv",
        kernel_initializer="he_normal", kernel_regularizer=penalty(recipe),
    )(x)  # fmt: skip
    x = layers.BatchNormalization(name=f"{name}_bn")(x)
    return layers.ReLU(name=f"{name}_relu")(x) if relu else x
