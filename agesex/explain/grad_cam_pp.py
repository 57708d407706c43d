"""Grad-CAM++ (Chattopadhay et al. 2018): like Grad-CAM, weighted so that several small places count."""

import numpy as np


def grad_cam_pp(seam, photo, target, *, layer):
    """One coarse map.

    The paper explains exp(score), a positive factor that scales the whole map; it is left out, for
    exp(90 years) overflows.

    Args:
        seam: see `agesex.explain.seam`.
        photo: float32 (s, s, 3), 0…255.
        target: a name of `TARGETS`.
        layer: name of the layer to look at.

    Returns:
        float32 (h, w) in the units of the score; zero where nothing speaks for the target.
    """
    found = seam.grid(photo[None], target, layer)
    grid, slope = found.at[0].astype(np.float64), found.gradient[0].astype(np.float64)
    below = 2 * slope**2 + slope**3 * grid.sum(axis=(0, 1))
    alpha = np.divide(slope**2, below, out=np.zeros_like(slope), where=below != 0)
    total = alpha.sum(axis=(0, 1))
    alpha = np.divide(alpha, total, out=np.zeros_like(alpha), where=total != 0)
    weights = (np.maximum(slope, 0) * alpha).sum(axis=(0, 1))  # (h, w, c) -> (c,)
    return np.maximum(grid @ weights, 0).astype(np.float32)
