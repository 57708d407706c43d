"""UTKFace in the wild: the photos that the aligned crops were cut from, named age_sex_race_timestamp.jpg.

The split of a photo is that of its crop, so that no photo is trained on whose crop is tested.
"""

from agesex import labels
from agesex.dataset.sources import utkface

NAME = "utkface-wild"
ABOUT = "UTKFace in the wild: a folder or archive of names like 25_1_2_20170116193245364.jpg"


def recognises(path):
    """Whether the first names are UTKFace labels, none of which ends in .chip.jpg."""
    names = list(utkface.peek(path))
    return bool(names) and not any(name.endswith(labels.SUFFIX) for name in names)


def rows(path, progress=None):
    """Yield Found or Refused for every file; see `utkface.rows`."""
    return utkface.labelled(path, progress, NAME)
