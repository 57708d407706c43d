"""Networks of keras.applications with starting weights of others: VGGFace2 or ImageNet."""

import keras
import numpy as np
from keras import layers

from agesex.errors import BadModel
from training.networks.heads import heads

MEAN_RGB = (123.68, 116.779, 103.939)  # of the VGGFace2 network's training, Caffe order reversed
IMAGENET = {
    "mobilenet_v2": keras.applications.MobileNetV2,
    "inception": keras.applications.InceptionV3,
}


def mobilenet(recipe, size, init):
    """MobileNet (Howard et al. 2017); starting weights of HSE_FaceRec_tf, which expect BGR."""
    photo = keras.Input((size, size, 3), name="photo")
    x = layers.Rescaling(1.0, offset=[-mean for mean in MEAN_RGB], name="subtract_mean")(photo)
    backbone = keras.applications.MobileNet(input_tensor=x, include_top=False, weights=None)
    if init is not None:
        _load_bgr(backbone, init, first="conv1")
    x = layers.GlobalAveragePooling2D(name="pool")(backbone.output)
    return heads(photo, x, recipe, name="mobilenet")


def imagenet(recipe, size, init):
    """MobileNetV2 (Sandler et al. 2018) or InceptionV3 (Szegedy et al. 2016) trained on ImageNet."""
    photo = keras.Input((size, size, 3), name="photo")
    x = layers.Rescaling(1 / 127.5, offset=-1.0, name="scale")(photo)
    make = IMAGENET[recipe.backbone]
    try:
        weights = "imagenet" if init == "imagenet" else None
        backbone = make(input_tensor=x, include_top=False, weights=weights)
        if init not in (None, "imagenet"):
            # loaded into a network of its own: the file counts layers, and ours has one more
            source = make(include_top=False, weights=None, input_shape=(size, size, 3))
            source.load_weights(init)
            backbone.set_weights(source.get_weights())
    except Exception as error:  # Keras's download raises just that
        raise _unusable(init, error, f"Keras {make.__name__}") from error
    x = layers.GlobalAveragePooling2D(name="pool")(backbone.output)
    return heads(photo, x, recipe, name=recipe.backbone)


def _load_bgr(backbone, path, *, first):
    """Copy weights that expect BGR; the first kernel's input channels are turned round for RGB."""
    source = keras.applications.MobileNet(
        include_top=False, weights=None, input_shape=(*backbone.input_shape[1:3], 3)
    )
    try:
        source.load_weights(path)
    except (OSError, ValueError) as error:
        raise _unusable(path, error, "Keras MobileNet") from error
    for layer in source.layers[1:]:
        weights = layer.get_weights()
        if layer.name == first:
            weights[0] = np.ascontiguousarray(weights[0][:, :, ::-1])
        backbone.get_layer(layer.name).set_weights(weights)


def _unusable(init, error, expected):
    if init == "imagenet":
        return BadModel(
            f"the ImageNet weights of {expected} could not be fetched: {error}. Expected a connection "
            f"to Keras's weight server or a copy in ~/.keras/models. Connect once, or train another "
            f"backbone."
        )
    return BadModel(
        f"the starting weights {init} cannot be loaded: {error}. Expected a {expected} without top. "
        f"Restore the file, or pass --init with its folder."
    )
