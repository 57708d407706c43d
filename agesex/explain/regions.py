"""Regions of an aligned face, and how much of a map falls on each.

    masks()["mouth"]          # (200, 200) bool; the regions are disjoint and cover the picture
    table(explanation)        # region, share of the map, share of the area, density

The regions are drawn from the five points of `faces.TEMPLATE`, so they lie where an aligned adult's
features lie on average. They do not follow one face: in a child or a turned head they are off by some pixels.
"""

import functools

import cv2
import numpy as np
import pandas as pd

from agesex import annotate, faces

REGIONS = ("forehead", "eyes", "nose", "mouth", "cheeks", "jaw", "surroundings")
MEANS = {
    "forehead": "with the temples and the place between the brows",
    "eyes": "with brows and lids",
    "nose": "from the bridge to the nostrils",
    "mouth": "with the upper lip",
    "cheeks": "from the eyes down to the corners of the mouth",
    "jaw": "with the chin",
    "surroundings": "hair, ears, neck and background",
}
NAMED_AT = {  # middles of the names, shares of the side: inside the region, beside the feature
    "forehead": (0.49, 0.1), "eyes": (0.3, 0.345), "nose": (0.49, 0.43), "mouth": (0.49, 0.79),
    "cheeks": (0.22, 0.5), "jaw": (0.49, 0.88), "surroundings": (0.13, 0.965),
}  # fmt: skip


def masks():
    """Where each region lies.

    Returns:
        dict of a name of `REGIONS` -> bool (200, 200), read-only; every pixel belongs to one region.
    """
    return dict(_masks())


def table(explanation):
    """How much of a map falls on each region.

    A cell of a coarse map is wider than a nose: part of what it says is counted to the neighbours.

    Args:
        explanation: an `Explanation`; its positive part, enlarged to the face, is what is counted.

    Returns:
        DataFrame with a row per region: region, share (of the map), area (share of the picture) and
        density (share / area; 1 = as much as an even map would have there). Share and density are NaN
        where the map is empty.
    """
    weights = np.asarray(explanation.map, np.float64)
    total = 0.0 if explanation.empty else weights.sum()
    rows = []
    for name, mask in _masks().items():
        share = weights[mask].sum() / total if total else np.nan
        rows.append({"region": name, "share": share, "area": mask.mean()})
    return pd.DataFrame(rows).assign(density=lambda rows: rows.share / rows.area)


def outlines(crop, side=600):
    """A face with the borders and names of the regions.

    Args:
        crop: uint8 (H, W, 3), an aligned face.
        side: of the result, px.

    Returns:
        uint8 (side, side, 3).
    """
    picture = cv2.resize(faces.resize(crop, faces.SIZE), (side, side), interpolation=cv2.INTER_CUBIC)
    line = max(1, round(side / 300))
    borders = []
    for mask in list(_masks().values())[:-1]:
        # a pixel is a square, so it is enlarged as one before its border is taken
        large = cv2.resize(mask.astype(np.float32), (side, side), interpolation=cv2.INTER_LINEAR)
        large = cv2.GaussianBlur(large, (0, 0), 1.5 * line)  # borders without steps
        borders += cv2.findContours((large > 0.5).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)[0]
    for colour, width in ((annotate.INK, 3 * line), (annotate.PAPER, line)):
        cv2.drawContours(picture, borders, -1, colour, width, cv2.LINE_AA)
    return _named(picture, side)


@functools.lru_cache(maxsize=1)
def _masks():
    left, right, nose, mouth_left, mouth_right = faces.TEMPLATE.astype(float)
    eyes, mouth = (left + right) / 2, (mouth_left + mouth_right) / 2
    one = right[0] - left[0]  # all lengths in distances of the eyes
    y, x = np.mgrid[: faces.SIZE, : faces.SIZE]

    def oval(middle, across, down, power=2.0):
        """An ellipse with half axes in eye distances; a higher power makes it squarer."""
        u, v = np.abs(x - middle[0]) / (across * one), np.abs(y - middle[1]) / (down * one)
        return u**power + v**power <= 1

    # the middle of the oval lies below the eyes; the forehead goes on beyond the picture
    middle = eyes + (0, 0.22 * one)
    face = np.where(y < middle[1], oval(middle, 0.97, 1.8), oval(middle, 0.97, 1.5, 2.25))
    around_eyes = (oval(point - (0, 0.07 * one), 0.4, 0.27, 3.5) for point in (left, right))
    tip, root = nose[1] + 0.17 * one, eyes[1] - 0.1 * one
    down = np.clip((y - root) / (tip - root), 0, 1)  # 0 at the root, 1 at the nostrils
    half = one * np.interp(down, [0, 0.5, 0.72, 0.88, 1], [0.12, 0.15, 0.27, 0.32, 0.2])
    on_nose = (y >= root) & (y <= tip) & (np.abs(x - nose[0]) <= half)
    lip = mouth + (0, 0.05 * one)
    half_mouth = 0.6 * (mouth_right[0] - mouth_left[0]) / one
    wanted = {
        "eyes": functools.reduce(np.logical_or, around_eyes),
        "nose": on_nose,
        "mouth": oval(lip, half_mouth, 0.3, 2.6),
        "forehead": face & (y < eyes[1]),
        "cheeks": face & (y < mouth[1]),
        "jaw": face,
        "surroundings": np.ones_like(face),
    }
    found, free = {}, np.ones_like(face)
    for name, mask in wanted.items():  # what an earlier one has taken, a later one does not get
        found[name] = mask & free
        free &= ~mask
    for mask in found.values():
        mask.setflags(write=False)
    return {name: found[name] for name in REGIONS}


def _named(picture, side):
    from PIL import Image, ImageDraw, ImageFont

    drawn = Image.fromarray(picture)
    draw, font = ImageDraw.Draw(drawn), ImageFont.load_default(side / 32)
    for name, (x, y) in NAMED_AT.items():
        draw.text((x * side, y * side), name, annotate.PAPER, font, "mm",
                  stroke_width=side / 200, stroke_fill=annotate.INK)  # fmt: skip
    return np.asarray(drawn)
