"""Occlusion (Zeiler and Fergus 2014): hide one place after another and see what the answer loses."""

import numpy as np

from agesex.explain.fill import blurred

CELLS = 12  # squares across; a patch hides 2×2 of them, so neighbours overlap by half
PART = 64  # covered photos in memory at once


def occlusion(seam, photo, target, *, cells=CELLS, progress=None):
    """One coarse map with a sign; nothing is blackened: a patch is replaced by a blurred copy.

    Args:
        seam: see `agesex.explain.seam`.
        photo: float32 (s, s, 3), 0…255.
        target: a name of `TARGETS`.
        cells: squares across the map.
        progress: called with the share that is done, 0 to 1.

    Returns:
        float32 (cells, cells): mean loss of score over the patches that hide this square, in the units
        of the score; positive where hiding it makes the score fall.
    """
    other, side = blurred(photo), photo.shape[0]
    ends = np.round(np.linspace(0, side, cells + 1)).astype(int)
    corners = [(row, column) for row in range(cells - 1) for column in range(cells - 1)]
    whole = seam.score(photo[None], target)[0]
    total, times = np.zeros((cells, cells)), np.zeros((cells, cells))
    for start in range(0, len(corners), PART):
        part = corners[start : start + PART]
        covered = np.repeat(photo[None], len(part), axis=0)
        for picture, (row, column) in zip(covered, part, strict=True):
            place = slice(ends[row], ends[row + 2]), slice(ends[column], ends[column + 2])
            picture[place] = other[place]
        for loss, (row, column) in zip(whole - seam.score(covered, target), part, strict=True):
            total[row : row + 2, column : column + 2] += loss
            times[row : row + 2, column : column + 2] += 1
        if progress:
            progress(min(start + PART, len(corners)) / len(corners))
    return (total / times).astype(np.float32)
