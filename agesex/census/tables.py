"""What is known of UTKFace as a whole, and how far two labels of one photo differ.

    facts()["malformed_names"]
    copies(dataset.known())         # one row per duplicate group

Tables are those of `agesex.dataset`: file, age (years), sex, race, split, group, published.
"""

import json

import pandas as pd

from agesex.dataset import MANIFEST
from agesex.errors import BadDataset
from agesex.labels import MAX_AGE

DISAGREEMENT = (-1, 0, 2, 5, 10, 20, MAX_AGE)  # years between two labels of one photo, right edges
DISAGREEMENT_NAMES = ("same age", "1–2 years", "3–5 years", "6–10 years", "11–20 years", "over 20")


def facts(manifest=MANIFEST):
    """What is known of the whole data set beside its labels.

    Returns:
        dict: photos, malformed, malformed_names, duplicate_groups, photos_in_groups, splits, and hashes.

    Raises:
        BadDataset: the file beside the manifest is missing or broken.
    """
    path = manifest.with_suffix(".json")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadDataset(
            f"{path} cannot be read: {error}. Restore it from the repository, or make it with "
            f"`python -m training.prepare`."
        ) from error


def copies(table):
    """Groups of near-duplicates, and whether their labels agree.

    Args:
        table: rows with group, age, sex, race; photos without a copy are left out.

    Returns:
        DataFrame, one row per group of two or more: n, years (oldest minus youngest label), sexes
        and races (how many different ones), disagreement (one of `DISAGREEMENT_NAMES`).
    """
    rows = table[table.group.duplicated(keep=False)].groupby("group")
    result = rows.agg(
        n=("age", "size"),
        years=("age", lambda age: age.max() - age.min()),
        sexes=("sex", "nunique"),
        races=("race", "nunique"),
    )
    return result.assign(disagreement=disagreement(result.years)).reset_index()


def disagreement(years):
    """The class (a name of `DISAGREEMENT_NAMES`) of each difference in years; an ordered categorical."""
    return pd.cut(years.astype(float), DISAGREEMENT, labels=DISAGREEMENT_NAMES)


def disagreements(groups):
    """Number of groups per class of disagreement in age.

    Returns:
        DataFrame: disagreement, n, low and high (years of the class, both included).
    """
    counts = groups.disagreement.value_counts(sort=False).reindex(DISAGREEMENT_NAMES, fill_value=0)
    low = [end + 1 for end in DISAGREEMENT[:-1]]
    return counts.rename_axis("disagreement").rename("n").reset_index().assign(low=low, high=DISAGREEMENT[1:])
