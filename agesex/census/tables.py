"""Questions to a DataFrame at hand: counts, ages, and how far two labels of one photo differ.

    table = choose(dataset.known(), sexes=["female"], ages=(0, 30))
    age_counts(table, width=5)      # sex, start, end, n
    copies(table)                   # one row per duplicate group

Tables are those of `agesex.dataset`: file, age (years), sex, race, split, group, published.
"""

import json

import pandas as pd

from agesex.dataset import MANIFEST, SPLITS
from agesex.errors import BadDataset
from agesex.labels import MAX_AGE, RACES, SEXES
from agesex.metrics import age_band

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


def choose(table, *, sexes=(), races=(), splits=(), ages=(0, MAX_AGE)):
    """The rows that a reader asked for.

    Args:
        table: rows with age, sex, race, split.
        sexes: names to keep; an empty list keeps all.
        races: likewise.
        splits: likewise.
        ages: (lowest, highest) age to keep, years, both included.

    Returns:
        DataFrame, possibly without rows.
    """
    kept = table.age.between(*ages)
    for column, names in (("sex", sexes), ("race", races), ("split", splits)):
        if names:
            kept &= table[column].isin(list(names))
    return table[kept]


def totals(table):
    """How many: dict with photos, female, male, copies (photos that share a group), dropped."""
    return {
        "photos": len(table),
        "female": int((table.sex == "female").sum()),
        "male": int((table.sex == "male").sum()),
        "copies": int(table.group.duplicated(keep=False).sum()),
        "dropped": int((table.split == "dropped").sum()),
    }


def age_counts(table, *, width=5):
    """Photos per age bin and sex.

    Args:
        table: rows with age and sex.
        width: of a bin, whole years.

    Returns:
        DataFrame: sex, start, end (years, end excluded), n; empty bins are left out.
    """
    start = table.age // width * width
    rows = table.groupby([table.sex, start.rename("start")]).size().rename("n").reset_index()
    return rows.assign(end=rows.start + width)[["sex", "start", "end", "n"]]


def race_by_sex(table):
    """Photos per race and sex.

    Returns:
        DataFrame indexed by race (and "All"), columns female, male, all, share (of all photos).
    """
    counts = pd.crosstab(table.race, table.sex).reindex(
        index=list(RACES), columns=sorted(SEXES), fill_value=0
    )
    counts.loc["All"] = counts.sum()
    counts["all"] = counts.sum(axis=1)
    return counts.assign(share=counts["all"] / max(1, len(table))).rename_axis(columns=None)


def age_spread(table):
    """Where the ages of each race and sex lie.

    Returns:
        DataFrame: race, sex, n, q10, q25, q50, q75, q90 (years); empty groups are left out.
    """
    groups = table.groupby(["race", "sex"]).age
    quantiles = groups.quantile([0.1, 0.25, 0.5, 0.75, 0.9]).unstack()
    quantiles.columns = ["q10", "q25", "q50", "q75", "q90"]
    return quantiles.assign(n=groups.size()).reset_index()


def split_table(table):
    """One row per split: n, women (share), median age, aged 21–60 (share)."""
    rows = table.groupby("split").agg(
        n=("age", "size"),
        women=("sex", lambda sex: (sex == "female").mean()),
        median=("age", "median"),
        listed=("age", lambda age: age.between(21, 60).mean()),
    )
    return rows.reindex([name for name in SPLITS if name in rows.index]).reset_index()


def split_ages(table):
    """Share of each age band within each split.

    Returns:
        DataFrame: split, band, n, share (of the split's photos).
    """
    bands = age_band(table.age).rename("band")
    rows = table.groupby(["split", bands], observed=False).size().rename("n").reset_index()
    return rows.assign(share=rows.n / rows.groupby("split").n.transform("sum"))


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
    """Number of groups per class of disagreement in age; DataFrame: disagreement, n."""
    counts = groups.disagreement.value_counts(sort=False).reindex(DISAGREEMENT_NAMES, fill_value=0)
    return counts.rename_axis("disagreement").rename("n").reset_index()
