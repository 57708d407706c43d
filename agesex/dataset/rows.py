"""One photo of a source as a row of the table: its label, its bytes, what its picture measures.

row = labelled(found) | measured(data, found, to_print=False)
"""

import re

from agesex import images, quality
from agesex.dataset import copies, measures
from agesex.dataset.counting import clause
from agesex.dataset.members import Unreadable
from agesex.dataset.sources import base
from agesex.errors import BadImage

ALIGNED = (200, 200)  # what the measures of the face are made for


def labelled(found):
    """The columns of a row that its label fills."""
    names = (
        "file",
        "path",
        "age",
        "sex",
        "race",
        "race_source",
        "age_source",
        "source",
        "taken",
        "manifest_name",
    )
    row = {name: getattr(found, name) for name in names}
    # a name on a disk or in an archive need not be text, a cell of the table must be
    row |= {name: row[name].encode("utf-8", "backslashreplace").decode() for name in ("file", "path")}
    return row | {"sha256": None, "flags": ""}


def measured(data, found, to_print):
    """The columns of a row that its picture fills, or str, the reason why it is refused.

    Args:
        data: bytes.
        found: `base.Found`.
        to_print: whether copies of the photo may be looked for.
    """
    try:
        picture = images.decode(data)
    except BadImage as error:
        return reason_of(error)
    seen = measures.measure(picture)
    row = {name: getattr(seen, name) for name in ("width", "height", *measures.NAMES, "flags")}
    if found.source == "utkface" and picture.shape[:2] == ALIGNED:
        row |= dict(zip(measures.FACE_NAMES, measures.face_measures(picture), strict=True))
    if to_print:
        row["print"] = copies.packed(quality.fingerprint(picture))
    return row


def reason_of(error):
    """The first clause of a message about a picture, so that equal faults are counted together."""
    reason = re.split(r"[:;(]|\. ", str(error))[0].strip().rstrip(".")
    return clause(re.sub(r"^(The picture|This) is", "it is", reason))


def bytes_of(found):
    """The bytes of a photo, None where the source has none, or Refused."""
    try:
        return found.read and found.read()
    except Unreadable as error:
        return base.Refused(found.path, str(error))
    except OSError:
        return base.Refused(found.path, "it cannot be opened")
