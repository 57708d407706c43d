"""Rows as text, photo by photo: a table for people, csv, json and jsonl for programs.

    format = Format("csv")
    format.text(rows) + format.text(more) + format.end()
"""

import csv
import io
import json

from agesex import console
from agesex.score import COLUMNS

KINDS = ("table", "json", "jsonl", "csv")
_SHOWN = [name for name in COLUMNS if name not in ("x", "y", "width", "height", "error")]


class Format:
    """What has to be written, piece by piece.

    Attributes:
        started: whether something has been written before; only then there is no head.
    """

    def __init__(self, kind, columns=COLUMNS):
        """Remember the kind (table, json, jsonl or csv) and the columns of csv and json."""
        self._kind, self._columns, self.started, self._lines = kind, columns, False, []

    def name(self, file):
        """A file name as it is read back from the output."""
        return no_formula(file) if self._kind == "csv" else file

    def text(self, rows):
        """What the rows of one photo add."""
        first, self.started = not self.started, True
        if self._kind == "table":
            self._lines += [_cells(row) for row in rows]
            return ""
        if self._kind == "csv":
            return _as_csv(rows, self._columns, head=first)
        objects = [{name: row[name] for name in self._columns} for row in rows]
        if self._kind == "jsonl":
            return "".join(json.dumps(row) + "\n" for row in objects)
        inner = json.dumps(objects, indent=1)[2:-2]  # without the brackets on lines of their own
        return ("[\n" if first else ",\n") + inner

    def end(self):
        """What comes after the last row."""
        if self._kind == "json":
            return "\n]\n" if self.started else "[]\n"
        return _as_table(self._lines) if self._kind == "table" else ""


def _as_csv(rows, columns, *, head):
    lines = [dict(zip(columns, columns, strict=True))] if head else []
    lines += [row | {"file": no_formula(row["file"])} for row in rows]
    return "".join(_csv_line(line, columns) for line in lines)


def _csv_line(row, columns):
    """One line; a name with a carriage return is put in quotes, or a spreadsheet begins a new line there."""
    text = io.StringIO(newline="")
    csv.DictWriter(text, columns, lineterminator="\r\n").writerow(row)  # these two are quoted where they occur
    return text.getvalue().removesuffix("\r\n") + "\n"


def no_formula(name):
    """A file name that no spreadsheet runs: an apostrophe before = + - @ and control characters."""
    return f"'{name}" if name[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else name


def _cells(row):
    line = ["" if row[name] is None else _short(row[name]) for name in _SHOWN]
    return [*map(console.one_line, line), row["error"] or ""]


def _short(value):
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _as_table(lines):
    """Columns in fixed width for people: numbers rounded, errors at the end of the line."""
    lines = [[*_SHOWN, ""], *lines]
    widths = [max(len(line[i]) for line in lines) for i in range(len(_SHOWN))]
    return "".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[-1]])
        .rstrip()
        + "\n"
        for line in lines
    )  # fmt: skip
