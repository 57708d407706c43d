"""Labels of UTKFace that are probably wrong: ranked by a program, the first of them looked at.

    suspects.worst(100, by="age")     # the 100 ages that are hardest to believe
    suspects.counts("age")            # what one reader found there, and among random photos

Made by `python -m training.suspects`: predictions for every photo by heads that were trained without it and
without its copies, on features of a network that never saw a label of UTKFace. A photo ranks high where its
label is far from that prediction, measured by how far predictions like it are usually off. A high rank is a
reason to look, no proof: rare faces, make-up, bad light and unusual poses rank high, too, and an error that a
group of photos shares ranks low.

The verdicts are one pass by one reader, no expert, who saw the photo and its label but not the prediction, the
suspects mixed with random photos in random order, and knew that most of them were suspects. Wrong: the face looks plainly 15 years older or younger than its
label, or plainly of the other sex. Right: no such thing is to be seen. A look is no birth certificate: where make-up, a
retouched or a blurred photo could explain it, the verdict is “cannot tell”.
"""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
from pyarrow import parquet

from agesex import dataset
from agesex.errors import BadDataset
from agesex.metrics.resampling import wilson

FILE = Path(__file__).parent / "data" / "utkface_suspects.parquet"
VERDICTS_FILE = FILE.with_name("utkface_verdicts.csv")
FACTS_KEY = "agesex"  # in the metadata of the file: JSON
KINDS = ("age", "sex", "random age", "random sex")  # of a verdict: which label was judged, and why this photo
VERDICTS = ("wrong", "right", "cannot tell", "no face")
ORDERS = ("age", "sex", "either")
NUMBERS = ("age_oof", "age_expected_error", "p_female_oof", "age_score", "sex_score")


def read(path=None):
    """Read the predictions and scores.

    Args:
        path: the file; `FILE` without it.

    Returns:
        DataFrame, one row per photo, sorted by file: file; age_oof (predicted without this photo, years),
        age_expected_error (mean absolute error to expect of such a prediction, years), p_female_oof (0 to 1);
        age_score and sex_score (0 to 1, low for a label that is hard to believe), float64. None where there
        is no such file.

    Raises:
        BadDataset: the file cannot be read, or is no table of suspects.
    """
    found = _read(path)
    return None if found is None else found[0]


def facts(path=None):
    """What was measured when the file was made: mae, sex_accuracy, folds, manifest_sha256 …; dict or None.

    Args:
        path: as for `read`.

    Raises:
        BadDataset: as for `read`.
    """
    found = _read(path)
    return None if found is None else found[1]


def worst(n=100, by="either", *, rows=None):
    """The labels that are hardest to believe.

    Args:
        n: how many.
        by: "age", "sex", or "either": whichever of the two ranks the photo higher.
        rows: result of `read`, or part of it; read without it.

    Returns:
        DataFrame, the worst first: rank (from 1), the columns of `read`, and age, sex, group as labelled.
        None where there is no file.

    Raises:
        BadDataset: the file cannot be read.
        ValueError: `by` is not one of `ORDERS`.
    """
    if by not in ORDERS:
        raise ValueError(f"expected one of {', '.join(ORDERS)}; received {by!r}")
    rows = read() if rows is None else rows
    if rows is None:
        return None
    ranks = {name: rows[f"{name}_score"].rank(method="first") for name in ("age", "sex")}
    order = np.minimum(ranks["age"], ranks["sex"]) if by == "either" else ranks[by]
    chosen = rows.loc[order.sort_values(kind="stable").index[:n]]
    chosen = chosen.merge(dataset.known()[["file", "age", "sex", "group"]], on="file", how="left")
    chosen.insert(0, "rank", np.arange(1, len(chosen) + 1))
    return chosen


def verdicts(path=None):
    """What the reader said.

    Args:
        path: the file; `VERDICTS_FILE` without it.

    Returns:
        DataFrame: file, kind (one of `KINDS`), verdict (one of `VERDICTS`). Without a row where there is no
        such file.

    Raises:
        BadDataset: the file holds something else.
    """
    path = VERDICTS_FILE if path is None else Path(path)
    wanted = ["file", "kind", "verdict"]
    if not path.is_file():
        return pd.DataFrame(columns=wanted, dtype=str)
    try:
        found = pd.read_csv(io.BytesIO(path.read_bytes()), dtype=str, keep_default_na=False)
        if list(found.columns) != wanted:
            raise ValueError(f"its columns are {', '.join(found.columns)}")
        if strange := {*found.kind} - {*KINDS} | {*found.verdict} - {*VERDICTS}:
            raise ValueError(f"it says {', '.join(sorted(strange))}")
        if found.duplicated(["file", "kind"]).any():
            raise ValueError("a photo is judged twice")
    except (OSError, ValueError) as error:
        raise BadDataset(
            f"The verdicts about suspected labels, {path.name}, cannot be read: {error}. Expected file, kind "
            f"and verdict of each photo. Restore the file from the repository."
        ) from error
    return found


def counts(kind, *, rows=None):
    """How many labels the reader calls wrong.

    Args:
        kind: one of `KINDS`.
        rows: result of `verdicts`, or part of it; read without it.

    Returns:
        dict: n (photos judged), one number for each of `VERDICTS`, and share, low, high: the share that is
        wrong with Wilson's 95 % interval, NaN where nothing was judged. A photo without a face, or one that
        nobody can tell, counts as not wrong.

    Raises:
        BadDataset: the verdicts cannot be read.
        ValueError: `kind` is not one of `KINDS`.
    """
    if kind not in KINDS:
        raise ValueError(f"expected one of {', '.join(KINDS)}; received {kind!r}")
    rows = verdicts() if rows is None else rows
    said = rows.verdict[rows.kind == kind].value_counts()
    n = int(said.sum())
    number = {verdict: int(said.get(verdict, 0)) for verdict in VERDICTS}
    share = number["wrong"] / n if n else np.nan
    low, high = (round(float(end[0]), 6) for end in wilson([share], [n]))
    return {"n": n, **number, "share": share, "low": low, "high": high}


def _read(path):
    """(rows, facts) of the file, or None."""
    path = FILE if path is None else Path(path)
    if not path.is_file():
        return None
    try:
        table = parquet.read_table(io.BytesIO(path.read_bytes()))  # of a path, the message would name folders
        known = dict(json.loads((table.schema.metadata or {}).get(FACTS_KEY.encode(), b"{}")))
        rows = table.to_pandas()
        if list(rows.columns) != ["file", *NUMBERS]:
            raise ValueError(f"its columns are {', '.join(map(str, rows.columns))}")
        if rows.file.isna().any() or rows.file.duplicated().any():
            raise ValueError("a photo is named twice, or not at all")
        rows = rows.astype(dict.fromkeys(NUMBERS, float))
        for name in NUMBERS:
            if not np.isfinite(rows[name]).all():
                raise ValueError(f"{name} is no finite number in every row")
    except (OSError, ValueError, TypeError) as error:
        raise BadDataset(
            f"The suspected labels, {path.name}, cannot be read: {error}. Expected one row per photo with "
            f"file, {', '.join(NUMBERS)}. Restore the file, or make it again with "
            f"`python -m training.suspects`."
        ) from error
    return rows, known
