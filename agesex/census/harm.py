"""Whom a model does worse by among those who are rare: the error of a group beside that of everybody else.

    apart(values, inside, groups)      # both means with 95 % intervals, and how sure their difference is

Whole groups of duplicate photos count as one draw, as in the bootstrap of `agesex.metrics`; here by linearisation,
which takes a thousandth of the time and is as good for means of 30 faces and more.
"""

import statistics

import numpy as np
import pandas as pd

from agesex.metrics import MIN_GROUP

_NORMAL = statistics.NormalDist()
Z95 = _NORMAL.inv_cdf(0.975)
LEVEL = 0.05  # of an error by chance, over all groups that are looked at together


def apart(values, inside, groups):
    """The mean of some faces beside that of all others.

    Args:
        values: (n,) of each face, e.g. its error.
        inside: (n,) bool, the faces of the group.
        groups: (n,) duplicate group of each face.

    Returns:
        dict: value, low, high (95 % interval) and n of the group; rest and rest_n of the others; z, the difference in
        standard errors. None where one of the two has fewer than `MIN_GROUP` faces, or nothing varies.
    """
    values, inside = np.asarray(values, float), np.asarray(inside, bool)
    n, others = int(inside.sum()), int((~inside).sum())
    if min(n, others) < MIN_GROUP:
        return None
    codes, _ = pd.factorize(np.asarray(groups))
    value, rest = values[inside].mean(), values[~inside].mean()
    own = np.bincount(codes, np.where(inside, values - value, 0) / n)
    other = np.bincount(codes, np.where(inside, 0, values - rest) / others)
    spread, both = np.sqrt((own**2).sum()), np.sqrt(((own - other) ** 2).sum())
    if not both:
        return None
    return {
        "value": value, "low": value - Z95 * spread, "high": value + Z95 * spread, "n": n, "rest": rest,
        "rest_n": others, "z": (value - rest) / both,
    }  # fmt: skip


def worst(found):
    """The group that is furthest behind everybody else, of those whose difference chance does not explain.

    Args:
        found: list of results of `apart`, None among them; all that were looked at, for each is a chance to err.

    Returns:
        int: its place in the list, or None where there is none.
    """
    tested = [one for one in found if one is not None]
    if not tested:
        return None
    limit = _NORMAL.inv_cdf(1 - LEVEL / 2 / len(tested))
    behind = [place for place, one in enumerate(found) if one is not None and one["z"] > limit]
    return max(behind, key=lambda place: found[place]["value"] - found[place]["rest"], default=None)
