"""The last step of an import: all chunks as one table, with splits and groups of copies.

    table, groups = assembled(part, confirmed)

A photo that the split manifest knows by its name has its split and its group from there. Copies among the
others, and copies of a known one, are looked for by content, and up to `MOST` photos by difference hash, where
every pair is compared; see `copies`.
"""

import datetime
import hashlib

import pandas as pd
import pyarrow as pa
from pyarrow import compute, parquet

from agesex.dataset import copies, store, utkface

MOST = 60_000  # photos; the time grows with the square


def manifest_names():
    """The names in the split manifest, as a set."""
    return set(utkface.read_manifest().file)


def length(file):
    """The number of rows of a Parquet file, 0 where it is not one."""
    try:
        return parquet.read_metadata(file).num_rows
    except (OSError, pa.ArrowInvalid):
        return 0


def assembled(part, confirmed=None):
    """All rows of a part as the finished table.

    Args:
        part: a `Part`, all of whose source was read.
        confirmed: set of file, the rows of earlier imports that the source still has; without it, where nobody
            looked, all of them, and of a photo that came anew its last row.

    Returns:
        (table, groups): pyarrow.Table with the columns of `store.SCHEMA`, sorted by file; and dict with the
        number of photos whose copies are known "by manifest", "by hash", and "not looked for" but for
        byte-identical ones.
    """
    old = part.rows(last=part.before)
    if confirmed is None:
        last = {file: row for row, file in enumerate(old["file"].to_pylist())}
        old = old.take(pa.array(last.values(), pa.int64()))
    else:
        old = old.filter(compute.is_in(old["file"], pa.array(sorted(confirmed), pa.string())))
    rows = pa.concat_tables([old, part.rows(first=part.before)])
    rows = rows.take(compute.sort_indices(rows, [("file", "ascending")]))
    files = pd.Series(rows["file"].to_pylist(), dtype=object)
    named = pd.DataFrame({"file": compute.coalesce(rows["manifest_name"], rows["file"]).to_pylist()})
    named = utkface.with_splits(named).assign(known=named.file.isin(manifest_names()), own=files)
    if part.source != "utkface":  # the manifest's names are those of crops, which this source does not have
        named["group"] = named.groupby("group").own.transform("min")
    unknown = ~named.known
    prints, n = rows["print"], int(unknown.sum())
    compared = 0 < n <= MOST and prints.filter(pa.array(unknown)).null_count == 0
    named["group"], named["split"] = copies.followed(
        named, rows["sha256"].to_pylist(), prints.to_pylist() if compared else None
    )
    groups = {
        "by manifest": len(named) - n, "by hash": n if compared else 0, "not looked for": 0 if compared else n
    }  # fmt: skip
    for column in ("split", "group", "published"):
        values = pa.array(named[column].tolist(), store.SCHEMA.field(column).type)
        rows = rows.set_column(rows.schema.get_field_index(column), store.SCHEMA.field(column), values)
    return rows.select(store.SCHEMA.names).cast(store.SCHEMA), groups


def facts(table, groups, report, path):
    """What is known of a data set as a whole, for facts.json."""
    columns = (table[name].to_pylist() for name in ("file", "sha256", "age", "sex", "race"))
    contents = {
        file: sha256 or hashlib.sha256(f"{age},{sex},{race}".encode()).hexdigest()
        for file, sha256, age, sex, race in zip(*columns, strict=True)
    }
    return {
        "format": store.FORMAT,
        "name": report.name,
        "source": report.source,
        "from": path.name,
        "photos": len(table),
        "seen": report.seen,
        "taken": report.taken,
        "copies": report.copies,
        "refused": dict(report.refused.most_common()),
        "refused_examples": [{"name": name, "reason": reason} for name, reason in report.examples],
        "groups": groups,
        "inventory_sha256": utkface.inventory_hash(contents),
        "made": datetime.date.today().isoformat(),
    }
