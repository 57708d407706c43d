"""The promise of the intervals against what happened, at every level.

    spec = card["calibration"]["interval"]
    levels(test, spec)                       # 50 % to 99 %, all faces
    levels(test, spec, columns=["race"])     # ... and by group
"""

import numpy as np

from agesex import intervals
from agesex.metrics.figures import check
from agesex.metrics.overall import cell_codes
from agesex.metrics.resampling import MIN_GROUP, divided, ends, totals


def levels(table, spec, columns=(), *, wanted=None, draws=1000, seed=0):
    """Coverage and mean width of the intervals at several levels.

    Args:
        table: needs age, age_pred, age_sd (years), group, and `columns`.
        spec: the card's calibration.interval, as `intervals.fit` made it.
        columns: grouping columns; none for all faces together.
        wanted: levels, each within those of the card; all of the card's without it.
        draws: bootstrap draws.
        seed: of the draws.

    Returns:
        DataFrame, one row per group and level: `columns`, level (the promise), value (share of true ages
        inside), low, high, width, width_low, width_high (years), n, short and long (whether the interval
        of the share lies wholly below or above the promise), pale (under 30 faces; no interval then).

    Raises:
        KeyError: a column is missing.
        BadModel: a value is missing.
        ValueError: a level lies outside the fitted ones.
    """
    check(table, ("age", "age_pred", "age_sd", "group"))
    wanted = sorted(float(name) for name in spec["bands"][0]["quantiles"]) if wanted is None else wanted
    cells, keys = cell_codes(table, columns)
    inside, widths = np.empty((2, len(table), len(wanted)))
    for place, level in enumerate(wanted):
        low, high = intervals.apply(spec, table.age_pred, table.age_sd, level)
        inside[:, place] = table.age.between(low, high)
        widths[:, place] = high - low
    values = np.column_stack([np.ones(len(table)), inside, widths])
    found = np.zeros((len(keys), values.shape[1]))
    np.add.at(found, cells[cells >= 0], values[cells >= 0])
    again = totals(values, cells, table.group, cells_n=len(keys), draws=draws, seed=seed)
    n = np.repeat(found[:, :1], 2 * len(wanted), axis=1).astype(int)
    value = divided(found[:, 1:], found[:, :1])
    share, width = slice(None, len(wanted)), slice(len(wanted), None)
    again = divided(again[..., 1:], again[..., :1])
    parts = ends(again[..., share], n[:, share], share=value[:, share]), ends(again[..., width], n[:, width])
    low, high = (np.concatenate(pair, axis=1) for pair in zip(*parts, strict=True))
    rows = keys.loc[np.repeat(keys.index, len(wanted))].reset_index(drop=True)
    promise = np.tile(np.asarray(wanted, float), len(keys))
    return rows.assign(
        level=promise,
        value=value[:, share].ravel(),
        low=low[:, share].ravel(),
        high=high[:, share].ravel(),
        width=value[:, width].ravel(),
        width_low=low[:, width].ravel(),
        width_high=high[:, width].ravel(),
        n=n[:, share].ravel(),
        short=high[:, share].ravel() < promise,
        long=low[:, share].ravel() > promise,
        pale=n[:, share].ravel() < MIN_GROUP,
    )
