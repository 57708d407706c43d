"""What a reader has chosen: filters over the faces, as a value that can be compared, kept and written down.

    choice = Choice(ages=(0, 9), sexes=("female",), copies="only")
    choice.where()               # ("age BETWEEN ? AND ? AND sex IN (?) AND …", [0, 9, "female"])
    choice.but("sexes")          # the same without that filter
    choice.toggled("sexes", ("male",))
"""

from dataclasses import dataclass, fields, replace
from datetime import date, timedelta

from agesex.dataset.measures import FACE_NAMES, FLAGS, NAMES
from agesex.labels import MAX_AGE, RACES, SEXES

UNKNOWN = "unknown"  # where a source gives no sex or no race
UNFLAGGED = "none"
COPIES = ("all", "only", "without", "disagreeing")
MEASURES = (*NAMES, *FACE_NAMES)
ALL_AGES = (0, MAX_AGE)
_COPIES = {
    "only": "copies > 1",
    "without": "copies = 1",
    "disagreeing": "(years_apart > 0 OR sexes_apart > 1)",
}
_NAMED = {"sexes": "sex", "races": "race", "splits": "split", "sources": "source"}


@dataclass(frozen=True)
class Choice:
    """Filters; each one left as it is keeps every face.

    Attributes:
        ages: (youngest, oldest) label to keep, years, both included.
        sexes: names to keep, "female", "male", `UNKNOWN`; an empty tuple keeps all.
        races: likewise, names of `labels.RACES` or `UNKNOWN`.
        splits: likewise, names of `dataset.SPLITS`.
        flags: likewise, names of `FLAGS` or `UNFLAGGED`; a face with any one of them is kept.
        copies: "all"; "only" photos of which there is a copy, "without" those; "disagreeing": those whose
            copies have another age or sex.
        sources: names to keep, e.g. "utkface".
        taken: (first day, last day) as `datetime.date`, both included, or None for all.
        measures: tuple of (name of `MEASURES`, lowest, highest), both ends included.
        apart: (least, most) years between the labels of the copies of a photo, both included, or None for all;
            without copies there is no such difference.
    """

    ages: tuple = ALL_AGES
    sexes: tuple = ()
    races: tuple = ()
    splits: tuple = ()
    flags: tuple = ()
    copies: str = "all"
    sources: tuple = ()
    taken: tuple | None = None
    measures: tuple = ()
    apart: tuple | None = None

    def __post_init__(self):
        """Refuse names that would find nothing, so that a slip does not look like an empty data set.

        Raises:
            ValueError: a name that there cannot be.
        """
        known = {
            "sexes": (*SEXES, UNKNOWN), "races": (*RACES, UNKNOWN), "flags": (*FLAGS, UNFLAGGED),
        }  # fmt: skip
        for field, names in known.items():
            if wrong := set(getattr(self, field)) - set(names):
                raise ValueError(f"{field} has no {sorted(wrong)[0]!r}; there are {', '.join(names)}")
        if self.copies not in COPIES:
            raise ValueError(f"copies is one of {', '.join(COPIES)}; received {self.copies!r}")
        if wrong := {name for name, _, _ in self.measures} - set(MEASURES):
            raise ValueError(f"there is no measure {sorted(wrong)[0]!r}; there are {', '.join(MEASURES)}")

    def where(self):
        """The filters as a condition of SQL.

        Returns:
            (str, list): the condition with a `?` for every value, and the values. No value is ever part of
            the text.
        """
        parts, values = ["TRUE"], []
        if tuple(self.ages) != ALL_AGES:
            parts.append("age BETWEEN ? AND ?")
            values += [int(end) for end in self.ages]
        for field, column in _NAMED.items():
            if names := getattr(self, field):
                parts.append(f"{column} IN ({', '.join('?' * len(names))})")
                values += names
        if self.flags:
            parts.append("flag_bits & ? <> 0")
            values.append(sum(1 << (*FLAGS, UNFLAGGED).index(name) for name in set(self.flags)))
        if self.copies != "all":
            parts.append(_COPIES[self.copies])
        if self.taken:
            parts.append("taken >= ? AND taken < ?")  # compared as dates, a last day would end at its midnight
            values += [self.taken[0], self.taken[1] + timedelta(days=1)]
        if self.apart:
            parts.append("copies > 1 AND years_apart BETWEEN ? AND ?")
            values += [int(end) for end in self.apart]
        for name, low, high in self.measures:
            parts.append(f"{name} BETWEEN ? AND ?")
            values += [float(low), float(high)]
        return " AND ".join(parts), values

    def but(self, *names):
        """The same choice without these filters (names of attributes)."""
        return replace(self, **{field.name: field.default for field in fields(self) if field.name in names})

    def toggled(self, name, value):
        """The same choice with a filter set to a value, or taken back where it has that value already.

        Args:
            name: of an attribute; of measures, `value` is one (name, lowest, highest).
            value: as of the attribute.
        """
        if name == "measures":
            kept = tuple(one for one in self.measures if one[0] != value[0])
            return replace(self, measures=kept if value in self.measures else (*kept, value))
        return self.but(name) if getattr(self, name) == value else replace(self, **{name: value})

    def active(self):
        """Names of the filters that leave something out, in the order of the attributes."""
        return [field.name for field in fields(self) if getattr(self, field.name) != field.default]


def day(text):
    """A `datetime.date` of eight digits, e.g. "20170116".

    Raises:
        ValueError: it is none.
    """
    if len(text) != 8:
        raise ValueError(text)
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))
