"""Does a map hold still when the photo hardly changes?

    stability(model, crop, "older", "grad-cam")     # {"shifted right 2 px": 0.97, ...}

Every change is one that a person would not notice. The map of the changed photo is moved back before it is
compared with the map of the photo as it was; 1 is the same map, 0 a map that has nothing to do with it.
"""

import cv2
import numpy as np

from agesex.explain import seam as seams
from agesex.explain.explanation import attribute, displayed
from agesex.explain.independent import agreement
from agesex.explain.methods import default_layer

SHIFT = 2  # px of the network's input
NOISE = 5  # standard deviation, grey levels
MIRRORED = "mirrored"
SHIFTS = {  # name -> (px to the right, px downwards)
    f"shifted {name} {SHIFT} px": (x * SHIFT, y * SHIFT)
    for name, x, y in (("right", 1, 0), ("left", -1, 0), ("up", 0, -1), ("down", 0, 1))
}
CHANGES = (*SHIFTS, MIRRORED, "light noise")


def stability(model, crop, target, method, layer=None):
    """Correlations of a map with those of hardly changed photos.

    Args:
        model: a `model.Model`.
        crop: uint8 (H, W, 3), an aligned face.
        target: a name of `TARGETS`.
        method: a name of `METHODS`.
        layer: as in `explain`.

    Returns:
        dict: name of `CHANGES` -> correlation, -1 to 1; NaN where one of both maps is constant. Where the
        model answers with a mirrored mean, "mirrored" is 1 by construction.
    """
    seam, photo = seams.of(model.network), displayed(model, crop)
    layer = layer or default_layer(model.network, target, method)
    return held(
        lambda view: attribute(seam, method, view, target, model.mirror, layer), photo, mirror=model.mirror
    )


def held(explain, photo, *, mirror=False):
    """The same for any function from a photo to a map.

    Args:
        explain: float32 (s, s, 3) -> (h, w).
        photo: float32 (s, s, 3), 0…255.
        mirror: whether a mirrored photo has the mirrored map by construction, so that none is computed.

    Returns:
        dict as in `stability`.
    """
    side, found = photo.shape[0], {}
    before = _enlarged(explain(photo), side)
    for name in CHANGES:
        if name == MIRRORED and mirror:
            found[name] = agreement(before, before)
            continue
        after = _enlarged(explain(changed(photo, name)), side)
        if name == MIRRORED:
            after = after[:, ::-1]
        x, y = SHIFTS.get(name, (0, 0))
        # only what both photos show: nothing that has left, nothing that was made up at the border
        found[name] = agreement(_part(before, -x, -y), _part(after, x, y))
    return found


def changed(photo, name):
    """A hardly changed photo: float32 (s, s, 3) -> the same; `name` is one of `CHANGES`."""
    if name == MIRRORED:
        return np.ascontiguousarray(photo[:, ::-1])
    if name in SHIFTS:
        x, y = SHIFTS[name]
        border = cv2.copyMakeBorder(photo, SHIFT, SHIFT, SHIFT, SHIFT, cv2.BORDER_REPLICATE)
        side = photo.shape[0]
        return np.ascontiguousarray(border[SHIFT - y : SHIFT - y + side, SHIFT - x : SHIFT - x + side])
    noise = NOISE * np.random.default_rng(0).standard_normal(photo.shape, np.float32)
    return np.clip(photo + noise, 0, 255)


def _enlarged(raw, side):
    return cv2.resize(np.asarray(raw, np.float32), (side, side), interpolation=cv2.INTER_LINEAR)


def _part(large, x, y):
    """Without the first x columns and y rows; without the last ones where negative."""
    rows, columns = (slice(max(at, 0), min(at, 0) or None) for at in (y, x))
    return large[rows, columns]
