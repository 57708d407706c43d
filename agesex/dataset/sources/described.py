"""What a file is that no source takes: its columns, its variables, or why it cannot be read.

described(Path("sales.csv"))     # "it is a table with the columns region, amount"
"""

import contextlib
import gzip
import zlib

from agesex.dataset.counting import counted, listed
from agesex.dataset.sources import matlab, separated

SHOWN = 8  # columns
_HEAD = 2**16  # bytes that tell what a file is


def described(path):
    """A clause on what a file is.

    Args:
        path: Path of a file that is no archive.
    """
    name = path.name.lower()
    if name.endswith(".mat") and path.stat().st_size <= matlab.MAX_BYTES:
        return matlab.described(path.read_bytes())
    head = b""
    opened = gzip.open if name.endswith(".gz") else open
    with contextlib.suppress(OSError, EOFError, zlib.error), opened(path, "rb") as file:
        head = file.read(_HEAD)
    if not name.endswith(separated.ENDINGS):
        return f"it is a single file of {counted(path.stat().st_size, 'byte')}, neither archive nor table by its name"
    encoding = separated.encoding(head)
    if encoding != "utf-16" and b"\0" in head:
        wide = max(head[::2].count(0), head[1::2].count(0)) > len(head) / 4
        return "it is not text in UTF-8" + " (it looks like UTF-16 without the mark that begins it)" * wide
    columns, _ = separated.header(head.decode(encoding, "replace").split("\n", 1)[0], lambda names: False)
    more = len(columns) > SHOWN
    return f"it is a table with the column{'s' * (len(columns) != 1)} {listed(columns[:SHOWN])}{', …' * more}"
