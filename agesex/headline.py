"""Every headline figure of one part of the faces: those of the card as published, the rest computed.

complete(card["figures"]["test"], test, train)     # indexed by metric: value, low, high, n, baseline
"""

import numpy as np
import pandas as pd

from agesex import metrics
from agesex.metrics.overall import HEADLINE, measure, one

EXTRA = tuple(name for name in HEADLINE if name not in metrics.NAMES)  # no card holds them


def complete(published, rows, train, *, draws=1000, seed=0):
    """The figures.

    Args:
        published: dict metric -> value, low, high, n, baseline, as in card.json.
        rows: predictions of the same faces.
        train: the training faces of the same ages, of which the baselines come.
        draws: bootstrap draws of what is computed.
        seed: of the draws.

    Returns:
        DataFrame indexed by metric in the order of `HEADLINE`: value, low, high, n, baseline; NaN where
        there is none.

    Raises:
        KeyError: a column is missing.
        BadModel: a value is missing.
    """
    cells = np.zeros(len(rows), int)
    found = measure(rows, cells, 1, EXTRA, draws=draws, seed=seed)
    beside = dict.fromkeys(EXTRA, np.nan)
    if len(rows) and len(train):
        female = train.sex.mode().iloc[0] == "female"
        said = rows.assign(age_pred=float(train.age.median()), p_female=float(female))
        constant = measure(said, cells, 1, EXTRA, draws=1, seed=seed)
        beside = {name: float(constant.value[name][0]) for name in EXTRA}
    computed = {name: one(found, name) | {"baseline": beside[name]} for name in EXTRA}
    table = pd.DataFrame({name: published.get(name, computed.get(name)) for name in HEADLINE}).T
    return table.rename_axis("metric").astype(
        {"value": float, "low": float, "high": float, "n": int, "baseline": float}
    )
