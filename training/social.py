"""The picture that stands beside a link to the project, drawn from the average faces: docs/social.png.

    python -m training.social [FILE]

Average faces only (at least 50 photos each), so it shows nobody.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from agesex import samples

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docs" / "social.png"
SIZE, EDGE, GAP = (1280, 640), 64, 8  # px
PAPER, INK, ACCENT, SOFT = "#fdfcf9", "#18202c", "#e0894a", "#4b5563"
LINES = ("What a face-age-and-sex model sees,", "how good it is, and how far to trust it.")


def picture():
    """The picture: PIL image, RGB, of `SIZE`."""
    sheet = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((0, 0, 12, SIZE[1]), fill=ACCENT)
    draw.text((EDGE, 64), "agesex", font=ImageFont.load_default(84), fill=INK)
    for number, line in enumerate(LINES):
        draw.text((EDGE, 178 + 50 * number), line, font=ImageFont.load_default(40), fill=SOFT)
    cells = samples.index()
    bands = sorted({cell["low"] for cell in cells})
    side = (SIZE[0] - 2 * EDGE - GAP * (len(bands) - 1)) // len(bands)
    for cell in cells:
        with Image.open(samples.FOLDER / cell["file"]) as face:
            small = face.convert("RGB").resize((side, side), Image.Resampling.LANCZOS)
        row = ("female", "male").index(cell["sex"])
        sheet.paste(small, (EDGE + bands.index(cell["low"]) * (side + GAP), 330 + row * (side + GAP)))
    draw.text(
        (EDGE, 330 + 2 * (side + GAP) + 10), "Averages of at least 50 photos each: they show nobody.",
        font=ImageFont.load_default(24), fill=SOFT,
    )  # fmt: skip
    return sheet


def same(one, other):
    """Whether two pictures show the same; text may differ by a shade between versions of FreeType."""
    one, other = (np.asarray(picture.convert("RGB"), float) for picture in (one, other))
    return one.shape == other.shape and np.abs(one - other).mean() < 1


def main():
    """Write it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", nargs="?", type=Path, default=FILE)
    picture().quantize(200).save(parser.parse_args().file, optimize=True)


if __name__ == "__main__":
    main()
