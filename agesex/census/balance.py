"""Which groups are over- and under-represented, and whether the splits are alike.

    crosstab(cells)                        # … expected, residual, adjusted, mark
    split_balance(faces, choice)           # one test per field: chi2, p, p_holm, v

Expected counts are those of independence: what a cell would hold if its row and its column had nothing to do with
each other. The tests take photos for independent; copies of one photo are not, so p is a little too small.
"""

import numpy as np
import pandas as pd
from scipy import special

from agesex.census.who import cells
from agesex.metrics import fairness

MARKED = 3  # adjusted residual, in standard errors: by chance alone one cell in 370 goes beyond
FAR = 0.2  # … and at least that far from the expected count, since among many photos every difference is certain
FIELDS = ("band", "sex", "race")
LEAST = 50  # photos of a split; a share of fewer says little, and the test wants more


def crosstab(rows):
    """What each cell of a two-way table would hold under independence, and how far it is from that.

    Args:
        rows: result of `who.cells`.

    Returns:
        DataFrame, one row per pair of a first and a second group that occur: first, second, n, expected,
        residual (Pearson's, (n − expected) / √expected), adjusted (the residual over its standard error under
        independence), ratio (n / expected), mark ("over", "under" or "").
    """
    down, across = pd.unique(rows["first"]), pd.unique(rows.second)
    n = np.zeros((len(down), len(across)))
    n[pd.Index(down).get_indexer(rows["first"]), pd.Index(across).get_indexer(rows.second)] = rows.n
    whole = n.sum()
    left, top = n.sum(1, keepdims=True) / whole, n.sum(0, keepdims=True) / whole
    expected = left * top * whole
    residual = (n - expected) / np.sqrt(expected)
    spread = np.sqrt((1 - left) * (1 - top))
    adjusted = np.divide(residual, spread, out=np.zeros_like(residual), where=spread > 0)
    ratio = n / expected
    sure = np.abs(adjusted) > MARKED
    mark = np.where(sure & (ratio >= 1 + FAR), "over", np.where(sure & (ratio <= 1 - FAR), "under", ""))
    long = [a.ravel() for a in (n.astype(int), expected, residual, adjusted, ratio, mark)]
    names = ["n", "expected", "residual", "adjusted", "ratio", "mark"]
    pairs = pd.MultiIndex.from_product([down, across], names=["first", "second"]).to_frame(index=False)
    return pairs.assign(**dict(zip(names, long, strict=True)))


def association(rows):
    """Pearson's chi-squared test of independence, and Cramér's V.

    Args:
        rows: result of `who.cells`.

    Returns:
        dict: n, chi2, dof, p, v (0 unrelated to 1 one decides the other; all NaN where there is one group only).
    """
    n, least = int(rows.n.sum()), min(rows["first"].nunique(), rows.second.nunique())
    if least < 2:
        return {"n": n, "chi2": np.nan, "dof": 0, "p": np.nan, "v": np.nan}
    found = crosstab(rows)
    chi2 = float((found.residual**2).sum())
    dof = (rows["first"].nunique() - 1) * (rows.second.nunique() - 1)
    p = float(special.chdtrc(dof, chi2))  # scipy.stats has the same, and takes long to import
    return {"n": n, "chi2": chi2, "dof": dof, "p": p, "v": np.sqrt(chi2 / (n * (least - 1)))}


def split_balance(faces, choice):
    """Whether the splits in use hold the same people: a test for age band, sex and race code.

    Dropped photos are no split in use and left out; so are splits of fewer than `LEAST` photos.

    Args:
        faces: `Faces`.
        choice: `Choice`.

    Returns:
        DataFrame indexed by field: n, chi2, dof, p, p_holm (p after Holm's correction over the fields), v.
    """
    found = {}
    for field in FIELDS:
        rows = cells(faces, choice, field, "split")
        rows = rows[(rows.second != "dropped") & (rows.groupby("second").n.transform("sum") >= LEAST)]
        found[field] = association(rows)
    table = pd.DataFrame(found).T.rename_axis("field")
    return table.assign(p_holm=fairness.holm(table.p))
