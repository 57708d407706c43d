"""Drawn stand-ins for photos of people, for tests without UTKFace."""

import cv2
import numpy as np

from agesex import labels


def drawn_face(seed=0, age=30):
    """A 200×200 picture with a face-like arrangement; different seeds differ plainly."""
    rng = np.random.default_rng(seed)
    picture = cv2.resize(rng.integers(0, 255, (7, 7, 3), np.uint8), (200, 200))
    skin = tuple(int(v) for v in rng.integers(90, 230, 3))
    cv2.ellipse(picture, (100, 105), (70, 95), 0, 0, 360, skin, -1)
    for x in (61, 137):
        cv2.circle(picture, (x, 58), 9, (30, 30, 30), -1)
    cv2.line(picture, (97, 70), (97, 105), (60, 60, 60), 4)
    cv2.ellipse(picture, (100, 135), (33, 10), 0, 0, 180, (120, 40, 40), -1)
    for i in range(age // 10):  # wrinkles, so that there is something to learn
        cv2.line(picture, (50, 8 + 4 * i), (150, 8 + 4 * i), (80, 60, 60), 1)
    return picture


def write_utkface(folder, n=60, seed=0):
    """Write n drawn faces under UTKFace names; returns the names in order."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for i in range(n):
        label = labels.Label(
            int(rng.integers(0, 100)),
            labels.SEXES[i % 2],
            labels.RACES[i % 5],
            f"2017010100000{i:04d}",
        )
        names.append(labels.format(label))
        picture = drawn_face(seed * 1000 + i, label.age)
        cv2.imwrite(str(folder / names[-1]), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    return names
