"""The 48×48 form of UTKFace: one CSV with age, ethnicity, gender, img_name, pixels.

    age,ethnicity,gender,img_name,pixels                            # or with semicolons or tabs
    1,2,0,20161219203650636.jpg.chip.jpg,129 128 128 126 ...

`pixels` are 48 rows of 48 grey levels. They are stored as PNG, which loses nothing. The codes are those of
UTKFace's file names, so the label and img_name together are the name under which the split manifest knows it.
"""

import codecs
import csv
import gzip
import itertools
import re
import zlib

import cv2
import numpy as np

from agesex import images, labels
from agesex.archives import MAX_RATIO, SMALL, TRUSTED
from agesex.dataset import members
from agesex.dataset.counting import clause, listed
from agesex.dataset.sources import separated
from agesex.dataset.sources.base import Found, Progress, Refused
from agesex.dataset.sources.utkface import taken
from agesex.errors import BadDataset, BadLabel

NAME = "csv48"
ABOUT = "the 48×48 CSV of UTKFace: a .csv, .tsv, .csv.gz or .zip with age, ethnicity, gender, img_name, pixels"
COLUMNS = ("age", "ethnicity", "gender", "img_name", "pixels")
SIDE = 48
NO_ROWS = "it has the right columns, but no rows"
LONGEST = 2**20  # bytes of a line; 2,304 numbers of three digits are 9,216
PEEK = 50  # files that are looked through for a CSV, to guess
_PIXELS = re.compile(r"\s*\d{1,3}(\s+\d{1,3})*\s*", re.ASCII)


def recognises(path):
    """Whether there is a CSV with the column pixels or img_name."""
    try:
        for member in itertools.islice(members.walk(path, limit=2**30), PEEK):
            if _is_csv(member):
                with member.open() as file:
                    file = _unpacked(file, member)
                    return bool({"pixels", "img_name"} & set(_header(_lines(file, member))[0]))
    except (BadDataset, OSError, EOFError, zlib.error):
        pass
    return False


def rows(path, progress=None):
    """Yield Found or Refused for every line after the first.

    Args:
        path: .csv, .tsv, .csv.gz, .tsv.gz, or a folder or archive with one.
        progress: `base.Progress`.

    Raises:
        BadDataset: no CSV is there, a column or every row is missing, or the file is cut off.
    """
    tables, empty, progress = 0, 0, progress or Progress()
    for member in members.walk(path, progress):
        if isinstance(member, Refused):
            yield member
        elif _is_csv(member):
            tables += 1
            try:
                with member.open() as file:
                    lines = yield from _table(_unpacked(file, member), member, _telling(file, member, progress))
            except (*members.BROKEN, csv.Error) as error:
                if isinstance(error, OSError) and error.errno:
                    raise
                raise BadDataset(
                    f"{images.quoted(member.path)} cannot be read to its end: {clause(error)}. Expected a whole "
                    f"CSV. Download it again."
                ) from error
            if not lines:
                empty += 1
                yield Refused(member.path, NO_ROWS)
        else:
            yield Refused(member.path, "it is no .csv or .tsv")
    if not tables:
        raise BadDataset(
            f"{images.quoted(path)} holds no .csv or .tsv. Expected one with the columns {', '.join(COLUMNS)}. "
            f"Name the file."
        )
    if tables == empty:
        raise BadDataset(
            f"{images.quoted(path)} has the right columns, but no rows. Expected one for each photo. Export "
            f"or download it again."
        )


def _table(file, member, tell):
    lines = _lines(file, member)
    header, separator = _header(lines)
    if missing := [name for name in COLUMNS if name not in header]:
        raise BadDataset(
            f"{images.quoted(member.path)} lacks the column{'s'[: len(missing) > 1]} {', '.join(missing)}. "
            f"Expected {', '.join(COLUMNS)}, in any order. Found: {listed(header) or 'none'}. Name "
            f"the CSV of UTKFace with its pixels."
        )
    places = [header.index(name) for name in COLUMNS]
    reader = csv.reader(lines, delimiter=separator)
    n = 0
    for values in reader:
        line = reader.line_num + 1  # of the file, whose header is line 1
        tell()
        if values:
            n += 1
            yield _row(values, places, f"{member.path} line {line}")
    return n


def _row(values, places, path):
    if len(values) <= max(places):
        return Refused(path, "the line has too few columns")
    age, race, sex, name, pixels = (values[place].strip() for place in places)
    if not name:
        return Refused(path, "img_name is empty")
    codes = f"{_whole(age)}_{_whole(sex)}_{_whole(race)}_"
    named = name if name.startswith(codes) else codes + name
    try:  # the codes and the name are those of UTKFace, so the same door
        label = labels.parse(codes + "0" + labels.SUFFIX)
    except BadLabel as error:
        return Refused(path, error.reason)
    if not _PIXELS.fullmatch(pixels):
        return Refused(path, "pixels are not whole numbers with blanks between")
    levels = np.fromstring(pixels, np.int64, sep=" ")
    if len(levels) != SIDE * SIDE:
        short = "fewer" if len(levels) < SIDE * SIDE else "more"
        return Refused(path, f"{short} than {SIDE * SIDE:,} pixels")
    if levels.max() > 255:
        return Refused(path, "a pixel is over 255")
    return Found(
        file=named,
        path=path,
        age=label.age,
        sex=label.sex,
        race=label.race,
        source=NAME,
        taken=taken(name.split("_")[-1].split(".")[0]),
        read=lambda: _png(levels),
    )


def _whole(text):
    """A code as spreadsheets write it back: "2" and "2.0" are 2."""
    return re.sub(r"\.0*$", "", text)


def _png(levels):
    done, data = cv2.imencode(".png", levels.astype(np.uint8).reshape(SIDE, SIDE))
    if not done:
        raise members.Unreadable("it cannot be stored as PNG")
    return data.tobytes()


def _is_csv(member):
    return not isinstance(member, Refused) and member.path.lower().endswith(separated.ENDINGS)


def _unpacked(file, member):
    return gzip.GzipFile(fileobj=file) if member.path.lower().endswith(".gz") else file


def _telling(file, member, progress):
    """A function that says how far the table is read, by the bytes that were taken from it."""
    return lambda: progress.within(file.tell() / max(1, member.size))


def _lines(file, member):
    """The lines as text, each of bounded length, in all of bounded size."""
    total, most, decoder, text = 0, max(SMALL, MAX_RATIO * member.size), None, ""
    while line := file.readline(LONGEST + 1):
        total += len(line)
        decoder = decoder or codecs.getincrementaldecoder(separated.encoding(line))("replace")
        if len(line) > LONGEST:
            raise BadDataset(
                f"{images.quoted(member.path)} is no table of 48×48 pictures: a line is longer than "
                f"{LONGEST / 2**20:g} MB. Expected about 9 KB a line. Name another file."
            )
        if total > most:
            raise BadDataset(
                f"{images.quoted(member.path)} would unpack to more than {MAX_RATIO} times its size, as no "
                f"such table does, and was left packed. {TRUSTED}"
            )
        # in UTF-16 the line is cut within its last letter, of which the rest comes with the next
        *whole, text = (text + decoder.decode(line)).replace("\0", "\N{REPLACEMENT CHARACTER}").split("\n")
        yield from (f"{row}\n" for row in whole)  # without a 0, on which csv stops
    if text:
        yield text


def _header(lines):
    """The names of the columns, in lower case, from the first line, and what separates them."""
    return separated.header(next(lines, ""), lambda names: {"pixels", "img_name"} <= set(names))
