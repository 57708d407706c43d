"""UTKFace file names as labels: parse, format, and say what is wrong with a malformed one.

    labels.parse("25_1_2_20170116193245364.jpg.chip.jpg")
    # Label(age=25, sex='female', race='Asian', stamp='20170116193245364')

Sex is 0 (male) or 1 (female), race one of five coarse codes; `ORIGIN` says where all three come from.
Source: https://susanqq.github.io/UTKFace/
"""

import re
from dataclasses import dataclass

from agesex.errors import BadLabel

# The one sentence about who labelled, wherever a page says it; after the authors' own page, see above.
ORIGIN = "Age, sex and race of UTKFace were estimated by a program (DEX) and checked by a person."
SEXES = ("male", "female")  # the index is the code in the file name
RACES = ("White", "Black", "Asian", "Indian", "Others")
MAX_AGE = 120  # years; the published files end at 116
SUFFIX = ".jpg.chip.jpg"

_NAME = re.compile(r"(\d{1,3})_([01])_([0-4])_(\d+)(\.jpg\.chip\.jpg|\.jpg|\.png)")
_NO_RACE = re.compile(r"\d{1,3}_[01]_\d{6,}(\.jpg)?(\.chip\.jpg|\.jpg)?")


@dataclass(frozen=True)
class Label:
    """What one UTKFace file name says.

    Attributes:
        age: whole years, 0 to 120.
        sex: "male" or "female".
        race: one of `RACES`.
        stamp: the digits after the labels, usually yyyymmddHHMMSSmmm; some have 16 or 18 digits.
    """

    age: int
    sex: str
    race: str
    stamp: str = ""


def parse(name):
    """Read one file name.

    Args:
        name: a file name without folder, e.g. "25_1_2_20170116193245364.jpg.chip.jpg". The time
            stamp is any run of digits; the in-the-wild variant ends in ".jpg" alone.

    Returns:
        Label.

    Raises:
        BadLabel: the name is malformed; nothing is guessed, but `mending` proposes what was meant.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        reason, mending = _diagnose(name)
        raise BadLabel(name, reason, mending)
    age = int(match[1])
    if age > MAX_AGE:
        raise BadLabel(name, f"the age {age} is over {MAX_AGE}")
    return Label(age, SEXES[int(match[2])], RACES[int(match[3])], match[4])


def parse_all(names):
    """Read many file names; the malformed are returned with the reason, not guessed.

    Args:
        names: iterable of file names.

    Returns:
        (labels, malformed): a dict name -> Label, and a list of BadLabel in the order of `names`.
    """
    labels, malformed = {}, []
    for name in names:
        try:
            labels[name] = parse(name)
        except BadLabel as error:
            malformed.append(error)
    return labels, malformed


def format(label):
    """Write a label as a UTKFace file name; the reverse of `parse`.

    Raises:
        ValueError: the sex or race is none of the published ones.
    """
    return f"{label.age}_{SEXES.index(label.sex)}_{RACES.index(label.race)}_{label.stamp}{SUFFIX}"


def _diagnose(name):
    """(reason, proposed name or "") for a name that did not parse."""
    squeezed = re.sub(r"\s+", "", name)
    if squeezed != name:
        return "it contains a blank", squeezed if _NAME.fullmatch(squeezed) else ""
    dotted = re.sub(r"(?<=\d)jpg\.chip\.jpg$", SUFFIX, name)
    if dotted != name:
        return "the dot before 'jpg.chip.jpg' is missing", dotted if _NAME.fullmatch(dotted) else ""
    if _NO_RACE.fullmatch(name):
        return "the race is missing (two labels instead of three)", ""
    fields = name.split("_")
    if len(fields) != 4:
        return f"it has {len(fields)} fields separated by '_' instead of 4", ""
    if re.fullmatch(r"-\d+", fields[0]):
        return f"the age {fields[0]!r} is negative", ""
    if not fields[0].isdigit():
        return f"the age {fields[0]!r} is not a number", ""
    if fields[1] not in ("0", "1"):
        return f"the sex {fields[1]!r} is neither 0 (male) nor 1 (female)", ""
    if fields[2] not in set("01234"):
        return f"the race {fields[2]!r} is not a code from 0 to 4", ""
    stem, dot, ending = name.partition(".")
    if _NAME.fullmatch(small := stem + dot + ending.lower()):
        return "its ending is in capital letters, expected small ones", small
    return "the time stamp or the ending is malformed", ""
