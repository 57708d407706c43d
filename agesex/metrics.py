"""How good, for whom, how sure: every figure with n and a 95 % bootstrap interval.

    table = model.read_predictions("mobile").query("split == 'test'")
    headline(table)                      # metric, value, low, high, n, baseline
    by_group(table, ["sex", "race"])     # n, mae, ... per group

Photos of one duplicate group are not independent: the bootstrap draws whole groups. Every metric here is
a mean over faces (RMSE the root of one), so one multiplication gives all draws.
"""

import numpy as np
import pandas as pd

AGE_BANDS = (0, 4, 10, 20, 30, 40, 50, 60, 70, 80, 200)  # years, left edges
BAND_NAMES = ("0–3", "4–9", "10–19", "20–29", "30–39", "40–49", "50–59", "60–69", "70–79", "80+")
MIN_GROUP = 30  # faces; below it no interval is given
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
    """
    needed = ["age", "age_pred", "age_low", "age_high", "sex", "p_female"]
    if missing := [name for name in needed if name not in table.columns]:
        raise KeyError(f"columns {missing} are missing; there are {list(table.columns)}")
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


def bootstrap(values, groups, *, draws=1000, seed=0):
    """Means over bootstrap draws of whole groups.

    Args:
        values: (n, k) array.
        groups: (n,) group of each row.
        draws: number of draws.
        seed: of the draws.

    Returns:
        (draws, k) array of means.
    """
    codes, names = pd.factorize(np.asarray(groups))
    sums = np.zeros((len(names), values.shape[1] + 1))
    np.add.at(sums, codes, np.column_stack([values, np.ones(len(values))]))
    rng = np.random.default_rng(seed)
    means = np.empty((draws, values.shape[1]))
    chunk = max(1, 4_000_000 // len(names))  # draws at once: bounded memory for large tables
    for start in range(0, draws, chunk):
        size = min(chunk, draws - start)
        drawn = rng.integers(len(names), size=(size, len(names)))
        drawn += np.arange(size)[:, None] * len(names)
        weights = np.bincount(drawn.ravel(), minlength=size * len(names)).reshape(size, -1)
        totals = weights.astype(float) @ sums
        means[start : start + size] = totals[:, :-1] / totals[:, -1:]
    return means


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


def calibration_error(p_female, female, groups=None, *, bins=15, draws=1000, seed=0):
    """Expected calibration error of the sex probability, with what pure chance would leave.

    Source: Naeini et al. 2015, "Obtaining Well Calibrated Probabilities Using Bayesian Binning", with
    bins of equal width (Guo et al. 2017). Finite samples give a positive error even to a perfectly
    calibrated model: `floor` is its mean when the sexes are drawn from the probabilities themselves.
    Drawing again adds the same kind of error once more, so the interval is shifted back by it.

    Args:
        p_female: (n,) probabilities.
        female: (n,) bool.
        groups: (n,) duplicate group of each face; each face its own without it.
        bins: number of bins of [0, 1].
        draws: of the floor and of the bootstrap.
        seed: of the draws.

    Returns:
        dict: value, low, high (95 % bootstrap over groups), floor, floor_high (97.5 % of chance), bins, n.
    """
    p, y = np.asarray(p_female, float), np.asarray(female, float)
    if len(p) == 0:
        return dict.fromkeys(("value", "low", "high", "floor", "floor_high")) | {"bins": bins, "n": 0}
    place = np.minimum((p * bins).astype(int), bins - 1)
    rng = np.random.default_rng(seed)
    chance = [
        np.abs(np.bincount(place, p - (rng.random(len(p)) < p))).sum() / len(p) for _ in range(draws)
    ]
    gaps = np.where(place[:, None] == np.arange(bins), (p - y)[:, None], 0.0)  # (n, bins)
    value = np.abs(gaps.mean(axis=0)).sum()
    groups = np.arange(len(p)) if groups is None else groups
    again = np.abs(bootstrap(gaps, groups, draws=draws, seed=seed)).sum(axis=1)
    low, high = np.percentile(again, [2.5, 97.5]) - (again.mean() - value)
    values = {
        "value": value,
        "low": max(0.0, low),
        "high": high,
        "floor": np.mean(chance),
        "floor_high": np.percentile(chance, 97.5),
    }
    return {k: round(float(v), 4) for k, v in values.items()} | {"bins": bins, "n": len(p)}


def answered(table, unsure, *, draws=1000, seed=0):
    """How often a sex is named, and how often that is right.

    Args:
        table: needs age, age_pred (years), sex, p_female, group.
        unsure: the card's rule: threshold, min_age.
        draws: bootstrap draws.
        seed: of the draws.

    Returns:
        dict: `share` of the faces of `min_age` or older that get an answer, `accuracy` of those answers,
        and `infants`, the share of the younger faces that come out unsure; each with value, low, high, n.
    """
    limit = unsure.get("min_age", 0)
    sure = np.maximum(table.p_female, 1 - table.p_female) >= unsure["threshold"]
    named = (sure & (table.age_pred >= limit)).astype(float)
    right = ((table.p_female >= 0.5) == (table.sex == "female")).astype(float)
    older = table.age >= limit

    def share(values, groups):
        found = {"value": None, "low": None, "high": None, "n": len(values)}
        if len(values):
            found["value"] = round(float(values.mean()), 4)
        if len(values) >= MIN_GROUP:
            means = bootstrap(values.to_numpy()[:, None], groups, draws=draws, seed=seed)[:, 0]
            found["low"], found["high"] = (round(float(v), 4) for v in np.percentile(means, [2.5, 97.5]))
        return found

    spoken = older & (named > 0)
    return {
        "ages": f"ages {limit} and over",
        "share": share(named[older], table.group[older]),
        "accuracy": share(right[spoken], table.group[spoken]),
        "infants": share(1 - named[~older], table.group[~older]),
    }


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
