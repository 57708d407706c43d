"""The files below a folder, links included, in the order of their names.

    for inside, path, found in files(Path("UTKFace")):
        ...                                # "part1/25_1_2_….jpg.chip.jpg", Path, bytes or why it is not read

Links are followed, to files and to folders, also out of the folder that was named: people keep photos on a
large disk and link them, and a link in somebody's own folder is their own. (One within an archive is a
stranger's, and `members` refuses it.) A link to a folder is followed once. It is not where it leads into what
is read anyway, or into a folder above, which would bring in what nobody named and never end. Devices and pipes
are never opened.
"""

import os
import stat
from pathlib import Path

LINK_NOWHERE = "it is a link that leads nowhere, or cannot be opened"
LINK_INSIDE = "it is a link to a folder that is read anyway"
LINK_ABOVE = "it is a link to a folder above one that is read"
DEVICE = "it is a device, not a file"
CLOSED = "it is a folder that cannot be opened"


def files(root):
    """Yield what lies below a folder.

    Args:
        root: Path of the folder.

    Yields:
        (inside, path, found): the name from `root` with "/" between the parts; Path; int, the size in bytes of
        an ordinary file, else str, a clause that says why this one is not read.
    """
    tops, closed = [os.path.realpath(root)], []
    for place, folders, names in os.walk(root, onerror=closed.append, followlinks=True):
        folders.sort()
        for name in [name for name in folders if os.path.islink(os.path.join(place, name))]:
            target = os.path.realpath(os.path.join(place, name))
            problem = _of_link(target, tops)
            if problem:
                folders.remove(name)
                yield _inside(root, place, name), Path(place, name), problem
            else:
                tops.append(target)
        for name in sorted(names):
            path = Path(place, name)
            yield _inside(root, place, name), path, _of_file(path)
    for error in closed:
        yield _inside(root, error.filename), Path(error.filename), CLOSED


def _of_link(target, tops):
    """Why a link to a folder is not followed, or ""."""
    for top in tops:
        common = os.path.commonpath((top, target))
        if common == top:
            return LINK_INSIDE
        if common == target:
            return LINK_ABOVE
    return ""


def _of_file(path):
    try:
        found = path.stat()
        return found.st_size if stat.S_ISREG(found.st_mode) else DEVICE
    except OSError:
        return LINK_NOWHERE


def _inside(root, *parts):
    return Path(*parts).relative_to(root).as_posix()
