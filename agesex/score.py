"""Many photos to rows: what `python -m agesex predict` prints, and programs can iterate over.

    files, skipped = expand(["holiday/", "album.zip", "me.jpg"])
    for rows in score(files, model.load()):
        print(rows)                       # one dict per face, or one with `error`

A photo that cannot be read or shows no face gives a row with `error`; the rest goes on.
"""

import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agesex import archives, faces, images, predict
from agesex.errors import AgeSexError, BadImage, NoFace
from agesex.model import BATCH

COLUMNS = (
    "file", "face", "x", "y", "width", "height", "confidence", "age", "age_low", "age_high", "sex",
    "p_female", "error",
)  # fmt: skip
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".heic", ".heif")


def expand(paths):
    """The photos that paths name, as a list; `walk` gives them one by one.

    Args:
        paths: as for `walk`.

    Returns:
        (files, skipped): list of photos, and the number of files that were skipped.
    """
    files = list(walk(paths))
    return [file for file in files if file is not None], files.count(None)


def walk(paths):
    """Every photo that paths name, in an order that is always the same.

    Args:
        paths: files, folders and .zip archives. A folder is walked recursively and sorted, and what has no
            picture's suffix is skipped there and in archives; a file that is named explicitly always
            counts. An archive inside a folder is skipped.

    Yields:
        Path, `archives.Member`, or "" for an empty name; None for each file that was skipped. An archive
        that cannot be read comes as a `Broken`, whose row says why.
    """
    for path in paths:
        # An empty name, of an unset variable say, is a mistake and not the current folder.
        path = Path(path) if str(path) else ""
        if archives.is_archive(path):
            yield from _inside(path)
        elif not path or not os.path.isdir(path):  # pathlib raises for a name of 300 letters
            yield path
        else:
            for parent, folders, names in os.walk(path):
                folders.sort()
                for name in sorted(names):
                    yield Path(parent, name) if _wanted(name) else None


@dataclass(frozen=True)
class Broken:
    """What stands for an archive that cannot be read."""

    path: Path
    reason: str

    def __str__(self):
        """The archive's path."""
        return str(self.path)


def read(file):
    """A photo of `walk` as (H, W, 3) uint8 RGB; raises BadImage."""
    return read_with_notes(file)[0]


def read_with_notes(file):
    """As `read`, with the notes of `images.decode_with_notes`."""
    if isinstance(file, Broken):
        raise BadImage(file.reason)
    return images.decode_with_notes(file.open() if isinstance(file, archives.Member) else file)


def _inside(path):
    try:
        for member in archives.members(path):
            yield member if _wanted(member.info.filename) else None
    except BadImage as error:
        yield Broken(path, str(error))


def _wanted(name):
    # "._a.jpg" is what macOS writes beside a.jpg on foreign disks, not a picture
    return name.lower().endswith(SUFFIXES) and not name.startswith("._")


def score(files, model, *, aligned=False, level=0.9, threshold=None, on_notes=lambda file, notes: None):
    """Predict for every face of every photo, in order.

    Args:
        files: photos, as `walk` gives them; taken as they come, so that a million need no list.
        model: a `agesex.model.Model`.
        aligned: take each whole picture as an aligned crop instead of searching for faces.
        level: coverage of the age interval.
        threshold: least probability at which a sex is named; the card's own without it.
        on_notes: called with a photo and what a person should know about how it was read, clauses.

    Yields:
        For each file, a list of dicts with the keys `COLUMNS`; missing values are None.
    """
    files, calibration = iter(files), model.card["calibration"]
    # Photos are decoded while the network works: OpenCV and Pillow let go of the interpreter.
    with ThreadPoolExecutor(max_workers=2) as pool:
        while batch := list(itertools.islice(files, BATCH)):
            found = list(pool.map(lambda file: _read(file, aligned=aligned), batch))
            crops = [face.crop for faces_, _, _ in found for face in faces_]
            answers = iter(())
            if crops:
                output = model.forward(np.stack(crops))
                answers = iter(
                    predict.from_output(output, calibration, level=level, threshold=threshold)
                )
            for file, (here, error, notes) in zip(batch, found, strict=True):
                if notes:
                    on_notes(file, notes)
                if error:
                    yield [failed(file, error)]
                else:
                    yield [
                        row(file, number, face, next(answers))
                        for number, face in enumerate(here, start=1)
                    ]


def failed(file, error):
    """The row of a photo without an answer: a dict with the keys `COLUMNS`."""
    return dict.fromkeys(COLUMNS) | {"file": str(file), "error": str(error)}


def _read(file, *, aligned):
    """(faces, None, notes) of a photo, or ([], what is wrong in one sentence, notes)."""
    notes = []
    try:
        photo, notes = read_with_notes(file)
        found = [faces.aligned(photo)] if aligned else faces.find(photo)
        if not found:
            raise NoFace(
                "no face was found. Try a sharper or larger photo, or --aligned if the picture is "
                "a cropped face."
            )
    except AgeSexError as error:
        return [], str(error), notes
    return found, None, notes


def row(file, number, face, answer):
    """The row of one face.

    Args:
        file: name of the photo.
        number: of the face, from 1.
        face: a `faces.Face`.
        answer: its `predict.Prediction`.

    Returns:
        dict with the keys `COLUMNS`.
    """
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
