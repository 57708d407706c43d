"""Score-CAM (Wang et al. 2020): each channel lights up its part of the photo, and the answer weighs it."""

import cv2
import numpy as np

CHANNELS = 128
PART = 64  # masked photos in memory at once


def score_cam(seam, photo, target, *, layer, channels=CHANNELS, progress=None):
    """One coarse map, without gradients.

    A channel's weight is the score of the photo seen through it less the score of a black picture,
    the paper's baseline.

    Args:
        seam: see `agesex.explain.seam`.
        photo: float32 (s, s, 3), 0…255.
        target: a name of `TARGETS`.
        layer: name of the layer to look at.
        channels: how many, those of the highest variance over the grid; None for all.
        progress: called with the share that is done, 0 to 1.

    Returns:
        float32 (h, w) in the units of the score; zero where nothing speaks for the target.
    """
    grid = seam.grid(photo[None], target, layer).at[0]  # (h, w, c)
    order = np.argsort(-grid.std(axis=(0, 1)), kind="stable")
    grid = grid[..., order[: channels or grid.shape[-1]]]
    count, weights = grid.shape[-1], []
    for start in range(0, count, PART):
        masks = [_mask(grid[..., i], photo.shape[0]) for i in range(start, min(start + PART, count))]
        weights.append(seam.score(photo * np.stack(masks)[..., None], target))
        if progress:
            progress(min(start + PART, count) / count)
    weights = np.concatenate(weights) - seam.score(np.zeros_like(photo)[None], target)
    return np.maximum(grid @ weights, 0).astype(np.float32)  # (h, w, c) @ (c,) -> (h, w)


def _mask(channel, side):
    """A channel enlarged to the photo, corner on corner as in tf-keras-vis, from 0 to 1."""
    height, width = channel.shape
    places = [np.linspace(0, length - 1, side, dtype=np.float32) for length in (width, height)]
    large = cv2.remap(channel.astype(np.float32), *np.meshgrid(*places), cv2.INTER_LINEAR)
    large -= large.min()
    return large / (large.max() + 1e-7)
