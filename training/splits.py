"""The split manifest: who trains, who chooses, who calibrates, who is the test.

Rules, in order:
  a. the published ages-21–60 test list is wholly in `test`;
  b. of the groups whose ages all lie outside 21–60, 20 % go to `test`, stratified by age band × sex
     × race;
  c. of the rest, 8 % `validation` and 8 % `calibration`, stratified likewise, else `train`;
  d. near-duplicates never straddle two splits: a copy of a published test photo that is not on the
     list is `dropped`; any other group moves as one;
  e. extending for new data never moves an existing row: a copy of a known photo follows it (or is
     `dropped` if that one is in the test), everything else is dealt by a hash of its content.
Nothing is random: the order inside a stratum is that of the SHA-256 of the content.
"""

import pandas as pd

AGE_BANDS = (0, 4, 13, 21, 31, 41, 51, 61, 71, 81, 200)  # years; left edges
TEST_SHARE, VALIDATION_SHARE, CALIBRATION_SHARE = 0.20, 0.08, 0.08


def build(table, groups, contents, published):
    """Deal every photo of a new inventory to a split.

    Args:
        table: DataFrame with file, age, sex, race, sorted by file.
        groups: (n,) duplicate group number per row.
        contents: dict file -> hexadecimal SHA-256 of its bytes.
        published: set of names of the published test list.

    Returns:
        DataFrame: file, split, group, published ("1" or ""), sorted by file; group is empty for a
        photo without copies, otherwise the name of the first file of its group.
    """
    photos = _described(table, groups, contents).assign(published=table.file.isin(published))
    units = photos.groupby("group", sort=True).agg(
        stratum=("stratum", "first"),
        key=("key", "min"),
        listed=("published", "any"),
        outside=("outside", "all"),
    )
    split = pd.Series("train", index=units.index)
    split[units.listed] = "test"
    split[_every(units[~units.listed & units.outside], TEST_SHARE)] = "test"
    rest = units[split == "train"]
    validation = _every(rest, VALIDATION_SHARE)
    split[validation] = "validation"
    # the same share of the whole rest, dealt among those that are left
    left = rest.drop(validation)
    split[_every(left, CALIBRATION_SHARE * len(rest) / len(left))] = "calibration"
    photos["split"] = photos.group.map(split)
    listed_group = photos.group.map(units.listed)
    photos.loc[listed_group & ~photos.published, "split"] = "dropped"
    return _manifest(photos)


def extend(manifest, table, groups, contents):
    """Deal the photos that a manifest does not name; its own rows stay as they are.

    Args:
        manifest: DataFrame as `agesex.dataset.read_manifest` gives it.
        table: as in `build`, of the whole new inventory, old photos included.
        groups: as in `build`.
        contents: as in `build`.

    Returns:
        DataFrame like `build`'s: every old row unchanged, the new ones added.
    """
    photos = _described(table, groups, contents)
    old = manifest.set_index("file")
    photos["split"] = photos.file.map(old.split)
    for _, rows in photos.groupby("group"):
        if rows.split.notna().all():
            continue
        known = set(rows.split.dropna()) - {"dropped"}
        if known:
            dealt = "dropped" if len(known) > 1 or "test" in known else known.pop()
        elif rows.split.notna().any():
            dealt = "dropped"
        else:
            dealt = _by_hash(rows.key.min())
        photos.loc[rows.index[rows.split.isna()], "split"] = dealt
    photos["group"] = photos.file.map(old.group).fillna(photos.group)
    photos["published"] = photos.file.map(old.published).eq(True)
    gone = old.loc[~old.index.isin(photos.file)].reset_index()
    kept = pd.concat([photos, gone])[["file", "split", "group", "published"]]
    return _manifest(kept.sort_values("file", ignore_index=True))


def _described(table, groups, contents):
    photos = table[["file", "age"]].copy()
    first = table.file.groupby(groups).transform("min")
    band = pd.cut(table.age, AGE_BANDS, right=False, labels=False)
    photos["group"] = first
    photos["stratum"] = band.map("{:02d}".format) + table.sex + table.race
    photos["key"] = table.file.map(contents)
    photos["outside"] = ~table.age.between(21, 60)
    return photos


def _every(units, share):
    """Index of `share` of the units, spread evenly over the strata (systematic sampling)."""
    ordered = units.sort_values(["stratum", "key"]).index
    picked = [int((i + 1) * share) > int(i * share) for i in range(len(ordered))]
    return ordered[picked]


def _by_hash(key):
    """The split of a photo that nobody has seen, from the hexadecimal SHA-256 of its content."""
    point = int(key[:12], 16) / 16**12
    if point < TEST_SHARE:
        return "test"
    rest = (point - TEST_SHARE) / (1 - TEST_SHARE)
    if rest < VALIDATION_SHARE:
        return "validation"
    return "calibration" if rest < VALIDATION_SHARE + CALIBRATION_SHARE else "train"


def _manifest(photos):
    alone = ~photos.group.duplicated(keep=False)
    return pd.DataFrame(
        {
            "file": photos.file,
            "split": photos.split,
            "group": photos.group.mask(alone, ""),
            "published": photos.published.map({True: "1", False: ""}),
        }
    )
