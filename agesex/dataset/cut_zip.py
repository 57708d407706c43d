"""The members of a .zip whose end is missing, and with it the table of contents that `zipfile` needs.

    for info, start in entries(file):              # up to the cut
        opened(file, info, start).read()

Before each member stands a short head of its own, and these are read one after another. Where a head leaves
the length to what follows (archives written to a pipe), the packed stream itself tells its end. A head does
not say whether a member is a link: one comes as a file whose content is the name of its target.
"""

import struct
import zipfile
import zlib

LOCAL, DESCRIPTOR = b"PK\x03\x04", b"PK\x07\x08"
BEHIND = (b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x08")  # what stands after the last member
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
CUT = "it is cut off"
DAMAGED = "the head of a member is damaged"
_HEAD = struct.Struct("<4s5H3L2H")
_LATER, _UTF8, _UNKNOWN = 8, 0x800, 2**32 - 1  # flag: length after the content; flag; length in the extra field
_BLOCK = 2**16  # bytes
_NO_CRC = -1  # which no content has, so that the end of a member that is cut off is noticed


def entries(file):
    """Yield the members in their order; the last may be cut off, which reading it shows.

    Args:
        file: binary, can be sought.

    Yields:
        (zipfile.ZipInfo, start): where its packed bytes begin. A method outside `METHODS` and an encrypted
        member are the caller's to refuse.

    Raises:
        zipfile.BadZipFile: always, at the end or where no head follows.
    """
    end, place = file.seek(0, 2), 0
    while place < end:
        file.seek(place)
        head = file.read(_HEAD.size)
        if head[:4] in BEHIND:
            break
        if len(head) < _HEAD.size:
            raise zipfile.BadZipFile(CUT)
        info, start = _info(file, place, head)
        if info is None or start > end:
            raise zipfile.BadZipFile(CUT)
        if info.flag_bits & _LATER and not info.compress_size:
            if info.compress_type != zipfile.ZIP_DEFLATED or info.flag_bits & 1:
                raise zipfile.BadZipFile("it is cut off, and nothing tells where a member of it ends")
            whole = _measure(file, info, start)
        else:
            whole = start + info.compress_size <= end
        yield info, start
        if not whole:
            raise zipfile.BadZipFile(CUT)
        place = start + info.compress_size
        if info.flag_bits & _LATER:
            file.seek(place)
            place += _descriptor(file.read(24), info)
    raise zipfile.BadZipFile("its table of contents is cut off")


def opened(file, info, start):
    """A member of `entries` as an open file, which raises BadZipFile or EOFError where it is damaged."""
    file.seek(start)
    return zipfile.ZipExtFile(file, "r", info)


def _info(file, place, head):
    """(ZipInfo, start of the content) of a head; (None, 0) where it is cut off."""
    mark, _, flags, method, _, _, crc, packed, size, name_length, extra_length = _HEAD.unpack(head)
    if mark != LOCAL:
        raise zipfile.BadZipFile(DAMAGED)
    name, extra = file.read(name_length), file.read(extra_length)
    if len(extra) < extra_length:
        return None, 0
    info = zipfile.ZipInfo(name.decode("utf-8" if flags & _UTF8 else "cp437", "replace"))
    info.flag_bits, info.compress_type, info.CRC, info.header_offset = flags, method, crc, place
    info.file_size, info.compress_size = _sizes(size, packed, extra)
    return info, place + _HEAD.size + name_length + extra_length


def _sizes(size, packed, extra):
    """The two lengths, from the extra field where the archive is in the ZIP64 form."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<2H", extra)
        if kind == 1 and length >= 16 and _UNKNOWN in (size, packed):
            return struct.unpack_from("<2Q", extra, 4)
        extra = extra[4 + length :]
    return size, packed


def _measure(file, info, start):
    """Unpack a member without keeping it to learn its lengths; returns whether its end is there."""
    file.seek(start)
    unpack, size, crc, taken = zlib.decompressobj(-zlib.MAX_WBITS), 0, 0, 0
    while not unpack.eof and (block := file.read(_BLOCK)):
        taken += len(block)
        while block and not unpack.eof:
            part = unpack.decompress(block, 2**20)
            size, crc, block = size + len(part), zlib.crc32(part, crc), unpack.unconsumed_tail
    info.file_size, info.compress_size = size, taken - len(unpack.unused_data)
    info.CRC = crc if unpack.eof else _NO_CRC
    return unpack.eof


def _descriptor(data, info):
    """The length of what stands behind a member, which repeats its lengths in 4 or in 8 bytes each."""
    first = 4 if data[:4] == DESCRIPTOR else 0
    for form in ("<2L", "<2Q"):
        length = first + 4 + struct.calcsize(form)
        try:
            if struct.unpack_from(form, data, first + 4) == (info.compress_size, info.file_size):
                return length
        except struct.error:
            raise zipfile.BadZipFile(CUT) from None
    raise zipfile.BadZipFile(DAMAGED)
