"""Under-18s taken for adults and the reverse: what an age gate built on this model would do.

    confusion(test)                  # by sex, race and both, at 18 years
    confusion(test, threshold=21)

No threshold of age can be checked with the model; these figures show by how much.
"""

import numpy as np
import pandas as pd

from agesex.metrics.figures import check
from agesex.metrics.overall import cell_codes
from agesex.metrics.resampling import MIN_GROUP, divided, wilson

BY = ((), ("sex",), ("race",), ("sex", "race"))
UNDER, OVER = "under taken for over", "over taken for under"


def confusion(table, threshold=18, *, by=BY):
    """How often a face is put on the wrong side of an age.

    The shares may be near 0 or 1, where a bootstrap of few faces says nothing: the intervals are Wilson's
    (1927). They count groups of duplicates rather than faces, as if copies brought nothing new.

    Args:
        table: needs age, age_pred (years), group, and the columns of `by`.
        threshold: years; who has reached it is over.
        by: groupings, each a tuple of columns; () for all faces.

    Returns:
        DataFrame, two rows per group: by ("all", "sex", "sex and race", …), group ("all", "female, White",
        …), error (`UNDER` or `OVER`), value (share of the faces that truly are under, or over), low, high
        (95 %; NaN under 30 faces), n (those faces), wrong (how many of them), pale.

    Raises:
        KeyError: a column is missing.
        BadModel: a value is missing.
    """
    check(table, ("age", "age_pred", "group", *dict.fromkeys(name for columns in by for name in columns)))
    under = (table.age < threshold).to_numpy()
    wrong = under != (table.age_pred < threshold).to_numpy()
    photo = pd.factorize(table.group)[0]
    parts = []
    for columns in by:
        cells, keys = cell_codes(table, columns)
        names = keys.astype(str).agg(", ".join, axis=1) if columns else "all"
        for error, side in ((UNDER, under), (OVER, ~under)):
            here = side & (cells >= 0)
            n, off = (np.bincount(cells[mask], minlength=len(keys)) for mask in (here, here & wrong))
            pairs = np.unique(cells[here] * len(table) + photo[here])
            distinct = np.bincount(pairs // max(1, len(table)), minlength=len(keys))
            value, few = divided(off, n), n < MIN_GROUP
            low, high = (np.where(few, np.nan, end) for end in wilson(value, distinct))
            part = {"by": " and ".join(columns) or "all", "group": names, "error": error, "value": value}
            part |= {"low": low, "high": high, "n": n, "wrong": off, "pale": few}
            parts.append(pd.DataFrame(part, index=keys.index))
        parts[-2:] = [pd.concat(parts[-2:]).sort_index(kind="stable")]  # both errors of a group together
    return pd.concat(parts, ignore_index=True)
