"""The one door for pictures: bytes, path, open file or array in, upright RGB out.

    photo = decode("portrait.jpg")                  # (H, W, 3) uint8
    photo, notes = decode_with_notes(upload)        # notes: ["the first of 12 frames was used"]

Limits on bytes and pixels are checked before anything is decoded, and only the six usual formats
are tried (HEIC too, where the optional package pillow-heif is installed). What nobody could
guess: the EXIF orientation is applied, transparency is laid over white, an embedded colour profile
is converted to sRGB where that works, and 16-bit and float pictures are scaled, not clipped.
"""

import importlib.util
import io
import os
import re
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from agesex.errors import BadImage, NotAPicture, TooLarge

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif")
MAX_BYTES = 25 * 2**20
MAX_PIXELS = 50_000_000
MIN_SIDE = 16  # pixels; less cannot show a face
NAMELESS = "The picture"  # in messages
ADVICE = "Use a JPEG, PNG, WebP, BMP, TIFF or GIF picture."

_BEGINNINGS = (  # of formats that are read here, for files whose head is damaged
    (rb"\xff\xd8\xff", "JPEG"),
    (rb"\x89PNG\r\n\x1a\n", "PNG"),
    (rb"GIF8[79]a", "GIF"),
    (rb"RIFF.{4}WEBP", "WEBP"),
    (rb"II\*\0|MM\0\*", "TIFF"),
)
_OTHERS = (  # what is often renamed to a picture, and how it begins
    (rb"%PDF-", "a PDF document"),
    (rb"PK\x03\x04", "a .zip archive or an office document"),
    (rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?(<!doctype svg[^>]*>\s*)?<svg\b", "an SVG drawing"),
    (rb"\s*(<!--.*?-->\s*)?<(!doctype html|html|head|body)\b", "a web page"),
)

_UPRIGHT = {  # EXIF orientation -> what makes it upright; ImageOps.exif_transpose also rewrites the
    2: Image.Transpose.FLIP_LEFT_RIGHT,  # tag, and fails on photos whose other tags are damaged
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PROFILED = ("RGB", "L", "CMYK")  # modes that a profile is applied to as they are
_STRIP = 2**21  # pixels
_RANGES = (1, 255, 1023, 4095, 16383, 65535)  # full scale of float, 8-, 10-, 12-, 14-, 16-bit


def decode(source, *, max_bytes=MAX_BYTES, max_pixels=MAX_PIXELS):
    """A picture as upright RGB.

    Args:
        source: bytes, a path, an open binary file, or an array of uint8 with shape (H, W),
            (H, W, 1), (H, W, 3) or (H, W, 4): grey, RGB or RGBA, taken as upright.
        max_bytes: a larger file is refused unread.
        max_pixels: a larger picture is refused from its header.

    Returns:
        (H, W, 3) uint8 RGB, C-contiguous, writable, never shared with `source`.

    Raises:
        BadImage: nothing that can be shown; the message says why.
    """
    return decode_with_notes(source, max_bytes=max_bytes, max_pixels=max_pixels)[0]


def decode_with_notes(source, *, max_bytes=MAX_BYTES, max_pixels=MAX_PIXELS):
    """As `decode`, with what a person should know about how the picture was read.

    Returns:
        (array, notes): (H, W, 3) uint8, and a list of clauses such as "the first of 3 frames was
        used"; empty for an ordinary photo.
    """
    if isinstance(source, np.ndarray):
        return _from_array(source, max_pixels), []
    data, name = _read(source, max_bytes)
    try:
        image = _open_heif(data, name) or Image.open(io.BytesIO(data), formats=FORMATS)
    except BadImage:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooLarge(f"{name} has far more pixels than {max_pixels:,}. Reduce it.") from error
    except Exception as error:  # plugins fail in many ways on broken headers
        raise _unknown(data[:1000], name) from error
    with image:
        _check_size(image.width, image.height, name, max_pixels)
        try:
            return _upright_rgb(image)
        except Exception as error:  # and so do decoders
            raise BadImage(
                f"{name} is damaged or cut off: it begins as a picture ({image.format}, "
                f"{image.width}×{image.height} pixels) but cannot be read to its end. Copy or send "
                "it again."
            ) from error


def encode_png(array):
    """Write a picture as PNG, without any metadata.

    Args:
        array: (H, W, 3), (H, W, 4) or (H, W) uint8.

    Returns:
        bytes.
    """
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(array)).save(out, "PNG")
    return out.getvalue()


def _read(source, max_bytes):
    """(bytes, the name to use in messages); at most max_bytes + 1 are ever read."""
    name = NAMELESS
    if isinstance(source, (bytes, bytearray, memoryview)):
        data = bytes(source)
    elif isinstance(source, (str, os.PathLike)):
        name = quoted(os.fspath(source))
        data = _read_path(source, name, max_bytes)
    elif hasattr(source, "read"):
        name = quoted(source.name) if isinstance(getattr(source, "name", None), str) else name
        try:
            if source.seekable():  # a page that runs again finds its upload read to the end
                source.seek(0)
            data = source.read(max_bytes + 1)
        except (AttributeError, OSError, ValueError) as error:
            raise BadImage(f"{name} cannot be read from: {error}. Open it again.") from error
    else:
        data = source
    if not isinstance(data, bytes):
        raise BadImage(
            "A picture must come as bytes, a path, a file opened in binary mode or an array of "
            f"uint8. Received: {type(data).__name__}."
        )
    if len(data) > max_bytes:
        raise _too_large(name, max_bytes)
    if not data:
        raise BadImage(f"{name} is empty (0 bytes). Copy or send it again.")
    return data, name


def _read_path(path, name, max_bytes):
    """The bytes of a regular file within the limit."""
    try:
        path = Path(os.fsdecode(path))
        if path.is_dir():
            raise BadImage(f"{name} is a folder, not a picture. Name a file in it.")
        if not path.exists():
            raise BadImage(f"{name} does not exist. Check the spelling and the folder.")
        if not path.is_file():
            raise BadImage(f"{name} is not an ordinary file. {ADVICE}")
        if path.stat().st_size > max_bytes:
            raise _too_large(name, max_bytes)
        with path.open("rb") as file:
            return file.read(max_bytes + 1)
    except (OSError, ValueError) as error:  # no permission, a NUL or 5,000 letters in the name
        reason = getattr(error, "strerror", None) or error
        raise BadImage(f"{name} cannot be opened: {reason}. Check its name and rights.") from error


def _unknown(head, name):
    """The error about a file that no decoder takes, from its first bytes."""
    for pattern, kind in _BEGINNINGS:
        if re.match(pattern, head, re.DOTALL):
            return BadImage(
                f"{name} is damaged or cut off: it begins as a picture ({kind}), but what follows cannot be "
                "read. Copy or send it again, or save it anew."
            )
    text = head.removeprefix(b"\xef\xbb\xbf")
    what = next((what for pattern, what in _OTHERS if re.match(pattern, text, re.I | re.DOTALL)), "")
    said = f": it begins as {what}" if what else ""
    name = "This" if name == NAMELESS else name
    return NotAPicture(f"{name} is not a picture that can be read{said}. {ADVICE}")


def _open_heif(data, name):
    """A HEIC photo as a Pillow image, None for anything else."""
    brand = data[8:12] if data[4:8] == b"ftyp" else b""
    if brand not in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"):
        return None
    if importlib.util.find_spec("pillow_heif") is None:
        raise NotAPicture(
            f"{name} is a HEIC photo, as iPhones write them, which cannot be read here. Export it "
            "as JPEG, or install the optional package: pip install pillow-heif."
        )
    import pillow_heif

    class Heif(pillow_heif.HeifImageFile):
        """The opener itself: registering it would change Pillow for the whole process."""

    return Heif(io.BytesIO(data))


def _check_size(width, height, name, max_pixels):
    if width * height > max_pixels:
        raise TooLarge(
            f"{name} is {width:,}×{height:,} pixels; at most {max_pixels / 1e6:g} million pixels "
            "are read. Reduce it and try again."
        )
    if min(width, height) < MIN_SIDE:
        raise BadImage(
            f"{name} is {width}×{height} pixels; at least {MIN_SIDE}×{MIN_SIDE} are needed. Use a "
            "larger picture."
        )


def _upright_rgb(image):
    """(array, notes) of an opened image: first frame, upright, 8 bits, opaque, sRGB."""
    notes = []
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format != "MPO":  # a phone's MPO: the photo, then its gain map
        notes.append(f"the first of {frames} frames was used")
    image.load()
    profile = image.info.get("icc_profile")
    try:
        orientation = image.getexif().get(0x0112)
    except Exception:  # damaged tags: the pixels are still good
        orientation = None
    if orientation in _UPRIGHT:
        image = image.transpose(_UPRIGHT[orientation])
    if image.mode.startswith(("I", "F")):
        image = _eight_bit(np.asarray(image), image.mode, notes)
    clear, opaque = image.has_transparency_data, _srgb(image.mode, profile)
    # by strips, because Pillow takes 4 bytes a pixel for each copy, and there would be five of them
    width, height = image.size
    out = np.empty((height, width, 3), np.uint8)
    for first, last in _strips(height, width):
        strip = image.crop((0, first, width, last))
        if clear:
            white = Image.new("RGBA", strip.size, "white")
            strip = Image.alpha_composite(white, strip.convert("RGBA")).convert("RGB")
        elif strip.mode not in _PROFILED:
            strip = strip.convert("RGB")
        out[first:last] = np.asarray(opaque(strip))
    return out, notes


def _strips(height, width):
    """(first row, row after the last) of each piece of a picture, of about `_STRIP` pixels."""
    rows = max(1, _STRIP // width)
    return [(first, min(height, first + rows)) for first in range(0, height, rows)]


def _eight_bit(values, mode, notes):
    """A grey picture of other numbers as 8 bits: by the full scale that its values fit into."""
    strips = _strips(*values.shape)

    def numbers(first, last):
        return np.nan_to_num(values[first:last].astype(np.float64), posinf=0.0, neginf=0.0)

    low = min(float(numbers(*strip).min()) for strip in strips)
    high = max(float(numbers(*strip).max()) for strip in strips)
    ranges = _RANGES if mode == "F" else _RANGES[1:]
    if low < 0 or high > ranges[-1]:
        notes.append(f"its values {low:g} to {high:g} were stretched to 0 to 255")
    else:
        low, high = 0.0, next(top for top in ranges if high <= top)
        if mode.startswith("I;16") and high < ranges[-1]:  # 12-bit scans in a 16-bit file
            notes.append(f"its values were taken as 0 to {high:.0f} instead of 0 to 65535")
    scaled = np.empty(values.shape, np.uint8)
    for first, last in strips:
        scaled[first:last] = np.round((numbers(first, last) - low) * (255 / ((high - low) or 1.0)))
    return Image.fromarray(scaled)


def _srgb(mode, profile):
    """The function that makes a strip RGB by the embedded profile; a missing, odd or wrong one is ignored."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "sRGB" not in ImageCms.getProfileDescription(source):
                target = ImageCms.createProfile("sRGB")
                mode = mode if mode in _PROFILED else "RGB"
                transform = ImageCms.buildTransform(source, target, mode, "RGB")
                ImageCms.applyTransform(Image.new(mode, (1, 1)), transform)
                return lambda strip: ImageCms.applyTransform(strip, transform)
        except Exception:  # PyCMSError, and what lcms makes of garbage
            pass
    return lambda strip: strip.convert("RGB")


def _from_array(array, max_pixels):
    shape = array.shape
    if (
        array.dtype != np.uint8
        or len(shape) not in (2, 3)
        or shape[2:] not in ((), (1,), (3,), (4,))
    ):
        raise BadImage(
            "A picture given as an array must be uint8, 0 to 255, with shape (H, W), (H, W, 1), "
            f"(H, W, 3) or (H, W, 4). Received: {array.dtype}, shape {shape}."
        )
    _check_size(shape[1], shape[0], "The array", max_pixels)
    if shape[2:] == (4,):
        return _upright_rgb(Image.fromarray(np.ascontiguousarray(array)))[0]
    grey = shape[2:] in ((), (1,))
    return np.repeat(array.reshape(*shape[:2], 1), 3, axis=2) if grey else array.copy(order="C")


def _too_large(name, max_bytes):
    return TooLarge(
        f"{name} is larger than {max_bytes / 2**20:g} MB. Reduce it or save it as JPEG."
    )


def quoted(path):
    """The last part of a file name in quotes, safe to print: no control characters, at most 80 letters."""
    name = os.fsdecode(path).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    name = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
    return f"“{name if len(name) <= 80 else name[:77] + '…'}”"
