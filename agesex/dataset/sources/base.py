"""What a source is: one form in which people hold labelled faces, read as a stream of rows.

    source = load(guess("UTKFace.tar.gz"))         # the module agesex.dataset.sources.utkface
    for row in source.rows(path, Progress()):      # Found or Refused, always in the same order
        ...

A source is a module with

    NAME          its name, as in `SOURCES`
    ABOUT         one line about what it reads
    recognises(path) -> bool                       cheap: a look at names or at a header
    rows(path, progress) -> Iterator[Found | Refused]

`read` of a row is called, if at all, before the next row is asked for, so an archive is read in one go. A
source never reads more into memory than one photo, never writes but into `progress.scratch`, and raises
`BadDataset` where nothing more can be read; what it yielded until then is kept. `agesex.dataset.members`
walks folders and archives.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agesex import images
from agesex.dataset.counting import counted, listed
from agesex.errors import BadDataset

SOURCES = {
    "utkface": "agesex.dataset.sources.utkface",
    "utkface-wild": "agesex.dataset.sources.utkface_wild",
    "csv48": "agesex.dataset.sources.csv48",
    "imdb": "agesex.dataset.sources.imdb",
    "wiki": "agesex.dataset.sources.wiki",
    "fairface": "agesex.dataset.sources.fairface",
}
SHOWN = 5  # names in a message
ACCEPTED = (
    "Accepted are UTKFace (names like 25_1_2_20170116193245364.jpg.chip.jpg), its 48×48 CSV, imdb.mat or wiki.mat "
    f"with the pictures, and FairFace's CSV; name the form with --source ({', '.join(SOURCES)})."
)


@dataclass(frozen=True)
class Found:
    """One labelled photo.

    Attributes:
        file: its name, unique within the data set.
        path: where it lies in the source.
        age: whole years.
        sex: "female", "male", or None where the source does not say.
        race: one of `labels.RACES`, or None.
        source: one of `SOURCES`.
        taken: when the photo was taken or collected, or None.
        race_source: the word of the source, where it was mapped to `race`.
        age_source: what the source says of the age, where that is more than a number, such as "20-29".
        read: gives the bytes as stored; None where the source has labels only.
        manifest_name: the name by which the split manifest knows this photo, where that is not `file`.
    """

    file: str
    path: str
    age: int
    sex: str | None
    race: str | None
    source: str
    taken: datetime | None = None
    race_source: str | None = None
    age_source: str | None = None
    read: Callable[[], bytes] | None = None
    manifest_name: str | None = None


@dataclass(frozen=True)
class Refused:
    """Something of a source that is not taken.

    Attributes:
        name: file name or line, as it is found in the source.
        reason: a clause without a full stop; equal reasons are counted together, so it names no file.
    """

    name: str
    reason: str


@dataclass
class Progress:
    """What the import tells a source, and the source the import.

    Attributes:
        scratch: folder for temporary files, which the source removes; the system's where it is None.
        total: what there is to read: bytes of a file, files of a folder or rows of a table; None until known.
        share: how much of it was read, 0 to 1; None until known.
        span: (share before what is being read now, share after it).
    """

    scratch: Path | None = None
    total: int | None = None
    share: float | None = None
    span: tuple = (None, None)

    def reach(self, low, high):
        """Say where what is read next begins and ends, as shares of all; None where nobody knows."""
        self.share, self.span = low, (low, high)

    def within(self, part):
        """Say how much of what is read now was read, 0 to 1."""
        low, high = self.span
        if low is not None:
            self.share = low + min(1.0, part) * (high - low)


def load(name):
    """The module of a source.

    Raises:
        BadDataset: there is no such source.
    """
    if name not in SOURCES:
        raise BadDataset(f"there is no source {name!r}. Expected one of: {', '.join(SOURCES)}.")
    return importlib.import_module(SOURCES[name])


def guess(path):
    """Which source a path is.

    Args:
        path: a folder or file.

    Returns:
        str: one of `SOURCES`.

    Raises:
        BadDataset: it is not there, no source recognises it, or several do.
    """
    path = existing(path)
    able = [name for name in SOURCES if load(name).recognises(path)]
    if len(able) == 1:
        return able[0]
    if able:
        raise BadDataset(
            f"{images.quoted(path)} could be any of {', '.join(able)}. Say which with --source, for example "
            f"--source {able[0]}."
        )
    inside = contents(path)
    if inside is None:
        raise nothing_in(path)
    raise BadDataset(f"{images.quoted(path)} is no data set that is known here: {inside} {ACCEPTED}")


def existing(path):
    """The path, which is there.

    Raises:
        BadDataset: it is not, or is an empty file.
    """
    path = Path(path).expanduser()
    try:
        if path.exists():
            if path.is_file() and not path.stat().st_size:
                raise BadDataset(f"the file {images.quoted(path)} is empty. Export or download it again.")
            return path
    except OSError:  # a name of 300 letters
        pass
    raise BadDataset(f"there is no {images.quoted(path)}. Expected a folder or an archive. Check the path.")


def nothing_in(path):
    """The error of a folder or archive without files."""
    return BadDataset(
        f"{images.quoted(path)} holds no files. Expected photos, or an archive or table of them. Name the folder "
        f"or file that has them."
    )


def contents(path):
    """One sentence on what a folder or file is, with a few names; None where it holds no files."""
    from agesex.dataset import members
    from agesex.dataset.sources.described import described

    if path.is_file() and not members.is_archive(path):
        return f"{described(path)}."
    names, more = [], False
    try:
        for member in members.walk(path):
            if len(names) >= 1000:
                more = True
                break
            names.append(images.quoted(getattr(member, "path", "") or member.name))
    except BadDataset:
        if not names:  # what is wrong with it says more than what it is not
            raise
        more = True
    if not names:
        return None
    few = listed(names[:SHOWN], len(names))
    return f"it holds {'over ' if more else ''}{counted(len(names), 'file')} ({few})."
