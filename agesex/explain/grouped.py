"""Average maps as pictures: on the average face of their group, and the difference of two of them.

    overlays(report.groups)            # one picture a group, colours of one scale
    difference(a, b)                   # orange where a has more of its map, blue where b has
"""

import cv2
import numpy as np

from agesex import faces, samples
from agesex.explain.fill import average_face
from agesex.explain.overlay import lay
from agesex.explain.report import ALL, BANDS, EDGES

ORANGE, BLUE = (230, 120, 0), (0, 100, 190)  # told apart with every common kind of colour blindness


def face_of(band, sex=ALL):
    """The mean of the average faces that lie wholly in a group.

    Args:
        band: a name of `report.BANDS`.
        sex: "female", "male" or "all".

    Returns:
        uint8 (200, 200, 3); the average adult where no average face fits.
    """
    low, end = EDGES[BANDS.index(band)], EDGES[BANDS.index(band) + 1]
    fitting = [
        samples.average_picture(cell).astype(np.float32)
        for cell in samples.index()
        if cell["low"] >= low and cell["high"] < end and sex in (ALL, cell["sex"])
    ]
    return np.round(np.mean(fitting, axis=0)).astype(np.uint8) if fitting else average_face()


def overlays(groups, strength=0.6):
    """The maps of groups on the average face of each.

    Args:
        groups: list of `report.Group`; their maps add up to 1, so one scale serves all of one grid.
        strength: as in `overlay`.

    Returns:
        list of uint8 (200, 200, 3).
    """
    peak = max((float(group.map.max()) for group in groups), default=0) or 1
    return [
        lay(face_of(group.band, group.sex), np.clip(_enlarged(group.map / peak), 0, 1), strength)
        for group in groups
    ]


def difference(a, b):
    """Where two groups differ, on the mean of both average faces in grey.

    Args:
        a: a `report.Group`.
        b: another one, of the same method and layer.

    Returns:
        uint8 (200, 200, 3): orange where `a` has more of its map, blue where `b` has; the strongest
        difference in full colour. Plain grey where both are equal.
    """
    gap = a.map - b.map
    peak = float(np.abs(gap).max())
    both = np.mean([face_of(group.band, group.sex) for group in (a, b)], axis=0)
    grey = np.repeat(both.mean(axis=-1, keepdims=True), 3, axis=-1)
    return coloured(grey, _enlarged(gap / peak) if peak > 0 else np.zeros(grey.shape[:2]))


def coloured(grey, gap):
    """Lay a signed map over a grey picture: (h, w, 3) and (h, w) in -1…1 -> uint8 (h, w, 3)."""
    colour = np.where((gap > 0)[..., None], np.float32(ORANGE), np.float32(BLUE))
    alpha = 0.85 * np.clip(np.abs(gap), 0, 1)[..., None]
    return np.round(grey * (1 - alpha) + colour * alpha).astype(np.uint8)


def scale_bar(width=256, height=12):
    """The colours of `difference` from the second group's side to the first's: (height, width, 3) uint8."""
    return coloured(np.full((height, width, 3), 160.0), np.tile(np.linspace(-1, 1, width), (height, 1)))


def _enlarged(raw):
    return cv2.resize(np.asarray(raw, np.float32), (faces.SIZE, faces.SIZE), interpolation=cv2.INTER_LINEAR)
