"""IMDB-WIKI: wiki.mat or imdb.mat with its folder of pictures. `imdb` and `wiki` are the two sources.

    for row in rows("wiki_crop", "wiki"): ...    # the folder, the one above, wiki.mat itself, wiki_crop.tar

Age is in whole years between the birth date and 1 July of the year of the photo, which is what the data set's
authors assume. Both come from web pages that nobody checked photo by photo, so an age can be far off and a
face another person's. Sex is what the page says (1 male, 0 female, NaN unknown); there is no race.
Source: https://data.vision.ee.ethz.ch/cvl/rrothe/imdb-wiki/
"""

import datetime
import math
import tarfile
from pathlib import Path, PurePosixPath

from agesex import labels
from agesex.dataset.counting import clause, listed
from agesex.dataset.sources import beside, matlab
from agesex.dataset.sources.base import Found, Progress, Refused, existing
from agesex.dataset.tar_heads import TarInfo
from agesex.errors import BadDataset

NUMBERS = ("dob", "photo_taken", "gender", "face_score", "second_face_score")
TEXTS = ("full_path",)
MONTH_DAY = (7, 1)  # when in its year a photo is taken to be made
NO_FACE = "the data set's own detector found no face"
SECOND_FACE = "a second face was found: nobody knows whose age it is"
TWICE = "the picture is listed before"
_MATLAB_DAYS = 366  # Matlab counts from a year 0, Python from year 1
_GENDERS = {0.0: "female", 1.0: "male"}


class Unusable(Exception):
    """Why a row has no label, as a clause."""


def birth_date(serial):
    """The day that a Matlab serial date number means; 719529 is 1970-01-01.

    Args:
        serial: number of days, with a fraction for the time.

    Returns:
        datetime.date.

    Raises:
        Unusable: not a number, or outside the years 1 to 9999.
    """
    if math.isnan(serial):
        raise Unusable("there is no birth date")
    ordinal = serial - _MATLAB_DAYS
    if not 1 <= ordinal < datetime.date.max.toordinal() + 1:
        raise Unusable("the birth date lies outside the years 1 to 9999")
    return datetime.date.fromordinal(math.floor(ordinal))


def age_in(born, year):
    """Whole years, by the calendar, from a birth date to 1 July of a year.

    Args:
        born: datetime.date.
        year: of the photo.

    Raises:
        Unusable: no year, below 0 or over labels.MAX_AGE.
    """
    if math.isnan(year) or not 1 <= year <= 9999:
        raise Unusable("there is no year of the photo")
    age = int(year) - born.year - ((born.month, born.day) > MONTH_DAY)
    if age < 0:
        raise Unusable("the photo is older than the person")
    if age > labels.MAX_AGE:
        raise Unusable(f"the age is over {labels.MAX_AGE}")
    return age


def recognises(path, name):
    """Whether a path looks like one of the two: by file names only.

    Args:
        path: str or Path.
        name: "imdb" or "wiki".
    """
    path = Path(path)
    if path.suffix.lower() == ".mat":
        return path.is_file() and name in path.stem.lower()
    if path.is_dir():
        return _beside(path, name) is not None
    if path.suffix.lower() != ".tar" or not path.is_file():
        return False
    if name in path.stem.lower():
        return True
    try:
        with tarfile.open(path, "r:", tarinfo=TarInfo) as archive:
            first = archive.next()
        return first is not None and PurePosixPath(first.name).parts[:1] == (f"{name}_crop",)
    except (tarfile.TarError, OSError, EOFError):
        return False


def rows(path, name, progress=None, *, second_face=False):
    """Every row of the .mat, in its order.

    Args:
        path: .mat file, its folder, the folder above, or an uncompressed .tar of it.
        name: "imdb" or "wiki".
        progress: `base.Progress`.
        second_face: keep photos in which a second face was found.

    Yields:
        Found, or Refused with the reason.

    Raises:
        BadDataset: no .mat, one of another kind, or a broken archive; of one that is cut off, after the rows
            whose pictures are there.
    """
    path, cut = existing(path), None
    if path.is_file() and path.suffix.lower() != ".mat":
        data, find, cut = beside.tar(path, (f"{name}.mat",))
        shown = f"{path.name}/{name}.mat"
    else:
        table = path if path.is_file() else _beside(path, name)
        if table is None:
            raise _nothing(path, name)
        data, find, shown = _content(table), beside.folder(table.parent), table.name
    columns = matlab.columns(data, name, numbers=NUMBERS, texts=TEXTS, name=shown)
    del data
    seen, progress = set(), progress or Progress()
    n = progress.total = len(columns["full_path"])
    table = zip(columns["full_path"], *(columns[field] for field in NUMBERS), strict=True)
    for i, (file, *values) in enumerate(table):
        progress.reach(i / n, (i + 1) / n)
        row = _row(file, values, name, find, seen, second_face)
        if cut is None or isinstance(row, Found) or row.reason != beside.MISSING:
            yield row
    if cut is not None:
        raise cut


def _row(file, values, name, find, seen, second_face):
    dob, year, gender, face, second = (float(value) for value in values)
    shown = beside.tidy(file) or file or "a row without a path"
    try:
        born = birth_date(dob)
        age = age_in(born, year)
        if not math.isnan(gender) and gender not in _GENDERS:
            raise Unusable("the gender is none of 0, 1 and NaN")
        if not math.isfinite(face):
            raise Unusable(NO_FACE)
        if not math.isnan(second) and not second_face:
            raise Unusable(SECOND_FACE)
        picture = find(file)
        if isinstance(picture, str):
            raise Unusable(picture)
        if shown in seen:
            raise Unusable(TWICE)
    except Unusable as error:
        return Refused(shown, str(error))
    seen.add(shown)
    return Found(
        file=shown, path=picture.path, age=age, sex=_GENDERS.get(gender), race=None, source=name,
        taken=datetime.datetime(int(year), *MONTH_DAY), read=picture.read,
    )  # fmt: skip


def _beside(path, name):
    """The .mat in a folder or in the folder of faces below it, or None."""
    places = (path / f"{name}.mat", path / f"{name}_crop" / f"{name}.mat", path / name / f"{name}.mat")
    return next((place for place in places if place.is_file()), None)


def _content(table):
    try:
        if table.stat().st_size > matlab.MAX_BYTES:
            raise BadDataset(
                f"{table} is larger than {matlab.MAX_BYTES / 2**20:g} MB, which no published .mat is. "
                f"Download it again."
            )
        return table.read_bytes()
    except OSError as error:
        raise BadDataset(f"{table} cannot be read: {clause(error)}. Check its rights.") from error


def _nothing(path, name):
    there = listed(sorted(entry.name for entry in path.iterdir())) or "nothing"
    return BadDataset(
        f"{path} holds no {name}.mat, nor does {name}_crop in it; found {there}. Expected the folder that "
        f"{name}_crop.tar unpacks to. Name that folder, the .tar or the .mat."
    )
