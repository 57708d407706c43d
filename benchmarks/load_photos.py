"""Photos of visitors, drawn: one face, as many megabytes as asked for, no two alike.

    several = photos(30, least=1, most=4)   # each the bytes of a JPEG; the same ones every time
    data = with_comment(data, "visit 3")    # other bytes, the same picture
"""

import struct
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from agesex import samples
from benchmarks.photos import background, scaled

MB = 2**20
PIXELS = 3e6  # per MB, as phones have it: 12 million in 4 MB


def photos(count, least, most):
    """As many of `drawn`, beside each other: a list."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda number: drawn(number, least, most), range(count)))


def drawn(number, least, most):
    """A photo with one face: an average one on a soft background.

    Args:
        number: which; the next ones show other faces.
        least: MB.
        most: MB.

    Returns:
        bytes of a JPEG.
    """
    grown = [sample for sample in samples.all() if sample.average][8:]
    dice = np.random.default_rng(number)
    target = MB * dice.uniform(least, most)
    height = int((PIXELS * target / MB * 4 / 3) ** 0.5)
    width = height * 3 // 4
    scene = background(dice, (width, height)).astype(np.float32)
    face = scaled(grown[number % len(grown)].photo, width * dice.uniform(0.4, 0.6) / 200)
    side = len(face)
    left, top = (int(dice.integers(0, room - side)) for room in (width, height))
    scene[top : top + side, left : left + side] = face
    grain = np.empty_like(scene)
    cv2.setRNGSeed(number)
    cv2.randn(grain, 0, 1)
    low, high = 0.0, 40.0
    for _ in range(4):  # grain makes a file large, so the size sets it
        strength = (low + high) / 2
        photo = cv2.convertScaleAbs(scene + strength * grain)
        data = cv2.imencode(".jpg", photo[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()
        low, high = (strength, high) if len(data) < target else (low, strength)
    return data


def with_comment(data, text):
    """The same picture with a comment in its file, so that nothing that was kept of it is used.

    Args:
        data: bytes of a JPEG.
        text: the comment.

    Returns:
        bytes of a JPEG.
    """
    said = text.encode()
    return data[:2] + b"\xff\xfe" + struct.pack(">H", len(said) + 2) + said + data[2:]
