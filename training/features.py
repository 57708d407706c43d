"""What a network sees in every photo of a data set: one row of numbers per photo.

    see = features.frozen(INIT / features.WEIGHTS)
    features.extracted(data, names, features.SIZE, see)        # (n, 1792) float32

`frozen` is the MobileNet that was trained to tell people apart (VGGFace2) and never saw a label of UTKFace;
`training.embed` passes a layer of the shipped model instead.
"""

import itertools
import sys
from pathlib import Path

import numpy as np

from agesex import faces, images
from agesex.errors import BadDataset, BadModel

WEIGHTS = "mobilenet_v1_vggface2_notop.weights.h5"
MEAN_BGR = (103.939, 116.779, 123.68)  # of the network's training
SIZE = 144  # pixels
LAYERS = ("conv_pw_5_relu", "conv_pw_11_relu", "conv_pw_13_relu")  # each averaged over the picture
BATCH = 64  # photos per forward pass


def extracted(data, names, size, see):
    """Show photos to a network.

    Args:
        data: a `dataset.Dataset`.
        names: files of it.
        size: height and width of what the network takes, px.
        see: function, float32 RGB 0…255 (n, size, size, 3) -> (n, d).

    Returns:
        (n, d) float32, rows in the order of `names`.

    Raises:
        BadDataset: a file is missing.
        BadImage: a photo cannot be read.
    """
    rows = {file: row for row, file in enumerate(names)}
    found, n = None, 0
    photos = data.photos(names)
    while chunk := list(itertools.islice(photos, BATCH)):
        crops = faces.resize(np.stack([images.decode(photo) for _, photo in chunk]), size)
        seen = see(crops.astype(np.float32))
        found = np.empty((len(names), seen.shape[1]), np.float32) if found is None else found
        found[[rows[file] for file, _ in chunk]] = seen
        n += len(chunk)
        print(f"\r{n:,} of {len(names):,} photos", end="", file=sys.stderr)
    print(file=sys.stderr)
    if n < len(names):
        raise BadDataset(
            f"{data.path} holds {n:,} of the {len(names):,} photos of the split manifest. Expected all of "
            f"them. Point to a whole copy."
        )
    return found


def mirrored(part):
    """A function like `see` of `extracted`: the mean of a Keras model's answers for both mirror images."""
    import tensorflow as tf

    see = tf.function(lambda crops: part(crops, training=False), reduce_retracing=True)
    return lambda crops: (see(crops).numpy() + see(crops[:, :, ::-1]).numpy()) / 2


def frozen(weights):
    """The network that tells people apart, as a function.

    Args:
        weights: its file.

    Returns:
        function, float32 RGB (n, SIZE, SIZE, 3) -> (n, 1792): `LAYERS`, means of both mirror images.

    Raises:
        BadModel: the weights cannot be loaded.
    """
    import keras

    network = keras.applications.MobileNet(include_top=False, weights=None, input_shape=(SIZE, SIZE, 3))
    try:
        network.load_weights(weights)
    except (OSError, ValueError) as error:
        raise BadModel(
            f"The starting weights {Path(weights).name} cannot be loaded: {error}. Expected a Keras "
            f"MobileNet without top. Pass --init with its folder."
        ) from error
    pooled = [keras.layers.GlobalAveragePooling2D()(network.get_layer(name).output) for name in LAYERS]
    see = mirrored(keras.Model(network.input, keras.ops.concatenate(pooled, axis=-1)))
    return lambda crops: see(crops[..., ::-1] - np.float32(MEAN_BGR))
