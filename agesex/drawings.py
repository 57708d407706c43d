"""Photos with their faces boxed, numbered and aged, one JPEG per photo, in a folder.

    save(folder, file, rows)      # file and rows as `agesex.score` gives them
"""

import hashlib
import io
import os
import tempfile
from pathlib import Path
from types import SimpleNamespace

from PIL import Image

from agesex import annotate, score, words

LONGEST_NAME = 40  # letters of the photo's own name; with the rest at most 255 bytes in UTF-8


def name_of(file):
    """The picture's name: that of the photo, made harmless, and eight digits of its whole path.

    Photos of one name in different folders get different pictures, and the same photo always the same.
    """
    text = str(file)
    stem = "".join(c if c.isalnum() else "-" for c in Path(text).stem)[:LONGEST_NAME].strip("-")
    digits = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    return f"{stem or 'photo'}-{digits}.jpg"


def save(folder, file, rows, *, replace=False):
    """Draw the faces of one photo and write the picture, without any metadata.

    Args:
        folder: Path of a folder that exists.
        file: the photo, as `score.walk` gives it; it is read once more.
        rows: its rows; where they hold an error, nothing is drawn.
        replace: write over a picture of that name, as a run that is continued may.

    Returns:
        Path of the picture, or None where there was nothing to draw.

    Raises:
        FileExistsError: a file of that name is there; it is left as it is.
        OSError: it cannot be written.
        BadImage: the photo cannot be read any more.
    """
    if rows[0]["error"]:
        return None
    path = folder / name_of(file)
    if not replace and os.path.lexists(path):
        raise FileExistsError(f"{path} is there already")
    boxes = [SimpleNamespace(box=tuple(row[name] for name in ("x", "y", "width", "height"))) for row in rows]
    ages = [words.years(row["age"]) for row in rows]
    data = io.BytesIO()
    Image.fromarray(annotate.boxes(score.read(file), boxes, texts=ages)).save(data, "JPEG", quality=90)
    handle, aside = tempfile.mkstemp(prefix=path.stem + ".", suffix=".part", dir=folder)
    try:
        with open(handle, "wb") as picture:
            picture.write(data.getvalue())
        os.chmod(aside, 0o644)
        os.replace(aside, path)  # a link of that name is replaced, never followed
    except OSError:
        Path(aside).unlink(missing_ok=True)
        raise
    return path
