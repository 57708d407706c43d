"""The record of one explanation, and the way from a face to it."""

from dataclasses import dataclass

import cv2
import numpy as np

from agesex import faces
from agesex.errors import CannotExplain
from agesex.explain import seam as seams
from agesex.explain.fill import blurred
from agesex.explain.methods import METHODS, default_layer
from agesex.explain.seam import OPPOSITE, TARGETS, layers

EMPTY = (
    "Nothing in this face speaks for “{target}” by this method, so the map is empty. That is an answer, "
    "not an error: look at “{opposite}”."
)
EVEN = (
    "This map is the same everywhere, or no number at all, so it points nowhere and is not drawn. That is an "
    "answer, not an error: look at “{opposite}”, or at another method."
)
MIRRORED = (
    "The answer is a mean over the face and its mirror image, and so is the map (that of the mirror image "
    "moved back)."
)


@dataclass(frozen=True)
class Completeness:
    """Whether the parts of an Integrated-Gradients map add up, in the units of the target.

    Attributes:
        total: sum of the map.
        expected: score of the photo less the score of its blurred copy.
    """

    total: float
    expected: float

    @property
    def error(self):
        """|total − expected|, in the units of the target."""
        return abs(self.total - self.expected)


@dataclass(frozen=True)
class Explanation:
    """A map of one face.

    Attributes:
        map: float32 (200, 200), 0 to 1 (1 = the strongest place of this map); all 0 if empty.
        raw: float32 (h, w), the map as the method gave it, in the units of the target (per grey level
            for saliency and SmoothGrad); negative where something speaks against the target.
        target: a name of `TARGETS`.
        method: a name of `METHODS`.
        layer: name of the layer that was looked at, or None.
        empty: True where nothing speaks for the target; such a map is never stretched.
        note: what the picture means and what it does not, in plain words.
        completeness: Completeness of Integrated Gradients, else None.
    """

    map: np.ndarray
    raw: np.ndarray
    target: str
    method: str
    layer: str | None
    empty: bool
    note: str
    completeness: Completeness | None = None


def explain(model, crop, target="older", method="grad-cam", *, layer=None, progress=None, **options):
    """Explain one answer about one face.

    Args:
        model: a `model.Model`.
        crop: uint8 (H, W, 3), an aligned face.
        target: "older", "younger", "female" or "male".
        method: a name of `METHODS`.
        layer: a name of `seam.layers(model.network, target)`, for methods that look at one; the method's
            own choice without it.
        progress: called with the share that is done, 0 to 1, by methods that take their time.
        **options: of the method, e.g. channels=None for every channel of Score-CAM.

    Returns:
        Explanation.

    Raises:
        ValueError: unknown target or method; the message lists the known ones.
        CannotExplain: the model has no such layer, or none at all.
        BadImage: the crop is not a face as `faces.check` defines it.
    """
    check(target, method)
    layer = _layer(model.network, target, method, layer)
    photo = displayed(model, crop)
    seam = seams.of(model.network)
    raw = attribute(seam, method, photo, target, model.mirror, layer, progress=progress, **options)
    complete = None
    if method == "integrated-gradients":
        ends = _scores(seam, np.stack([photo, blurred(photo)]), target, model.mirror)
        complete = Completeness(float(raw.sum()), float(ends[0] - ends[1]))
    return from_raw(raw, target, method, layer, mirror=model.mirror, completeness=complete)


def check(target, method):
    """Raise ValueError, listing the known ones, where a target or a method is unknown."""
    if target not in TARGETS:
        raise ValueError(f"target must be one of {list(TARGETS)}, received {target!r}")
    if method not in METHODS:
        raise ValueError(f"method must be one of {list(METHODS)}, received {method!r}")


def displayed(model, crop):
    """What the network is shown of a face: float32 (s, s, 3), 0…255."""
    return faces.resize(crop, model.input_size).astype(np.float32)


def attribute(seam, method, photo, target, mirror=False, layer=None, *, progress=None, **options):
    """The raw map of a method.

    Args:
        seam: see `agesex.explain.seam`.
        method: a name of `METHODS`.
        photo: float32 (s, s, 3), 0…255.
        target: a name of `TARGETS`.
        mirror: whether the answer is the mean over the photo and its mirror image; the map is then the mean
            of both maps, the second one moved back.
        layer: for methods that look at one.
        progress: as in `explain`.
        **options: of the method.

    Returns:
        float32 (h, w).
    """
    chosen = METHODS[method]
    if chosen.layer:
        options["layer"] = layer
    views = [photo, photo[:, ::-1]] if mirror else [photo]
    maps = []
    for i, view in enumerate(views):
        if chosen.progress and progress:
            options["progress"] = lambda share, i=i: progress((i + share) / len(views))
        raw = chosen.run(seam, np.ascontiguousarray(view), target, **options)
        maps.append(raw[:, ::-1] if i else raw)
    return np.mean(maps, axis=0, dtype=np.float32)


def from_raw(raw, target, method, layer=None, *, mirror=False, completeness=None):
    """Wrap a method's result: enlarge, scale by its maximum, say when it is empty."""
    raw = np.asarray(raw, np.float32)
    finite = np.nan_to_num(raw, posinf=0.0, neginf=0.0)
    peak, spread = float(finite.max()), float(finite.max() - finite.min())
    # A constant map has no place to point at; stretching it would turn rounding into a picture.
    empty = not np.isfinite(raw).all() or peak <= 0 or spread <= 1e-6 * peak
    large = np.zeros((faces.SIZE, faces.SIZE), np.float32)
    if not empty:
        shown = np.maximum(raw, 0) / peak
        large = cv2.resize(shown, (faces.SIZE, faces.SIZE), interpolation=cv2.INTER_LINEAR)
    flat = EVEN if peak > 0 or not np.isfinite(raw).all() else EMPTY
    words = [flat if empty else f"{METHODS[method].hot[0].upper()}{METHODS[method].hot[1:]}."]
    if not empty:
        words.append(METHODS[method].caveat)
    if mirror:
        words.append(MIRRORED)
    note = " ".join(words).format(target=target, opposite=OPPOSITE[target])
    return Explanation(np.clip(large, 0, 1), raw, target, method, layer, empty, note, completeness)


def scores(model, crops, target):
    """The target's score of some faces, as the model answers (mirrored where it does so).

    Args:
        model: a `model.Model`.
        crops: uint8 (n, 200, 200, 3).
        target: a name of `TARGETS`.

    Returns:
        (n,) years or logits, with the target's sign.
    """
    output = model.forward(crops)
    by_age, by_sex = TARGETS[target]
    return by_age * output.age + by_sex * output.sex_logit


def _scores(seam, photos, target, mirror):
    views = [photos, photos[:, :, ::-1]] if mirror else [photos]
    return np.mean([seam.score(view, target) for view in views], axis=0)


def _layer(network, target, method, layer):
    if layer is None or not METHODS[method].layer:
        return default_layer(network, target, method)
    known = layers(network, target)
    if layer not in known:
        there = ", ".join(f"{name} ({h}×{w})" for name, (h, w) in known.items()) or "none"
        raise CannotExplain(
            f"The model {network.name!r} has no layer {layer!r} that {METHODS[method].title} could look at for "
            f"“{target}”. Expected one of: {there}. Received: {layer!r}."
        )
    return layer
