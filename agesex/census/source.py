"""The one table of faces that every question is asked of: stored data sets, or what is known of UTKFace.

    load(connection, source)     # makes the table `faces` in DuckDB

Columns beyond those of a stored data set (see `agesex.dataset.store`): place (0, 1, … in the order of the
files), dataset (name of the stored data set), band (of the age), copies (photos of its duplicate group, itself
included), years_apart (oldest minus youngest label of the group), sexes_apart and races_apart (how many
different ones), flag_bits, and whatever is joined by file. Missing sex and race are `choice.UNKNOWN`.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from agesex.census.choice import FLAGS, MEASURES, UNKNOWN
from agesex.dataset import SPLITS
from agesex.errors import BadDataset
from agesex.labels import RACES, SEXES
from agesex.metrics import AGE_BANDS, BAND_NAMES

_DEFAULTS = {  # column: type, what stands in its place where a source lacks it
    "file": ("VARCHAR", None), "path": ("VARCHAR", "file"), "age": ("SMALLINT", None),
    "sex": ("VARCHAR", "NULL"), "race": ("VARCHAR", "NULL"), "race_source": ("VARCHAR", "NULL"),
    "age_source": ("VARCHAR", "NULL"),
    "source": ("VARCHAR", "'utkface'"), "split": ("VARCHAR", "'unseen'"), "group": ("VARCHAR", "file"),
    "published": ("BOOLEAN", "FALSE"), "taken": ("TIMESTAMP", "NULL"), "width": ("INTEGER", "NULL"),
    "height": ("INTEGER", "NULL"), "bytes": ("BIGINT", "NULL"), "flags": ("VARCHAR", "''"),
    **dict.fromkeys(MEASURES, ("FLOAT", "NULL")),
}  # fmt: skip
COLUMNS = frozenset(  # those that every table of faces has
    [*_DEFAULTS, "place", "dataset", "band", "copies", "years_apart", "sexes_apart", "races_apart", "flag_bits"]
)
_NAMES = {"sex": (*sorted(SEXES), UNKNOWN), "race": (*RACES, UNKNOWN), "split": SPLITS, "band": BAND_NAMES}
_STAMP = re.compile(r"\d{17}")  # yyyymmddHHMMSSmmm; a few stamps are shorter or longer: no date then


@dataclass(frozen=True)
class Source:
    """Where the faces come from.

    Attributes:
        tables: {name of the data set: path of its table.parquet, or a DataFrame with some of its columns}.
        extra: DataFrame with file and numbers to be had beside each face (an error, a score), or None.
        extra_of: name of the source whose files `extra` names; a file of another source may be called alike. None
            for any.
    """

    tables: dict
    extra: pd.DataFrame | None = None
    extra_of: str | None = None


def known(table=None, quality=None):
    """UTKFace without stored photos: labels, split, and what is known of each photo.

    Args:
        table: as of `dataset.known`; that without it.
        quality: as of `photo_quality.read`; None leaves the measures empty.

    Returns:
        DataFrame for a `Source`.
    """
    from agesex import dataset

    table = dataset.known() if table is None else table
    taken = pd.Series(pd.NaT, index=table.index, dtype="datetime64[ms]")
    if "stamp" in table:
        whole = table.stamp.where(table.stamp.str.fullmatch(_STAMP.pattern), None)
        taken = pd.to_datetime(whole.str[:14], format="%Y%m%d%H%M%S", errors="coerce").astype("datetime64[ms]")
    table = table.drop(columns=["stamp"], errors="ignore").assign(taken=taken, source="utkface")
    if quality is None:
        return table
    found = quality.set_index("file").reindex(table.file)
    known_measures = [name for name in (*MEASURES, "flags") if name in found]
    return table.assign(**{name: found[name].to_numpy() for name in known_measures})


def load(connection, source):
    """Make the table `faces`.

    Args:
        connection: of DuckDB.
        source: `Source`.

    Raises:
        BadDataset: a table cannot be read, or holds what no table of faces may hold.
    """
    import duckdb

    try:
        for kind, names in _NAMES.items():
            # a type takes no bound values; these are names of this program, none of a visitor or a file
            connection.execute(f"CREATE TYPE {kind}_name AS ENUM ({', '.join(map(_quoted, names))})")
        selected = [_selected(connection, n, *item) for n, item in enumerate(source.tables.items())]
        connection.execute(f"CREATE TEMP VIEW whole AS {' UNION ALL '.join(selected)}")
        for kind in ("source", "dataset"):  # numbers are counted several times as quickly as texts
            connection.execute(f"CREATE TYPE {kind}_name AS ENUM (SELECT DISTINCT {kind} FROM whole ORDER BY 1)")
        more = ""
        if source.extra is not None:
            connection.register("extra", source.extra)
            of = "" if source.extra_of is None else f" AND numbered.source = {_quoted(source.extra_of)}"
            more = f"LEFT JOIN extra ON numbered.file = extra.file{of}"
        connection.execute(_FACES.format(more=more, extra=", extra.* EXCLUDE (file)" if more else ""))
        connection.execute("DROP VIEW whole")
        for name in ("extra", *(f"source_{n}" for n in range(len(source.tables)))):
            connection.unregister(name)
    except duckdb.Error as error:
        raise BadDataset(
            f"The table of {', '.join(source.tables)} cannot be read: {str(error).splitlines()[0]}. Expected "
            "the table of an imported data set. Run `python -m agesex dataset check`, or import it again."
        ) from error


def _selected(connection, number, name, table):
    """A SELECT that brings one data set into the common form."""
    view = f"source_{number}"
    if isinstance(table, pd.DataFrame):
        connection.register(view, table)
    else:
        connection.read_parquet(str(Path(table))).create_view(view)
    there = set(connection.view(view).columns)
    columns = [f"{_quoted(name)} AS dataset"]
    for column, (kind, default) in _DEFAULTS.items():
        value = f'"{column}"' if column in there else default
        if value is None:
            raise BadDataset(
                f"The table of {name} has no column {column}; it has {', '.join(sorted(there))}. Import it again."
            )
        columns.append(f'CAST({value} AS {kind}) AS "{column}"')
    return f"SELECT {', '.join(columns)} FROM {view}"


def _quoted(text):
    return "'" + text.replace("'", "''") + "'"


def _band():
    edges = zip(AGE_BANDS[1:], BAND_NAMES, strict=True)
    return f"CASE {' '.join(f'WHEN age < {edge} THEN {_quoted(name)}' for edge, name in edges)} END"


def _bits():
    parts = [f"{1 << n} * CAST(list_contains(marks, {_quoted(flag)}) AS INTEGER)" for n, flag in enumerate(FLAGS)]
    return f"CASE WHEN coalesce(flags, '') = '' THEN {1 << len(FLAGS)} ELSE {' + '.join(parts)} END"


_FACES = f"""
CREATE TABLE faces AS
WITH numbered AS (
    SELECT CAST(row_number() OVER () - 1 AS INTEGER) AS place, *, string_split(coalesce(flags, ''), ',') AS marks
    FROM whole
), grouped AS (
    SELECT dataset, "group", CAST(count(*) AS INTEGER) AS copies,
        CAST(max(age) - min(age) AS SMALLINT) AS years_apart,
        CAST(count(DISTINCT sex) AS TINYINT) AS sexes_apart, CAST(count(DISTINCT race) AS TINYINT) AS races_apart
    FROM whole GROUP BY ALL HAVING count(*) > 1
)
SELECT numbered.* EXCLUDE (marks) REPLACE (
        CAST(coalesce(sex, '{UNKNOWN}') AS sex_name) AS sex, CAST(coalesce(race, '{UNKNOWN}') AS race_name) AS race,
        CAST(split AS split_name) AS split, CAST(source AS source_name) AS source,
        CAST(numbered.dataset AS dataset_name) AS dataset, coalesce(flags, '') AS flags
    ),
    CAST({_band()} AS band_name) AS band, CAST({_bits()} AS UTINYINT) AS flag_bits,
    coalesce(copies, 1) AS copies, coalesce(years_apart, 0) AS years_apart,
    coalesce(sexes_apart, 1) AS sexes_apart, coalesce(races_apart, 1) AS races_apart{{extra}}
FROM numbered LEFT JOIN grouped USING (dataset, "group") {{more}} ORDER BY place
"""
