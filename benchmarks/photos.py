"""Photos for the benchmarks: real ones from a folder, or drawn from the free portrait of scikit-image.

    for photo in photos(None, 200, (640, 480)): ...     # uint8 (480, 640, 3), one face each
"""

import sys
from pathlib import Path

import cv2
import numpy as np

FACE = (182, 64, 83, 107)  # x, y, width, height of the portrait's face as `faces.find` boxes it, px
PATCH = (90, 10, 260, 260)  # what is cut out around it


def photos(folder, count, size):
    """Photos with one face.

    Args:
        folder: a folder of .jpg files, repeated where it holds fewer; None for drawn ones.
        count: how many.
        size: (width, height) in pixels; a photo is fitted into it, on grey.

    Yields:
        uint8 (height, width, 3), RGB.
    """
    rng = np.random.default_rng(0)
    found = sorted(Path(folder).glob("*.jpg")) if folder else []
    if folder and not found:
        sys.exit(f"{folder} holds no .jpg files")
    for i in range(count):
        if found:
            yield fitted(read(found[i % len(found)]), size)
        else:
            yield portrait(rng, size, rng.uniform(0.15, 0.4))


def portrait(rng, size, share):
    """The free portrait at a random place of a soft background.

    Args:
        rng: numpy random generator.
        size: (width, height) of the photo in pixels.
        share: width of the face as a share of the photo's.

    Returns:
        uint8 (height, width, 3), RGB.
    """
    from skimage import data

    width, height = size
    x, y, w, h = PATCH
    factor = share * width / FACE[2]
    factor = min(factor, height / h, width / w)
    patch = scaled(data.astronaut()[y : y + h, x : x + w], factor)
    photo = background(rng, size)
    left = rng.integers(0, width - patch.shape[1] + 1)
    top = rng.integers(0, height - patch.shape[0] + 1)
    photo[top : top + patch.shape[0], left : left + patch.shape[1]] = patch
    return photo


def background(rng, size):
    """A soft coloured background with some grain, uint8 (height, width, 3)."""
    coarse = rng.integers(60, 190, (6, 8, 3)).astype(np.float32)
    smooth = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    grain = cv2.resize(rng.normal(0, 6, (size[1] // 2, size[0] // 2, 3)).astype(np.float32), size)
    return np.clip(smooth + grain, 0, 255).astype(np.uint8)


def fitted(photo, size):
    """A photo scaled into a size, on grey."""
    width, height = size
    photo = scaled(photo, min(width / photo.shape[1], height / photo.shape[0]))
    canvas = np.full((height, width, 3), 127, np.uint8)
    left, top = (width - photo.shape[1]) // 2, (height - photo.shape[0]) // 2
    canvas[top : top + photo.shape[0], left : left + photo.shape[1]] = photo
    return canvas


def scaled(photo, factor):
    """A photo enlarged or reduced by a factor."""
    size = [max(1, round(side * factor)) for side in photo.shape[1::-1]]
    return cv2.resize(photo, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)


def read(path):
    """A file as uint8 (H, W, 3), RGB."""
    return cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
