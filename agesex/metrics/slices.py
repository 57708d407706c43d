"""A group built by hand, against the rest.

    mask = select(test, age=(60, 116), sex="female", race=["Asian", "Black"])
    against_rest(test, mask)

predictions.parquet says nothing of a photo's quality. Where its measures are wanted, they are joined to the
table as columns first (those of `advice.measure`, for instance: blur, light, burnt).
"""

import numpy as np
import pandas as pd

from agesex.metrics.overall import HEADLINE, as_share, measure
from agesex.metrics.resampling import ends


def select(table, *, age=None, sex=None, race=None, quality=None):
    """Which faces belong to a slice.

    Args:
        table: one row per face.
        age: (lowest, highest) true age, years, both included.
        sex: a name or several; none for both.
        race: likewise.
        quality: {column: (lowest, highest)} of numeric columns, both ends included; None for an open end.

    Returns:
        (n,) bool array.

    Raises:
        KeyError: a column is missing; the message lists those that exist.
    """
    ranges = dict(quality or {}) | ({} if age is None else {"age": age})
    names = {
        column: [wanted] if isinstance(wanted, str) else list(wanted)
        for column, wanted in (("sex", sex), ("race", race))
        if wanted is not None and len(wanted)
    }
    if missing := [name for name in (*ranges, *names) if name not in table.columns]:
        raise KeyError(f"columns {missing} are missing; there are {list(table.columns)}")
    mask = np.ones(len(table), bool)
    for column, (low, high) in ranges.items():
        values = table[column].to_numpy(float)
        mask &= (values >= (-np.inf if low is None else low)) & (values <= (np.inf if high is None else high))
    for column, wanted in names.items():
        mask &= table[column].isin(wanted).to_numpy(bool)
    return mask


def against_rest(table, mask, metrics=tuple(HEADLINE), *, draws=1000, seed=0):
    """Every headline figure of a slice, of all other faces, and the difference.

    Args:
        table: as for `overall.measure`.
        mask: (n,) bool, the slice.
        metrics: names of `overall.HEADLINE`.
        draws: bootstrap draws.
        seed: of the draws.

    Returns:
        DataFrame indexed by metric: value, low, high, n of the slice; rest, rest_low, rest_high, rest_n;
        difference (slice − rest), difference_low, difference_high. The draws of both are those of one
        table. NaN where one of them has no such figure, no interval where one of them is under 30 faces.

    Raises:
        KeyError: a column is missing.
        BadModel: a value is missing.
        ValueError: the mask has another length than the table, or a metric is unknown.
    """
    mask = np.asarray(mask, bool)
    if mask.shape != (len(table),):
        raise ValueError(f"the mask needs one value for each of {len(table):,} faces, received {mask.shape}")
    found = measure(table, np.where(mask, 0, 1), 2, metrics, draws=draws, seed=seed)
    n, rest_n = (int(count) for count in found.n)
    rows = []
    for metric in metrics:
        (value, rest), again = found.value[metric], found.draws[metric]
        share = as_share(metric, found.value[metric])
        low, high = ends(again, found.n, share=share)
        between = ends(again[:, 0] - again[:, 1], min(n, rest_n))
        rows.append(
            {
                "value": value,
                "low": low[0],
                "high": high[0],
                "n": n,
                "rest": rest,
                "rest_low": low[1],
                "rest_high": high[1],
                "rest_n": rest_n,
                "difference": value - rest,
                "difference_low": float(between[0]),
                "difference_high": float(between[1]),
            }
        )
    return pd.DataFrame(rows, pd.Index(metrics, name="metric"))
