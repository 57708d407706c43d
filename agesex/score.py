"""Many photos to rows: what `python -m agesex predict` prints, and programs can iterate over.

    files, skipped = expand(["holiday/", "me.jpg"])
    for rows in score(files, model.load()):
        print(rows)                       # one dict per face, or one with `error`

A photo that cannot be read or shows no face gives a row with `error`; the rest goes on.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from agesex import faces, images, predict
from agesex.errors import AgeSexError, NoFace
from agesex.model import BATCH

COLUMNS = (
    "file", "face", "x", "y", "width", "height", "confidence", "age", "age_low", "age_high", "sex",
    "p_female", "error",
)  # fmt: skip
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".heic", ".heif")


def expand(paths):
    """The photos that paths name.

    Args:
        paths: files and folders. A folder is walked recursively and sorted, and what has no picture's
            suffix is skipped there; a file that is named explicitly always counts.

    Returns:
        (files, skipped): list of Path, and the number of files that were skipped in folders.
    """
    files, skipped = [], 0
    for path in paths:
        # An empty name, of an unset variable say, is a mistake and not the current folder.
        path = Path(path) if str(path) else ""
        if not path or not path.is_dir():
            files.append(path)
            continue
        for parent, folders, names in os.walk(path):
            folders.sort()
            for name in sorted(names):
                # "._a.jpg" is what macOS writes beside a.jpg on foreign disks, not a picture
                if name.lower().endswith(SUFFIXES) and not name.startswith("._"):
                    files.append(Path(parent, name))
                else:
                    skipped += 1
    return files, skipped


def score(files, model, *, aligned=False, level=0.9):
    """Predict for every face of every photo, in order.

    Args:
        files: paths of photos.
        model: a `agesex.model.Model`.
        aligned: take each whole picture as an aligned crop instead of searching for faces.
        level: coverage of the age interval.

    Yields:
        For each file, a list of dicts with the keys `COLUMNS`; missing values are None.
    """
    # Photos are decoded while the network works: OpenCV and Pillow let go of the interpreter.
    with ThreadPoolExecutor(max_workers=2) as pool:
        for start in range(0, len(files), BATCH):
            batch = files[start : start + BATCH]
            found = list(pool.map(lambda file: _read(file, aligned=aligned), batch))
            crops = [face.crop for faces_, _ in found for face in faces_]
            answers = iter(())
            if crops:
                output = model.forward(np.stack(crops))
                answers = iter(predict.from_output(output, model.card["calibration"], level=level))
            for file, (here, error) in zip(batch, found, strict=True):
                if error:
                    yield [dict.fromkeys(COLUMNS) | {"file": str(file), "error": error}]
                else:
                    yield [
                        _row(file, number, face, next(answers))
                        for number, face in enumerate(here, start=1)
                    ]


def _read(file, *, aligned):
    """(faces, None) of a photo, or ([], what is wrong in one sentence)."""
    try:
        photo = images.decode(file)
        found = [faces.aligned(photo)] if aligned else faces.find(photo)
        if not found:
            raise NoFace(
                "no face was found. Try a sharper or larger photo, or --aligned if the picture is "
                "a cropped face."
            )
    except AgeSexError as error:
        return [], str(error)
    return found, None


def _row(file, number, face, answer):
    x, y, width, height = (round(float(value), 1) for value in face.box)
    return {
        "file": str(file),
        "face": number,
        "x": x,
        "y": y,
        "width": width,
        "height": height,
        "confidence": round(float(face.confidence), 4),
        "age": round(answer.age, 3),
        "age_low": round(answer.interval[0], 3),
        "age_high": round(answer.interval[1], 3),
        "sex": answer.sex,
        "p_female": round(answer.p_female, 5),
        "error": None,
    }
