"""The order in which the groups of a field stand."""

from agesex import labels
from agesex.dataset import SPLITS
from agesex.metrics import BAND_NAMES

ORDER = {"sex": sorted(labels.SEXES), "race": list(labels.RACES), "split": list(SPLITS), "band": list(BAND_NAMES)}


def ordered(field, names):
    """Names of groups of a field (of `who.FIELDS`) that are there, in their order; what else there is comes last."""
    there = set(names)
    order = [name for name in ORDER.get(field, ()) if name in there]
    return order + sorted(there - set(order))
