"""What a covered place is filled with: a blurred copy, grey, or the average face."""

import functools

import cv2
import numpy as np

BLUR = 0.08  # standard deviation, as a share of the side: features go, light and colour stay
GREY = 127
FILLS = ("blur", "grey", "average face")


def blurred(photo):
    """A copy without features: (s, s, 3) -> (s, s, 3), same type."""
    return cv2.GaussianBlur(photo, (0, 0), BLUR * photo.shape[0], borderType=cv2.BORDER_REPLICATE)


def filled(crop, mask, fill="blur"):
    """Cover a part of an aligned face.

    Args:
        crop: uint8 (200, 200, 3).
        mask: (200, 200) float, 1 where covered, 0 elsewhere; between them the two are mixed.
        fill: "blur" (the crop itself, blurred), "grey", or "average face" (of all average faces).

    Returns:
        uint8 (200, 200, 3), a new array.

    Raises:
        ValueError: an unknown fill; the message lists the known ones.
    """
    if fill not in FILLS:
        raise ValueError(f"fill must be one of {list(FILLS)}, received {fill!r}")
    other = {"blur": lambda: blurred(crop), "grey": lambda: GREY, "average face": average_face}[fill]()
    alpha = np.asarray(mask, np.float32)[..., None]
    return np.round(crop * (1 - alpha) + other * alpha).astype(np.uint8)


@functools.lru_cache(maxsize=1)
def average_face():
    """The mean of the average faces of people of 20 and over: uint8 (200, 200, 3)."""
    from agesex import samples

    cells = [cell for cell in samples.index() if cell["low"] >= 20]
    pictures = [samples.average_picture(cell).astype(np.float32) for cell in cells]
    return np.round(np.mean(pictures, axis=0)).astype(np.uint8)
