"""Deletion and insertion (Petsiuk et al. 2018): does the answer follow the order that a map claims?

    found = report(model, crop, explanation.raw, "older")
    found.map.gain, found.random.gain, found.blob.gain

The places of a map are blurred away, or brought back into a blurred copy, hottest first. The score is 1 for
the photo and 0 for its blurred copy; a good order makes deletion fall soon and insertion rise soon.
"""

from dataclasses import dataclass

import numpy as np

from agesex.explain import seam as seams
from agesex.explain.explanation import displayed
from agesex.explain.fill import blurred

STEPS = 16
SEEDS = (0, 1, 2)  # of the random orders
MINIMUM = {"years": 2.0, "logits": 0.5}  # a photo closer to its blurred copy has nothing to follow
QUESTIONS = {"age": ("older", "younger"), "sex": ("female", "male")}
PART = 8  # orders whose photos are in memory at once


@dataclass(frozen=True)
class Curves:
    """What an order does to the answer.

    Attributes:
        shares: (k,) share of the photo that is deleted, or inserted, from 0 to 1.
        deletion: (k,) score when the first places are blurred; 1 at the start, 0 at the end.
        insertion: (k,) score when only the first places are sharp; 0 at the start, 1 at the end.
    """

    shares: np.ndarray
    deletion: np.ndarray
    insertion: np.ndarray

    @property
    def deletion_area(self):
        """Area under the deletion curve, clipped to 0…1; low for a good order."""
        return _area(self.shares, self.deletion)

    @property
    def insertion_area(self):
        """Area under the insertion curve, clipped to 0…1; high for a good order."""
        return _area(self.shares, self.insertion)

    @property
    def gain(self):
        """Insertion area less deletion area, -1 to 1; on average 0 for orders drawn at random."""
        return self.insertion_area - self.deletion_area


@dataclass(frozen=True)
class Evidence:
    """The curves of a map beside what needs no map.

    Attributes:
        target: a name of `TARGETS`.
        denominator: score of the photo less that of its blurred copy, years or logits. Negative where the
            face lies on the other side; the curves of the target that `side_of` names are the ones to read.
        map: Curves of the map's own order.
        random: Curves, the mean over random orders of the same grain.
        blob: Curves of the order from the centre outwards.
    """

    target: str
    denominator: float
    map: Curves
    random: Curves
    blob: Curves


def ranks(raw, side):
    """The order of a map at its own grain.

    Args:
        raw: (h, w), the map as the method gave it.
        side: of the photo, px; at least h and w.

    Returns:
        int (side, side), 0 for the pixels that go first. The cells of a coarse map go as whole squares, and
        what is equal goes at once: a map does not say which of its zeros comes first.
    """
    _, order = np.unique(-np.asarray(raw), return_inverse=True)
    return _squares(order.reshape(np.shape(raw)), side)


def random_ranks(shape, side, seed):
    """A random order of the same grain.

    Args:
        shape: (h, w) of the map.
        side: of the photo, px.
        seed: same seed, same order.

    Returns:
        int (side, side), 0 first.
    """
    order = np.random.default_rng(seed).permutation(shape[0] * shape[1])
    return _squares(order.reshape(shape), side)


def centre_blob(side):
    """The order from the centre outwards: int (side, side), 0 first."""
    away = (2 * np.arange(side) - side + 1) ** 2
    _, order = np.unique(away[:, None] + away, return_inverse=True)
    return order.reshape(side, side)


def side_of(score_photo, score_blurred, question):
    """The target for which a face scores higher than its blurred copy.

    Args:
        score_photo: of the first target of the question (older, female).
        score_blurred: the same for the blurred copy.
        question: "age" or "sex".

    Returns:
        A name of `TARGETS`.
    """
    return QUESTIONS[question][0 if score_photo >= score_blurred else 1]


def scorer(model, target):
    """The target's score of float photos as the model answers: (n, s, s, 3) -> (n,)."""
    seam = seams.of(model.network)

    def score(photos):
        value = seam.score(photos, target)
        return (value + seam.score(photos[:, :, ::-1], target)) / 2 if model.mirror else value

    return score


def curves(score, photo, order, steps=STEPS):
    """The curves of one order.

    Args:
        score: (n, s, s, 3) float32 -> (n,).
        photo: float32 (s, s, 3), 0…255.
        order: int (s, s), see `ranks`.
        steps: at how many shares of the photo the score is taken; fewer where the order has fewer ranks.

    Returns:
        Curves.
    """
    return several(score, photo, [order], steps)[0]


def several(score, photo, orders, steps=STEPS):
    """The curves of several orders of one photo, scored together: see `curves`.

    Returns:
        list of Curves, in the order of `orders`.
    """
    other, found = blurred(photo), []
    full, none = score(np.stack([photo, other]))
    for start in range(0, len(orders), PART):
        part = orders[start : start + PART]
        cuts = [_cuts(order, steps) for order in part]
        pictures = [
            np.where((order < rank)[..., None], first, second)
            for order, (ends, _) in zip(part, cuts, strict=True)
            for first, second in ((other, photo), (photo, other))
            for rank in ends
        ]
        values = (score(np.stack(pictures)) - none) / (full - none) if pictures else np.empty(0)
        for ends, shares in cuts:
            deletion, insertion, values = np.split(values, [len(ends), 2 * len(ends)])
            found.append(
                Curves(shares, np.concatenate([[1], deletion, [0]]), np.concatenate([[0], insertion, [1]]))
            )
    return found


def mean(some, steps=STEPS):
    """The mean of some Curves, at equal shares."""
    shares = np.linspace(0, 1, steps + 1)
    deletion = np.mean([np.interp(shares, one.shares, one.deletion) for one in some], axis=0)
    insertion = np.mean([np.interp(shares, one.shares, one.insertion) for one in some], axis=0)
    return Curves(shares, deletion, insertion)


def report(model, crop, raw, target):
    """Hold a map against random order and against the centre of the photo.

    Args:
        model: a `model.Model`.
        crop: uint8 (H, W, 3), an aligned face.
        raw: (h, w), the map as the method gave it.
        target: a name of `TARGETS`.

    Returns:
        Evidence, or None where the photo's score is within `MINIMUM` of its blurred copy's.
    """
    photo, score = displayed(model, crop), scorer(model, target)
    full, none = score(np.stack([photo, blurred(photo)]))
    if abs(full - none) < MINIMUM[seams.unit(target)]:
        return None
    side = photo.shape[0]
    drawn = [random_ranks(raw.shape, side, seed) for seed in SEEDS]
    own, blob, *rest = several(score, photo, [ranks(raw, side), centre_blob(side), *drawn])
    return Evidence(target, float(full - none), own, mean(rest), blob)


def _squares(order, side):
    """Enlarge an order to the photo: (h, w) -> (side, side), a square per cell."""
    rows, columns = (
        np.diff(np.round(np.linspace(0, side, length + 1)).astype(int)) for length in order.shape
    )
    return np.repeat(np.repeat(order, rows, axis=0), columns, axis=1)


def _cuts(order, steps):
    """Ranks at which an order is cut, without both ends, and the shares of all points with them."""
    ends = np.cumsum(np.bincount(order.ravel())) / order.size  # share that has gone after each rank
    at = np.arange(1, len(ends))
    if len(ends) > steps:
        wanted = np.arange(1, steps) / steps
        at = np.unique(np.abs(ends[:, None] - wanted).argmin(axis=0) + 1)
        at = at[at < len(ends)]
    return at, np.concatenate([[0], ends[at - 1], [1]])


def _area(shares, curve):
    return float(np.trapezoid(np.clip(curve, 0, 1), shares))
