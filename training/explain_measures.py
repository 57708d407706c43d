"""What `training.explain_report` asks of each face: curves, maps to add up, maps of random weights.

    for method, layer in contenders(network, "age"):
        ...
    areas = measure_curves(wrapped, photo, "age", number=0)
"""

import numpy as np

from agesex.explain import METHODS, OPPOSITE, curves, default_layer, layers, sanity, unit, usable
from agesex.explain import report as reports
from agesex.explain import seam as seams
from agesex.explain.explanation import attribute
from agesex.explain.fill import blurred

FINE = 9  # cells; Grad-CAM and Layer-CAM are also held to the last layer with so many
ALSO_FINE = ("grad-cam", "layer-cam")
GROUPED = (("grad-cam", False), ("grad-cam", True), ("layer-cam", False))  # (method, at the fine layer)
NAMES = tuple(METHODS)


def chosen(table, n, seed=0):
    """Faces of every age band and sex in turn, so that each has the same share as far as it goes.

    Args:
        table: rows with file, age, sex.
        n: how many; all where there are fewer.
        seed: of the choice.

    Returns:
        Part of the table; its first rows are just as mixed.
    """
    table = table.sort_values("file").sample(frac=1, random_state=seed)
    turn = table.groupby([reports.band(table.age), "sex"], observed=True).cumcount()
    return table.assign(_turn=turn).sort_values("_turn", kind="stable").drop(columns="_turn").head(n)


def contenders(network, question):
    """What is held to account: list of (method, layer), the default layers first."""
    target = curves.QUESTIONS[question][0]
    names = [name for name in usable(network, target) if name in NAMES]
    found = [(name, default_layer(network, target, name)) for name in names]
    fine = _fine(network, target)
    found += [(name, fine) for name in ALSO_FINE if name in names and fine]
    return list(dict.fromkeys(found))


def _fine(network, target):
    sizes = layers(network, target)
    return next((name for name in reversed(sizes) if min(sizes[name]) >= FINE), None)


def side(wrapped, photo, question):
    """The target on whose side a face lies against its blurred copy, and by how many years or logits."""
    full, none = curves.scorer(wrapped, curves.QUESTIONS[question][0])(np.stack([photo, blurred(photo)]))
    return curves.side_of(full, none, question), float(abs(full - none))


def measure_curves(wrapped, photo, question, number):
    """Deletion and insertion of every contender for one face.

    Args:
        wrapped: `model.Model`.
        photo: float32 (s, s, 3).
        question: "age" or "sex".
        number: of the face; it decides the random orders, so that they differ from face to face.

    Returns:
        list with six areas per contender: deletion and insertion of its own order, of random order (the
        mean of some) and of the centre blob; or None where the face is too close to its blurred copy.
    """
    target, denominator = side(wrapped, photo, question)
    if denominator < curves.MINIMUM[unit(target)]:
        return None
    seam, size = seams.of(wrapped.network), photo.shape[0]
    maps = [
        attribute(seam, method, photo, target, wrapped.mirror, layer)
        for method, layer in contenders(wrapped.network, question)
    ]
    grains = list(dict.fromkeys(raw.shape for raw in maps))
    drawn = len(curves.SEEDS)
    orders = [curves.ranks(raw, size) for raw in maps] + [curves.centre_blob(size)]
    orders += [
        curves.random_ranks(grain, size, (number, seed)) for grain in grains for seed in curves.SEEDS
    ]
    found = curves.several(curves.scorer(wrapped, target), photo, orders)
    own, blob, rest = found[: len(maps)], found[len(maps)], found[len(maps) + 1 :]
    random = {
        grain: curves.mean(rest[i * drawn : (i + 1) * drawn]) for i, grain in enumerate(grains)
    }
    return [
        [area for by in (one, random[raw.shape], blob) for area in (by.deletion_area, by.insertion_area)]
        for one, raw in zip(own, maps, strict=True)
    ]


def measure_groups(wrapped, photos, groups, question):
    """Sums of the maps of some faces.

    Args:
        wrapped: `model.Model`.
        photos: float32 (n, s, s, 3).
        groups: list of n (band, sex).
        question: "age" or "sex".

    Returns:
        dict of "method|layer|target|band|sex" -> [faces, empty maps, sum of the maps as a list of lists].
    """
    seam, first = seams.of(wrapped.network), curves.QUESTIONS[question][0]
    views = [photos, photos[:, :, ::-1]] if wrapped.mirror else [photos]
    sums = {}
    for method, layer in grouped(wrapped.network, question):
        found = [seam.grid(view, first, layer) for view in views]
        for target, sign in ((first, 1), (OPPOSITE[first], -1)):  # one gradient serves both
            for i, (band, sex) in enumerate(groups):
                maps = [_map(method, layer, one, i, sign) for one in found]
                raw = np.mean([maps[0], *(one[:, ::-1] for one in maps[1:])], axis=0)
                row = sums.setdefault("|".join((method, layer, target, band, sex)), [0, 0, 0 * raw])
                total = float(raw.sum())
                row[0 if total > 0 else 1] += 1
                row[2] = row[2] + (raw / total if total > 0 else 0)
    return {name: [n, empty, np.round(raw, 7).tolist()] for name, (n, empty, raw) in sums.items()}


def grouped(network, question):
    """(method, layer) of the average maps."""
    target = curves.QUESTIONS[question][0]
    names = [name for name in usable(network, target) if name in NAMES]
    fine = _fine(network, target)
    found = [
        (name, fine if at_fine else default_layer(network, target, name))
        for name, at_fine in GROUPED
        if name in names
    ]
    return [pair for pair in dict.fromkeys(found) if pair[1]]


def _map(method, layer, found, i, sign):
    """The map of one face, from gradients that were taken for a batch."""
    at = slice(i, i + 1)
    one = seams.Gradients(sign * found.score[at], sign * found.gradient[at], found.at[at])
    fixed = seams.Seam(None, None, lambda photos, target, layer: one)
    return METHODS[method].run(fixed, np.zeros(()), "", layer=layer).astype(np.float64)


class RandomWeights:
    """The random-weights check of some faces, weights fully random."""

    def __init__(self, wrapped, photos):
        """Keep the maps of the trained weights, which every draw is compared with.

        Args:
            wrapped: `model.Model`.
            photos: list of float32 (s, s, 3).
        """
        self._wrapped, self._photos = wrapped, photos
        self._clones, self._trained = {}, {}

    def __call__(self, seed, question):
        """Draw the weights once: rank correlations, a list over contenders per face, NaN if constant."""
        network = self._wrapped.network
        if question not in self._clones:
            self._clones[question] = sanity.Randomised(network, curves.QUESTIONS[question][0])
            self._trained[question] = self._maps(seams.of(network), question)
        drawn = self._maps(self._clones[question].full(seed), question)
        return [
            [sanity.rank_correlation(one, other) for one, other in zip(*pair, strict=True)]
            for pair in zip(self._trained[question], drawn, strict=True)
        ]

    def _maps(self, seam, question):
        wrapped, pairs = self._wrapped, contenders(self._wrapped.network, question)
        targets = [side(wrapped, photo, question)[0] for photo in self._photos]
        return [
            [attribute(seam, method, photo, target, wrapped.mirror, layer) for method, layer in pairs]
            for photo, target in zip(self._photos, targets, strict=True)
        ]
