"""Every headline figure of one part of the faces: those of the card as published, the rest computed.

complete(card["figures"]["test"], test, train)     # indexed by metric: value, low, high, n, baseline
differing(card["figures"], table)                  # where the card says something else than the table
from_table(card["figures"], table)                 # the figures of the card, made again
"""

import numpy as np
import pandas as pd

from agesex import metrics
from agesex.metrics.overall import HEADLINE, measure, one

LIST_AGES = (21, 60)  # years, of the published list
ROUNDING = 0.0015  # a card has three decimals, made before the table was rounded to float32
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


def parts(table):
    """The faces of every part of a card, as `training.evaluate` cuts them: {part: predictions}."""
    test = table[table.split == "test"]
    listed = test[test.published]
    return {
        "test": test,
        "test_21_60": listed,
        "test_21_60_clamped": metrics.clamped(listed, *LIST_AGES),
        "test_10_and_over": test[test.age >= 10],
        "validation": table[table.split == "validation"],
        "train": table[table.split == "train"],
    }


def differing(figures, table):
    """Where a card says something else than the predictions beside it, roundings aside; no bootstrap.

    Args:
        figures: {part: {metric: value, n, …}}, as in card.json.
        table: all predictions of the model.

    Returns:
        list of (part, metric, the row of the card, value by the table, n by the table).
    """
    found = []
    for part, rows in parts(table).items():
        n = len(rows)
        values = metrics.per_face(rows).mean()
        values["rmse"] **= 0.5
        for metric, said in figures[part].items():
            value = float(values[metric])
            # a share may flip by one face where rounding moved an end of its interval
            room = max(ROUNDING, 1.5 / max(n, 1)) if metric in metrics.SHARES else ROUNDING
            if said["n"] != n or (n and not abs(said["value"] - value) <= room):
                found.append((part, metric, said, value, n))
    return found


def contradiction(name, figures, table):
    """`differing` as one sentence that names both files and the remedy; "" where they agree."""
    found = differing(figures, table)
    if not found:
        return ""
    part, metric, said, value, n = found[0]
    shown = "none" if said["value"] is None else f"{said['value']:.3f}"
    measured = f"{value:.3f}" if n else "none"
    return (
        f"{name}/card.json and {name}/predictions.parquet contradict each other in {len(found)} of the "
        f"figures, for example {metric} of {part}: {shown} (n = {said['n']:,}) in the card, {measured} "
        f"(n = {n:,}) by the table; this page draws from the table (a part of which it has no face keeps the "
        f"card's figures), so restore both files, or make them again with `python -m training.evaluate`."
    )


def from_table(figures, table, *, draws=300, seed=0):
    """The figures of a card, made again from the predictions.

    Args:
        figures: those of the card, which stay for parts without a face.
        table: all predictions of the model.
        draws: bootstrap draws.
        seed: of the draws.

    Returns:
        dict as in card.json.
    """
    found, cut = dict(figures), parts(table)
    for part, rows in cut.items():
        if rows.empty:
            continue
        train = cut["train"]
        seen = train[train.age.between(*LIST_AGES)] if "21_60" in part else train
        made = metrics.headline(rows, train=seen, draws=draws, seed=seed)
        found[part] = {
            metric: {key: int(v) if key == "n" else None if pd.isna(v) else float(v) for key, v in row.items()}
            for metric, row in made.iterrows()
        }
    return found
