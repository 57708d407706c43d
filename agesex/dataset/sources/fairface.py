"""FairFace and tables like it: a CSV of labels, its pictures in the folder beside it.

    file,age,gender,race,service_test                # or with semicolons or tabs
    train/1.jpg,50-59,Male,East Asian,True

Ages are ranges. The table's age is the middle of the range in completed years (50-59 lasts ten years, from
50.0 to 60.0, so 55) and no more than that; `age_source` keeps the range. "more than 70" has no end: it counts
as 70-79.
FairFace's seven groups are mapped to UTKFace's five; `race_source` keeps the group. A table with `age_group`
and `sex` instead, without race, is read, too.
Source: https://github.com/joojs/fairface
"""

import csv
import re
from pathlib import Path

from agesex import images, labels
from agesex.dataset.counting import clause, listed
from agesex.dataset.sources import beside, separated
from agesex.dataset.sources.base import Found, Progress, Refused, existing
from agesex.errors import BadDataset

NAME = "fairface"
ABOUT = "FairFace and tables like it: a CSV with file, age (a range), gender and race, beside its pictures"

# columns, in any order; more may be there
FORMS = (("file", "age", "gender", "race"), ("file", "age_group", "sex"))
RACES = {
    "white": "White",
    "black": "Black",
    "indian": "Indian",
    "east asian": "Asian",
    "southeast asian": "Asian",
    "middle eastern": "Others",
    "latino hispanic": "Others",
}
OPEN_END = 9  # years that "more than 70" is taken to last after the first
TWICE = "the picture is listed before"
_RANGE = re.compile(r"(\d{1,3})\s*[-–]\s*(\d{1,3})")
_OPEN = re.compile(r"(?:more than|over|>=?)\s*(\d{1,3})|(\d{1,3})\s*\+")


class Unusable(Exception):
    """Why a row has no label, as a clause."""


def age_of(text):
    """The middle of a range in completed years.

    Args:
        text: "20-29", "more than 70", "70+" or "34".

    Returns:
        int; (first + last + 1) // 2, as the last year is lived to its end.

    Raises:
        Unusable: none of these, or over labels.MAX_AGE.
    """
    text = text.strip().lower()
    if text.isascii() and text.isdigit() and len(text) <= 3:
        first = last = age = int(text)
    elif found := _RANGE.fullmatch(text):
        first, last = int(found[1]), int(found[2])
        age = (first + last + 1) // 2
    elif found := _OPEN.fullmatch(text):
        first = int(found[1] or found[2])
        last = first + OPEN_END
        age = (first + last + 1) // 2
    else:  # for instance Mar-09, which spreadsheets make of 3-9
        raise Unusable("the age is no range such as 20-29 or more than 70")
    if last < first:
        raise Unusable("the range of ages ends before it begins")
    if age > labels.MAX_AGE:
        raise Unusable(f"the age is over {labels.MAX_AGE}")
    return age


def recognises(path):
    """Whether a path is such a CSV or a folder with one: by the first line."""
    path = Path(path)
    return any(_near(_header(table)[0]) for table in _tables(path))


def rows(path, progress=None):
    """Every line of the CSV, or of each such CSV in a folder.

    Args:
        path: of a CSV, or of the folder that holds it.
        progress: `base.Progress`.

    Yields:
        Found, or Refused with the reason.

    Raises:
        BadDataset: no such CSV, a missing column, no rows, or a file that is no CSV.
    """
    path = existing(path)
    tables = [table for table in _tables(path) if path.is_file() or _near(_header(table)[0])]
    if not tables:
        there = listed([table.name for table in _tables(path)]) or "none"
        raise BadDataset(
            f"{path} holds no table of labels (tables found: {there}). Expected a CSV with the columns "
            f"{_expected()}, beside its pictures. Name the CSV."
        )
    seen, lines, progress = set(), 0, progress or Progress()
    progress.total = sum(table.stat().st_size for table in tables)
    before = 0
    for table in tables:
        size = table.stat().st_size
        progress.reach(before / max(1, progress.total), (before + size) / max(1, progress.total))
        lines += yield from _lines(table, seen, size, progress)
        before += size
    if not lines:
        raise BadDataset(
            f"{images.quoted(tables[0])} has the right columns, but no rows. Expected one for each photo. Export "
            f"or download it again."
        )


def _lines(path, seen, size, progress):
    header, separator = _header(path)
    form = _form(header)
    if form is None:
        raise _columns(path)
    find = _pictures(path.parent)
    try:
        with path.open(encoding=_encoding(path), errors="replace", newline="") as file:
            reader = csv.DictReader(file, delimiter=separator)
            reader.fieldnames = [_plain(name) for name in reader.fieldnames or ()]
            n = 0
            for line in reader:
                n += 1
                progress.within(file.buffer.tell() / max(1, size))
                yield _row(line, form, f"{path.name} line {reader.line_num}", find, seen)
        return n
    except csv.Error as error:
        raise BadDataset(
            f"{path} cannot be read after line {reader.line_num}: {clause(error)}. Expected a CSV of text. Export it "
            f"again."
        ) from error
    except OSError as error:
        raise BadDataset(f"{path} cannot be read: {clause(error)}. Check its rights.") from error


def _row(line, form, place, find, seen):
    values = [line.get(column) for column in form]
    if None in values:
        return Refused(place, f"the line has fewer than the {len(form)} columns that are needed")
    file, years, gender, race = (value.strip() for value in (*values, "")[:4])
    try:
        age = age_of(years)
        sex = _one_of(gender, {sex: sex for sex in labels.SEXES}, "the sex is neither male nor female")
        group = _one_of(race, RACES, "the race is none of FairFace's seven groups")
        picture = find(file)
        if isinstance(picture, str):
            raise Unusable(picture)
        file = beside.tidy(file)
        if file in seen:
            raise Unusable(TWICE)
    except Unusable as error:
        return Refused(file or place, str(error))
    seen.add(file)
    return Found(
        file=file, path=picture.path, age=age, sex=sex, race=group, source=NAME, race_source=race or None,
        age_source=years, read=picture.read,
    )  # fmt: skip


def _one_of(text, known, otherwise):
    """What a word means; None for an empty one."""
    plain = _plain(text).replace("_", " ")
    if plain and plain not in known:
        raise Unusable(otherwise)
    return known.get(plain)


def _pictures(folder):
    """Look beside the table, then in photos/ beside it."""
    first, second = beside.folder(folder), beside.folder(folder / "photos")

    def find(name):
        found = first(name)
        if found != beside.MISSING:
            return found
        found = second(name)
        return found if isinstance(found, str) else beside.Picture(f"photos/{found.path}", found.read)

    return find


def _tables(path):
    if path.is_dir():
        return sorted(table for ending in separated.TABLES for table in path.glob(f"*{ending}"))
    return [path] if path.suffix.lower() in separated.TABLES and path.is_file() else []


def _header(path):
    """The names in the first line, and what separates them; none if it cannot be read."""
    try:
        with path.open(encoding=_encoding(path), errors="replace", newline="") as file:
            return separated.header(file.readline(10_000), _near)
    except OSError:
        return [], ","


def _encoding(path):
    with path.open("rb") as file:
        return separated.encoding(file.read(2))


def _form(columns):
    return next((form for form in FORMS if set(form) <= set(columns)), None)


def _near(columns):
    """Whether these are the columns of such a table, perhaps not all of them."""
    return "file" in columns and bool({"age", "age_group", "gender", "sex", "race"} & set(columns))


def _columns(path):
    columns, _ = _header(path)
    nearest = max(FORMS, key=lambda form: len(set(form) & set(columns)))
    missing = [column for column in nearest if column not in columns]
    found = listed(columns) or "none"
    return BadDataset(
        f"{path} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}; found {found}. "
        f"Expected {_expected()}. Add what is missing, or name the right file."
    )


def _expected():
    return " or ".join(", ".join(form) for form in FORMS)


def _plain(text):
    return (text or "").strip().lower()
