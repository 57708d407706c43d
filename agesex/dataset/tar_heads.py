"""Heads of a .tar of bounded length: a long name or other words before a member cannot be a bomb.

    tarfile.open(path, tarinfo=TarInfo)

`tarfile` reads such words at once, with the length that the archive says: 8 GB of a file of 20 KB are asked for,
and of a compressed one perhaps unpacked.
"""

import tarfile

LONGEST = 2**20  # bytes; names have a few hundred
_WORDS = (
    tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE,
)  # fmt: skip


class TarInfo(tarfile.TarInfo):
    """A head that refuses long words before they are read."""

    def _proc_member(self, archive):
        if self.type in _WORDS and not 0 <= self.size <= LONGEST:
            raise tarfile.ReadError("the head of a member is damaged")
        return super()._proc_member(archive)
