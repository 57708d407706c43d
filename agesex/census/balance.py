"""Which groups are over- and under-represented, and whether the splits are alike.

    crosstab(cells)                        # … expected, residual, adjusted, mark
    split_balance(faces, choice)           # one test per field: chi2, p, p_holm, v

Expected counts are those of independence: what a cell would hold if its row and its column had nothing to do with
each other. The tests take photos for independent; copies of one photo are not, so p is a little too small.
"""

import numpy as np
import pandas as pd

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
    down, across, n = _counts(rows)
    expected, residual, adjusted = _unrelated(n)
    ratio = n / expected
    sure = np.abs(adjusted) > MARKED
    mark = np.where(sure & (ratio >= 1 + FAR), "over", np.where(sure & (ratio <= 1 - FAR), "under", ""))
    return pd.DataFrame(
        {
            "first": pd.array(np.repeat(down, len(across)), dtype="str"),
            "second": pd.array(np.tile(across, len(down)), dtype="str"),
            "n": n.astype(int).ravel(), "expected": expected.ravel(), "residual": residual.ravel(),
            "adjusted": adjusted.ravel(), "ratio": ratio.ravel(), "mark": mark.ravel(),
        }
    )  # fmt: skip


def _counts(rows):
    """Names of the first and of the second groups, and the (first, second) array of photos."""
    (first, down), (second, across) = (pd.factorize(rows[name].to_numpy(object)) for name in ("first", "second"))
    n = np.zeros((len(down), len(across)))
    n[first, second] = rows.n
    return down, across, n


def _unrelated(n):
    """Expected counts of cells under independence, Pearson's residuals, and these over their standard errors."""
    whole = n.sum()
    left, top = n.sum(1, keepdims=True) / whole, n.sum(0, keepdims=True) / whole
    expected = left * top * whole
    residual = (n - expected) / np.sqrt(expected)
    spread = np.sqrt((1 - left) * (1 - top))
    return expected, residual, np.divide(residual, spread, out=np.zeros_like(residual), where=spread > 0)


def association(rows):
    """Pearson's chi-squared test of independence, and Cramér's V.

    Args:
        rows: result of `who.cells`.

    Returns:
        dict: n, chi2, dof, p, v (0 unrelated to 1 one decides the other; all NaN where there is one group only).
    """
    return _association(_counts(rows)[2])


def _association(n):
    """`association` of an array of photos without empty rows and columns."""
    from scipy import special  # scipy.stats has the same, and takes long to import

    whole, least = int(n.sum()), min(n.shape)
    if least < 2:
        return {"n": whole, "chi2": np.nan, "dof": 0, "p": np.nan, "v": np.nan}
    chi2 = float((_unrelated(n)[1] ** 2).sum())
    dof = (n.shape[0] - 1) * (n.shape[1] - 1)
    p = float(special.chdtrc(dof, chi2))
    return {"n": whole, "chi2": chi2, "dof": dof, "p": p, "v": np.sqrt(chi2 / (whole * (least - 1)))}


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
        _, splits, n = _counts(cells(faces, choice, field, "split"))
        n = n[:, (splits != "dropped") & (n.sum(axis=0) >= LEAST)]
        found[field] = _association(n[n.any(axis=1)])
    table = pd.DataFrame(found).T.rename_axis("field")
    return table.assign(p_holm=fairness.holm(table.p))
