"""The record of one explanation, the registry of methods, and how a map is laid over a face."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from agesex import faces
from agesex.explain import gradients
from agesex.explain.grad_cam import grad_cam
from agesex.explain.gradients import TARGETS
from agesex.explain.smooth_grad import smooth_grad

METHODS = {"grad-cam": grad_cam, "smoothgrad": smooth_grad}
NOTES = {
    "grad-cam": (
        "Hot regions of the network's last grid pushed the answer towards “{target}”. The grid has only "
        "{h}×{w} cells, so borders are blurred; a hot region is not a reason that a person would give."
    ),
    "smoothgrad": (
        "Bright pixels change the answer most when they change. It shows sensitivity without "
        "direction: “{target}” and its opposite share this map."
    ),
}
EMPTY = (
    "Nothing in this face speaks for “{target}” at the last grid, so the map is empty. That is an "
    "answer, not an error: look at the opposite target."
)
MIRRORED = "The answer is a mean over the face and its mirror image; the map is of the face as shown."


@dataclass(frozen=True)
class Explanation:
    """A map of one face.

    Attributes:
        map: float32 (200, 200), 0 to 1 (1 = the strongest place of this map); all 0 if empty.
        raw: float32 (h, w), the map as the method gave it, in the units of the target.
        target: a name of `TARGETS`.
        method: a name of `METHODS`.
        empty: True where nothing speaks for the target; such a map is never stretched.
        note: what the picture means and what it does not, in plain words.
    """

    map: np.ndarray
    raw: np.ndarray
    target: str
    method: str
    empty: bool
    note: str


def explain(model, crop, target="older", method="grad-cam"):
    """Explain one answer about one face.

    Args:
        model: a `model.Model`.
        crop: uint8 (H, W, 3), an aligned face.
        target: "older", "younger", "female" or "male".
        method: a name of `METHODS`.

    Returns:
        Explanation.

    Raises:
        ValueError: unknown target or method; the message lists the known ones.
        BadImage: the crop is not a face as `faces.check` defines it.
    """
    if target not in TARGETS:
        raise ValueError(f"target must be one of {list(TARGETS)}, received {target!r}")
    if method not in METHODS:
        raise ValueError(f"method must be one of {list(METHODS)}, received {method!r}")
    batch = gradients.function(model.network, gradients.last_grid(model.network, target))
    photo = faces.resize(crop, model.input_size).astype(np.float32)
    found = from_raw(METHODS[method](batch, photo, target), target, method)
    return replace(found, note=f"{found.note} {MIRRORED}") if model.mirror else found


def from_raw(raw, target, method):
    """Wrap a method's result: enlarge, scale by its maximum, say when it is empty."""
    raw = np.asarray(raw, np.float32)
    peak, spread = float(raw.max()), float(raw.max() - raw.min())
    # A constant map has no place to point at; stretching it would turn rounding into a picture.
    empty = not np.isfinite(peak) or peak <= 0 or spread <= 1e-6 * peak
    large = np.zeros((faces.SIZE, faces.SIZE), np.float32)
    if not empty:
        large = cv2.resize(raw / peak, (faces.SIZE, faces.SIZE), interpolation=cv2.INTER_LINEAR)
    words = EMPTY if empty else NOTES[method]
    note = words.format(target=target, h=raw.shape[0], w=raw.shape[1])
    return Explanation(np.clip(large, 0, 1), raw, target, method, empty, note)


def overlay(crop, explanation, strength=0.5):
    """Lay a map over a face with a perceptually even, colour-blind-safe palette (inferno).

    Args:
        crop: uint8 (H, W, 3), the face.
        explanation: an Explanation.
        strength: 0 shows the face, 1 the map.

    Returns:
        uint8 (200, 200, 3).
    """
    face = faces.resize(crop, faces.SIZE)
    if explanation.empty:
        return face
    levels = np.round(explanation.map * 255).astype(np.uint8)
    colours = cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    alpha = strength * (0.35 + 0.65 * explanation.map[..., None])
    return np.round(face * (1 - alpha) + colours * alpha).astype(np.uint8)
