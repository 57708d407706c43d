"""Imports that were cut off: what is kept of them, and the command that goes on.

    for left in unfinished():
        left.name, left.photos, left.origin, left.command

An import works in `<name>.part`; see `part`. What is counted here lies on the disk.
"""

import json
import os
import shlex
from dataclasses import dataclass

from agesex.dataset import assembling, store
from agesex.dataset.counting import counted
from agesex.dataset.home import datasets
from agesex.errors import BadDataset

WORK = "work.json"


@dataclass(frozen=True)
class Unfinished:
    """One of them.

    Attributes:
        name: of the data set that it would have become.
        photos: that are kept.
        source: one of `base.SOURCES`; None where its notes are lost.
        origin: base name of what it reads, or "".
        command: that goes on, or "".
        running: whether a process is at it now.
    """

    name: str
    photos: int
    source: str | None
    origin: str
    command: str
    running: bool


def unfinished():
    """Every unfinished import: list of Unfinished, by name."""
    names = sorted(path.stem for path in datasets().glob("*.part") if path.is_dir())
    return [left for name in names if (left := find(name)) is not None]


def find(name):
    """The unfinished import of a name, or None."""
    folder = store.part_of(name)
    if not folder.is_dir():
        return None
    notes = read_notes(name)
    source, path = notes.get("source"), notes.get("path")
    go_on = command(path, source, name, notes.get("replace", False)) if source and path else ""
    return Unfinished(name, photos(name), source, str(notes.get("from", "")), go_on, _is_running(name))


def said(left):
    """What a person who wants the data set has to know: sentences.

    Args:
        left: `Unfinished`.
    """
    origin = f" from {left.origin}" if left.origin else ""
    begun = f"the import of {left.name}{origin} is unfinished: {counted(left.photos, 'photo')} so far."
    if left.running:
        return f"{begun} It is running now. Wait until it is done."
    go_on = f" Go on with: {left.command}." if left.command else ""
    keep = f" Make do with what is there: python -m agesex dataset finish {left.name}." if left.photos and left.source else ""
    return f"{begun}{go_on}{keep} Delete it: python -m agesex dataset remove {left.name}"


def photos(name):
    """How many photos an unfinished import of a name keeps; 0 without one."""
    return sum(assembling.length(file) for file in store.part_of(name).glob("rows-*.parquet"))


def kept(name):
    """A sentence on what is kept, with a blank after it; "" where that is nothing."""
    n = photos(name)
    are = "was read until then and is" if n == 1 else "were read until then and are"
    return f"{counted(n, 'photo')} {are} kept in {store.part_of(name)}. " if n else ""


def command(path, source, name, replace=False):
    """The command that imports a path, or goes on with it.

    Args:
        path: as str or Path.
        source: one of `base.SOURCES`.
        name: of the data set.
        replace: whether another of the name gives way.
    """
    words = ["python", "-m", "agesex", "dataset", "import", os.path.abspath(path), "--source", source]
    return shlex.join(words + ["--name", name] * (name != source) + ["--replace"] * bool(replace))


def read_notes(name):
    """What an import of a name wrote down of itself: dict, empty without one."""
    try:
        notes = json.loads((store.part_of(name) / WORK).read_text("utf-8"))
        return notes if isinstance(notes, dict) else {}
    except (OSError, ValueError):
        return {}


def _is_running(name):
    try:
        with store.locked(name):
            return False
    except BadDataset:
        return True
