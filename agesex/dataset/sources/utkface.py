"""UTKFace, aligned & cropped: a folder or archive of files named age_sex_race_timestamp.jpg.chip.jpg.

Public mirrors pack it in many ways: the same photos twice under two folders, a .tar.gz within a .zip.
`import` counts a photo that comes twice once. The in-the-wild photos, whose names lack `.chip.jpg`, are
`utkface_wild`, which shares what is here.
"""

import itertools
from datetime import datetime, timedelta

from agesex import images, labels
from agesex.dataset import members
from agesex.dataset.sources.base import Found, Progress, Refused
from agesex.errors import BadDataset, BadLabel

NAME = "utkface"
ABOUT = "UTKFace, aligned & cropped: a folder or archive of names like 25_1_2_20170116193245364.jpg.chip.jpg"
PEEK = 500  # names that tell what a folder or archive is
PEEK_INTO = 2**30  # bytes of an inner archive that is opened for it
WILD = "it is an in-the-wild photo (no .chip.jpg); import it with --source utkface-wild"
CHIP = "it is an aligned crop (.chip.jpg); import it with --source utkface"


def recognises(path):
    """Whether one of the first names is a UTKFace label that ends in .jpg.chip.jpg."""
    return any(name.endswith(labels.SUFFIX) for name in peek(path))


def rows(path, progress=None):
    """Yield Found or Refused for every file, in the order of the folder or archive.

    Args:
        path: folder, .tar, .tar.gz or .zip, also within another.
        progress: `base.Progress`.

    Raises:
        BadDataset: an archive cannot be read to its end.
    """
    return labelled(path, progress, NAME)


def labelled(path, progress, source):
    """The rows of one of the two variants."""
    for member in members.walk(path, progress or Progress()):
        if isinstance(member, Refused):
            yield member
        elif not member.name.lower().endswith(images.SUFFIXES):
            yield Refused(member.path, "it is no picture by its name")
        else:
            yield _row(member, source)


def _row(member, source):
    try:
        label = labels.parse(member.name)
    except BadLabel as error:
        return Refused(member.path, error.reason)
    chip = member.name.endswith(labels.SUFFIX)
    if chip != (source == NAME):
        return Refused(member.path, CHIP if chip else WILD)
    return Found(
        file=member.name,
        path=member.path,
        age=label.age,
        sex=label.sex,
        race=label.race,
        source=source,
        taken=taken(label.stamp),
        read=member.read,
        manifest_name=member.name if chip else member.name.rsplit(".", 1)[0] + labels.SUFFIX,
    )


def taken(stamp):
    """When a photo was collected, by its time stamp yyyymmddHHMMSSmmm.

    Args:
        stamp: digits. A few have 16 or 18, of which nobody can tell which are too many.

    Returns:
        datetime, or None where the stamp is not such a time.
    """
    if len(stamp) != 17:
        return None
    try:
        return datetime.strptime(stamp[:14], "%Y%m%d%H%M%S") + timedelta(milliseconds=int(stamp[14:]))
    except ValueError:
        return None


def peek(path):
    """The first names of a folder or archive that are UTKFace labels; none where it cannot be read."""
    try:
        for member in itertools.islice(members.walk(path, limit=PEEK_INTO), PEEK):
            try:
                labels.parse(member.name)
            except BadLabel:
                continue
            yield member.name
    except (BadDataset, OSError):
        return
