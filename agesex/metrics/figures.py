"""The figures of a card: overall and by group, with n, a 95 % interval and baselines.

Every metric here is a mean over faces (RMSE the root of one), so one multiplication gives all draws.
"""

import numpy as np
import pandas as pd

from agesex.errors import BadModel
from agesex.metrics.resampling import MIN_GROUP, bootstrap

AGE_BANDS = (0, 4, 10, 20, 30, 40, 50, 60, 70, 80, 200)  # years, left edges
BAND_NAMES = ("0–3", "4–9", "10–19", "20–29", "30–39", "40–49", "50–59", "60–69", "70–79", "80+")
NAMES = {
    "mae": "Mean absolute age error",
    "rmse": "Root mean squared age error",
    "bias": "Mean age error (bias)",
    "cs5": "Age within 5 years (CS@5)",
    "sex_accuracy": "Sex accuracy",
    "coverage": "Age inside the 90 % interval",
    "width": "Mean width of the 90 % interval",
}
SHARES = ("cs5", "sex_accuracy", "coverage")  # the others are in years


COLUMNS = ("age", "age_pred", "age_low", "age_high", "sex", "p_female")


def check(table, columns):
    """Refuse a table of predictions from which no honest figure can be made.

    Args:
        table: one row per face.
        columns: the names of the columns that must be whole.

    Raises:
        KeyError: a column is missing; the message lists those that exist.
        BadModel: a value is missing or no finite number.
    """
    if missing := [name for name in columns if name not in table.columns]:
        raise KeyError(f"columns {missing} are missing; there are {list(table.columns)}")
    for name in columns:
        values = table[name]
        number = pd.api.types.is_numeric_dtype(values)
        empty = ~np.isfinite(values.to_numpy(float, na_value=np.nan)) if number else values.isna()
        if count := int(np.sum(empty)):
            raise BadModel(
                f"The column {name} of the predictions has no value in {count:,} of {len(table):,} rows: "
                f"expected one for every face. Restore predictions.parquet, or make it again with "
                f"`python -m training.evaluate`."
            )


def age_band(ages):
    """Names of the age bands of true or predicted ages, as an ordered categorical."""
    return pd.cut(ages, AGE_BANDS, right=False, labels=BAND_NAMES)


def per_face(table):
    """What each face contributes to each metric.

    Args:
        table: needs age, age_pred, age_low, age_high (years), sex, p_female.

    Returns:
        DataFrame with a column per name in `NAMES`; rmse holds the squared error.

    Raises:
        KeyError: a column is missing; the message lists those that exist.
        BadModel: a value is missing or no finite number.
    """
    check(table, COLUMNS)
    error = (table.age_pred - table.age).astype(float)
    return pd.DataFrame(
        {
            "mae": error.abs(),
            "rmse": error**2,
            "bias": error,
            "cs5": (error.abs() <= 5).astype(float),
            "sex_accuracy": ((table.p_female >= 0.5) == (table.sex == "female")).astype(float),
            "coverage": table.age.between(table.age_low, table.age_high).astype(float),
            "width": (table.age_high - table.age_low).astype(float),
        }
    )


def summary(table, *, draws=1000, seed=0):
    """Every metric over a table.

    Args:
        table: as for `per_face`, and `group`, the duplicate group.
        draws: bootstrap draws.
        seed: of the draws.

    Returns:
        DataFrame indexed by metric: value, low, high (95 %), n. Under 30 faces low and high are NaN.
    """
    return _summary(per_face(table), table.group, draws=draws, seed=seed)


def headline(table, *, train=None, draws=1000, seed=0):
    """`summary` with the baselines beside it.

    Args:
        table: as for `summary`.
        train: the faces whose median age and larger sex the baselines say; `table` itself without it.
        draws: as for `summary`.
        seed: as for `summary`.

    Returns:
        DataFrame indexed by metric: value, low, high, n, baseline (NaN where there is none).
    """
    source = table if train is None or train.empty else train
    result = summary(table, draws=draws, seed=seed)
    if source.empty:
        return result.assign(baseline=np.nan)
    error = source.age.median() - table.age
    result["baseline"] = pd.Series(
        {
            "mae": error.abs().mean(),
            "rmse": float(np.sqrt((error**2).mean())),
            "bias": error.mean(),
            "cs5": (error.abs() <= 5).mean(),
            "sex_accuracy": (table.sex == source.sex.mode().iloc[0]).mean(),
        }
    )
    return result


def by_group(table, columns, *, draws=1000, seed=0):
    """Every metric per group.

    Args:
        table: as for `summary`, and `columns`.
        columns: names of the grouping columns, e.g. ["sex", "race"].
        draws: as for `summary`.
        seed: as for `summary`.

    Returns:
        DataFrame, one row per group and metric: `columns`, metric, value, low, high, n. Groups
        without a face are left out; those under 30 keep their row, with low and high NaN.

    Raises:
        KeyError: a column is missing.
    """
    if missing := [name for name in columns if name not in table.columns]:
        raise KeyError(f"columns {missing} are missing; there are {list(table.columns)}")
    values = per_face(table)
    parts = []
    for key, rows in table.groupby(list(columns), observed=True, sort=True):
        part = _summary(values.loc[rows.index], rows.group, draws=draws, seed=seed).reset_index()
        for place, (name, value) in enumerate(zip(columns, key, strict=True)):
            part.insert(place, name, value)
        parts.append(part)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def clamped(table, low=21, high=60):
    """The table with predicted ages cut to a range, as the published 21–60 protocol does."""
    return table.assign(age_pred=table.age_pred.clip(low, high))


def _summary(values, groups, *, draws, seed):
    n = len(values)
    result = values.mean().to_frame("value")
    result["low"] = result["high"] = np.nan
    result["n"] = n
    if n >= MIN_GROUP:
        means = bootstrap(values.to_numpy(), groups, draws=draws, seed=seed)
        result["low"], result["high"] = np.percentile(means, [2.5, 97.5], axis=0)
    result.loc["rmse", ["value", "low", "high"]] **= 0.5
    return result.rename_axis("metric")


GROUPINGS = {
    "age band": ("band",),
    "predicted age band": ("pred_band",),
    "sex": ("sex",),
    "race": ("race",),
    "sex and age band": ("sex", "band"),
    "sex and race": ("sex", "race"),
}


def groups(table):
    """Every metric for every grouping of `GROUPINGS`, as it goes into a card.

    Args:
        table: as for `summary`.

    Returns:
        list of dict: by, group ("female, 0–3"), metric, value, low, high (None under 30 faces), n.
    """
    table = table.assign(band=age_band(table.age), pred_band=age_band(table.age_pred))
    records = []
    for name, columns in GROUPINGS.items():
        rows = by_group(table, list(columns))
        rows["group"] = rows[list(columns)].astype(str).agg(", ".join, axis=1)
        for row in rows.to_dict("records"):
            record = {"by": name, "group": row["group"], "metric": row["metric"]}
            for field in ("value", "low", "high"):
                record[field] = None if pd.isna(row[field]) else round(float(row[field]), 3)
            records.append(record | {"n": int(row["n"])})
    return records
