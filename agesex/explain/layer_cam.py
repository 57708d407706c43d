"""Layer-CAM (Jiang et al. 2021): every cell weighted by its own gradient, so finer layers can be seen."""

import numpy as np


def layer_cam(seam, photo, target, *, layer):
    """One map with the grid of the layer.

    Args:
        seam: see `agesex.explain.seam`.
        photo: float32 (s, s, 3), 0…255.
        target: a name of `TARGETS`.
        layer: name of the layer to look at; after a global average the last one gives the same map as
            Grad-CAM++ up to a factor, for its gradients are the same in every cell.

    Returns:
        float32 (h, w) in the units of the score; zero where nothing speaks for the target.
    """
    found = seam.grid(photo[None], target, layer)
    weights = np.maximum(found.gradient[0], 0)  # (h, w, c)
    return np.maximum((weights * found.at[0]).sum(axis=-1), 0)
