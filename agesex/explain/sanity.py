"""The random-weights check (Adebayo et al. 2018): does a map change when the model forgets everything?

    for step in sanity(model, crop, "older", "grad-cam"):
        step.title, step.rank_correlation, step.similarity

Weights are drawn anew from the head downwards. A map that stays the same shows the photo, not the model.
"""

import functools
import threading
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from agesex import faces
from agesex.explain import seam as seams
from agesex.explain.explanation import attribute, displayed
from agesex.explain.methods import default_layer

LIMIT = 0.5  # mean rank correlation with random weights above which a method is called out
SEEDS = 5
TITLES = ("head", "deepest third", "deepest two thirds", "all")


@dataclass(frozen=True)
class Step:
    """The map after some weights were drawn anew.

    Attributes:
        title: which ones, a name of `TITLES`.
        share: of the weights that the target's answer depends on, 0 to 1.
        raw: float32 (h, w), the map.
        rank_correlation: with the map of the trained model, see `rank_correlation`.
        similarity: with the map of the trained model, see `similarity`.
    """

    title: str
    share: float
    raw: np.ndarray
    rank_correlation: float
    similarity: float


class Randomised:
    """A clone of a network whose weights are drawn anew; the network itself is never changed.

    Attributes:
        seam: of the clone, for its weights as they are at the time of a call.
    """

    def __init__(self, network, target):
        """Clone the network.

        Args:
            network: keras.Model.
            target: a name of `TARGETS`; only weights that its answer depends on count.
        """
        import keras

        self._clone = keras.models.clone_model(network)
        self._trained = network.get_weights()
        self.seam = seams.live(self._clone)
        answer = self._clone.get_layer("age" if seams.TARGETS[target][0] else "sex").output
        learned = [layer for layer in keras.Model(self._clone.inputs[0], answer).layers if _learned(layer)]
        body = [layer for layer in learned if len(layer.output.shape) == 4]
        head = [layer for layer in learned if len(layer.output.shape) != 4]
        cut = [round(len(body) * part / 3) for part in (3, 2, 1, 0)]
        thirds = [body[low:high] for high, low in zip(cut, cut[1:], strict=False)]
        self._parts = list(zip(TITLES, [head, *thirds], strict=True))
        self._count = sum(layer.count_params() for layer in learned)

    def steps(self, seed=0):
        """Forget step by step.

        Args:
            seed: of the new weights; same seed, same weights.

        Yields:
            (title, share of the weights, Seam); the seam holds until the next step.
        """
        self._clone.set_weights(self._trained)
        done = 0
        for title, part in self._parts:
            _draw(part, np.random.default_rng((seed, TITLES.index(title))))
            done += sum(layer.count_params() for layer in part)
            yield title, done / self._count, self.seam

    def full(self, seed=0):
        """The seam with every weight drawn anew; it holds until the next call."""
        return list(self.steps(seed))[-1][-1]


@functools.lru_cache(maxsize=2)
def _randomised(network, target):
    return Randomised(network, target), threading.Lock()


def sanity(model, crop, target, method, layer=None, seed=0, progress: Callable | None = None):
    """The maps of a photo while the model forgets.

    Args:
        model: a `model.Model`.
        crop: uint8 (H, W, 3), an aligned face.
        target: a name of `TARGETS`.
        method: a name of `METHODS`.
        layer: as in `explain`.
        seed: of the new weights.
        progress: called with the share that is done, 0 to 1.

    Returns:
        list of Step, from the head to all weights.
    """
    photo = displayed(model, crop)
    layer = layer or default_layer(model.network, target, method)
    trained = attribute(seams.of(model.network), method, photo, target, model.mirror, layer)
    clone, lock = _randomised(model.network, target)
    found = []
    with lock:  # the clone's weights are shared
        for title, share, seam in clone.steps(seed):
            raw = attribute(seam, method, photo, target, model.mirror, layer)
            alike = rank_correlation(trained, raw), similarity(trained, raw)
            found.append(Step(title, share, raw, *alike))
            if progress:
                progress(len(found) / len(TITLES))
    return found


def fully_random(model, crop, target, method, layer=None, seeds=SEEDS, progress: Callable | None = None):
    """Rank correlations with the maps of fully random weights.

    Args:
        model: a `model.Model`.
        crop: uint8 (H, W, 3), an aligned face.
        target: a name of `TARGETS`.
        method: a name of `METHODS`.
        layer: as in `explain`.
        seeds: how many times the weights are drawn.
        progress: called with the share that is done, 0 to 1.

    Returns:
        list of float, NaN where a map is constant; a mean over `LIMIT` calls the method out.
    """
    photo = displayed(model, crop)
    layer = layer or default_layer(model.network, target, method)
    trained = attribute(seams.of(model.network), method, photo, target, model.mirror, layer)
    clone, lock = _randomised(model.network, target)
    found = []
    with lock:
        for seed in range(seeds):
            raw = attribute(clone.full(seed), method, photo, target, model.mirror, layer)
            found.append(rank_correlation(trained, raw))
            if progress:
                progress((seed + 1) / seeds)
    return found


def rank_correlation(a, b):
    """Spearman's correlation of two maps, -1 to 1; NaN where one of them is constant."""
    from scipy import stats

    a, b = np.ravel(a), np.ravel(b)
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(stats.spearmanr(a, b).statistic)


def similarity(a, b):
    """Structural similarity of two maps as they are shown, about 0 to 1 (1 = the same picture)."""
    from skimage.metrics import structural_similarity

    return float(structural_similarity(_shown(a), _shown(b), data_range=1.0))


def _shown(raw):
    positive = np.maximum(np.asarray(raw, np.float32), 0)
    scaled = positive / positive.max() if positive.max() > 0 else positive
    return cv2.resize(scaled, (faces.SIZE, faces.SIZE), interpolation=cv2.INTER_LINEAR)


def _learned(layer):
    """Whether a layer has weights of its own; a fixed kernel, such as that of grey, is none."""
    import keras

    fixed = isinstance(getattr(layer, "kernel_initializer", None), keras.initializers.Constant)
    return bool(layer.weights) and not fixed


def _draw(part, rng):
    """Draw weights anew: kernels as He et al. 2015, which keeps the size of the signal; biases 0.

    Batch normalisation starts from gamma 1, beta 0, mean 0, variance 1.
    """
    for layer in part:
        new = []
        for weight in layer.weights:
            if weight.name in ("gamma", "moving_variance"):
                value = np.ones(weight.shape, np.float32)
            elif len(weight.shape) < 2:
                value = np.zeros(weight.shape, np.float32)
            else:
                # a depthwise kernel is (h, w, c, 1): each output sees one channel
                depthwise = type(layer).__name__ == "DepthwiseConv2D"
                inputs = np.prod(weight.shape[:2] if depthwise else weight.shape[:-1])
                value = rng.standard_normal(weight.shape, np.float32) * np.float32(np.sqrt(2 / inputs))
            new.append(value)
        layer.set_weights(new)
