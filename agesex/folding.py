"""Batch normalisation folded into the convolution before it: the same answers, fewer passes over memory.

    fast = folded(network)      # keras.Model with the same inputs and outputs

At prediction, normalisation is a fixed scale and shift per channel, and a convolution can carry both
(Jacob et al. 2018, "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
Inference", section 3.2). TensorFlow does this itself only in part for graphs made by Keras.
"""

import numpy as np


def folded(network):
    """A copy for prediction and for the gradients of explanations; its layers keep their names.

    Args:
        network: keras.Model, a functional graph.

    Returns:
        keras.Model without the batch normalisations that directly follow a convolution.
    """
    import keras
    from keras import layers

    class Passed(layers.Layer):
        """In the place of a normalisation: passes its input on, and takes what that was called with."""

        def call(self, inputs, training=None, mask=None):
            return inputs

    convolutions = (layers.Conv2D, layers.DepthwiseConv2D)
    pairs = {}  # name of the convolution -> (convolution, its normalisation)
    for layer in network.layers:
        if isinstance(layer, layers.BatchNormalization):
            before = layer.input._keras_history.operation
            alone = len(before._outbound_nodes) == 1
            if type(before) in convolutions and alone and before.activation is keras.activations.linear:
                pairs[before.name] = (before, layer)
    gone = {norm.name for _, norm in pairs.values()}

    def clone(layer):
        if layer.name in gone:
            return Passed(name=layer.name)
        changed = {"use_bias": True} if layer.name in pairs else {}
        return type(layer).from_config(layer.get_config() | changed)

    copy = keras.models.clone_model(network, clone_function=clone)
    for layer in network.layers:
        if layer.name in pairs:
            copy.get_layer(layer.name).set_weights(_merged(*pairs[layer.name]))
        elif layer.name not in gone and layer.weights:
            copy.get_layer(layer.name).set_weights(layer.get_weights())
    return copy


def _merged(convolution, norm):
    """[kernel, bias] of a convolution that normalises as well."""
    kernel, *bias = convolution.get_weights()
    channels = norm.moving_mean.shape[0]
    scale = np.ones(channels, np.float32) if norm.gamma is None else np.asarray(norm.gamma)
    shift = np.zeros(channels, np.float32) if norm.beta is None else np.asarray(norm.beta)
    scale = scale / np.sqrt(np.asarray(norm.moving_variance) + norm.epsilon)
    start = bias[0] if bias else 0.0
    # a depthwise kernel is (h, w, c, 1), an ordinary one (h, w, in, out)
    depthwise = type(convolution).__name__ == "DepthwiseConv2D"
    kernel = kernel * (scale.reshape(kernel.shape[2:]) if depthwise else scale)
    return [kernel, shift + (start - np.asarray(norm.moving_mean)) * scale]
