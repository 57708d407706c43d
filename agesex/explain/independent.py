"""The same map by tf-keras-vis, an independent implementation: a second opinion on our code.

    theirs = independent(model, crop, "older", "grad-cam")
    agreement(explanation.raw, theirs)       # 1.0 where both agree
"""

import numpy as np

from agesex.errors import CannotExplain
from agesex.explain.explanation import displayed
from agesex.explain.methods import METHODS, default_layer
from agesex.explain.seam import TARGETS
from agesex.explain.smooth_grad import NOISE, SAMPLES

KNOWN = ("grad-cam", "grad-cam++", "layer-cam", "score-cam", "saliency", "smoothgrad")


def independent(model, crop, target="older", method="grad-cam", *, layer=None, channels=128):
    """Compute a map with tf-keras-vis; slow, for it compiles nothing.

    Args:
        model: a `model.Model`; where it answers with a mirrored mean, so does the map.
        crop: uint8 (H, W, 3), an aligned face.
        target: a name of `TARGETS`.
        method: one of `KNOWN`.
        layer: as in `explain`.
        channels: of Score-CAM.

    Returns:
        float32 (h, w), not scaled.

    Raises:
        CannotExplain: tf-keras-vis has no such method.
    """
    if method not in KNOWN:
        titles = ", ".join(METHODS[name].title for name in KNOWN)
        raise CannotExplain(
            f"tf-keras-vis has no {METHODS[method].title}, so there is no second opinion on it. Expected one "
            f"of: {titles}."
        )
    layer = layer or default_layer(model.network, target, method)
    photo = displayed(model, crop)
    maps = [_one(model.network, photo, target, method, layer, channels)]
    if model.mirror:
        mirrored = np.ascontiguousarray(photo[:, ::-1])
        maps.append(_one(model.network, mirrored, target, method, layer, channels)[:, ::-1])
    return np.mean(maps, axis=0, dtype=np.float32)


def agreement(ours, theirs):
    """Correlation of two maps, -1 to 1; NaN where one of them is constant."""
    ours, theirs = np.ravel(ours).astype(np.float64), np.ravel(theirs).astype(np.float64)
    if np.ptp(ours) == 0 or np.ptp(theirs) == 0:
        return float("nan")
    return float(np.corrcoef(ours, theirs)[0, 1])


def _one(network, photo, target, method, layer, channels):
    import keras
    from tf_keras_vis import gradcam, gradcam_plus_plus, layercam, saliency, scorecam

    by_age, by_sex = TARGETS[target]
    answer = network.get_layer("age" if by_age else "sex").output
    single = keras.Model([network.inputs[0]], answer)  # a list: tf-keras-vis passes one

    def scalar(output):
        """(n, 101) age logits, or (n, 1) sex logit -> (n,) score."""
        if by_sex:
            return by_sex * output[:, 0]
        years = np.arange(output.shape[1], dtype=np.float32)
        return by_age * keras.ops.sum(keras.ops.softmax(output) * years, axis=-1)

    raw = {"expand_cam": False, "normalize_cam": False, "penultimate_layer": layer}
    raw["seek_penultimate_conv_layer"] = False  # ours looks behind the activation, too
    if method == "grad-cam":
        return gradcam.Gradcam(single, clone=False)(scalar, photo[None], **raw)[0]
    if method == "grad-cam++":
        # it multiplies by exp(score), which overflows for years; scores near 0 make that factor 1
        value = float(scalar(single([photo[None]], training=False))[0])
        return gradcam_plus_plus.GradcamPlusPlus(single, clone=False)(
            lambda output: scalar(output) - value, photo[None], **raw
        )[0]
    if method == "layer-cam":
        return layercam.Layercam(single, clone=False)(scalar, photo[None], **raw)[0]
    if method == "score-cam":
        return _score_cam(scorecam.Scorecam, single, scalar, photo, channels, raw)
    smooth = {"smooth_samples": SAMPLES, "smooth_noise": NOISE} if method == "smoothgrad" else {}
    return saliency.Saliency(single, clone=False)(scalar, photo[None], normalize_map=False, **smooth)[0]


def _score_cam(scorecam, single, scalar, photo, channels, raw):
    """Score-CAM over the channels of highest variance, all of them where the layer has fewer.

    tf-keras-vis takes the softmax of whatever the network says, which makes every single logit 1. So
    the network handed in says (score / 100, 0), whose softmax can be turned back into the score.
    """
    import functools

    import keras
    import tensorflow as tf

    score = scalar(single.output) / 100
    pair = keras.ops.stack([score, keras.ops.zeros_like(score)], axis=-1)  # (n,) -> (n, 2)
    network = keras.Model([single.inputs[0]], pair)
    network.predict = functools.partial(network.predict, verbose=0)  # else it prints a bar
    black = float(network([np.zeros_like(photo)[None]], training=False)[0, 0])

    def back(probabilities):
        share = probabilities[:, 0]
        return 100 * (tf.math.log(share / (1 - share)) - black)

    there = network.get_layer(raw["penultimate_layer"]).output.shape[-1]
    return scorecam(network, clone=False)(back, photo[None], max_N=min(channels, there), **raw)[0]
