"""Where the rows of `predict` go: to the screen, or to a file that grows aside until it is whole.

    with outputs.File(Path("ages.csv"), "csv", settings, resume=True) as sink:
        if not sink.has("me.jpg"):
            sink.add(rows)                 # all rows of one photo, in one write
        sink.finish()                      # ages.csv.part becomes ages.csv

csv and jsonl grow in ages.csv.part, and ages.csv.part.json says what they are made with. A run that is cut off
leaves both, and `resume` continues there; its last photo is done again, because nobody can tell
whether all its rows were written. json and table are written whole and cannot be continued.
"""

import array
import csv
import hashlib
import io
import json
import os
import secrets
import shutil

import numpy as np

from agesex import console
from agesex.formats import Format
from agesex.score import COLUMNS

RESUMABLE = ("csv", "jsonl")
_READ = ("file", "face", "error")


class Screen:
    """Standard output; the table is held until its columns' widths are known."""

    done = failed = 0

    def __init__(self, kind):
        """Remember the format: table, json, jsonl or csv."""
        self._format = Format(kind)

    def __enter__(self):
        """Nothing to open."""
        return self

    def __exit__(self, *error):
        """Nothing to close."""

    def has(self, file):
        """Whether a photo was answered by the run that is continued; here, never."""
        return False

    def add(self, rows):
        """Write the rows of one photo."""
        console.out(self._format.text(rows))

    def finish(self):
        """Write what comes after the last row."""
        console.out(self._format.end())


class File:
    """A file that takes its place when it is whole; what was there before stays until then.

    Attributes:
        done: number of photos that the run which is continued has answered.
        failed: how many of them gave no answer.
        part: Path of what has been written so far, for csv and jsonl; None for others and for devices.
    """

    def __init__(self, path, kind, settings, *, resume=False):
        """Open or continue it.

        Args:
            path: Path of the file. Links are followed, devices written to.
            kind: table, json, jsonl or csv.
            settings: dict of what the rows depend on; a run with others is not continued.
            resume: continue what a run that was cut off has left, if there is something.

        Raises:
            ValueError: it cannot be continued, or must be; a sentence says what to do.
            OSError: it cannot be written.
        """
        self.path, self._kind, self._format = path.resolve(), kind, Format(kind)
        self.done = self.failed = 0
        self._keys, self._used = np.empty(0, np.uint64), np.empty(0, np.uint32)
        self._device = self.path.exists() and not self.path.is_file()
        self.part = None if self._device or kind not in RESUMABLE else part_of(self.path)
        if self.part is None:
            aside = self.path.with_name(f"{self.path.name}.{secrets.token_hex(4)}.part")
            self._aside = self.path if self._device else aside
            self._file = open(self._aside, "wb" if self._device else "xb")  # noqa: SIM115
            return
        self._aside, self._facts = self.part, self.part.with_name(self.part.name + ".json")
        if not self.part.exists():
            if resume and self.path.exists():
                self._facts.unlink(missing_ok=True)  # of a run that was killed right at its end
                raise ValueError(
                    f"{self.path.name} is whole, there is nothing to resume. Leave out --resume to make it anew, "
                    f"or name another --output."
                )
            self._write_facts(settings)
            self._file = open(self.part, "xb")  # noqa: SIM115
            _lock(self._file, self.part)
            return
        check_resume(self.path, kind, resume)
        self._compare(settings)
        self._file = open(self.part, "r+b")  # noqa: SIM115
        try:
            _lock(self._file, self.part)
            self._continue()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self):
        """Give itself."""
        return self

    def __exit__(self, *error):
        """Close; what was not finished is kept where it can be continued, and removed elsewhere."""
        if self._file.closed:
            return
        empty = not self._device and self._file.seek(0, os.SEEK_END) == 0
        self._file.close()
        if empty or (self.part is None and not self._device):
            self._aside.unlink(missing_ok=True)
        if empty and self.part is not None:
            self._facts.unlink(missing_ok=True)

    def has(self, file):
        """Whether a photo was answered by the run that is continued; each answer counts once."""
        if not self.done:
            return False
        key = _key(self._format.name(str(file)))
        first, end = (int(np.searchsorted(self._keys, key, side)) for side in ("left", "right"))
        if first == end or first + self._used[first] >= end:
            return False
        self._used[first] += 1
        return True

    def add(self, rows):
        """Write the rows of one photo at once."""
        self._write(self._format.text(rows))

    def finish(self):
        """Write the end, and let the file take its place."""
        self._write(self._format.end())
        self._file.close()
        if self._device:
            return
        if self.path.exists():
            shutil.copymode(self.path, self._aside)
        os.replace(self._aside, self.path)
        if self.part is not None:
            self._facts.unlink(missing_ok=True)

    def _write(self, text):
        self._file.write(text.encode("utf-8", "backslashreplace"))
        self._file.flush()

    def _write_facts(self, settings):
        """Aside under a name that is always the same, so that killed runs leave no pile."""
        aside = self._facts.with_name(self._facts.name + ".new")
        aside.write_bytes((json.dumps(settings, indent=1) + "\n").encode("utf-8", "backslashreplace"))
        os.replace(aside, self._facts)

    def _compare(self, settings):
        try:
            made = dict(json.loads(self._facts.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ValueError(
                f"{self._facts.name}, which says what {self.part.name} was made with, cannot be read. Delete "
                f"{self.part.name} to start anew."
            ) from error
        other = [
            f"{name} {made.get(name)} (now {value})"
            for name, value in settings.items()
            if made.get(name) != value
        ]
        if other:
            raise ValueError(
                f"{self.part.name} was made with {', '.join(other)}. Resume with the same, or delete it to "
                f"start anew."
            )

    def _continue(self):
        """Remember what is answered, and cut off the last photo, which may be incomplete."""
        keys, failed, start, photo = array.array("Q"), 0, 0, None
        for place, record in _records(self._file, self._kind):
            if record is None:  # the head of a csv
                self._format.started, start = True, place
                continue
            name, face, error = record
            if photo is None or photo[0] != name or face in ("", "1"):
                if photo is not None:
                    keys.append(_key(photo[0]))
                    failed += photo[1]
                photo, start = (name, bool(error)), place
        if photo is None and self._kind == "csv":
            self._format.started, start = False, 0  # nothing but a head, or a piece of one
        self._file.seek(start)
        self._file.truncate()
        self._keys = np.sort(np.frombuffer(keys, np.uint64))
        self._used = np.zeros(len(self._keys), np.uint32)
        self.done, self.failed = len(keys), failed


def part_of(path):
    """Where csv and jsonl grow until they are whole."""
    path = path.resolve()
    return path.with_name(path.name + ".part")


def check_resume(path, kind, resume):
    """Find out before the work whether a run may start or continue; raises ValueError."""
    if resume and (path is None or kind not in RESUMABLE):
        raise ValueError(
            "--resume needs --output FILE.csv or FILE.jsonl: a table and json are written whole, and cannot be "
            "continued."
        )
    if resume and path.exists() and not path.is_file():
        raise ValueError(f"--resume needs a file; --output {path} is none.")
    if not resume and path is not None and kind in RESUMABLE and part_of(path).exists():
        raise ValueError(
            f"{part_of(path).name} holds the answers of a run that was cut off. Continue it with --resume, or "
            f"delete it to start anew."
        )


def _records(file, kind):
    """(where it starts, (file, face, error) as text) of every whole record, then where the last one ends."""
    place = 0
    while True:
        start, data = place, file.readline()
        while kind == "csv" and data.count(b'"') % 2:  # a line break within quotes, or a torn line
            more = file.readline()
            if not more:
                return
            data += more
        if not data.endswith(b"\n"):
            return
        place += len(data)
        try:
            text = data.decode("utf-8")
            if kind == "csv":
                (values,) = csv.reader(io.StringIO(text, newline=""))
                row = dict(zip(COLUMNS, values, strict=True))
            else:
                row = json.loads(text)
            record = tuple("" if row[name] is None else str(row[name]) for name in _READ)
        except (ValueError, KeyError, TypeError, csv.Error):
            return  # torn, or not ours: from here on everything is done again
        yield (place, None) if kind == "csv" and record == _READ else (start, record)


def _key(name):
    data = name.encode("utf-8", "backslashreplace")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big")


def _lock(file, path):
    """Let one run at a time write; systems without such locks go without."""
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ValueError(f"another run is writing {path.name}. Wait for it, or stop it.") from error
