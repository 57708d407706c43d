"""Grad-CAM (Selvaraju et al. 2017): which parts of a layer's grid speak for the target."""

import numpy as np


def grad_cam(seam, photo, target, *, layer):
    """One coarse map.

    Args:
        seam: see `agesex.explain.seam`.
        photo: float32 (s, s, 3), 0…255.
        target: a name of `TARGETS`.
        layer: name of the layer to look at.

    Returns:
        float32 (h, w) in the units of the score; zero where nothing speaks for the target.
    """
    found = seam.grid(photo[None], target, layer)
    weights = found.gradient[0].mean(axis=(0, 1))  # (h, w, c) -> (c,)
    return np.maximum(found.at[0] @ weights, 0)  # (h, w, c) @ (c,) -> (h, w)
