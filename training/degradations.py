"""What poor cameras, scanners and detectors do to a face crop, one function each, strength given.

    crop = low_resolution(crop, 0.5)      # uint8 (200, 200, 3) RGB -> the same shape

`training.augment` draws the strengths at random, `training.stress` uses fixed ones.
"""

import cv2
import numpy as np


def move(crop, *, angle=0.0, scale=1.0, shift=(0.0, 0.0), stretch=1.0, shear=0.0, mirror=False,
         border=cv2.BORDER_REPLICATE):
    """Turn, zoom, shift, stretch, shear and mirror about the middle.

    Args:
        crop: uint8 (n, n, 3).
        angle: degrees, counter-clockwise.
        scale: over 1 enlarges.
        shift: right and down, as parts of the width.
        stretch: width over height, 1 for none.
        shear: sideways shift per unit of height.
        mirror: left and right change places.
        border: OpenCV's rule for pixels outside the crop.
    """
    n = crop.shape[0]
    middle, turn = (n - 1) / 2, np.deg2rad(angle)
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    form = np.array([[np.sqrt(stretch), shear], [0, 1 / np.sqrt(stretch)]])
    linear = scale * rotation @ form @ np.diag([-1.0 if mirror else 1.0, 1.0])
    offset = middle - linear @ (middle, middle) + np.asarray(shift) * n
    matrix = np.column_stack([linear, offset])
    return cv2.warpAffine(crop, matrix, (n, n), flags=cv2.INTER_LINEAR, borderMode=border)


def tone(crop, *, brightness=1.0, contrast=1.0, gain=(1, 1, 1), offset=(0, 0, 0), gamma=1.0):
    """Brightness, contrast about the crop's mean, per-channel gain and offset, then gamma."""
    table = np.repeat(np.arange(256, dtype=np.float32)[:, None], 3, axis=1)  # (256, 3)
    middle = float(crop.mean())
    table = (table - middle) * contrast + middle * brightness
    table = np.clip(table * np.asarray(gain) + np.asarray(offset), 0, 255)
    table = 255 * (table / 255) ** gamma
    return cv2.LUT(crop, np.rint(table).astype(np.uint8)[None])


def fade(crop, black, white):
    """A faded print: black becomes the level or colour `black`, white `white` (0…255)."""
    level = np.arange(256, dtype=np.float32)[:, None] / 255
    table = np.asarray(black) + level * (np.asarray(white) - np.asarray(black))
    table = np.broadcast_to(table, (256, 3))
    return cv2.LUT(crop, np.clip(np.rint(table), 0, 255).astype(np.uint8)[None])


def grey(crop):
    """No colour (ITU-R BT.601 luma)."""
    return cv2.cvtColor(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


def low_resolution(crop, fraction):
    """Down to a fraction of the size and up again."""
    n = crop.shape[0]
    small = max(4, round(n * fraction))
    crop = cv2.resize(crop, (small, small), interpolation=cv2.INTER_AREA)
    return cv2.resize(crop, (n, n), interpolation=cv2.INTER_LINEAR)


def blur(crop, sigma):
    """Out of focus: a Gaussian of `sigma` px."""
    return cv2.GaussianBlur(crop, (0, 0), sigma)


def motion_blur(crop, length, angle):
    """A moved camera: a line of `length` px at `angle` degrees."""
    size = int(length) | 1
    kernel = np.zeros((size, size), np.float32)
    kernel[size // 2] = 1
    turn = cv2.getRotationMatrix2D((size // 2, size // 2), angle, 1)
    kernel = cv2.warpAffine(kernel, turn, (size, size))
    return cv2.filter2D(crop, -1, kernel / kernel.sum())


def jpeg(crop, quality):
    """JPEG artefacts at a quality of 1…100."""
    packed = cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])[1]
    return cv2.imdecode(packed, cv2.IMREAD_COLOR)


def noise(crop, sigma, rng, grain=0.0):
    """Sensor noise of `sigma` grey levels; `grain` px makes it coarse, as film grain is."""
    field = rng.standard_normal(crop.shape, np.float32)
    if grain:
        field = cv2.GaussianBlur(field, (0, 0), grain)
        field /= field.std() + 1e-6
    return np.clip(crop + sigma * field, 0, 255).astype(np.uint8)


def side_light(crop, strength, angle):
    """Light from one side: a ramp from 1 − strength to 1 + strength at `angle` degrees."""
    n = crop.shape[0]
    x = np.linspace(-1, 1, n, dtype=np.float32)
    ramp = np.cos(np.deg2rad(angle)) * x[None] + np.sin(np.deg2rad(angle)) * x[:, None]  # (n, n)
    return np.clip(crop * (1 + strength * ramp[..., None]), 0, 255).astype(np.uint8)


def occlude(crop, box, fill):
    """Cover a box (left, top, right, bottom as parts of the size) with a colour (3,)."""
    n = crop.shape[0]
    left, top, right, bottom = (round(n * edge) for edge in box)
    crop = crop.copy()
    crop[top:bottom, left:right] = fill
    return crop
