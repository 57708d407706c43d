"""What training does to a photo before the network sees it: geometry, light, and bad cameras.

    crop = augment(crop, rng, size=144, degrade=True)   # uint8 (200, 200, 3) -> (144, 144, 3)

Everything happens on the 200×200 crop; `agesex.faces.resize` then makes the input size, as it does at
prediction.
"""

import cv2

from agesex.faces import resize
from training import degradations as faults


def augment(crop, rng, *, size, degrade):
    """One random variant of an aligned crop.

    Args:
        crop: uint8 (200, 200, 3), RGB.
        rng: numpy Generator.
        size: px of the result.
        degrade: whether to add the faults of poor cameras, scans and detectors.

    Returns:
        uint8 (size, size, 3).
    """
    crop = _move(crop, rng, degrade)
    crop = _light(crop, rng, degrade)
    if degrade:
        crop = _scan(crop, rng) if rng.random() < 0.2 else _camera(crop, rng)
        if rng.random() < 0.15:
            crop = _occlude(crop, rng)
    return resize(crop, size)


def _move(crop, rng, degrade):
    """Mirror, rotation, zoom and shift.

    The spread is some four times what the detector's landmarks leave (2 %, 0.8° and 2 px: see
    `training.fit_template`); with `degrade` also the stretch and shear of a head that is turned.
    """
    return faults.move(
        crop,
        angle=rng.uniform(-14, 14),
        scale=rng.uniform(0.88, 1.12),
        shift=rng.uniform(-0.06, 0.06, 2),
        stretch=rng.uniform(0.92, 1.08) if degrade else 1.0,
        shear=rng.uniform(-0.06, 0.06) if degrade else 0.0,
        mirror=rng.random() < 0.5,
        border=cv2.BORDER_REPLICATE if rng.random() < 0.5 else cv2.BORDER_CONSTANT,
    )


def _light(crop, rng, degrade):
    """Brightness ±20 %, contrast ±30 %; with `degrade` also colour casts, gamma and side light."""
    brightness, contrast = rng.uniform(0.8, 1.2), rng.uniform(0.7, 1.3)
    if not degrade:
        return faults.tone(crop, brightness=brightness, contrast=contrast)
    crop = faults.tone(
        crop,
        brightness=brightness,
        contrast=contrast,
        gain=rng.normal(1, 0.06, 3),
        offset=rng.normal(0, 6, 3),
        gamma=rng.uniform(0.75, 1.35),
    )
    if rng.random() < 0.15:
        crop = faults.side_light(crop, rng.uniform(0.1, 0.5), rng.uniform(0, 360))
    return crop


def _camera(crop, rng):
    """Low resolution, grey, noise, blur and JPEG artefacts, each now and then."""
    if rng.random() < 0.25:
        crop = faults.low_resolution(crop, rng.uniform(0.25, 0.8))
    if rng.random() < 0.12:
        crop = faults.grey(crop)
    if rng.random() < 0.2:
        crop = faults.noise(crop, rng.uniform(2, 14), rng)
    if rng.random() < 0.12:
        crop = faults.blur(crop, rng.uniform(0.5, 3.0))
    elif rng.random() < 0.06:
        crop = faults.motion_blur(crop, rng.integers(3, 10), rng.uniform(0, 180))
    if rng.random() < 0.2:
        crop = faults.jpeg(crop, rng.integers(15, 80))
    return crop


def _scan(crop, rng):
    """A paper print, old and scanned: soft, grainy, faded, brownish, reddish or without colour."""
    crop = faults.blur(crop, rng.uniform(0.4, 2.2))
    if rng.random() < 0.4:
        crop = faults.grey(crop)
    crop = faults.noise(crop, rng.uniform(2, 12), rng, grain=rng.uniform(0.4, 1.5))
    black = rng.uniform(0, 70) + rng.normal(0, 8, 3)
    white = rng.uniform(180, 255) + rng.normal(0, 8, 3)
    if rng.random() < 0.6:  # paper yellows: blue goes first; old colour prints turn red
        white = white * (1.0, rng.uniform(0.85, 1.0), rng.uniform(0.65, 0.98))
    crop = faults.fade(crop, black, white)
    return faults.jpeg(crop, rng.integers(30, 90)) if rng.random() < 0.4 else crop


def _occlude(crop, rng):
    """One box of 10–40 % of the width, grey, coloured or black: hand, hair, microphone, mask."""
    width, height = rng.uniform(0.1, 0.4, 2)
    left, top = rng.uniform(0, 1 - width), rng.uniform(0, 1 - height)
    return faults.occlude(crop, (left, top, left + width, top + height), rng.integers(0, 256, 3))
