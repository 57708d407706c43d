"""A data set while it is being imported: whole chunks of rows and bytes that a crash does not take back.

    part = Part(name, "utkface", path)
    part.rows()                        # what an earlier, unfinished import left: table of the rows
    part.add(rows, photos)             # a chunk, on the disk when this returns
    part.finish(table, facts)          # in its place, the older one gone

A chunk counts once its `rows-00000.parquet` has its name; bytes in photos.bin behind the last are cut off.
"""

import datetime
import json
import os
import shutil
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from agesex.dataset import store, unfinished
from agesex.dataset.unfinished import WORK

# What the finished table has, and what its making needs: the name in the split manifest, and what copies are
# recognised by, 64 + 1,600 bytes
SCHEMA = store.SCHEMA.append(pa.field("manifest_name", pa.string())).append(pa.field("print", pa.binary()))


class Part:
    """The folder `<name>.part`; made under the lock of the data set."""

    def __init__(self, name, source, path, replace=False):
        """Open what an earlier import of the same source left, or begin.

        Raises:
            OSError: the folder cannot be written.
        """
        self.name, self.source, self.folder = name, source, store.part_of(name)
        self.folder.mkdir(parents=True, exist_ok=True)
        for file in (store.TABLE, store.FACTS):
            (self.folder / file).unlink(missing_ok=True)
        self.chunks = self._whole_chunks() if self.begun_from(name)[0] == source else []
        for file in set(self.folder.glob("rows-*")) - set(self.chunks):
            file.unlink()
        self.before = len(self.chunks)
        self._write(
            WORK,
            {"source": source, "from": Path(path).name, "path": os.path.abspath(path), "replace": replace,
             "process": os.getpid(), "since": datetime.datetime.now().isoformat(" ", "seconds")},
        )  # fmt: skip
        self.end = self._cut_off()

    def rows(self, first=0, last=None):
        """The rows of some chunks.

        Args:
            first: number of the first chunk.
            last: number of the chunk to stop before; all without it.

        Returns:
            pyarrow.Table with the columns of `SCHEMA`, in the order in which they came.
        """
        tables = [parquet.read_table(file) for file in self.chunks[first:last]]
        return pa.concat_tables(tables) if tables else SCHEMA.empty_table()

    def add(self, rows, photos):
        """Write a chunk.

        Args:
            rows: list of dict with the columns of `SCHEMA` but `offset`; a missing one is null.
            photos: list of bytes, or None, as long.

        Raises:
            OSError: the disk is full or may not be written; the chunk does not count.
        """
        if not rows:
            return
        end = self.end
        with open(self.folder / store.PHOTOS, "r+b") as file:
            file.seek(end)
            for row, photo in zip(rows, photos, strict=True):
                row["offset"] = None if photo is None else end
                end += file.write(photo or b"")
            file.flush()
            os.fsync(file.fileno())
        target = self.folder / f"rows-{len(self.chunks):05d}.parquet"
        aside = target.with_suffix(".new")
        parquet.write_table(pa.Table.from_pylist(rows, SCHEMA), aside)
        aside.replace(target)
        self.chunks.append(target)
        self.end = end

    def finish(self, table, facts):
        """Write the table and the facts, and take the place of an older data set.

        Args:
            table: pyarrow.Table with the columns of `store.SCHEMA`.
            facts: dict.

        Raises:
            OSError: it cannot be written; the chunks stay.
        """
        parquet.write_table(table, self.folder / store.TABLE, compression="zstd")
        self._write(store.FACTS, facts)
        store.swap_in(self.name, self.folder)
        store.tidy(store.datasets() / self.name)  # only now: a crash before would have lost the chunks

    def drop(self):
        """Delete it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def begun_from(name):
        """(source, base name of what it reads) of an import that was cut off; (None, "") without one."""
        notes = unfinished.read_notes(name)
        return (notes["source"], str(notes["from"])) if {"source", "from"} <= set(notes) else (None, "")

    def _whole_chunks(self):
        """The chunks that can be read, up to the first that cannot."""
        chunks = sorted(self.folder.glob("rows-*.parquet"))
        for place, file in enumerate(chunks):
            try:
                whole = file.name == f"rows-{place:05d}.parquet" and parquet.read_schema(file).equals(SCHEMA)
            except (OSError, pa.ArrowInvalid):
                whole = False
            if not whole:
                return chunks[:place]
        return chunks

    def _cut_off(self):
        """Shorten photos.bin to the end of the last whole chunk, where the next one begins."""
        end = 0
        for file in self.chunks:
            columns = parquet.read_table(file, columns=["offset", "bytes"]).to_pydict()
            ends = [
                at + n for at, n in zip(columns["offset"], columns["bytes"], strict=True) if at is not None
            ]
            end = max([end, *ends])
        photos = self.folder / store.PHOTOS
        photos.touch()
        if photos.stat().st_size < end:  # bytes are written before their rows, so somebody else cut it
            for file in self.chunks:
                file.unlink()
            self.chunks, self.before, end = [], 0, 0
        os.truncate(photos, end)
        return end

    def _write(self, name, content):
        aside = self.folder / f"{name}.new"
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        aside.write_bytes(text.encode("utf-8", "backslashreplace"))  # a file name need not be text
        aside.replace(self.folder / name)
