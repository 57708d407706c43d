"""Changes that know a picture's format: chunks, segments and lengths, sums made right again.

    EDITS["PNG"](data, rng)          # bytes; what is not such a file comes back with a bit flipped

A file that an earlier change has broken is read as far as it goes.
"""

import struct
import zlib

from fuzzing.mutate import CHANGES, flip, number

_PNG_KINDS = (b"tEXt", b"zTXt", b"iTXt", b"iCCP", b"eXIf", b"tRNS", b"PLTE", b"gAMA", b"cHRM", b"pHYs",
              b"acTL", b"fcTL", b"fdAT", b"IDAT", b"IEND", b"IHDR")  # fmt: skip
_RIFF_KINDS = (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"EXIF", b"ICCP", b"XMP ")


def png(data, rng):
    """Chunks changed, doubled, dropped, moved; pixels changed within their packing; lengths that lie."""
    chunks, place = [], 8
    while place + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        chunks.append([kind, data[place + 8 : place + 8 + length], None])
        place += 12 + length
    if not chunks:
        return flip(data, rng)
    number_ = int(rng.integers(len(chunks)))
    chunk, how = chunks[number_], rng.random()
    if how < 0.65:
        _repack(chunks, rng)
    elif how < 0.72:
        chunk[1] = _changed(chunk[1], rng)
    elif how < 0.77:
        chunk[2] = int.from_bytes(number(rng, 4), "big")
    else:
        _rearranged(chunks, number_, [_PNG_KINDS[rng.integers(len(_PNG_KINDS))], rng.bytes(int(rng.integers(40))), None], rng)
    return data[:8] + b"".join(
        struct.pack(">I", len(body) if length is None else length) + kind + body
        + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body, length in chunks
    )  # fmt: skip


def _repack(chunks, rng):
    """The unpacked pixels, filters included, change; all IDAT become one."""
    places = [i for i, chunk in enumerate(chunks) if chunk[0] == b"IDAT"]
    try:
        pixels = zlib.decompressobj().decompress(b"".join(chunks[i][1] for i in places), 2**20)
    except zlib.error:
        return
    if places:
        chunks[places[0]][1] = zlib.compress(flip(pixels, rng) if rng.random() < 0.6 else _changed(pixels, rng), 1)
        for i in reversed(places[1:]):
            del chunks[i]


def jpeg(data, rng):
    """Segments before the pixels: changed, doubled, dropped, moved, of another length."""
    segments, place = [], 2
    while place + 4 <= len(data) and data[place] == 0xFF and data[place + 1] not in (0xDA, 0xD9):
        (length,) = struct.unpack_from(">H", data, place + 2)
        segments.append([data[place : place + 2], data[place + 4 : place + 2 + max(2, length)], None])
        place += 2 + max(2, length)
    if not segments:
        return flip(data, rng)
    rest = data[place:]
    chosen, how = int(rng.integers(len(segments))), rng.random()
    if how < 0.35:
        rest = rest[:12] + flip(rest[12:], rng)
    elif how < 0.65:
        segments[chosen][1] = flip(segments[chosen][1], rng)
    elif how < 0.8:
        segments[chosen][2] = int.from_bytes(number(rng, 2), "big")
    else:
        marker = bytes([0xFF, int(rng.integers(0xC0, 0xFF))])
        _rearranged(segments, chosen, [marker, rng.bytes(int(rng.integers(60))), None], rng)
    return data[:2] + b"".join(
        mark + struct.pack(">H", (len(body) + 2) % 65536 if length is None else length) + body
        for mark, body, length in segments
    ) + rest  # fmt: skip


def webp(data, rng):
    """Chunks of the RIFF container; the outer length is made right nine times in ten."""
    chunks, place = [], 12
    while place + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, place)
        chunks.append([kind, data[place + 8 : place + 8 + length], None])
        place += 8 + length + length % 2
    if not chunks:
        return flip(data, rng)
    chosen, how = int(rng.integers(len(chunks))), rng.random()
    if how < 0.7:
        chunks[chosen][1] = flip(chunks[chosen][1], rng)
    elif how < 0.8:
        chunks[chosen][2] = int.from_bytes(number(rng, 4), "little")
    else:
        _rearranged(chunks, chosen, [_RIFF_KINDS[rng.integers(len(_RIFF_KINDS))], rng.bytes(int(rng.integers(40))), None], rng)
    body = b"".join(
        kind + struct.pack("<I", len(inner) if length is None else length) + inner + bytes(len(inner) % 2)
        for kind, inner, length in chunks
    )  # fmt: skip
    outer = struct.pack("<I", len(body) + 4) if rng.random() < 0.9 else number(rng, 4, "little")
    return data[:4] + outer + data[8:12] + body


def bmp(data, rng):
    """A field of the two heads, or pixels."""
    if rng.random() < 0.5:
        return data[:54] + flip(data[54:], rng)
    at, width = [(10, 4), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2), (30, 4), (34, 4), (46, 4)][rng.integers(9)]
    if rng.random() < 0.5:
        small = int(rng.integers(0, 400)) * (-1 if rng.random() < 0.2 else 1)
        return data[:at] + (small % (1 << 8 * width)).to_bytes(width, "little") + data[at + width :]
    return data[:at] + number(rng, width, "little") + data[at + width :]


def tiff(data, rng):
    """Tag, kind, count or value of an entry of the first directory, or pixels."""
    order = "<" if data[:2] == b"II" else ">"
    if len(data) < 16 or rng.random() < 0.6:
        return data[:8] + flip(data[8:], rng)
    (start,) = struct.unpack_from(f"{order}I", data, 4)
    if start + 2 > len(data):
        return flip(data, rng)
    (n,) = struct.unpack_from(f"{order}H", data, start)
    entry = start + 2 + 12 * int(rng.integers(max(1, min(n, 40))))
    at, width = [(0, 2), (2, 2), (4, 4), (8, 4), (8, 2)][rng.integers(5)]
    way = "little" if order == "<" else "big"
    value = int(rng.integers(0, 700)).to_bytes(width, way) if rng.random() < 0.5 else number(rng, width, way)
    return data[: entry + at] + value + data[entry + at + width :]


def gif(data, rng):
    """The screen, the length of a block, or packed pixels."""
    how = rng.random()
    if how < 0.7:
        return data[:13] + flip(data[13:], rng)
    if how < 0.85:
        at = int(rng.integers(6, 13))
        return data[:at] + number(rng, 1) + data[at + 1 :]
    place = data.find(b"\x2c", 13)
    at = place + int(rng.integers(1, 12))
    return data[:at] + number(rng, 1) + data[at + 1 :]


def _changed(data, rng):
    return CHANGES[rng.integers(len(CHANGES))](data, rng)


def _rearranged(parts, chosen, new, rng):
    """Drop one, double it, move it, or put a new one in."""
    how = int(rng.integers(4))
    if how == 0:
        del parts[chosen]
    elif how == 1:
        parts.insert(int(rng.integers(len(parts) + 1)), list(parts[chosen]))
    elif how == 2:
        parts.insert(int(rng.integers(len(parts))), parts.pop(chosen))
    else:
        parts.insert(int(rng.integers(len(parts) + 1)), new)


EDITS = {"PNG": png, "JPEG": jpeg, "WEBP": webp, "BMP": bmp, "TIFF": tiff, "GIF": gif}
