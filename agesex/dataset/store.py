"""Data sets that were imported: a folder each, with one table, the bytes of the photos, and what is known.

    stored = open_stored("utkface")
    stored.table                       # DataFrame, one row per photo, sorted by file; see `SCHEMA`
    stored.photo(stored.table.file[0]) # bytes as stored

A folder has its name only once it is whole: an import works in `<name>.part` and renames at the end.
"""

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import filelock
import pandas as pd
import pyarrow as pa

from agesex.dataset.counting import clause
from agesex.dataset.home import datasets
from agesex.errors import BadDataset

FORMAT = 1
TABLE, PHOTOS, FACTS = "table.parquet", "photos.bin", "facts.json"
SCHEMA = pa.schema(
    [
        ("file", pa.string()), ("path", pa.string()), ("age", pa.int16()), ("sex", pa.string()),
        ("race", pa.string()), ("race_source", pa.string()), ("age_source", pa.string()),
        ("source", pa.string()), ("split", pa.string()), ("group", pa.string()), ("published", pa.bool_()),
        ("taken", pa.timestamp("ms")), ("width", pa.int32()), ("height", pa.int32()), ("bytes", pa.int64()),
        ("sha256", pa.string()), ("brightness", pa.float32()), ("contrast", pa.float32()),
        ("sharpness", pa.float32()), ("colour", pa.float32()), ("blur", pa.float32()),
        ("light", pa.float32()), ("burnt", pa.float32()), ("offset", pa.int64()), ("flags", pa.string()),
    ]
)  # fmt: skip
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True)
class Stored:
    """One imported data set.

    Attributes:
        name: of its folder.
        table_path: Path of the Parquet file with the columns of `SCHEMA`.
        facts: dict: name, source, from, photos, taken, refused and more; see `importing`.
    """

    name: str
    table_path: Path
    facts: dict

    @cached_property
    def table(self):
        """DataFrame with the columns of `SCHEMA`, one row per photo, sorted by file.

        Raises:
            BadDataset: the table cannot be read.
        """
        try:
            return pd.read_parquet(self.table_path)
        except (OSError, ValueError) as error:
            raise _damaged(self.name, error) from error

    def photos(self, files=None) -> Iterator[tuple[str, bytes]]:
        """Yield (file, bytes as stored), in the order in which they lie on the disk.

        Args:
            files: names to yield; all of the table without it. Photos that the source had no bytes of
                are left out.

        Raises:
            BadDataset: the bytes cannot be read.
        """
        places = self._places.dropna()
        if files is not None:
            places = places[places.index.isin(list(files))]
        for file, offset, size in places.sort_values("offset").itertuples():
            yield file, self._read(int(offset), int(size))

    def photo(self, file):
        """The bytes of one photo.

        Raises:
            BadDataset: there is no such photo, or its bytes cannot be read.
        """
        place = self._places.loc[file] if file in self._places.index else None
        if place is None or place.isna().any():
            raise BadDataset(f"the data set {self.name} holds no picture {file!r}. Look into its table.")
        return self._read(int(place.offset), int(place.bytes))

    @cached_property
    def _places(self):
        return self.table.set_index("file")[["offset", "bytes"]]

    def _read(self, offset, size):
        try:
            with open(self.table_path.with_name(PHOTOS), "rb") as file:
                file.seek(offset)
                data = file.read(size)
        except (OSError, ValueError, OverflowError) as error:
            raise _damaged(self.name, error) from error
        if len(data) != size:
            raise _damaged(self.name, f"{PHOTOS} ends too early")
        return data


def names():
    """The stored data sets.

    Returns:
        list of str, sorted; whole ones only, never one that is being imported.
    """
    folder = datasets()
    if not folder.is_dir():
        return []
    for old in folder.glob("*.old"):
        with (
            contextlib.suppress(BadDataset, OSError),
            locked(old.stem),
        ):  # an import that runs mends it itself
            recover(old.stem)
    return sorted(path.parent.name for path in folder.glob(f"*/{FACTS}") if _NAME.fullmatch(path.parent.name))


def open_stored(name):
    """Open a stored data set without reading its table.

    Args:
        name: as in `names`.

    Returns:
        Stored.

    Raises:
        BadDataset: there is none of that name, or it is damaged or of a newer format.
    """
    if name not in (there := names()):
        known = f"There are: {', '.join(there)}." if there else "None was imported yet."
        raise BadDataset(
            f"there is no data set {name!r}. {known} Import one with `python -m agesex dataset import PATH`."
        )
    folder = datasets() / name
    try:
        facts = json.loads((folder / FACTS).read_text("utf-8"))
        newer = facts["format"] > FORMAT
        if not newer:
            {name: facts[name] for name in ("source", "photos", "from", "made")}  # what others rely on
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(name, error) from error
    if newer:
        raise BadDataset(
            f"the data set {name} has the format {facts['format']}; this version of agesex reads up to "
            f"{FORMAT}. Update agesex, or import the data set again."
        )
    return Stored(name, folder / TABLE, facts)


def same_as(name, inventory):
    """The other data sets that hold the same photos with the same names: list of str.

    Args:
        name: of a data set, stored or not.
        inventory: its "inventory_sha256".
    """
    same = []
    for other in names():
        with contextlib.suppress(BadDataset):  # a damaged one says so where it is asked for
            if other != name and open_stored(other).facts.get("inventory_sha256") == inventory:
                same.append(other)
    return same


def remove(name):
    """Delete a stored data set, and what an unfinished import of it left.

    Raises:
        BadDataset: there is none of that name, it is being imported, or it cannot be deleted.
    """
    check_name(name)
    part, target, going = part_of(name), datasets() / name, going_of(name)
    if name not in names() and not any(path.exists() for path in (part, target, going)):
        open_stored(name)  # which says what there is
    try:
        with locked(name, otherwise="Wait until it is done, or stop it with Ctrl-C"):
            if target.exists():
                shutil.rmtree(going, ignore_errors=True)
                target.rename(going)  # nobody sees half of it
            for path in (going, part, old_of(name)):
                if path.exists():
                    shutil.rmtree(path)
    except OSError as error:
        raise BadDataset(f"the data set {name} cannot be deleted: {clause(error)}.") from error


def check_name(name):
    """Refuse what cannot be the name of a folder; raises BadDataset."""
    if not _NAME.fullmatch(name):
        raise BadDataset(
            f"“{name}” is no name for a data set. Expected up to 64 small letters a–z, digits, - and _, "
            f"beginning with a letter or digit."
        )


def path_of(name):
    """The folder of a data set."""
    return datasets() / name


def part_of(name):
    """The folder in which an import of this name works."""
    return datasets() / f"{name}.part"


def going_of(name):
    """Where a data set lies while it is deleted."""
    return datasets() / f"{name}.going"


def old_of(name):
    """Where an older data set lies while a newer one takes its place."""
    return datasets() / f"{name}.old"


@contextlib.contextmanager
def locked(name, otherwise="Wait until it is done, or give this one another name with --name"):
    """Hold the lock of a data set; it goes with the process, however that ends.

    Args:
        name: of the data set.
        otherwise: what to do where another process holds it.

    Raises:
        BadDataset: another process holds it, or the folder cannot be written.
    """
    path = datasets() / f"{name}.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(path, timeout=0)
        lock.acquire()
    except filelock.Timeout as error:
        raise BadDataset(
            f"an import of {name} is running already{_running(name)}. {otherwise}."
        ) from error
    except OSError as error:
        raise BadDataset(
            f"{path.parent} cannot be written: {clause(error)}. Name another folder in AGESEX_HOME."
        ) from error
    try:
        yield
    finally:
        if not any(place(name).exists() for place in (path_of, part_of, going_of, old_of)):
            # while it is held: whoever opened it before finds, once it has the lock, that the file has no name any
            # more, and does not take it for the lock (filelock from 4.2 looks). Windows refuses, and it stays.
            with contextlib.suppress(OSError):
                path.unlink()
        lock.release()


def recover(name):
    """Bring back, under the lock, what a process that was killed between two renames left aside.

    What it would have deleted next is deleted.
    """
    target, old = datasets() / name, old_of(name)
    shutil.rmtree(going_of(name), ignore_errors=True)
    if old.exists():
        if (target / FACTS).exists():
            shutil.rmtree(old, ignore_errors=True)
        elif (old / FACTS).exists():
            old.rename(target)
    if (target / FACTS).exists():
        tidy(target)


def tidy(folder):
    """Delete what only an import under way needs, once its folder is in its place."""
    for file in (*folder.glob("rows-*"), folder / "work.json", folder / "work.json.new"):
        file.unlink(missing_ok=True)


def swap_in(name, part):
    """Put a finished folder in its place, under the lock; an older one goes last."""
    target, old = datasets() / name, old_of(name)
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    os.rename(part, target)
    shutil.rmtree(old, ignore_errors=True)


def _running(name):
    try:
        at_work = json.loads((part_of(name) / "work.json").read_text("utf-8"))
        return f" (process {at_work['process']}, from {at_work['from']}, since {at_work['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _damaged(name, error):
    return BadDataset(
        f"the stored data set {name} is damaged: {error}. Delete it with `python -m agesex dataset remove "
        f"{name}` and import it again."
    )
