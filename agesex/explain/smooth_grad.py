"""SmoothGrad (Smilkov et al. 2017): the gradient's size, averaged over noisy copies of the photo."""

import numpy as np

SAMPLES = 25
NOISE = 0.15  # standard deviation, as a share of the photo's range


def smooth_grad(seam, photo, target, *, samples=SAMPLES, noise=NOISE):
    """One fine map; a target and its opposite share it, for sizes have no sign.

    Args:
        seam: see `agesex.explain.seam`.
        photo: float32 (s, s, 3), 0…255.
        target: a name of `TARGETS`.
        samples: noisy copies.
        noise: standard deviation of the noise, as a share of the photo's range.

    Returns:
        float32 (s, s): largest of the three channels' mean |gradient|, score units per level.
    """
    rng = np.random.default_rng(0)  # same photo, same map
    spread = noise * float(photo.max() - photo.min())
    noisy = photo + spread * rng.standard_normal((samples, *photo.shape), np.float32)
    return np.abs(seam.pixels(noisy, target).gradient).mean(axis=0).max(axis=-1)
