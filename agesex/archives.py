"""Photos in a .zip, read one by one in memory: nothing is unpacked to disk, and a bomb does not go off.

    for member in members("album.zip"):
        photo = images.decode(member.open())     # raises BadImage where it cannot be read

Names inside are labels only. No file is ever written by them, so "../" does no harm.
"""

import io
import os
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from agesex import images
from agesex.errors import BadImage

MAX_MEMBERS = 100_000  # the table of contents is held in memory
# Photos are packed already: JPEG gives a ratio of about 1, an uncompressed picture seldom over 10. Deflate
# can reach 1,000, which is what a bomb does.
MAX_RATIO = 100
SMALL = 2**20  # bytes; a plain drawing may have any ratio
TRUSTED = "If you trust it, unpack it yourself and name the folder."
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError,
    NotImplementedError,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Member:
    """One photo of an archive. The archive stays open until its last member is gone."""

    path: str
    info: zipfile.ZipInfo
    archive: zipfile.ZipFile

    def __str__(self):
        """The archive's path and the name within: album.zip/beach/me.jpg."""
        return f"{self.path}/{self.info.filename}"

    def open(self):
        """The content as an open file in memory.

        Raises:
            BadImage: encrypted, too large, packed too densely, or broken.
        """
        info, name = self.info, images.quoted(self.info.filename)
        if info.flag_bits & 1:
            raise BadImage(f"{name} is encrypted. Unpack the archive with its password first.")
        if info.file_size > images.MAX_BYTES:
            raise BadImage(f"{name} is larger than {images.MAX_BYTES / 2**20:g} MB unpacked. Reduce it.")
        if info.file_size > max(SMALL, MAX_RATIO * info.compress_size):
            raise BadImage(
                f"{name} would unpack to more than {MAX_RATIO} times its size, as no photo does, and was "
                f"left packed. {TRUSTED}"
            )
        try:
            with self.archive.open(info) as file:
                content = io.BytesIO(file.read(images.MAX_BYTES + 1))
        except _BROKEN as error:
            raise BadImage(f"{name} cannot be unpacked: {error}. Make the archive again.") from error
        content.name = info.filename
        return content


def is_archive(path):
    """Whether a path is a file that ends in .zip."""
    # os.path: a name of 300 letters is no file, where pathlib raises
    return bool(str(path)) and Path(path).suffix.lower() == ".zip" and os.path.isfile(path)


def members(path):
    """The files of a .zip in order of their names.

    Args:
        path: of the archive.

    Yields:
        Member; folders, and what macOS adds beside pictures, are left out.

    Raises:
        BadImage: it is no archive, has too many members, or would unpack to far more than it is.
    """
    name = images.quoted(path)
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN as error:
        raise BadImage(f"{name} is no .zip that can be read: {error}. Make or download it again.") from error
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise BadImage(
            f"{name} holds {len(infos):,} files; at most {MAX_MEMBERS:,} are read. Split it."
        )
    # members of a bomb may share the same bytes, so each by itself can look harmless
    unpacked = sum(info.file_size for info in infos)
    if unpacked > max(SMALL, MAX_RATIO * Path(path).stat().st_size):
        raise BadImage(
            f"{name} would unpack to more than {MAX_RATIO} times its size, as no album does, and was left "
            f"packed. {TRUSTED}"
        )
    for info in sorted(infos, key=lambda info: info.filename):
        name = info.filename.rsplit("/", 1)[-1]
        if name and not name.startswith("._"):
            yield Member(str(path), info, archive)
