"""Pictures that a table names: in the folder beside it, or in the same .tar.

    find = beside.folder("wiki_crop")
    found = find("17/10000217_1981-05-05_2009.jpg")     # Picture, or a clause that says why not

A table may name anything, so no name of one may climb out of the folder. Links in the folder are followed, as
they are the user's own; see `agesex.dataset.folder`. Links in a .tar are not.
"""

import os
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from agesex import images
from agesex.dataset.tar_heads import TarInfo
from agesex.errors import BadDataset

MISSING = "the picture is missing"
OUTSIDE = "the path leaves the folder"
TOO_LARGE = f"the picture is larger than {images.MAX_BYTES / 2**20:g} MB"
NO_FILE = "the picture is a link or no ordinary file"


@dataclass(frozen=True)
class Picture:
    """Where a picture is.

    Attributes:
        path: str, as it is called in the source.
        read: function that returns its bytes; from any thread, as often as wanted.
    """

    path: str
    read: Callable[[], bytes]


def tidy(name):
    """A relative path with "/" between its parts; None if it is empty, absolute or climbs.

    Args:
        name: str, as a table has it; a backslash counts as "/".
    """
    path = PurePosixPath(name.strip().replace("\\", "/"))
    if not path.name or path.is_absolute() or ".." in path.parts or "\0" in name or path.parts[0][1:2] == ":":
        return None
    return str(path)


def folder(root):
    """Pictures below a folder.

    Args:
        root: Path of the folder.

    Returns:
        function name -> Picture, or str, the reason why there is none.
    """
    def find(name):
        name = tidy(name)
        if name is None:
            return OUTSIDE
        path = os.path.join(root, name)
        try:
            size = os.stat(path).st_size
        except OSError:
            return MISSING
        if not os.path.isfile(path):
            return NO_FILE
        read = Path(path).read_bytes if size else bytes  # a file of the system has no size, and perhaps no end
        return TOO_LARGE if size > images.MAX_BYTES else Picture(name, read)

    return find


def tar(path, wanted):
    """Pictures of a .tar that is not compressed, and one file that is no picture.

    The table of an archive is read once; pictures are then read from their places, whatever the order.

    Args:
        path: Path of the archive.
        wanted: names in lower case, e.g. ("wiki.mat",); the first file of such a name is what lies beside.

    Returns:
        (bytes of the wanted file, function name -> Picture or str, None). Names are relative to the folder of
        that file. Where the archive is cut off after it: a BadDataset instead of None, to be raised last.

    Raises:
        BadDataset: the archive is compressed, broken or has no such file.
    """
    places, beside, cut = {}, None, None
    try:
        whole, last = path.stat().st_size, -1
        with tarfile.open(path, "r:", tarinfo=TarInfo) as archive:
            for member in archive:
                if member.offset_data <= last or member.size < 0:  # or reading it would never end
                    raise tarfile.ReadError("its table runs backwards")
                last = member.offset_data
                archive.members = []  # or the names of half a million files are held twice
                name = tidy(member.name)
                if member.isdir() or name is None or last + member.size > whole:
                    continue
                sound = member.isreg() and not member.issparse()
                places[name] = (last, member.size) if sound else None
                if beside is None and sound and PurePosixPath(name).name.lower() in wanted:
                    beside = name
    except (tarfile.TarError, EOFError, OSError, ValueError, OverflowError) as error:
        cut = BadDataset(
            f"{path} cannot be read to its end: {error}. {len(places):,} whole files were found before. "
            f"Expected a whole .tar that is not compressed. Download it again, or name its folder."
        )
    if beside is None:
        raise cut or BadDataset(
            f"{path} holds {len(places):,} files, but no {' or '.join(wanted)}. Expected the archive as it "
            f"was published, with that file and its pictures. Download it again, or name its folder."
        )
    data = _read(path, *places[beside])
    top = PurePosixPath(beside).parent

    def find(name):
        name = tidy(name)
        if name is None:
            return OUTSIDE
        name = str(top / name)
        if name not in places:
            return MISSING
        if places[name] is None:
            return NO_FILE
        offset, size = places[name]
        return TOO_LARGE if size > images.MAX_BYTES else Picture(name, lambda: _read(path, offset, size))

    return data, find, cut


def _read(path, offset, size):
    with open(path, "rb") as file:
        file.seek(offset)
        return file.read(size)
