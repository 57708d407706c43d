"""Where it fails: the worst faces, the surest mistakes, and copies of one photo that are labelled unlike.

    largest_errors(test, 20)
    sure_mistakes(test[mask], 20)       # filtered by the caller, see `slices.select`
    copies(test)

A label may be wrong as well: groups of copies show how far two labels of one photo lie apart. They are no
random sample of the photos, and so no floor of the error for all.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from agesex.metrics.figures import check
from agesex.metrics.resampling import bootstrap, ends

_SHOWN = ("file", "age", "age_pred", "age_low", "age_high", "sex", "race", "p_female", "group")


@dataclass(frozen=True)
class Copies:
    """How far the labels of one photo's copies lie apart.

    Attributes:
        groups: DataFrame, one row per group of two or more, the furthest apart first: group, n, youngest,
            oldest, spread (years), sexes (how many different ones).
        mean: dict with value, low, high (95 %), n (groups): mean spread, years.
        median: median spread, years; NaN without a group.
        same_age: share of the groups whose labels agree on the age; NaN without a group.
        same_sex: likewise of the sex.
    """

    groups: pd.DataFrame
    mean: dict
    median: float
    same_age: float
    same_sex: float


def largest_errors(table, most=20, *, direction="both"):
    """The faces whose age is furthest off, each photo once.

    Args:
        table: needs file, age, age_pred (years), sex, p_female, group.
        most: number of faces.
        direction: "both", "old" (guessed too old) or "young".

    Returns:
        DataFrame, worst first: the columns that are there of file, age, age_pred, age_low, age_high, sex,
        race, p_female, group; and error (years; negative: guessed too young).

    Raises:
        KeyError: a column is missing.
        BadModel: a value is missing.
        ValueError: the direction is unknown.
    """
    check(table, ("file", "age", "age_pred", "sex", "p_female", "group"))
    rows = _shown(table)
    if direction not in ("both", "old", "young"):
        raise ValueError(f'direction is "both", "old" or "young", received {direction!r}')
    if direction != "both":
        rows = rows[rows.error > 0 if direction == "old" else rows.error < 0]
    return _first(rows, -rows.error.abs(), most)


def sure_mistakes(table, most=20):
    """The faces whose sex is taken wrongly with most confidence, each photo once.

    Args:
        table: as for `largest_errors`.
        most: number of faces.

    Returns:
        DataFrame, surest first: as `largest_errors`, and said (female or male), confidence (0.5 to 1).

    Raises:
        KeyError: a column is missing.
        BadModel: a value is missing.
    """
    check(table, ("file", "age", "age_pred", "sex", "p_female", "group"))
    said = pd.Series(np.where(table.p_female >= 0.5, "female", "male"), table.index)
    rows = _shown(table).assign(said=said, confidence=np.maximum(table.p_female, 1 - table.p_female))
    rows = rows[rows.said != rows.sex.astype(str)]
    return _first(rows, -rows.confidence, most)


def copies(table, *, draws=1000, seed=0):
    """How far the labels of copies of one photo lie apart.

    Args:
        table: needs age (years), sex, group; copies that are not in it are not known here.
        draws: bootstrap draws of the mean.
        seed: of the draws.

    Returns:
        Copies.

    Raises:
        KeyError: a column is missing.
        BadModel: a value is missing.
    """
    check(table, ("age", "sex", "group"))
    rows = table[table.group.duplicated(keep=False)]
    rows = rows.assign(sex=rows.sex.astype(str)).groupby("group", observed=True)
    found = rows.agg(
        n=("age", "size"), youngest=("age", "min"), oldest=("age", "max"), sexes=("sex", "nunique")
    ).reset_index()
    spread = found.oldest.astype(float) - found.youngest
    found = found.assign(spread=spread).sort_values(["spread", "group"], ascending=[False, True])
    mean = {"value": np.nan, "low": np.nan, "high": np.nan, "n": len(found)}
    if len(found):
        means = bootstrap(spread.to_numpy()[:, None], found.index, draws=draws, seed=seed)[:, 0]
        low, high = ends(means, len(found))
        mean |= {"value": float(spread.mean()), "low": float(low), "high": float(high)}
    return Copies(
        found.reset_index(drop=True),
        mean,
        float(spread.median()),
        float((found.spread == 0).mean()),
        float((found.sexes == 1).mean()),
    )


def _shown(table):
    """The columns to show, and the error in years."""
    columns = [name for name in _SHOWN if name in table.columns]
    return table[columns].assign(error=table.age_pred.astype(float) - table.age)


def _first(rows, order, most):
    """The first rows in an order, one of each duplicate group."""
    rows = rows.loc[order.sort_values(kind="stable").index]
    return rows.drop_duplicates("group").head(most).reset_index(drop=True)
