"""What separates the columns of a table: commas, or semicolons or tabs, as spreadsheets write them.

    names, separator = header("file;age;gender;race", fits)        # ["file", "age", …], ";"
"""

import csv

SEPARATORS = ",;\t"


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
