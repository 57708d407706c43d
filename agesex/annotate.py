"""Draw on pictures: boxed and numbered faces on a photo, the cells of a coarse map.

    annotate.boxes(photo, faces.find(photo))     # (H, W, 3) -> (h, w, 3), numbers from 1
    annotate.cells(explanation.raw)              # (h, w) -> (200, 200, 3), flat squares
"""

import functools

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

LONGEST, SHORTEST = 1200, 560  # pixels of the long side: enough for a screen, enough for a number
INK, PAPER = (20, 29, 43), (255, 255, 255)


def boxes(photo, found, *, texts=(), longest=LONGEST):
    """A picture of the photo with a box and a number at every face, and a text under it if there is one.

    Lines and numbers scale with the picture. They are white inside and dark outside, so that they
    are seen on snow and at night.

    Args:
        photo: (H, W, 3) uint8 RGB; left as it is.
        found: list of `faces.Face`; numbered from 1 in this order.
        texts: a short text per face, e.g. the age; none without it.
        longest: a larger photo is reduced to this long side in pixels, a tiny one enlarged to
            `SHORTEST`.

    Returns:
        (h, w, 3) uint8, a new array with the photo's proportions.
    """
    side = max(photo.shape[:2])
    scale = min(max(side, SHORTEST), longest) / side
    picture = _scaled(photo, scale)
    line = max(2, round(max(picture.shape[:2]) / 350))
    corners = [_corners(face.box, scale, picture.shape) for face in found]
    for top_left, bottom_right in corners:
        cv2.rectangle(picture, top_left, bottom_right, INK, 3 * line)
        cv2.rectangle(picture, top_left, bottom_right, PAPER, line)
    for number, (top_left, bottom_right) in enumerate(corners, start=1):
        _badge(picture, str(number), top_left, bottom_right, line)
    for text, (top_left, bottom_right) in zip(texts, corners, strict=False):
        _caption(picture, text, top_left[0], bottom_right[1], line)
    return picture


def cells(grid, side=200):
    """A coarse map as it is: every cell a flat square, from black (0) to bright yellow (largest).

    Args:
        grid: (h, w) float; negative values count as 0.
        side: width and height of the result in pixels.

    Returns:
        (side, side, 3) uint8 RGB in the palette of `explain.overlay` (inferno).
    """
    grid = np.nan_to_num(np.maximum(grid, 0), posinf=0)
    levels = np.round(255 * grid / (grid.max() or 1)).astype(np.uint8)
    coloured = cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)
    large = cv2.resize(coloured, (side, side), interpolation=cv2.INTER_NEAREST)
    return cv2.cvtColor(large, cv2.COLOR_BGR2RGB)


def scale_bar(width=256, height=12):
    """The palette of maps from weak (left) to strong: (height, width, 3) uint8 RGB."""
    return cv2.resize(cells(np.linspace(0, 1, 256)[None], 256)[:1], (width, height))


def _scaled(photo, scale):
    if scale == 1:
        return photo.copy()
    height, width = (max(1, round(scale * length)) for length in photo.shape[:2])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(photo, (width, height), interpolation=how)


def _corners(box, scale, shape):
    """Whole pixels of a box, inside the picture so that all four lines are seen."""
    x, y, width, height = (scale * value for value in box)
    limit = np.array([shape[1], shape[0]]) - 1
    ends = np.array([[x, y], [x + width, y + height]])
    return [tuple(int(v) for v in end) for end in np.clip(np.round(ends), 0, limit)]


def _badge(picture, text, top_left, bottom_right, line):
    """A number on a disc over the box's upper left corner, moved so that it is wholly visible."""
    radius = 7 * line
    reach = radius + 2 * line
    # On a small face the disc hangs outside the box, so that it does not cover the face.
    lift = radius if bottom_right[1] - top_left[1] < 5 * radius else 0
    height, width = picture.shape[:2]
    x = int(np.clip(top_left[0], reach, max(reach, width - reach)))
    y = int(np.clip(top_left[1] - lift, reach, max(reach, height - reach)))
    cv2.circle(picture, (x, y), reach, INK, cv2.FILLED, cv2.LINE_AA)
    cv2.circle(picture, (x, y), radius + line, PAPER, line, cv2.LINE_AA)
    patch = picture[y - reach : y + reach, x - reach : x + reach]
    drawing = Image.fromarray(patch)
    centre = (patch.shape[1] / 2, patch.shape[0] / 2)
    size = 10 * line if len(text) > 1 else 12 * line
    ImageDraw.Draw(drawing).text(centre, text, PAPER, _font(size), anchor="mm")
    patch[:] = np.asarray(drawing)


def _caption(picture, text, left, bottom, line):
    """White letters with a dark rim, under a box or, at the lower border, inside it."""
    size = 12 * line
    drawing = Image.fromarray(picture)
    pen, rim = ImageDraw.Draw(drawing), max(1, line)
    x0, y0, x1, y1 = pen.textbbox((0, 0), text, font=_font(size), stroke_width=rim)
    height, width = picture.shape[:2]
    x = int(np.clip(left, 0, max(0, width - (x1 - x0)))) - x0
    y = int(min(bottom + 2 * line, max(0, height - (y1 - y0)))) - y0
    pen.text((x, y), text, PAPER, _font(size), stroke_width=rim, stroke_fill=INK)
    picture[:] = np.asarray(drawing)


@functools.lru_cache(maxsize=16)
def _font(size):
    return ImageFont.load_default(size)
