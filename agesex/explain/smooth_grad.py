"""SmoothGrad (Smilkov et al. 2017): the gradient's size, averaged over noisy copies of the photo."""

import numpy as np

SAMPLES = 25
NOISE = 0.15  # standard deviation, as a share of the photo's range


def smooth_grad(batch, photo, target):
    """One fine map; `older` and `younger` (and `female` and `male`) share it, for sizes have no sign.

    Args:
        batch: the seam, see `agesex.explain.gradients`.
        photo: float32 (s, s, 3), 0…255.
        target: a name of `TARGETS`.

    Returns:
        float32 (s, s): largest of the three channels' mean |gradient|, per pixel.
    """
    rng = np.random.default_rng(0)  # same photo, same map
    spread = NOISE * float(photo.max() - photo.min())
    noisy = photo + spread * rng.standard_normal((SAMPLES, *photo.shape), np.float32)
    return np.abs(batch(noisy, target).photo).mean(axis=0).max(axis=-1)
