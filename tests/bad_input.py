"""One table of odd input, made on the fly: what every door must say to it, or answer.

    for row in REFUSED:
        door.ask(row.name, row.make())          # says row.says, with the status row.status

The photo is grey in quarters. A stub that looks at the upper left one reads 40 years off it, and other ages
off the others, so a picture that is turned, inverted or cut wrongly gives itself away; one that is mirrored
at its diagonal does by its size.
"""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from asgi import encoded
from PIL import Image, ImageCms

WIDTH, HEIGHT = 96, 64
LEVELS = np.array([[102, 204], [26, 153]], np.uint8)  # 102 of 255: 40 years
PHOTO = Image.fromarray(LEVELS.repeat(HEIGHT // 2, axis=0).repeat(WIDTH // 2, axis=1))
TURNS = {  # EXIF orientation -> how an upright picture is stored under it (EXIF 2.32, 4.6.4 A)
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@dataclass(frozen=True)
class Row:
    """One file, and what has to come of it.

    Attributes:
        name: the file's name.
        make: function without arguments that gives its bytes.
        says: a phrase of the refusal, or of what is noted beside the answer; "" for an answer without a note.
        status: HTTP status of the refusal; 200 where an answer must come.
        age: years of every answer; None where none may come, or where the detector is a real one.
        faces: how many answers must come.
    """

    name: str
    make: Callable[[], bytes]
    says: str = ""
    status: int = 200
    age: float | None = 40
    faces: int = 1


def refused(name, make, says, status):
    """A row without an answer."""
    return Row(name, make, says, status, None, 0)


def photo(kind="PNG", picture=PHOTO, **options):
    """The photo as a file."""
    return encoded(picture.convert("RGB") if picture.mode == "L" else picture, kind, **options)


def jpeg(**options):
    """The photo as a JPEG in which 40 years are still 40."""
    return photo("JPEG", quality=95, **options)


def with_chunk(kind, data):
    """The photo as PNG with one more chunk after its header."""
    png, chunk = photo(), struct.pack(">I", len(data)) + kind + data
    return png[:33] + chunk + struct.pack(">I", zlib.crc32(kind + data)) + png[33:]


def with_comment(length):
    """The photo as JPEG with comments of at least so many bytes in all, in steps of 64 KB."""
    data, full = jpeg(), b"\xff\xfe\xff\xff" + b"x" * 65533
    return data[:2] + full * -(-length // len(full)) + data[2:]


def several(kind, **options):
    """The photo and two other pictures in one file."""
    others = [Image.new("RGB", (WIDTH, HEIGHT), colour) for colour in ("white", "black")]
    return photo(kind, save_all=True, append_images=others, **options)


def bomb():
    """A PNG of 100 KB whose header promises a text that unpacks to 100 MB."""
    return with_chunk(b"zTXt", b"c\0\0" + zlib.compress(bytes(100 * 2**20)))


def turned(orientation):
    """The photo stored turned, with the tag that says so."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    return jpeg(picture=PHOTO.transpose(TURNS[orientation]), exif=tags)


def clear():
    """Black in the upper left, half of it see-through: over white half as light as that, 50 years."""
    picture = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    picture[..., 3] = 255
    picture[: HEIGHT // 2, : WIDTH // 2, 3] = 128
    return encoded(picture)


def palette():
    """The same with colours from a table."""
    picture = Image.new("P", (WIDTH, HEIGHT), 1)
    picture.putpalette([0, 0, 0, 255, 255, 255])
    picture.paste(0, (0, 0, WIDTH // 2, HEIGHT // 2))
    return encoded(picture, transparency=bytes([128, 255]))


def bits():
    """Black and white only: two of five pixels of the upper left are white."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return encoded(Image.fromarray((x + 2 * y) % 5 < 2))


def deep(colours):
    """16 bits per channel: the same share of the full scale."""
    values = np.asarray(PHOTO).astype(np.uint16) * 257
    if not colours:
        return encoded(Image.fromarray(values))
    return cv2.imencode(".tif", np.dstack([values] * 3))[1].tobytes()


def cmyk():
    """The photo in four inks, as Adobe writes it."""
    inks = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    inks[..., 3] = 255 - np.asarray(PHOTO)
    return encoded(Image.fromarray(inks, "CMYK"), "JPEG", quality=95)


def cmyk_profile():
    """A valid colour profile of a printer: four inks in, Lab out, by a table of 16 corners (ICC.1, lut8Type)."""
    ramp = bytes(range(256))
    corners = b"".join(  # lightness, and no colour
        bytes([round(255 * (1 - max(k, (c + m + y) / 3))), 128, 128])
        for c, m, y, k in np.ndindex(2, 2, 2, 2)
    )
    matrix = struct.pack(">9i", *(65536 * int(i % 4 == 0) for i in range(9)))
    table = b"mft1\0\0\0\0\4\3\2\0" + matrix + ramp * 4 + corners + ramp * 3
    head = b"lcms" + bytes([2, 0x20, 0, 0]) + b"prtrCMYKLab " + bytes(12) + b"acsp" + bytes(28)
    head += struct.pack(">3i", 63190, 65536, 54061) + bytes(48)
    tags = struct.pack(">I4sII", 1, b"A2B0", 144, len(table))
    return struct.pack(">I", 4 + len(head) + len(tags) + len(table)) + head + tags + table


def srgb_profile():
    """The usual profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def noise():
    """A photo's worth of nothing."""
    return encoded(np.random.default_rng(0).integers(0, 255, (240, 320, 3), np.uint8))


def nobody():
    """Coins."""
    from skimage import data

    return encoded(data.coins())


def crowd():
    """Twelve times the astronaut's face, in rows of four."""
    from skimage import data

    return encoded(np.tile(data.astronaut()[20:220, 130:330], (3, 4, 1)))


def white(width, height):
    """A PNG of one bit a pixel, which costs little whatever its size."""
    return encoded(Image.new("1", (width, height), 1))


def claiming(width, height):
    """The photo as PNG whose header claims another size."""
    data = bytearray(photo())
    data[16:24] = struct.pack(">II", width, height)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    return bytes(data)


TEXT = b"this is no picture, whatever its name says"
HTML = b"<!DOCTYPE html>\n<html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

REFUSED = (
    refused("truncated.jpg", lambda: jpeg()[:-30], "damaged or cut off", 422),
    refused("head.jpg", lambda: jpeg()[:100], "damaged or cut off", 422),
    refused("truncated.png", lambda: photo()[:-60], "damaged or cut off", 422),
    refused("head.png", lambda: photo()[:20], "damaged or cut off", 422),
    refused("empty.jpg", lambda: b"", "empty (0 bytes)", 422),
    refused("text.jpg", lambda: TEXT, "not a picture that can be read. Use a JPEG", 415),
    refused("html.png", lambda: HTML, "it begins as a web page", 415),
    refused("pdf.jpg", lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "it begins as a PDF document", 415),
    refused("drawing.svg", lambda: SVG, "it begins as an SVG drawing", 415),
    refused("huge.png", lambda: white(8000, 6251), "8,000×6,251 pixels; at most 50 million", 413),
    refused("warned.png", lambda: claiming(10_000, 10_000), "10,000×10,000 pixels; at most 50 million", 413),
    refused("far.png", lambda: claiming(60_000, 60_000), "far more pixels than 50,000,000", 413),
    refused("heavy.jpg", lambda: with_comment(25 * 2**20), "25 MB", 413),
    refused("bomb.png", bomb, "damaged or cut off", 422),
    refused("speck.png", lambda: white(1, 1), "1×1 pixels; at least 16×16", 422),
    refused("thread.png", lambda: white(1, 5000), "1×5000 pixels; at least 16×16", 422),
)

ANSWERED = (
    Row("plain.jpg", jpeg),
    *(Row(f"moving.{kind.lower()}", lambda kind=kind: several(kind), "the first of 3 frames was used")
      for kind in ("GIF", "WEBP")),
    Row("moving.png", lambda: several("PNG"), "the first of 3 frames was used"),
    Row("pages.tif", lambda: several("TIFF"), "the first of 3 frames was used"),
    Row("inks.jpg", cmyk),
    Row("clear.png", clear, age=50),
    Row("palette.png", palette, age=50),
    Row("bits.png", bits),
    Row("deep.png", lambda: deep(colours=False)),
    Row("deep.tif", lambda: deep(colours=True)),
    *(Row(f"turned{number}.jpg", lambda number=number: turned(number)) for number in TURNS),
    Row("tags.jpg", lambda: jpeg(exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff")),
    Row("tags.png", lambda: photo(exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff")),
    Row("colours.jpg", lambda: jpeg(icc_profile=b"no profile at all")),
    Row("halved.png", lambda: photo(icc_profile=srgb_profile()[:200])),
    Row("printer.jpg", lambda: jpeg(icc_profile=cmyk_profile())),
    Row("printer.png", lambda: photo(icc_profile=cmyk_profile())),
    Row("talkative.jpg", lambda: with_comment(20 * 2**20)),
)  # fmt: skip

SEARCHED = (  # by the real detector
    refused("black.png", lambda: encoded(Image.new("RGB", (320, 240))), "no face was found", 422),
    refused("noise.png", noise, "no face was found", 422),
    refused("nobody.png", nobody, "no face was found", 422),
    Row("crowd.png", crowd, age=None, faces=12),
)

NAMES = (
    "../../evil.png",
    "\N{FOX FACE}.png",
    "n" * 296 + ".png",
    "two\nlines.png",
    "<script>alert(1)<img src=x onerror=alert(1)>.png",
    "![x](http:evil).png",
    "=1+1.png",
)
