"""How a map is laid over a face: perceptually even, colour-blind-safe colours (inferno)."""

import cv2
import numpy as np

from agesex import faces


def overlay(crop, explanation, strength=0.5):
    """Lay a map over a face.

    Args:
        crop: uint8 (H, W, 3), the face.
        explanation: an Explanation.
        strength: 0 shows the face, 1 the map.

    Returns:
        uint8 (200, 200, 3); the face itself where the map is empty.
    """
    face = faces.resize(crop, faces.SIZE)
    return face if explanation.empty else lay(face, explanation.map, strength)


def lay(face, weights, strength=0.5):
    """Mix inferno colours into a face: (h, w, 3) uint8 and (h, w) in 0…1 -> (h, w, 3) uint8."""
    levels = np.round(np.clip(weights, 0, 1) * 255).astype(np.uint8)
    colours = cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    alpha = strength * (0.35 + 0.65 * np.clip(weights, 0, 1)[..., None])
    return np.round(face * (1 - alpha) + colours * alpha).astype(np.uint8)
