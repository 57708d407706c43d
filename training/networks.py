"""Network builders: flat functional graphs with two outputs, written with Keras layers only.

Every network takes float32 RGB (n, size, size, 3) in 0…255 and gives `age`, the logits of the ages
0…100, (n, 101), and `sex`, the logit of female, (n, 1). Scaling happens inside. There is no Lambda and
no nested model: both break Grad-CAM.
"""

import keras
import numpy as np
from keras import layers

from agesex.errors import BadModel

AGES = 101  # 0…100 years; the few older labels count as 100
MEAN_RGB = (123.68, 116.779, 103.939)  # of the VGGFace2 network's training, Caffe order reversed


def build(recipe, size, init=None):
    """Build the network of a recipe.

    Args:
        recipe: a `training.recipes.Recipe`.
        size: input height and width, px.
        init: file of starting weights, or None to leave the backbone random.

    Returns:
        keras.Model, not compiled.
    """
    return {"mobilenet": _mobilenet, "tiny": _tiny}[recipe.network](recipe, size, init)


def _mobilenet(recipe, size, init):
    """MobileNet (Howard et al. 2017); starting weights of HSE_FaceRec_tf, which expect BGR."""
    photo = keras.Input((size, size, 3), name="photo")
    x = layers.Rescaling(1.0, offset=[-mean for mean in MEAN_RGB], name="subtract_mean")(photo)
    backbone = keras.applications.MobileNet(input_tensor=x, include_top=False, weights=None)
    if init is not None:
        _load_bgr(backbone, init, first="conv1")
    x = layers.GlobalAveragePooling2D(name="pool")(backbone.output)
    return _heads(photo, x, recipe, hidden=256, name="mobilenet")


def _tiny(recipe, size, init):
    """Two convolutions, for tests of the pipeline."""
    photo = keras.Input((size, size, 3), name="photo")
    x = layers.Rescaling(1 / 127.5, offset=-1.0, name="scale")(photo)
    x = layers.Conv2D(8, 3, strides=2, padding="same", name="conv1")(x)
    x = layers.ReLU(name="conv1_relu")(layers.BatchNormalization(name="conv1_bn")(x))
    x = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu", name="conv2")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return _heads(photo, x, recipe, hidden=16, name="tiny")


def _heads(photo, x, recipe, *, hidden, name):
    x = layers.Dropout(recipe.dropout, name="pool_dropout")(x)
    x = layers.Dense(hidden, activation="relu", name="hidden")(x)
    x = layers.Dropout(recipe.dropout, name="hidden_dropout")(x)
    age = layers.Dense(AGES, name="age")(x)  # (n, c) -> (n, 101)
    sex = layers.Dense(1, name="sex")(x)  # (n, c) -> (n, 1)
    return keras.Model(photo, {"age": age, "sex": sex}, name=name)


def _load_bgr(backbone, path, *, first):
    """Copy weights that expect BGR; the first kernel's input channels are turned round for RGB."""
    source = keras.applications.MobileNet(
        include_top=False, weights=None, input_shape=(*backbone.input_shape[1:3], 3)
    )
    try:
        source.load_weights(path)
    except (OSError, ValueError) as error:
        raise BadModel(
            f"the starting weights {path} cannot be loaded: {error}. Expected a Keras MobileNet "
            f"without top. Restore the file, or pass --init with its folder."
        ) from error
    for layer in source.layers[1:]:
        weights = layer.get_weights()
        if layer.name == first:
            weights[0] = np.ascontiguousarray(weights[0][:, :, ::-1])
        backbone.get_layer(layer.name).set_weights(weights)
