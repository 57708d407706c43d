"""Saliency (Simonyan et al. 2014): how much the answer changes where a pixel changes."""

import numpy as np


def saliency(seam, photo, target):
    """One fine map; a target and its opposite share it, for sizes have no sign.

    Args:
        seam: see `agesex.explain.seam`.
        photo: float32 (s, s, 3), 0…255.
        target: a name of `TARGETS`.

    Returns:
        float32 (s, s): the largest |gradient| of the three channels, score units per level.
    """
    return np.abs(seam.pixels(photo[None], target).gradient[0]).max(axis=-1)
