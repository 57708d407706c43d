"""Every file of a folder or archive, one after another, also of archives within; nothing is unpacked.

    for member in walk("UTKFace.zip"):
        member.path                        # "UTKFace/25_1_2_20170116193245364.jpg.chip.jpg"
        member.read()                      # before the next one is asked for

Links in a folder are followed, to files and to folders, as they are the user's own; why and how far says
`folder`. Links in an archive are a stranger's and are refused; see `packed`. An inner archive is copied to a
temporary file without a name, which is gone with the process however that ends. One that is damaged or a bomb
costs only what is behind the damage: it comes as `Refused` after what was good in it, and the walk goes on.
"""

import os
import tempfile
from functools import partial
from pathlib import Path, PurePosixPath

from agesex import images
from agesex.dataset import folder, packed
from agesex.dataset.packed import (
    ARCHIVES,
    BROKEN,
    DAMAGED,
    DEVICE,
    ENCRYPTED,
    LINK,
    TOO_DENSE,
    TOO_LARGE,
    BadArchive,
    Member,
    Unreadable,
    is_archive,
)
from agesex.dataset.sources.base import Progress, Refused

__all__ = [
    "ARCHIVES", "BROKEN", "DAMAGED", "DEVICE", "ENCRYPTED", "LINK", "MAX_DEPTH", "TOO_DEEP", "TOO_DENSE",
    "TOO_LARGE", "BadArchive", "Member", "Unreadable", "is_archive", "walk",
]  # fmt: skip

MAX_DEPTH = 3  # archives within archives; mirrors pack two deep
TOO_DEEP = f"it is an archive more than {MAX_DEPTH} archives deep"
_JUNK = {".ds_store", "thumbs.db", "desktop.ini"}


def walk(path, progress=None, *, limit=None):
    """Yield the files of a folder or archive, or the single file that a path is.

    Args:
        path: Path. A folder is walked in the order of its names.
        progress: `base.Progress`, which is told how far it is, and says where inner archives are copied to.
        limit: inner archives of more bytes are left out, for a quick look.

    Yields:
        Member, or `Refused` for what is no ordinary file and for an inner archive that is damaged or a bomb;
        what Windows and macOS add is left out.

    Raises:
        BadDataset: the path itself is an archive that cannot be read to its end, or a bomb.
        OSError: the disk failed, or is full.
    """
    path = Path(path)
    if path.is_dir():
        yield from _folder(path, progress, limit)
        return
    progress = progress or Progress()
    progress.total = path.stat().st_size
    progress.reach(0.0, 1.0)
    if is_archive(path):
        with path.open("rb") as file:
            yield from _archive(file, images.quoted(path), "", progress, 1, limit)
    else:
        yield Member(path.name, progress.total, partial(open, path, "rb"))


def _folder(root, progress, limit):
    if progress is None:
        progress, n = Progress(), 0  # nobody asks how far it is, so nothing is counted
    else:
        n = progress.total = sum(len(files) for _, _, files in os.walk(root))
    for i, (inside, path, found) in enumerate(folder.files(root)):
        after = min(1.0, (i + 1) / n) if n else None
        progress.reach(min(1.0, i / n) if n else None, after)
        if not _is_junk(inside):
            found = Refused(inside, found) if isinstance(found, str) else found
            member = Member(inside, found, partial(open, path, "rb")) if isinstance(found, int) else found
            yield from _inner(member, progress, lambda after=after: after, 0, limit)


def _archive(file, name, prefix, progress, depth, limit):
    """The members of an open archive, which is all of the current span of the progress."""
    span = progress.span
    for member, reached in packed.contents(file, name):
        after = partial(_share, span, reached)
        progress.reach(progress.share, after())
        if not _is_junk(member.path if isinstance(member, Member) else member.name):
            yield from _inner(_under(prefix, member), progress, after, depth, limit)
        progress.reach(after(), after())


def _share(span, reached):
    low, high = span
    return None if low is None else low + reached() * (high - low)


def _inner(member, progress, after, depth, limit):
    """The member itself, or what is in it where it is an archive."""
    if isinstance(member, Refused) or not is_archive(member.path):
        yield member
    elif depth >= MAX_DEPTH:
        yield Refused(member.path, TOO_DEEP)
    elif limit is None or member.size <= limit:
        with tempfile.TemporaryFile(dir=progress.scratch) as copy:
            problem = _copied(member, copy)
            copy.seek(0)
            progress.reach(progress.share, after())
            name, prefix = images.quoted(member.path), f"{member.path}/"
            try:
                yield from _archive(copy, name, prefix, progress, depth + 1, limit)
            except BadArchive as error:
                problem = problem or error.reason
            if problem:
                yield Refused(member.path, problem)


def _copied(member, copy):
    """Copy an inner archive as far as it can be read; why that is not to its end, or ""."""
    try:
        with member.open() as file:
            while block := file.read1(2**20):
                copy.write(block)
    except (PermissionError, FileNotFoundError):
        return "it cannot be opened"
    except BROKEN as error:
        if packed.of_disk(error):
            raise
        return DAMAGED
    return ""


def _under(prefix, member):
    if isinstance(member, Refused):
        return Refused(prefix + member.name, member.reason)
    return Member(prefix + member.path, member.size, member.open)


def _is_junk(path):
    parts = PurePosixPath(path).parts
    return not parts or "__MACOSX" in parts or parts[-1].startswith("._") or parts[-1].lower() in _JUNK
