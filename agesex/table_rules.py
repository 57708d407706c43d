"""What the tables of a model must hold: predictions, history and stress test, column by column.

predictions(table)      # "" or "has p_female 1.7 for 3_0_2.jpg (1 of 22,468 rows): expected …"
"""

import numpy as np
import pandas as pd

from agesex import labels
from agesex.making import MEASURES

SPLITS = ("train", "validation", "calibration", "test")
YEARS = (f"years from 0 to {labels.MAX_AGE}", 0, labels.MAX_AGE)
FREE = (-np.inf, np.inf)
PREDICTIONS = {  # column: (what is expected, the values; or: what is expected, lowest, highest)
    "file": ("a file name", None),
    "split": (f"one of {', '.join(SPLITS)}", SPLITS),
    "group": ("a group of copies", None),
    "published": ("true or false", (True, False)),
    "age": YEARS,
    "sex": (" or ".join(sorted(labels.SEXES)), labels.SEXES),
    "race": (f"one of {', '.join(labels.RACES)}", labels.RACES),
    "age_pred": YEARS,
    "age_low": YEARS,
    "age_high": YEARS,
    "p_female": ("a probability from 0 to 1", 0, 1),
}
SPREAD = ("years from 0", 0, np.inf)  # of age_sd, where it is there
STRESS = {
    "n": ("a number above 0", 1, np.inf),
    **dict.fromkeys(("mae", "mae_low", "mae_high"), ("years from 0", 0, np.inf)),
    "sex_accuracy": ("a share from 0 to 1", 0, 1),
    **dict.fromkeys(("bias", "bias_low", "bias_high", "cost", "cost_low", "cost_high"), ("years", *FREE)),
    **dict.fromkeys(("bias_change", "bias_change_low", "bias_change_high"), ("years", *FREE)),
    **dict.fromkeys(("sex_change", "sex_low", "sex_high"), ("a difference of shares", -1, 1)),
}  # fmt: skip
STRESS_NAMES = ("fault", "strength")


def predictions(table):
    """What is wrong with a table of predictions.

    Args:
        table: one row per face, with the columns of `PREDICTIONS`.

    Returns:
        The end of a sentence that begins with the file's name: column, example, number of rows, what was
        expected; "" where nothing is wrong.
    """
    if table.empty:
        return "has no row: expected one for every face"
    rules = PREDICTIONS | ({"age_sd": SPREAD} if "age_sd" in table else {})
    for name, (expected, *allowed) in rules.items():
        found = _wrong(table, name, expected, allowed, "file")
        if found:
            return found
    twice = table.file.duplicated()
    if twice.any():
        return (
            f"names the file {table.file[twice].iloc[0]} more than once ({_of(twice)}): expected one row for "
            f"every face"
        )
    crossed = (table.age_low > table.age_high).to_numpy()
    if crossed.any():
        row = table.iloc[int(np.flatnonzero(crossed)[0])]
        return (
            f"has age_low {row.age_low:g} above age_high {row.age_high:g} for {row.file} ({_of(crossed)}): "
            f"expected the lower end first"
        )
    return ""


def history(table):
    """What is wrong with a table of epochs, as of `predictions`; a validation figure may be left out."""
    if table.empty:
        return "has no row: expected one for every epoch"
    for name in ("epoch", "size"):
        if found := _wrong(table, name, "a number from 1", (1, np.inf), "epoch"):
            return found
    for name in [f"{start}{measure}" for start in ("", "val_") for measure in MEASURES]:
        if name not in table or table[name].isna().all():  # never recorded
            continue
        rows = table.dropna(subset=[name]) if name.startswith("val_") else table
        if found := _wrong(rows, name, "a number", FREE, "epoch"):
            return found
    if not table.epoch.is_monotonic_increasing or table.epoch.duplicated().any():
        return "has epochs in disorder: expected each one once, in rising order"
    return ""


def stress(table):
    """What is wrong with a stress test, as of `predictions`."""
    missing = sorted({*STRESS, *STRESS_NAMES} - set(table))
    if missing:
        return f"lacks the columns {', '.join(missing)}"
    for name, (expected, *allowed) in STRESS.items():
        if found := _wrong(table, name, expected, allowed, "fault"):
            return found
    for name in STRESS_NAMES:
        if not table[name].map(lambda value: isinstance(value, str)).all():
            return f"has a {name} that is no text: expected its name"
    if (table.fault != "none").sum() == 0 or (table.fault == "none").sum() != 1:
        return "lacks a row: expected one of untouched faces and one or more of a fault"
    return ""


def _wrong(table, name, expected, allowed, who):
    """The sentence about one column, "" where it is right.

    Args:
        table: the rows.
        name: of the column.
        expected: what every value should be, in words.
        allowed: (lowest, highest), or (the values,), or (None,) for any.
        who: the column that tells the rows apart.
    """
    empty = table[name].isna().to_numpy()
    if empty.any():
        return f"has no value in {_of(empty)} of the column {name}: expected {expected} in each"
    bad = _outside(table[name], *allowed) if len(allowed) == 2 else _strange(table[name], *allowed)
    if not bad.any():
        return ""
    row = table.iloc[int(np.flatnonzero(bad)[0])]
    of = f" for {row[who]}" if who != name else ""
    return f"has {name} {_shown(row[name])}{of} ({_of(bad)}): expected {expected}"


def _outside(values, low, high):
    """Which values are no finite numbers from `low` to `high`."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        numbers = values.to_numpy(float)
        return ~(np.isfinite(numbers) & (numbers >= low) & (numbers <= high))
    texts = values.map(lambda value: isinstance(value, str)).to_numpy(bool)
    return texts if texts.any() else np.ones(len(values), bool)


def _strange(values, known):
    """Which values are none of `known`."""
    if known is None:
        return np.zeros(len(values), bool)
    if known == (True, False) and not pd.api.types.is_bool_dtype(values):
        return np.ones(len(values), bool)
    if isinstance(values.dtype, pd.CategoricalDtype):  # a few categories are quicker than all rows
        return ~np.array([value in known for value in values.cat.categories])[values.cat.codes.to_numpy()]
    return ~values.isin(known).to_numpy()


def _of(mask):
    return f"{int(np.sum(mask)):,} of {len(mask):,} rows"


def _shown(value):
    return f"{value:g}" if isinstance(value, float | np.floating) else repr(getattr(value, "item", lambda: value)())
