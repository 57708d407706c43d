"""What copies of one photo do to a data set: test photos that were trained on, and how far labels disagree.

    leakage.leaked(groups, train=0.8, test=0.2)     # under random splits: shares of the test photos
    leakage.copied(table)                           # under the split that a table has
    leakage.label_noise(table)                      # two copies of one photo, labelled twice
    leakage.read()                                  # all of it for UTKFace; made by `training.leakage`

Copies are the duplicate groups of the split manifest (see `agesex.quality`): the same photo re-encoded,
resized or mirrored. Two different labels of one photo cannot both be right. The difference says nothing of
errors that both copies share, and copies that carry one label may have been copied with it.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from agesex.errors import BadDataset
from agesex.metrics.resampling import ENDS, bootstrap

FILE = Path(__file__).parent / "data" / "utkface_leakage.json"
FORMAT = 1
SPLITS = ((0.8, 0.2), (0.6, 0.2))  # shares of train and test; what is left is validation
NOISE = ("age_mean", "age_median", "age_differs", "sex_disagrees", "race_disagrees")
_AT_ONCE = 100  # draws in work


def leaked(groups, *, train, test, draws=1000, seed=0):
    """Which share of the test photos has a copy in train, if photos are split at random.

    Args:
        groups: (n,) duplicate group of each photo; at least one photo.
        train: share of the photos that is trained on, 0 to 1.
        test: share that is tested on; with `train` at most 1. Both are rounded to whole photos.
        draws: random splits.
        seed: of the draws.

    Returns:
        dict: train, test (as given), mean, low, high (95 % of the splits lie between), draws.
    """
    codes, names = pd.factorize(np.asarray(groups))
    n = len(codes)
    trained, tested = round(train * n), round(test * n)
    rng = np.random.default_rng(seed)
    shares = np.empty(draws)
    for start in range(0, draws, _AT_ONCE):
        rows = min(_AT_ONCE, draws - start)
        drawn = rng.permuted(np.tile(codes, (rows, 1)), axis=1)  # (rows, n) groups, in a random order
        known = np.zeros((rows, len(names)), bool)
        np.put_along_axis(known, drawn[:, :trained], True, axis=1)
        copied_in = np.take_along_axis(known, drawn[:, n - tested :], axis=1)
        shares[start : start + rows] = copied_in.mean(axis=1)
    low, high = np.percentile(shares, ENDS)
    return {"train": train, "test": test, "mean": shares.mean(), "low": low, "high": high, "draws": draws}


def copied(table):
    """How many test photos have a copy in train under the split of a table.

    Args:
        table: needs split and group; only the rows that are train or test count.

    Returns:
        dict: train, test (photos), copied (test photos with a copy in train), share (of the test photos; NaN
        without one).
    """
    trained, tested = (table.group[table.split == split] for split in ("train", "test"))
    found = tested.isin(set(trained))
    share = found.mean() if len(found) else np.nan
    return {"train": len(trained), "test": len(tested), "copied": int(found.sum()), "share": float(share)}


def pairs(table):
    """Every two copies of one photo and how their labels differ.

    Args:
        table: needs file, age (years), sex, race, group.

    Returns:
        DataFrame, one row per pair: group, first and second (files), age (absolute difference, years),
        sex and race (True where they disagree; False where one of the two has none).
    """
    rows = table[table.group.duplicated(keep=False)].sort_values("file")
    rows = rows[["group", "file", "age", "sex", "race"]]
    both = rows.merge(rows, on="group", suffixes=("", "_other"))
    both = both[both.file < both.file_other]

    def differ(name):
        left, right = both[name], both[f"{name}_other"]
        return left.notna() & right.notna() & (left != right)

    found = {
        "group": both.group,
        "first": both.file,
        "second": both.file_other,
        "age": (both.age.astype(float) - both.age_other).abs(),
        "sex": differ("sex"),
        "race": differ("race"),
    }
    return pd.DataFrame(found).sort_values(["group", "first", "second"], ignore_index=True)


def label_noise(table, *, draws=1000, seed=0):
    """How far the labels of two copies of one photo differ.

    Args:
        table: as for `pairs`.
        draws: bootstrap draws, of whole groups.
        seed: of the draws.

    Returns:
        dict: groups, pairs (numbers), and for each of `NOISE` a dict of value, low and high (95 %): mean
        and median absolute difference of age in years, and the shares of pairs whose ages, sexes and races
        differ.

    Raises:
        BadDataset: no photo has a copy.
    """
    found = pairs(table)
    if found.empty:
        raise BadDataset(
            "No photo of this data set has a copy in it, so there are no two labels of one photo to compare. "
            "Expected at least one group of two."
        )
    values = np.column_stack([found.age, found.age > 0, found.sex, found.race]).astype(float)
    groups = found.group.to_numpy()
    low, high = np.percentile(bootstrap(values, groups, draws=draws, seed=seed), ENDS, axis=0)
    means = [
        {"value": float(value), "low": float(a), "high": float(b)}
        for value, a, b in zip(values.mean(axis=0), low, high, strict=True)
    ]
    low, high = np.percentile(_medians(values[:, 0], groups, draws, seed), ENDS)
    median = {"value": float(np.median(values[:, 0])), "low": float(low), "high": float(high)}
    figures = dict(zip(NOISE, [means[0], median, *means[1:]], strict=True))
    return {"groups": int(found.group.nunique()), "pairs": len(found), **figures}


def read(path=None):
    """Read the figures of UTKFace.

    Args:
        path: the file; `FILE` without it.

    Returns:
        dict: photos, groups, photos_in_groups; random (a result of `leaked` per pair of `SPLITS`); this_split
        (of `copied`); labels (of `label_noise`); manifest_sha256. None where there is no such file.

    Raises:
        BadDataset: the file cannot be read, or holds something else.
    """
    path = FILE if path is None else Path(path)
    if not path.is_file():
        return None
    try:
        facts = dict(json.loads(path.read_text(encoding="utf-8")))
        if facts["format"] != FORMAT:
            raise ValueError(f"its format is {facts['format']}, not {FORMAT}")
        for name in NOISE:
            float(facts["labels"][name]["value"])
        for part in ("photos", "groups", "photos_in_groups", "manifest_sha256"):
            facts[part]
        float(facts["this_split"]["share"])
        [float(row["mean"]) for row in facts["random"]]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BadDataset(
            f"The figures about copies, {path.name}, cannot be read: {error!r}. Restore the file, or make it "
            f"again with `python -m training.leakage`."
        ) from error
    return facts


def _medians(values, groups, draws, seed):
    """(draws,) medians over bootstrap draws of whole groups."""
    codes, names = pd.factorize(groups)
    order = np.argsort(values, kind="stable")
    values, codes = values[order], codes[order]
    rng = np.random.default_rng(seed)
    medians = np.empty(draws)
    for i in range(draws):
        times = np.bincount(rng.integers(len(names), size=len(names)), minlength=len(names))
        medians[i] = np.median(np.repeat(values, times[codes]))
    return medians
