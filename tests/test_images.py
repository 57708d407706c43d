"""agesex.images: every kind of picture comes out upright RGB, every kind of rubbish as a sentence.

pytest tests/test_images.py
"""

import importlib.util
import io
import os
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from agesex import images
from agesex.errors import BadImage

RED, GREEN, BLUE, GREY = (255, 0, 0), (0, 255, 0), (0, 0, 255), (90, 90, 90)


def quarters(width=64, height=48):
    """Red, green / blue, grey: every turn and mirror of it looks different."""
    picture = np.empty((height, width, 3), np.uint8)
    picture[: height // 2, : width // 2] = RED
    picture[: height // 2, width // 2 :] = GREEN
    picture[height // 2 :, : width // 2] = BLUE
    picture[height // 2 :, width // 2 :] = GREY
    return picture


def encoded(picture, format="PNG", mode=None, **options):
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    out = io.BytesIO()
    (image.convert(mode) if mode else image).save(out, format, **options)
    return out.getvalue()


def corners(picture):
    return [tuple(int(v) for v in picture[y, x]) for y in (3, -4) for x in (3, -4)]


def refused(source, **limits):
    """The message of the BadImage that the source must raise: one or two plain sentences."""
    with pytest.raises(BadImage) as caught:
        images.decode(source, **limits)
    message = str(caught.value)
    assert message.endswith(".") and "Traceback" not in message and len(message) < 320
    return message


def png_header(width, height, size=0):
    """A PNG that claims any size: header, then `size` bytes of compressed zeros."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000) + b"\0" * size
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


# -- what comes in: bytes, path, file, array


def test_bytes_path_string_file_and_array_give_the_same_picture(tmp_path):
    data = encoded(quarters())
    path = tmp_path / "a.png"
    path.write_bytes(data)
    upload = io.BytesIO(data)
    upload.read()  # a page that runs again finds it at its end
    with path.open("rb") as file:
        for source in (data, bytearray(data), path, str(path), upload, file, quarters()):
            assert np.array_equal(images.decode(source), quarters())


@pytest.mark.parametrize("format", ["PNG", "WEBP", "BMP", "TIFF", "GIF"])
def test_lossless_formats(format):
    options = {"lossless": True} if format == "WEBP" else {}
    assert np.array_equal(images.decode(encoded(quarters(), format, **options)), quarters())


def test_the_result_is_writable_contiguous_and_not_the_source():
    source = quarters()
    for made in (
        images.decode(source),
        images.decode(encoded(source)),
        images.decode(source[:, ::-1]),
    ):
        assert made.dtype == np.uint8 and made.flags.c_contiguous and made.flags.writeable
        made[:] = 0
    assert source.any()


@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 1)])
def test_grey_arrays(shape):
    picture = images.decode(np.full(shape, 77, np.uint8))
    assert picture.shape == (20, 30, 3) and (picture == 77).all()


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((20, 20, 3), np.float32),
        np.zeros((20, 20, 3), np.uint16),
        np.zeros((20, 20, 3), bool),
        np.zeros((20, 20, 2), np.uint8),
        np.zeros((20, 20, 5), np.uint8),
        np.zeros((1, 20, 20, 3), np.uint8),
        np.zeros(400, np.uint8),
        np.zeros((), np.uint8),
    ],
)
def test_other_arrays_are_refused(array):
    message = refused(array)
    assert str(array.dtype) in message and str(array.shape) in message


# -- upright


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_eight_exif_orientations(orientation, format):
    # EXIF 2.32, 4.6.4 A: where the picture's top left corner lies in the stored rows and columns
    turned = {
        1: lambda p: p,
        2: lambda p: p[:, ::-1],
        3: lambda p: p[::-1, ::-1],
        4: lambda p: p[::-1],
        5: lambda p: p.swapaxes(0, 1),
        6: lambda p: p.swapaxes(0, 1)[::-1],
        7: lambda p: p.swapaxes(0, 1)[::-1, ::-1],
        8: lambda p: p.swapaxes(0, 1)[:, ::-1],
    }[orientation](quarters())
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"JPEG": {"quality": 100, "subsampling": 0}, "WEBP": {"lossless": True}}
    data = encoded(np.ascontiguousarray(turned), format, exif=exif, **options.get(format, {}))
    picture = images.decode(data)
    assert picture.shape == (48, 64, 3)
    assert np.abs(picture.astype(int) - quarters()).max() < 12
    if format == "JPEG":  # OpenCV as the independent reader of the tag
        other = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1]
        assert np.abs(other.astype(int) - picture).max() < 12


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")  # Pillow's note; the picture is good
def test_nonsense_in_the_orientation_tag_is_ignored():
    for exif in (b"Exif\0\0garbage", b"Exif\0\0II*\0\x08\0\0\0\xff\xff", b""):
        data = encoded(quarters(), "JPEG", exif=exif, quality=100)
        assert images.decode(data).shape == (48, 64, 3)
    exif = Image.Exif()
    exif[0x0112] = 42
    assert images.decode(encoded(quarters(), "PNG", exif=exif)).shape == (48, 64, 3)


# -- modes


def test_transparency_is_laid_over_white():
    rgba = np.dstack([quarters(), np.full((48, 64), 255, np.uint8)])
    rgba[:24, :32, 3] = 0  # the red quarter is not there
    rgba[:24, 32:, 3] = 51  # a fifth of green over white: 255 · 0.8 = 204
    for source in (
        encoded(rgba),
        rgba,
        encoded(rgba, "TIFF"),
        encoded(rgba, "WEBP", lossless=True),
    ):
        assert corners(images.decode(source)) == [(255,) * 3, (204, 255, 204), BLUE, GREY]


def test_grey_with_alpha_and_grey_with_a_transparent_level():
    la = Image.fromarray(np.full((20, 20), 100, np.uint8)).convert("LA")
    la.putalpha(Image.new("L", (20, 20), 0))
    assert (images.decode(encoded(la)) == 255).all()
    level = encoded(np.full((20, 20), 100, np.uint8), transparency=100)
    assert (images.decode(level) == 255).all()


def test_palette_with_and_without_transparency():
    palette = Image.fromarray(quarters()).quantize(8)
    assert np.abs(images.decode(encoded(palette)).astype(int) - quarters()).max() < 6
    index = palette.getpixel((3, 3))
    assert corners(images.decode(encoded(palette, transparency=index)))[0] == (255, 255, 255)
    everything = bytes([0] * 8)  # an alpha for each entry of the palette
    assert (images.decode(encoded(palette, transparency=everything)) == 255).all()
    assert corners(images.decode(encoded(palette, "GIF", transparency=index)))[0] == (255,) * 3


def test_grey_and_one_bit():
    grey = np.tile(np.arange(64, dtype=np.uint8) * 4, (32, 1))
    assert np.array_equal(images.decode(encoded(grey))[..., 1], grey)
    bits = Image.fromarray(grey).convert("1", dither=Image.Dither.NONE)
    picture = images.decode(encoded(bits))
    assert set(np.unique(picture)) == {0, 255} and (picture[:, :32] == 0).all()


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_16_bit_grey_is_scaled_not_clipped(format):
    deep = np.tile(np.linspace(0, 65535, 64).astype(np.uint16), (32, 1))
    picture, notes = images.decode_with_notes(encoded(Image.fromarray(deep), format))
    assert notes == []
    assert np.array_equal(picture[0, :, 0], np.round(deep[0] / 257))


def test_12_bit_grey_in_a_16_bit_file_is_not_black_and_says_so():
    deep = np.tile(np.linspace(0, 4000, 64).astype(np.uint16), (32, 1))
    picture, notes = images.decode_with_notes(encoded(Image.fromarray(deep)))
    assert picture.max() == round(4000 / 4095 * 255)
    assert notes == ["its values were taken as 0 to 4095 instead of 0 to 65535"]


@pytest.mark.parametrize(
    ("low", "high", "darkest", "brightest"),
    [(0.0, 1.0, 0, 255), (0.0, 0.5, 0, 128), (0.0, 255.0, 0, 255), (-3.0, 5.0, 0, 255)],
)
def test_float_tiff(low, high, darkest, brightest):
    values = np.tile(np.linspace(low, high, 64, dtype=np.float32), (32, 1))
    picture, notes = images.decode_with_notes(encoded(Image.fromarray(values), "TIFF"))
    assert (picture.min(), picture.max()) == (darkest, brightest)
    assert notes == (["its values -3 to 5 were stretched to 0 to 255"] if low < 0 else [])


def test_float_tiff_with_nan_and_of_one_value():
    values = np.full((20, 20), np.nan, np.float32)
    values[:10] = 1.0
    assert set(np.unique(images.decode(encoded(Image.fromarray(values), "TIFF")))) == {0, 255}
    flat = np.full((20, 20), -7.0, np.float32)
    assert (images.decode(encoded(Image.fromarray(flat), "TIFF")) == 0).all()


def test_cmyk_jpeg_as_adobe_writes_it_is_not_inverted():
    light = Image.new("CMYK", (32, 32), (0, 0, 0, 25))  # a tenth of black ink
    data = encoded(light, "JPEG", quality=95)
    assert b"Adobe" in data  # Pillow, like Photoshop, stores the inks inverted and says so
    assert np.abs(images.decode(data).astype(int) - 230).max() < 6
    assert np.abs(images.decode(encoded(light, "TIFF")).astype(int) - 230).max() < 2


def test_other_colour_spaces_become_rgb():
    for mode in ("YCbCr", "LAB"):
        if mode == "LAB":
            image = Image.new("LAB", (20, 20), (128, 128, 128))  # a and b in the middle: grey
        else:
            image = Image.fromarray(np.full((20, 20, 3), 128, np.uint8)).convert(mode)
        picture = images.decode(encoded(image, "TIFF"))
        assert picture.shape == (20, 20, 3) and np.abs(picture.astype(int) - 125).max() < 12


# -- colour profiles


def swapped_profile():
    """A valid profile whose red and blue primaries changed places: sRGB with rXYZ, bXYZ swapped."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = (
        data.replace(b"rXYZ", b"????", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"????", b"bXYZ", 1)
    )
    return data.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))


def test_an_embedded_profile_is_converted_to_srgb():
    picture = images.decode(encoded(quarters(), icc_profile=swapped_profile()))
    red, green, blue, grey = (np.array(c) for c in corners(picture))
    assert red.argmax() == 2 and blue.argmax() == 0 and green.argmax() == 1
    assert np.ptp(grey) < 8


def test_srgb_and_broken_profiles_leave_the_pixels_alone():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for profile in (srgb, lab, b"garbage", srgb[:200], b"\0" * 128):
        for format in ("PNG", "TIFF"):
            data = encoded(quarters(), format, icc_profile=profile)
            assert np.array_equal(images.decode(data), quarters())


# -- several frames


@pytest.mark.parametrize("format", ["GIF", "WEBP", "TIFF", "PNG"])
def test_the_first_of_several_frames_is_used_and_said(format):
    frames = [Image.new("RGB", (32, 32), colour) for colour in (RED, GREEN, BLUE)]
    options = {"lossless": True} if format == "WEBP" else {}
    data = encoded(frames[0], format, save_all=True, append_images=frames[1:], **options)
    picture, notes = images.decode_with_notes(data)
    assert (picture == RED).all()
    assert notes == ["the first of 3 frames was used"]


# -- limits, before anything is decoded


def test_a_huge_png_of_one_megabyte_is_refused_from_its_header(monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("it was decoded"))
    message = refused(png_header(20_000, 20_000, size=2**20))
    assert "20,000" in message or "50,000,000" in message
    message = refused(png_header(9_000, 9_000))
    assert "9,000×9,000" in message and "50 million" in message
    refused(png_header(2**31 - 1, 2**31 - 1))


def test_limits_can_be_given():
    assert "at most 0.001 million" in refused(encoded(quarters()), max_pixels=1000)
    assert "larger than" in refused(encoded(quarters()), max_bytes=100)
    assert "0.001 million" in refused(quarters(), max_pixels=1000)


def test_a_file_over_the_limit_is_not_read(tmp_path):
    path = tmp_path / "big.jpg"
    with path.open("wb") as file:
        file.truncate(10**12)  # sparse: reading it would take minutes and all the memory
    assert "“big.jpg” is larger than 25 MB" in refused(path)

    class Endless(io.RawIOBase):
        def read(self, size=-1):
            assert 0 < size <= 25 * 2**20 + 1
            return b"\0" * size

    assert "larger than" in refused(Endless())


def test_too_small():
    assert "15×40" in refused(encoded(np.zeros((40, 15, 3), np.uint8)))
    assert images.decode(np.zeros((16, 16, 3), np.uint8)).shape == (16, 16, 3)
    refused(np.zeros((0, 16, 3), np.uint8))


def test_pillow_is_left_as_it_was():
    before = (Image.MAX_IMAGE_PIXELS, sorted(Image.OPEN))
    images.decode(encoded(quarters()))
    refused(png_header(20_000, 20_000))
    assert (Image.MAX_IMAGE_PIXELS, sorted(Image.OPEN)) == before


# -- rubbish


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_cut_off_file_is_refused_not_shown_half_grey(format, part):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    data = encoded(noise, format)
    message = refused(data[: int(len(data) * part)])
    assert "cannot be read" in message or "can be read" in message


def test_empty_text_and_other_files_get_a_sentence(tmp_path):
    text = tmp_path / "note.jpg"
    text.write_text("this is not a photo\n" * 100)
    assert "“note.jpg” is not a picture" in refused(text)
    (tmp_path / "empty.png").touch()
    assert "“empty.png” is empty" in refused(tmp_path / "empty.png")
    assert "empty" in refused(b"")
    for data in (
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"%PDF-1.7",
        b"PK\3\4",
        b"<svg/>",
    ):
        refused(data + b"\0" * 50)


def test_formats_outside_the_list_are_refused():
    for format in ("PPM", "ICO", "TGA", "PCX"):
        assert "not a picture" in refused(encoded(quarters(), format))


def test_missing_files_folders_and_impossible_names(tmp_path):
    assert "is a folder" in refused(tmp_path)
    assert "“nowhere.jpg” does not exist" in refused(tmp_path / "nowhere.jpg")
    refused("a\0b.jpg")
    refused("a" * 5000)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.jpg")
        assert "not an ordinary file" in refused(tmp_path / "pipe.jpg")


def test_things_that_are_no_source():
    for source in (None, 42, ["a.jpg"], io.StringIO("text")):
        assert "Received" in refused(source)


def test_a_message_names_an_upload_but_never_its_folder_or_control_characters():
    upload = io.BytesIO(b"nothing")
    upload.name = "C:\\Users\\ann\\my\nphoto\x1b[31m.jpg"
    message = refused(upload)
    assert "photo" in message and "ann" not in message
    assert message.isprintable()


def test_heic_gets_its_own_sentence(monkeypatch):
    heic = struct.pack(">I", 24) + b"ftypheic" + b"\0" * 100
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda n, *a: None if n == "pillow_heif" else find(n, *a)
    )
    assert "HEIC" in refused(heic) and "JPEG" in refused(heic)


# -- out again, and from several threads


def test_png_round_trip_without_metadata():
    data = images.encode_png(quarters())
    assert np.array_equal(images.decode(data), quarters())
    image = Image.open(io.BytesIO(data))
    assert image.info == {} and not image.getexif()
    assert images.decode(images.encode_png(quarters()[..., 0])).shape == (48, 64, 3)


def test_many_threads():
    data = [encoded(quarters(), "JPEG", quality=90), encoded(quarters(), "GIF"), b"rubbish"] * 20

    def attempt(source):
        try:
            return images.decode(source).tobytes()
        except BadImage as error:
            return str(error)

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(attempt, data))
    assert len(set(results)) == 3
