"""Predicted against true age: how many faces lie where, and the mean line.

    density(test)         # cells of three years
    mean_by_age(test)     # guesses are pulled to where the photos are
"""

import pandas as pd

from agesex.metrics.resampling import MIN_GROUP


def density(table, *, width=3):
    """How many faces of each true age get each prediction.

    Args:
        table: needs age, age_pred (years).
        width: of a cell, years.

    Returns:
        DataFrame: age, age_end, pred, pred_end (years, edges of the cell), n; empty cells left out.
    """
    cells = pd.DataFrame(
        {"age": table.age // width * width, "pred": table.age_pred // width * width}
    ).astype(float)
    rows = cells.value_counts(sort=False).rename("n").reset_index()
    return rows.assign(age_end=rows.age + width, pred_end=rows.pred + width)


def mean_by_age(table, *, width=5):
    """Mean prediction for each true age.

    Args:
        table: needs age, age_pred (years).
        width: of a bin of true age, years.

    Returns:
        DataFrame: age (mean true age of the bin), pred (mean prediction), n; bins with 30 faces or more.
    """
    rows = table.groupby(table.age // width).agg(
        age_mean=("age", "mean"), pred=("age_pred", "mean"), n=("age", "size")
    )
    rows = rows[rows.n >= MIN_GROUP].rename(columns={"age_mean": "age"})
    return rows.astype({"age": float, "pred": float}).reset_index(drop=True)
