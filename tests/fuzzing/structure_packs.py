"""Changes that know the form of an archive or a table: heads, lengths, sums, cells.

    EDITS["tar"](data, rng)          # bytes; what is not such a file comes back with a bit flipped
"""

import gzip
import io
import math
import struct
import zipfile
import zlib

from fuzzing.mutate import CHANGES, flip, number

_NAMES = (
    b"../../evil.jpg", b"/etc/passwd", b"..\\evil.jpg", b"=1+1.jpg", b"<script>.jpg", b"a\0b.jpg", b"\xff\xfe.jpg",
    b"n" * 90, b"", b".", b"/", b"aux.zip", b"1_0_0_20170116170000001.jpg.chip.jpg", "٣_0_0_1.jpg.chip.jpg".encode(),
)  # fmt: skip
_CELLS = (
    "", " ", "=1+1", "@x", "-1", "1e999", "nan", "9" * 5000, '"', '""', "\0", "\r", "\n", "٣٤", "½", "0x10", "../a.jpg",
    "/etc/passwd", "train", "train/../../x", "1-2-3", "120", "0-999", "more than", "2.0", "True", "\N{BOM}", "é" * 300,
)  # fmt: skip
_ZIP_FIELDS = {  # mark -> (offset, bytes) of its fields
    b"PK\3\4": ((4, 2), (6, 2), (8, 2), (10, 4), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2)),
    b"PK\1\2": ((6, 2), (8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2), (38, 4), (42, 4)),
    b"PK\5\6": ((4, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)),
}
_TAR_FIELDS = ((0, 100), (100, 8), (124, 12), (136, 12), (156, 1), (157, 100), (257, 8), (345, 155))
_TAR_TEXTS = (
    b"", b"\0", b"77777777777", b"-1", b"00000000000", b"99999999999", b"\x80" + bytes(10) + b"\1", b"\xff" * 12,
    b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", b"ustar  ", b"\xe9\xe9",
)  # fmt: skip
_MAT_PACKED, _MAT_DOUBLES = struct.pack("<I", 15), struct.pack("<I", 9)  # kinds of elements
_DOUBLES = (math.nan, math.inf, -math.inf, 0.0, -1.0, 0.5, 1e308, -1e308, 2**53, 719529.0, 3652425.0, 9999.0)
_TAR_TYPES = b"0123456789gxLKSDNVMA\0\xff"


def zip_(data, rng):
    """A field of a head; or a member's name or content, packed again."""
    if rng.random() < 0.4:
        return _zip_again(data, rng)
    mark = list(_ZIP_FIELDS)[rng.integers(3)]
    places = _all(data, mark)
    if not places:
        return flip(data, rng)
    fields = _ZIP_FIELDS[mark]
    offset, width = fields[rng.integers(len(fields))]
    at = places[rng.integers(len(places))] + offset
    if rng.random() < 0.3 and width > 1:  # one off
        value = int.from_bytes(data[at : at + width], "little") + int(rng.integers(-2, 3))
        return data[:at] + (value % (1 << 8 * width)).to_bytes(width, "little") + data[at + width :]
    return data[:at] + number(rng, width, "little") + data[at + width :]


def _zip_again(data, rng):
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    except Exception:  # an earlier change broke it
        return flip(data, rng)
    out = io.BytesIO()
    if parts:
        chosen = int(rng.integers(len(parts)))
        name, content = parts[chosen]
        if rng.random() < 0.4:
            name = _NAMES[rng.integers(len(_NAMES))].decode("latin-1").replace("\0", "_") or "_"
        else:
            content = _changed(content, rng)
        parts[chosen] = name, content
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts:
            info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            info.external_attr = (0o120777 if rng.random() < 0.03 else 0o100644) << 16
            archive.writestr(info, content, (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)[rng.integers(3)])
    return out.getvalue()


def tar(data, rng):
    """A field of a head, its sum made right; or the content of a member."""
    heads = [place for place in range(0, len(data) - 511, 512) if data[place + 257 : place + 262] == b"ustar"]
    if not heads or rng.random() < 0.6:
        return data[:512] + (_changed if rng.random() < 0.08 else flip)(data[512:], rng)
    at = heads[rng.integers(len(heads))]
    head = bytearray(data[at : at + 512])
    offset, width = _TAR_FIELDS[rng.integers(len(_TAR_FIELDS))]
    if offset == 156:
        text = bytes([_TAR_TYPES[rng.integers(len(_TAR_TYPES))]])
    elif rng.random() < 0.3 and width == 12:
        text = b"%011o" % int(rng.integers(0, 20_000))
    else:
        texts = _NAMES if width >= 100 else _TAR_TEXTS
        text = texts[rng.integers(len(texts))]
    head[offset : offset + width] = text[:width].ljust(width, b"\0")
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return data[:at] + bytes(head) + data[at + 512 :]


def gz(inner):
    """An edit of what is packed, or of the pack."""

    def edit(data, rng):
        if rng.random() < 0.08:
            return flip(data, rng)
        try:
            content = zlib.decompressobj(31).decompress(data, 2**22)
        except zlib.error:
            return flip(data, rng)
        return gzip.compress(inner(content, rng), 1, mtime=0)

    return edit


def nested(data, rng):
    """The archives within, or the one around them."""
    if rng.random() < 0.3:
        return zip_(data, rng)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {info.filename: archive.read(info) for info in archive.infolist()}
    except Exception:  # an earlier change broke it
        return flip(data, rng)
    if parts:
        name = sorted(parts)[rng.integers(len(parts))]
        edit = EDITS["zip"] if name.endswith("zip") else EDITS["tar.gz"]
        parts[name] = edit(parts[name], rng)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def table(data, rng):
    """A cell becomes something odd, or a line comes again, or goes."""
    lines = data.split(b"\n")
    chosen, how = int(rng.integers(len(lines))), rng.random()
    if how < 0.7:
        separator = max((b",", b";", b"\t"), key=data.count)
        cells = lines[chosen].split(separator)
        cell = int(rng.integers(len(cells)))
        odd = _CELLS[rng.integers(len(_CELLS))].encode()
        cells[cell] = odd if rng.random() < 0.6 else _changed(cells[cell], rng)
        lines[chosen] = separator.join(cells)
    elif how < 0.85:
        lines.insert(int(rng.integers(len(lines) + 1)), lines[chosen])
    else:
        del lines[chosen]
    return b"\n".join(lines)


def mat(data, rng):
    """Numbers; or a word behind the head: kinds, lengths, sizes. What is packed is packed again."""
    if len(data) < 144:
        return flip(data, rng)
    if data[128:132] == _MAT_PACKED:
        try:
            content = zlib.decompressobj().decompress(data[136:], 2**20)
        except zlib.error:
            return flip(data, rng)
        again = zlib.compress(_mat_words(content, rng))
        return data[:128] + _MAT_PACKED + struct.pack("<I", len(again)) + again
    return data[:128] + _mat_words(data[128:], rng)


def _mat_words(data, rng):
    numbers = _all(data, _MAT_DOUBLES)
    if numbers and rng.random() < 0.75:
        at = numbers[rng.integers(len(numbers))]
        n = min(struct.unpack_from("<I", data, at + 4)[0], len(data) - at - 8) // 8
        at += 8 + 8 * int(rng.integers(max(1, n)))
        value = _DOUBLES[rng.integers(len(_DOUBLES))] if rng.random() < 0.7 else rng.normal() * 1e6
        return data[:at] + struct.pack("<d", value) + data[at + 8 :]
    if rng.random() < 0.3:
        return flip(data, rng)
    at = 4 * int(rng.integers(max(1, len(data) // 4)))
    value = int(rng.integers(0, 64)).to_bytes(4, "little") if rng.random() < 0.6 else number(rng, 4, "little")
    return data[:at] + value + data[at + 4 :]


def _changed(data, rng):
    return CHANGES[rng.integers(len(CHANGES))](data, rng)


def _all(data, mark):
    found, at = [], data.find(mark)
    while at >= 0:
        found.append(at)
        at = data.find(mark, at + 1)
    return found




EDITS = {
    "zip": zip_, "tar": tar, "tar.gz": gz(tar), "nested": nested, "csv48": table, "csv48.gz": gz(table),
    "fairface": table, "mat": mat,
}  # fmt: skip
