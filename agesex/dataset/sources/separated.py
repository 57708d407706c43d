"""Tables of text: what separates the columns, and how the letters are written.

Commas, or semicolons or tabs, as spreadsheets write them; UTF-8, or UTF-16 with its mark.

    names, separator = header("file;age;gender;race", fits)        # ["file", "age", …], ";"
"""

import codecs
import csv

SEPARATORS = ",;\t"
TABLES = (".csv", ".tsv")
ENDINGS = (*TABLES, ".csv.gz", ".tsv.gz")


def encoding(head):
    """How a table is written, by its first bytes: UTF-8, or UTF-16 where its mark says so."""
    return "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"


def header(line, fits):
    """The names of the columns.

    Args:
        line: the first line.
        fits: function, list of names -> whether these are the columns that are needed.

    Returns:
        (names, separator): names stripped and in lower case. The separator is the one with which the line fits;
        where none does, or more than one, the one that makes the most columns, a comma first.
    """
    read = {separator: _names(line, separator) for separator in SEPARATORS}
    fitting = [separator for separator in SEPARATORS if fits(read[separator])]
    best = fitting[0] if len(fitting) == 1 else max(SEPARATORS, key=lambda separator: len(read[separator]))
    return read[best], best


def _names(line, separator):
    try:
        return [name.strip().lower() for name in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error:
        return []
