"""Grad-CAM (Selvaraju et al. 2017): which parts of the last grid speak for the target."""

import numpy as np


def grad_cam(batch, photo, target):
    """One coarse map.

    Args:
        batch: the seam, see `agesex.explain.gradients`.
        photo: float32 (s, s, 3), 0…255.
        target: a name of `TARGETS`.

    Returns:
        float32 (h, w) in the units of the score; zero where nothing speaks for the target.
    """
    found = batch(photo[None], target)
    weights = found.layer[0].mean(axis=(0, 1))  # (h, w, c) -> (c,)
    return np.maximum(found.activation[0] @ weights, 0)  # (h, w, c) @ (c,) -> (h, w)
