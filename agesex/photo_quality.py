"""How blurred, dark, burnt out or grey the photos of UTKFace are: numbers about each photo, no pictures.

    measures = photo_quality.read()                # None where the file was never made
    photo_quality.joined(predictions, measures)    # blur, light, burnt beside every face
    photo_quality.joined(faces, measures, photo_quality.COLUMNS)    # and all that is known of the picture

Two kinds of numbers: `MEASURES` are of the face in an aligned crop (see `agesex.advice`), `PICTURE` and the
flags of the picture as a picture (see `agesex.dataset.measures`). What a photo measures depends on no split
and on no model; the file records the SHA-256 of the split manifest that it was made beside. A photo that came
later has no row. Made by `python -m training.quality UTKFACE`.
"""

import io
from pathlib import Path

import numpy as np
import pandas as pd

from agesex.dataset.measures import FLAGS
from agesex.errors import BadDataset

FILE = Path(__file__).parent / "data" / "utkface_quality.parquet"
MEASURES = ("blur", "light", "burnt")  # those of `advice.measure` that need no search for the face
PICTURE = ("brightness", "contrast", "sharpness", "colour")  # `dataset.measures.NAMES`
COLUMNS = (*MEASURES, *PICTURE, "grey", "flags")
DIGITS = {"blur": 3, "light": 3, "burnt": 3, "brightness": 1, "contrast": 1, "sharpness": 3, "colour": 1}
MANIFEST_KEY = "manifest_sha256"  # in the metadata of the file


def read(path=None):
    """Read the measures.

    Args:
        path: the file; `FILE` without it.

    Returns:
        DataFrame, one row per photo: file; blur (pixels of a 200-pixel crop), light (grey levels, 0 to 255),
        burnt (share); brightness, contrast, colour (grey levels), sharpness (log10), float64 of `DIGITS`
        digits; grey (bool); flags (names of `dataset.measures.FLAGS` with commas between, "" for none). None
        where there is no such file.

    Raises:
        BadDataset: the file cannot be read, or is no table of measures.
    """
    path = FILE if path is None else Path(path)
    if not path.is_file():
        return None
    try:
        rows = pd.read_parquet(io.BytesIO(path.read_bytes()))  # of a path, the message would name folders
        _check(rows)
    except (OSError, ValueError) as error:
        raise BadDataset(
            f"The measures of the photos, {path.name}, cannot be read: {error}. Expected one row per photo "
            f"with file, {', '.join(COLUMNS)}. Restore the file, or make it again with "
            f"`python -m training.quality`."
        ) from error
    # 0.1 of float32 is 0.10000000149: as float64 of few digits it equals what a person asks for
    return rows.assign(**{name: rows[name].astype(float).round(digits) for name, digits in DIGITS.items()})


def joined(table, measures, columns=MEASURES):
    """A table of faces with the measures of their photos.

    Args:
        table: needs file.
        measures: result of `read`; None adds nothing.
        columns: which of `COLUMNS` to add.

    Returns:
        DataFrame of the same rows in the same order; NaN where a photo has no measures. A column that the
        table has already stays as it is.
    """
    if measures is None:
        return table
    found = measures.set_index("file").reindex(table.file)
    new = [name for name in columns if name not in table.columns]
    return table.assign(**{name: found[name].to_numpy() for name in new})


def _check(rows):
    wanted = ["file", *COLUMNS]
    if list(rows.columns) != wanted:
        raise ValueError(f"its columns are {', '.join(map(str, rows.columns))}")
    if rows.file.isna().any() or rows.file.duplicated().any():
        raise ValueError("a photo is named twice, or not at all")
    for name in DIGITS:
        if not pd.api.types.is_float_dtype(rows[name]) or not np.isfinite(rows[name]).all():
            raise ValueError(f"{name} is no finite number in every row")
    if not pd.api.types.is_bool_dtype(rows.grey):
        raise ValueError("grey is not yes or no in every row")
    named = set(",".join(rows["flags"].dropna().unique()).split(",")) - {""}
    if rows["flags"].isna().any() or not named <= set(FLAGS):
        raise ValueError("flags are missing or have other names")
