"""Copies among the photos that the split manifest does not name, and of photos that it does.

    group, split = followed(named, sha256, prints)

A copy of a photo that the manifest names joins the group of its original, and goes where
`training.splits.extend` would put it: where the original is, so that no photo is tested whose copy was trained
on. A copy of a photo of the test is `dropped`, so that the test counts no photo twice; so is a copy of photos
of several splits, or of one that is dropped itself. Rows that the manifest names stay as they are.
"""

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from agesex import quality

_HASH = 32  # bytes of a difference hash
_ROWS = 512  # that are compared at once


def packed(fingerprint):
    """A Fingerprint as bytes."""
    return fingerprint.hash.tobytes() + fingerprint.mirrored.tobytes() + fingerprint.thumbnail.tobytes()


def unpacked(data):
    """The reverse of `packed`."""
    hashes = np.frombuffer(data[: 2 * _HASH], np.uint64)
    return quality.Fingerprint(
        hashes[:4], hashes[4:], np.frombuffer(data[2 * _HASH :], np.uint8).reshape(40, 40)
    )


def followed(named, sha256, prints=None):
    """Where the photos belong that the manifest does not name.

    Args:
        named: DataFrame with a row per photo: own (its name), split, group, known (whether the manifest names
            it).
        sha256: (n,) str of the content, None where there is none.
        prints: list of n `packed` fingerprints, None for a known photo that has none; without the list only
            byte-identical copies are looked for.

    Returns:
        (group, split): (n,) Series of str.
    """
    known = named.known.to_numpy(bool)
    if known.all():
        return named.group, named.split
    n = len(named)
    content = pd.Series(sha256, named.index, dtype=object)
    links = [_chained(np.flatnonzero(content.notna()), content.dropna().to_numpy())]
    if prints is not None:
        near = np.flatnonzero(~known | _near(prints, known))
        links.append(_chained(near, quality.duplicate_groups([unpacked(prints[i]) for i in near])))
    first, second = np.concatenate(links, axis=1)
    graph = coo_array((np.ones(len(first), np.int8), (first, second)), shape=(n, n))
    among = connected_components(graph, directed=False)[1]
    rows = named.assign(among=among)
    theirs = rows[known].groupby("among")
    group = rows[~known].groupby("among").own.min().to_dict() | theirs.group.min().to_dict()
    split = {number: _of_copy(splits) for number, splits in theirs.split}
    group = pd.Series([group[number] for number in among], named.index, dtype=object)
    split = pd.Series([split.get(number, "unseen") for number in among], named.index, dtype=object)
    return named.group.astype(object).where(known, group), named.split.astype(object).where(known, split)


def _chained(rows, values):
    """Pairs (2, m) of rows that tie all rows of one value together."""
    order = np.argsort(pd.factorize(values)[0], kind="stable")
    same = np.asarray(values)[order][1:] == np.asarray(values)[order][:-1]
    rows = rows[order]
    return np.stack([rows[:-1][same], rows[1:][same]])


def _near(prints, known):
    """Which known photos look like one that is not: (n,) bool; only those are worth a second look."""
    near = np.zeros(len(prints), bool)
    able = np.array([data is not None for data in prints]) & known
    if not able.any():
        return near
    theirs = _hashes(prints, able)[:, :4]
    ours = _hashes(prints, ~known)
    distant = np.ones(len(theirs), bool)
    for start in range(0, len(theirs), _ROWS):
        rows = theirs[start : start + _ROWS]
        nearest = np.full(len(rows), 256)
        for other in (ours[:, :4], ours[:, 4:]):
            bits = np.zeros((len(rows), len(ours)), np.uint16)
            for word in range(4):
                bits += np.bitwise_count(rows[:, word, None] ^ other[None, :, word])
            nearest = np.minimum(nearest, bits.min(axis=1))
        distant[start : start + _ROWS] = nearest > quality.FAR_DISTANCE
    near[able] = ~distant
    return near


def _hashes(prints, chosen):
    """(m, 8) uint64: hash and mirrored hash."""
    data = b"".join(prints[i][: 2 * _HASH] for i in np.flatnonzero(chosen))
    return np.frombuffer(data, np.uint64).reshape(-1, 8)


def _of_copy(splits):
    """Where a copy of photos of these splits belongs."""
    splits = set(splits) - {"dropped"}
    return splits.pop() if len(splits) == 1 and splits != {"test"} else "dropped"
