"""What training does to a photo before the network sees it: geometry, light, and bad cameras.

    crop = augment(crop, rng, size=144, degrade=True)   # uint8 (200, 200, 3) -> (144, 144, 3)

Everything happens on the 200×200 crop; `agesex.faces.resize` then makes the input size, as it does at
prediction.
"""

import cv2
import numpy as np

from agesex.faces import resize


def augment(crop, rng, *, size, degrade):
    """One random variant of an aligned crop.

    Args:
        crop: uint8 (200, 200, 3), RGB.
        rng: numpy Generator.
        size: px of the result.
        degrade: whether to add the faults of poor cameras and scans.

    Returns:
        uint8 (size, size, 3).
    """
    crop = _move(crop, rng)
    crop = _light(crop, rng, degrade)
    if degrade:
        crop = _degrade(crop, rng)
    return resize(crop, size)


def _move(crop, rng):
    """Mirror, rotation ±14°, zoom ±12 %, shift ±5 %."""
    n = crop.shape[0]
    matrix = cv2.getRotationMatrix2D((n / 2, n / 2), rng.uniform(-14, 14), rng.uniform(0.88, 1.12))
    matrix[:, 2] += rng.uniform(-0.05, 0.05, 2) * n
    if rng.random() < 0.5:
        matrix = matrix @ np.array([[-1, 0, n - 1], [0, 1, 0], [0, 0, 1]])
    border = cv2.BORDER_REPLICATE if rng.random() < 0.5 else cv2.BORDER_CONSTANT
    return cv2.warpAffine(crop, matrix, (n, n), flags=cv2.INTER_LINEAR, borderMode=border)


def _light(crop, rng, degrade):
    """Brightness ±20 %, contrast ±30 %; with `degrade` also colour casts and gamma; one table."""
    level = np.arange(256, dtype=np.float32)
    table = np.repeat(level[:, None], 3, axis=1)  # (256, 3)
    middle = float(crop.mean())
    table = (table - middle) * rng.uniform(0.7, 1.3) + middle * rng.uniform(0.8, 1.2)
    if degrade:
        table = table * rng.normal(1, 0.06, 3) + rng.normal(0, 6, 3)
        table = 255 * (np.clip(table, 0, 255) / 255) ** rng.uniform(0.75, 1.35)
    table = np.clip(table, 0, 255).astype(np.uint8)
    return cv2.LUT(crop, table[None])


def _degrade(crop, rng):
    """Low resolution, grey, noise, blur and JPEG artefacts, each now and then."""
    n = crop.shape[0]
    if rng.random() < 0.2:
        small = int(n * rng.uniform(0.35, 0.8))
        crop = cv2.resize(crop, (small, small), interpolation=cv2.INTER_AREA)
        crop = cv2.resize(crop, (n, n), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.15:
        crop = cv2.cvtColor(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if rng.random() < 0.2:
        noise = rng.standard_normal(crop.shape, np.float32) * rng.uniform(2, 12)
        crop = np.clip(crop + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.1:
        crop = cv2.GaussianBlur(crop, (0, 0), rng.uniform(0.5, 2.0))
    if rng.random() < 0.2:
        quality = int(rng.integers(25, 80))
        crop = cv2.imdecode(
            cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR
        )
    return crop
