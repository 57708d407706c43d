"""The members of one archive, .zip or .tar however it is compressed; `members` walks archives within archives.

    for member, reached in contents(file, "UTKFace.zip"):
        member.read()                      # before the next one is asked for
        reached()                          # 0.31, the share of the archive that is read so far

Names inside are labels only: no file is ever written by them, so "../" does no harm. Links, devices and what
is packed too densely come as `Refused`. Of an archive that is cut off, what stands before the cut comes first.
"""

import lzma
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from agesex import images
from agesex.archives import MAX_RATIO, SMALL, TRUSTED
from agesex.dataset import cut_zip
from agesex.dataset.counting import clause
from agesex.dataset.folder import DEVICE
from agesex.dataset.sources.base import Refused
from agesex.dataset.tar_heads import TarInfo
from agesex.errors import BadDataset

TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
ARCHIVES = (*TARS, ".zip")
MAX_TOTAL = (
    2**40
)  # bytes that one archive may unpack to; the largest known here, IMDB uncropped, has 0.27 × 10¹²
ENCRYPTED = "it is encrypted"
TOO_LARGE = f"it is larger than {images.MAX_BYTES / 2**20:g} MB"
TOO_DENSE = f"it would unpack to more than {MAX_RATIO} times its size"
METHOD = "it is packed by a method that is read from whole archives only"
DAMAGED = "it is a damaged archive; what stands before the damage was read"
LINK = "it is a link"
_SLACK = 2**26  # bytes of zeros behind the last member that are looked at
BROKEN = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError,
    RuntimeError, ValueError, NotImplementedError, OverflowError,
)  # fmt: skip


class Unreadable(Exception):
    """Why the bytes of one member cannot be had, as a clause."""


class BadArchive(BadDataset):
    """An archive that cannot be read to its end, or a bomb.

    Attributes:
        reason: a clause, for where it lies within another.
    """

    def __init__(self, text, reason):
        """`text` is the whole message."""
        super().__init__(text)
        self.reason = reason


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
        if not self.size:  # a link may lead to a file of the system, which has no size and no end
            return b""
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
    """Whether a name ends like an archive that is opened here."""
    return str(path).lower().endswith(ARCHIVES)


def contents(file, name):
    """Yield the files of an archive.

    Args:
        file: open in binary mode, with a file descriptor.
        name: of it, in quotes, for messages.

    Yields:
        (Member or Refused, function that gives the share of the archive that is read, 0 to 1).

    Raises:
        BadArchive: it cannot be read to its end, or is a bomb.
        OSError: the disk failed.
    """
    whole = os.fstat(file.fileno()).st_size
    most = min(MAX_TOTAL, max(SMALL, MAX_RATIO * whole))
    kind = _zip if file.read(2) == b"PK" else _tar  # a .tar may end with a .zip, so not by its end
    file.seek(0)
    try:
        yield from kind(file, name, whole, most)
    except BROKEN as error:
        raise of_disk(error) or _broken(name, error) from error


def of_disk(error):
    """The error itself where the system made it, such as a full disk; None where the archive is to blame."""
    return error if isinstance(error, OSError) and error.errno else None


def _zip(file, name, whole, most):
    try:
        archive = zipfile.ZipFile(file)
        infos = archive.infolist()
        if infos and min(info.header_offset for info in infos):
            raise zipfile.BadZipFile(cut_zip.CUT)  # the table is that of an archive within, which is left last
    except zipfile.BadZipFile:
        yield from _cut_zip(file, name, whole, most)
        return
    if sum(info.file_size for info in infos) > most:
        raise _bomb(name)
    packed, done = sum(info.compress_size for info in infos), 0
    for info in infos:
        done += info.compress_size
        if not _is_folder(info):
            member = _of_zip(info, lambda info=info: archive.open(info))
            yield member, lambda done=done: done / max(1, packed)


def _cut_zip(file, name, whole, most):
    total = 0
    for info, start in cut_zip.entries(file):
        total += info.file_size
        if total > most:
            raise _bomb(name)
        if not _is_folder(info):
            end = min(whole, start + info.compress_size)
            member = _of_zip(info, lambda info=info, start=start: cut_zip.opened(file, info, start))
            if isinstance(member, Member) and info.compress_type not in cut_zip.METHODS:
                member = Refused(info.filename, METHOD)
            yield member, lambda end=end: end / whole


def _is_folder(info):
    """Whether a member of a .zip is a folder, or has no name at all, on which zipfile stumbles."""
    return not info.filename or info.is_dir()


def _of_zip(info, opened):
    if stat.S_ISLNK(info.external_attr >> 16):
        return Refused(info.filename, LINK)
    if info.flag_bits & 1:
        return Refused(info.filename, ENCRYPTED)
    if info.file_size > max(SMALL, MAX_RATIO * info.compress_size):
        return Refused(info.filename, TOO_DENSE)
    return Member(info.filename, info.file_size, opened)


def _tar(file, name, whole, most):
    total = 0
    with _opened_tar(file) as archive:
        while (info := archive.next()) is not None:
            archive.members = []  # or the names of a million files are kept
            total += max(info.size, 0)
            if info.size < 0 or total > most:  # before the next call, which unpacks it
                raise _bomb(name)
            if info.issym() or info.islnk():
                member = Refused(info.name, LINK)
            elif info.isfile() and not info.issparse():
                member = Member(info.name, info.size, lambda info=info: archive.extractfile(info))
            elif info.isdir():
                continue
            else:
                member = Refused(info.name, DEVICE)
            yield member, lambda: min(1.0, file.tell() / max(1, whole))
        _check_end(archive)


def _opened_tar(file):
    try:
        return tarfile.open(fileobj=file, mode="r:*", tarinfo=TarInfo)
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


def _broken(name, error):
    cut = isinstance(error, EOFError) or str(error) == "unexpected end of data"  # of gzip, xz; of a plain .tar
    return BadArchive(
        f"{name} cannot be read to its end: {cut_zip.CUT if cut else clause(error) or cut_zip.CUT}. Expected a whole "
        f"{', '.join(ARCHIVES)} file. Download it again.",
        DAMAGED,
    )


def _bomb(name):
    return BadArchive(
        f"{name} would unpack to more than {MAX_RATIO} times its size, as no album does, and was left "
        f"packed. {TRUSTED}",
        TOO_DENSE,
    )
