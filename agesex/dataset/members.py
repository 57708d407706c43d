"""Every file of a folder or archive, one after another, also of archives within; nothing is unpacked.

    for member in walk("UTKFace.zip"):
        member.path                        # "UTKFace/25_1_2_20170116193245364.jpg.chip.jpg"
        member.read()                      # before the next one is asked for

Names inside are labels only: no file is ever written by them, so "../" does no harm. Links, devices and what
is packed too densely come as `Refused`. An inner archive is copied to a temporary file without a name, which
is gone with the process however that ends.
"""

import contextlib
import lzma
import os
import stat
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from agesex import images
from agesex.archives import MAX_RATIO, SMALL, TRUSTED
from agesex.dataset.sources.base import Refused
from agesex.errors import BadDataset

TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
ARCHIVES = (*TARS, ".zip")
MAX_TOTAL = (
    2**40
)  # bytes that one archive may unpack to; the largest known here, IMDB uncropped, has 0.27 × 10¹²
MAX_DEPTH = 3  # archives within archives; mirrors pack two deep
ENCRYPTED = "it is encrypted"
TOO_LARGE = f"it is larger than {images.MAX_BYTES / 2**20:g} MB"
TOO_DENSE = f"it would unpack to more than {MAX_RATIO} times its size"
TOO_DEEP = f"it is an archive more than {MAX_DEPTH} archives deep"
LINK, DEVICE = "it is a link", "it is a device, not a file"
_JUNK = {".ds_store", "thumbs.db", "desktop.ini"}
_SLACK = 2**26  # bytes of zeros behind the last member that are looked at
BROKEN = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError,
    RuntimeError, ValueError, NotImplementedError, OverflowError,
)  # fmt: skip


class Unreadable(Exception):
    """Why the bytes of one member cannot be had, as a clause."""


@dataclass(frozen=True)
class Member:
    """One file.

    Attributes:
        path: its name from the top of the folder or archive, with "/" between the parts.
        size: bytes.
        open: gives a binary file, to be used before the next member is asked for.
    """

    path: str
    size: int
    open: Callable

    @property
    def name(self):
        """The last part of the path."""
        return PurePosixPath(self.path).name

    def read(self):
        """The content.

        Returns:
            bytes.

        Raises:
            Unreadable: too large, or damaged.
        """
        if self.size > images.MAX_BYTES:
            raise Unreadable(TOO_LARGE)
        try:
            with self.open() as file:
                data = file.read(images.MAX_BYTES + 1)
        except BROKEN as error:
            raise Unreadable("it cannot be read from its archive or disk") from error
        if len(data) > images.MAX_BYTES:
            raise Unreadable(TOO_LARGE)
        if len(data) < self.size:
            raise Unreadable("it ends early in its archive")
        return data


def is_archive(path):
    """Whether a name ends like an archive that `walk` opens."""
    return str(path).lower().endswith(ARCHIVES)


def walk(path, scratch=None, *, limit=None):
    """Yield the files of a folder or archive, or the single file that a path is.

    Args:
        path: Path. A folder is walked in the order of its names, and links to folders are not followed.
        scratch: folder for the temporary copies of inner archives; the system's without it.
        limit: inner archives of more bytes are left out, for a quick look.

    Yields:
        Member, or `Refused` for what is no ordinary file; what Windows and macOS add is left out.

    Raises:
        BadDataset: an archive cannot be read to its end, or is a bomb.
    """
    path = Path(path)
    if path.is_dir():
        members = _folder(path)
    elif is_archive(path):
        yield from _archive(path, images.quoted(path), "", scratch, 1, limit)
        return
    else:
        members = [Member(path.name, path.stat().st_size, partial(open, path, "rb"))]
    for member in members:
        if isinstance(member, Refused):
            yield member
        else:
            yield from _inner(member, images.quoted(member.path), scratch, 0, limit)


def _folder(root):
    for place, folders, files in os.walk(root):
        folders.sort()
        for name in sorted(files):
            file = Path(place) / name
            inside = file.relative_to(root).as_posix()
            if _is_junk(inside):
                continue
            try:
                found = file.stat()
            except OSError:
                yield Refused(inside, "it is a link that leads nowhere, or cannot be opened")
                continue
            if stat.S_ISREG(found.st_mode):
                yield Member(inside, found.st_size, partial(open, file, "rb"))
            else:
                yield Refused(inside, DEVICE)


def _inner(member, name, scratch, depth, limit):
    """The member itself, or what is in it where it is an archive."""
    if isinstance(member, Refused) or not is_archive(member.path):
        yield member
    elif depth >= MAX_DEPTH:
        yield Refused(member.path, TOO_DEEP)
    elif limit is None or member.size <= limit:
        with tempfile.TemporaryFile(dir=scratch) as copy:
            try:
                with member.open() as file:
                    while block := file.read(2**20):
                        copy.write(block)
            except BROKEN as error:
                raise _of_disk(error) or _broken(name, error) from error
            copy.seek(0)
            yield from _archive(copy, name, f"{member.path}/", scratch, depth + 1, limit)


def _archive(file, name, prefix, scratch, depth, limit):
    """The members of an archive, which is a path or an open file."""
    try:
        with open(file, "rb") if isinstance(file, Path) else contextlib.nullcontext(file) as opened:
            most = min(MAX_TOTAL, max(SMALL, MAX_RATIO * os.fstat(opened.fileno()).st_size))
            kind = _zip if opened.read(2) == b"PK" else _tar  # a .tar may end with a .zip, so not by its end
            opened.seek(0)
            for member in kind(opened, name, most):
                if not _is_junk(member.path if isinstance(member, Member) else member.name):
                    yield from _inner(_under(prefix, member), name, scratch, depth, limit)
    except BROKEN as error:
        raise _of_disk(error) or _broken(name, error) from error


def _zip(file, name, most):
    with zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
        if sum(info.file_size for info in infos) > most:
            raise _bomb(name)
        for info in infos:
            if info.is_dir():
                continue
            if stat.S_ISLNK(info.external_attr >> 16):
                yield Refused(info.filename, LINK)
            elif info.flag_bits & 1:
                yield Refused(info.filename, ENCRYPTED)
            elif info.file_size > max(SMALL, MAX_RATIO * info.compress_size):
                yield Refused(info.filename, TOO_DENSE)
            else:
                yield Member(info.filename, info.file_size, lambda info=info: archive.open(info))


def _tar(file, name, most):
    total = 0
    with _opened_tar(file) as archive:
        while (info := archive.next()) is not None:
            archive.members = []  # or the names of a million files are kept
            total += max(info.size, 0)
            if info.size < 0 or total > most:  # before the next call, which unpacks it
                raise _bomb(name)
            if info.issym() or info.islnk():
                yield Refused(info.name, LINK)
            elif info.isfile() and not info.issparse():
                yield Member(info.name, info.size, lambda info=info: archive.extractfile(info))
            elif not info.isdir():
                yield Refused(info.name, DEVICE)
        _check_end(archive)


def _opened_tar(file):
    try:
        return tarfile.open(fileobj=file, mode="r:*")
    except tarfile.ReadError as error:  # its own text is a line for every kind of packing
        raise tarfile.ReadError("it is no archive at all, or its beginning is damaged") from error


def _check_end(archive):
    """Only zeros may follow: tarfile takes a damaged head in the middle for the end."""
    archive.fileobj.seek(archive.offset)
    for _ in range(_SLACK // 2**20):
        block = archive.fileobj.read(2**20)
        if not block:
            return
        if block.strip(b"\0"):
            raise tarfile.ReadError("the head of a member is damaged")


def _under(prefix, member):
    if isinstance(member, Refused):
        return Refused(prefix + member.name, member.reason)
    return Member(prefix + member.path, member.size, member.open)


def _is_junk(path):
    parts = PurePosixPath(path).parts
    return not parts or "__MACOSX" in parts or parts[-1].startswith("._") or parts[-1].lower() in _JUNK


def _of_disk(error):
    """The error itself where the system made it, such as a full disk; None where the archive is to blame."""
    return error if isinstance(error, OSError) and error.errno else None


def _broken(name, error):
    return BadDataset(
        f"{name} cannot be read to its end: {str(error) or 'it is cut off'}. Expected a whole "
        f"{', '.join(ARCHIVES)} file. Download it again."
    )


def _bomb(name):
    return BadDataset(
        f"{name} would unpack to more than {MAX_RATIO} times its size, as no album does, and was left "
        f"packed. {TRUSTED}"
    )
