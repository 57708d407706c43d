"""Twelve valid files of each format that `agesex.images` reads, drawn here; always the same bytes.

    files("PNG")        # [bytes, …]: sizes, modes, depths, turned, with a profile, transparent, moving
"""

import functools
import io
import struct

import cv2
import numpy as np
from PIL import Image, ImageCms

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")


@functools.cache
def files(kind):
    """The twelve files of a format."""
    return tuple(make() for make in _MAKERS[kind]())


@functools.cache
def photo(width=96, height=96):
    """A real face, as Pillow's RGB: scikit-image's astronaut, which the detector finds."""
    from skimage import data

    crop = data.astronaut()[0:240, 100:340]
    return Image.fromarray(cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA))


def utkface(seed, side):
    """A small JPEG of the face in other colours, for archives."""
    pixels = np.asarray(photo(side, side)).astype(int) + np.random.default_rng(seed).integers(-40, 40, 3)
    return _saved(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)), "JPEG", quality=60)


def _saved(picture, kind, **options):
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def _of(kind, mode=None, size=(96, 96), **options):
    def make():
        picture = photo(*size)
        return _saved(picture.convert(mode) if mode else picture, kind, **options)

    return make


def _turned(orientation):
    tags = Image.Exif()
    tags[0x0112], tags[0x010F] = orientation, "a camera"
    return tags


def _profile():
    """A profile that is not called sRGB, and so is converted; without the date of its making."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes().replace(b"sRGB", b"s-gb")
    return data[:24] + bytes(12) + data[36:]


def _see_through(mode="RGBA"):
    alpha = Image.fromarray(np.tile(np.arange(96, dtype=np.uint8) * 2, (96, 1)))
    picture = photo().copy()
    picture.putalpha(alpha)
    return picture.convert(mode)


def _moving(kind, **options):
    frames = [Image.new("RGB", (96, 96), colour) for colour in ("white", "red")]
    return lambda: _saved(photo(), kind, save_all=True, append_images=frames, **options)


def _deep(kind):
    values = np.asarray(photo().convert("L")).astype(np.uint16) * 257
    return lambda: _saved(Image.fromarray(values), kind)


def _by_opencv(suffix, values):
    return lambda: cv2.imencode(suffix, values)[1].tobytes()


def _jpeg():
    return [
        _of("JPEG"), _of("JPEG", "L"), _of("JPEG", "CMYK"), _of("JPEG", progressive=True),
        _of("JPEG", exif=_turned(6)), _of("JPEG", exif=_turned(3), subsampling=0),
        _of("JPEG", icc_profile=_profile()), _of("JPEG", size=(16, 16)), _of("JPEG", size=(33, 161)),
        _of("JPEG", optimize=True, quality=20), _of("JPEG", restart_marker_blocks=4),
        _of("JPEG", comment=b"a comment", dpi=(300, 300), qtables="web_low"),
    ]  # fmt: skip


def _png():
    rgb16 = np.asarray(photo())[..., ::-1].astype(np.uint16) * 257
    return [
        _of("PNG"), _of("PNG", "L"), _of("PNG", "1"), _of("PNG", "P"), lambda: _saved(_see_through(), "PNG"),
        lambda: _saved(_see_through("LA"), "PNG"), _deep("PNG"), _by_opencv(".png", rgb16),
        _of("PNG", exif=_turned(8)), _of("PNG", icc_profile=_profile(), size=(33, 47)),
        _of("PNG", "P", transparency=3, bits=4), _moving("PNG"),
    ]  # fmt: skip


def _webp():
    return [
        _of("WEBP"), _of("WEBP", lossless=True), lambda: _saved(_see_through(), "WEBP"),
        lambda: _saved(_see_through(), "WEBP", lossless=True), _moving("WEBP"), _of("WEBP", exif=_turned(5)),
        _of("WEBP", icc_profile=_profile()), _of("WEBP", quality=10), _of("WEBP", size=(16, 16)),
        _of("WEBP", size=(161, 33), method=6), _moving("WEBP", lossless=True), _of("WEBP", "L"),
    ]  # fmt: skip


def _bmp():
    return [
        _of("BMP"), _of("BMP", "L"), _of("BMP", "1"), _of("BMP", "P"), lambda: _saved(_see_through(), "BMP"),
        _of("BMP", size=(17, 33)), _of("BMP", size=(16, 16)), _of("BMP", "P", size=(35, 31)),
        lambda: _upside_down(_saved(photo(40, 40), "BMP")), _run_lengths, _of("BMP", "1", size=(33, 40)),
        _by_opencv(".bmp", np.asarray(photo(50, 50))[..., ::-1]),
    ]  # fmt: skip


def _upside_down(data):
    """The rows from the top, which a negative height says."""
    (height,) = struct.unpack_from("<i", data, 22)
    return data[:22] + struct.pack("<i", -height) + data[26:]


def _run_lengths():
    """Eight bits, packed by run lengths (BI_RLE8)."""
    rows = np.asarray(photo(32, 32).convert("L")) // 32 * 32
    body = b"".join(b"".join(bytes([1, int(v)]) for v in row) + b"\0\0" for row in rows[::-1]) + b"\0\1"
    palette = b"".join(bytes([i, i, i, 0]) for i in range(256))
    head = struct.pack("<IiiHHIIiiII", 40, 32, 32, 1, 8, 1, len(body), 2835, 2835, 256, 0)
    start = 14 + len(head) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + head + palette + body


def _tiff():
    floats = np.asarray(photo().convert("L")).astype(np.float32) / 255
    rgb16 = np.asarray(photo())[..., ::-1].astype(np.uint16) * 257
    return [
        _of("TIFF"), _of("TIFF", "L"), _of("TIFF", "1", compression="group4"),
        _of("TIFF", compression="tiff_lzw"), _of("TIFF", compression="tiff_adobe_deflate"),
        _of("TIFF", compression="jpeg"), _of("TIFF", "CMYK"), _deep("TIFF"),
        lambda: _saved(Image.fromarray(floats), "TIFF"), _by_opencv(".tif", rgb16),
        lambda: _saved(_see_through(), "TIFF", compression="packbits"), _moving("TIFF"),
    ]  # fmt: skip


def _gif():
    return [
        _of("GIF"), _of("GIF", "L"), _of("GIF", "1"), _of("GIF", interlace=0), _moving("GIF"),
        _moving("GIF", loop=0, duration=20), _of("GIF", "P", transparency=5), _of("GIF", size=(16, 16)),
        _of("GIF", size=(33, 150)), _of("GIF", comment=b"a comment"), _moving("GIF", disposal=2),
        _of("GIF", "P", size=(50, 40)),
    ]  # fmt: skip


_MAKERS = {"JPEG": _jpeg, "PNG": _png, "WEBP": _webp, "BMP": _bmp, "TIFF": _tiff, "GIF": _gif}
