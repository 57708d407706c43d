"""The bootstrap of everything here: whole groups of duplicate photos are drawn, never single faces.

    means = bootstrap(values, groups)                      # (draws, k)
    sums = totals(values, cells, groups, cells_n=10)       # (draws, 10, k): one pass for all cells

The drawn multiplicities are kept, so that everything that is asked of one table shares them: two figures
of the same faces are paired, and a page that asks for twenty figures draws once.
"""

import functools
import statistics

import numpy as np
import pandas as pd

MIN_GROUP = 30  # faces; below it no interval is given
ENDS = (2.5, 97.5)  # percentiles of a 95 % interval
FEW = 30  # hits or misses, below which a share's draws are not believed
_AT_ONCE = 4_000_000  # multiplicities in work: bounded memory for large tables


def bootstrap(values, groups, *, draws=1000, seed=0):
    """Means over bootstrap draws of whole groups.

    Args:
        values: (n, k) array.
        groups: (n,) group of each row.
        draws: number of draws.
        seed: of the draws.

    Returns:
        (draws, k) array of means.
    """
    codes, names = pd.factorize(np.asarray(groups))
    sums = np.zeros((len(names), values.shape[1] + 1))
    np.add.at(sums, codes, np.column_stack([values, np.ones(len(values))]))
    means = np.empty((draws, values.shape[1]))
    for start, weights in _multiplicities(len(names), draws, seed):
        drawn = weights.astype(float) @ sums
        means[start : start + len(weights)] = drawn[:, :-1] / drawn[:, -1:]
    return means


def totals(values, cells, groups, *, cells_n, draws=1000, seed=0):
    """Sums over the faces of each cell in every draw of the whole table.

    Args:
        values: (n, k) array.
        cells: (n,) int, the cell of each face, 0 to cells_n − 1; −1 for none.
        groups: (n,) duplicate group of each face; groups may straddle cells.
        cells_n: number of cells.
        draws: number of draws.
        seed: of the draws.

    Returns:
        (draws, cells_n, k) array.
    """
    from scipy.sparse import coo_array  # the first page of the app does without

    values, cells = np.asarray(values, float), np.asarray(cells)
    k = values.shape[1]
    sums = np.zeros((cells_n * k, draws))
    if len(values):
        codes, names = pd.factorize(np.asarray(groups))
        face, column = np.nonzero((values != 0) & (cells >= 0)[:, None])
        places = cells[face] * k + column, codes[face]
        matrix = coo_array((values[face, column], places), shape=(cells_n * k, len(names))).tocsc()
        drawn = multiplicities(len(names), draws, seed)
        step = max(1, _AT_ONCE // draws)
        for start in range(0, len(names), step):
            sums += matrix[:, start : start + step] @ drawn[start : start + step].astype(float)
    return np.moveaxis(sums.reshape(cells_n, k, draws), 2, 0)


@functools.lru_cache(maxsize=4)
def multiplicities(size, draws, seed):
    """How often each of `size` groups is drawn: (size, draws), read-only.

    One byte is enough: fewer than 256 groups cannot be drawn more often, and of more the mean is one each.
    """
    drawn = np.empty((size, draws), np.uint8)
    for start, weights in _multiplicities(size, draws, seed):
        drawn[:, start : start + len(weights)] = weights.T
    drawn.flags.writeable = False
    return drawn


def _multiplicities(size, draws, seed):
    """Pairs of the first draw of a chunk and its multiplicities, (chunk, size)."""
    rng = np.random.default_rng(seed)
    chunk = max(1, _AT_ONCE // size)
    for start in range(0, draws, chunk):
        rows = min(chunk, draws - start)
        drawn = rng.integers(size, size=(rows, size))
        drawn += np.arange(rows)[:, None] * size
        yield start, np.bincount(drawn.ravel(), minlength=rows * size).reshape(rows, -1)


def ends(draws, n, *, share=None):
    """The 95 % interval of each figure.

    Args:
        draws: (draws, …) array; NaN where a draw has no such figure.
        n: (…) faces behind each figure.
        share: (…) values of the figures, if they are shares. With few hits or few misses the percentiles
            of the draws lie too close together (of a share of 0 or 1 all draws are alike): below
            `FEW` of them Wilson's interval takes their place, with as many observations as the spread of
            the draws amounts to. (Simulated with one face in ten copied, as in UTKFace or more: 95 % cover a
            share of 2 %. Where every second photo has copies, 88 %: the spread of few hits is not known.)

    Returns:
        (low, high): (…) arrays, NaN under `MIN_GROUP` faces and where most draws have no figure.
    """
    enough = (np.asarray(n) >= MIN_GROUP) & (np.isfinite(draws).mean(axis=0) > 0.5)
    found = np.full((2, *np.shape(enough)), np.nan)
    if enough.any():
        wanted = draws[:, enough]
        gaps, between = np.isnan(wanted).any(axis=0), np.empty((2, wanted.shape[1]))
        for those, take in ((~gaps, np.percentile), (gaps, np.nanpercentile)):  # the second one is slow
            if those.any():
                between[:, those] = take(wanted[:, those], ENDS, axis=0)
        found[:, enough] = between
    if share is not None and enough.any():
        p, spread, faces = share[enough], np.nanvar(draws[:, enough], axis=0), np.broadcast_to(n, enough.shape)
        counted = np.where(spread > 0, p * (1 - p) / np.maximum(spread, 1e-12), np.inf)
        counted = np.minimum(counted, faces[enough])
        few = counted * np.minimum(p, 1 - p) < FEW
        found[:, enough] = np.where(few, wilson(p, counted), found[:, enough])
    return found[0], found[1]


def divided(above, below):
    """Quotient of two arrays, NaN where nothing is divided by nothing or by zero."""
    above, below = np.broadcast_arrays(np.asarray(above, float), np.asarray(below, float))
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)


def wilson(share, n, level=0.95):
    """Wilson's interval of a share.

    Args:
        share: (k,) shares, 0 to 1.
        n: (k,) independent observations behind each.
        level: of the interval.

    Returns:
        (low, high): (k,) arrays; NaN where n is 0.
    """
    share, n = np.asarray(share, float), np.asarray(n, float)
    z = statistics.NormalDist().inv_cdf((1 + level) / 2)
    below = 1 + divided(z**2, n)
    middle = (share + divided(z**2, 2 * n)) / below
    half = z / below * np.sqrt(divided(share * (1 - share), n) + divided(z**2, 4 * n**2))
    low, high = np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)
    none, all_ = (share == 0) & (n > 0), (share == 1) & (n > 0)  # there an end is exact, but for rounding
    return np.where(none, 0, low), np.where(all_, 1, high)
