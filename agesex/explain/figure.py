"""One explanation as a figure to print and as numbers.

png("MobileNet 144", face.crop, explanation, prediction)     # bytes: face | map on it | raw map, caption
csv(explanation)                                             # row,column,value
"""

import functools
import unicodedata

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from agesex import annotate, faces, images, words
from agesex.explain.methods import METHODS
from agesex.explain.overlay import overlay
from agesex.explain.seam import unit

PANEL, GAP, MARGIN = 480, 30, 50  # px
WIDTH = 3 * PANEL + 2 * GAP + 2 * MARGIN
TITLE, HEAD, TEXT = 36, 24, 21  # px, sizes of letters
LEAD = 1.42  # distance of lines, in sizes of letters
SOFT = (92, 101, 115)
STRENGTH = 0.6  # of the overlay
CAUTION = "A map shows where this method finds a link to the answer, not why. Research use only."
# Pillow's own font, the only one that is always there, knows ASCII and curly quotation marks
SPELT = str.maketrans({"×": "x", "–": "-", "—": "-", "−": "-", "’": "'", "ß": "ss", "≤": "<=", "≥": ">="})
KNOWN = set("“”‘’…·°±«»‹›©™")


def png(model_title, crop, explanation, prediction, average=False, hide_sex=False):
    """A figure with caption.

    Args:
        model_title: of the model, as its card has it.
        crop: uint8 (H, W, 3), the face that was explained.
        explanation: its Explanation.
        prediction: its Prediction.
        average: True for an average face, whose interval means nothing and is left out.
        hide_sex: True where the caption is to say the age only.

    Returns:
        bytes of a PNG without metadata, 1,600 px wide.
    """
    rows, columns = explanation.raw.shape
    # of an empty map nothing is drawn: a constant one would come out wholly bright
    raw = np.zeros_like(explanation.raw) if explanation.empty else explanation.raw
    pictures = {
        "The face, aligned": faces.resize(crop, faces.SIZE),
        "The map laid over it": overlay(crop, explanation, STRENGTH),
        f"The map as computed, {rows} × {columns} cells": annotate.cells(raw, PANEL),
    }
    caption = _caption(model_title, explanation, prediction, average, hide_sex)
    lines = [line for text in caption for line in _wrapped(text, TEXT, WIDTH - 2 * MARGIN)]
    heads = MARGIN + round(TITLE * LEAD) + 12
    panels = heads + round(HEAD * LEAD) + 6
    legend = panels + PANEL + 24
    text = legend + round(TEXT * LEAD) + 24
    sheet = Image.new("RGB", (WIDTH, text + round(len(lines) * TEXT * LEAD) + MARGIN - 10), annotate.PAPER)
    draw = ImageDraw.Draw(sheet)
    _write(draw, (MARGIN, MARGIN), _title(explanation), TITLE)
    for i, (heading, picture) in enumerate(pictures.items()):
        left = MARGIN + i * (PANEL + GAP)
        _write(draw, (left, heads), heading, HEAD, SOFT)
        large = cv2.resize(picture, (PANEL, PANEL), interpolation=cv2.INTER_CUBIC)
        sheet.paste(Image.fromarray(large), (left, panels))
    _legend(sheet, draw, legend, explanation)
    for i, line in enumerate(lines):
        _write(draw, (MARGIN, text + round(i * TEXT * LEAD)), line, TEXT)
    return images.encode_png(np.asarray(sheet))


def csv(explanation):
    """The raw map as numbers.

    Args:
        explanation: an Explanation.

    Returns:
        str: a heading and a line "row,column,value" per cell, counted from 0 at the upper left; values as
        in `Explanation.raw`, in nine digits, which hold a float32 exactly.
    """
    lines = [f"{row},{column},{value:.9g}" for (row, column), value in np.ndenumerate(explanation.raw)]
    return "\n".join(["row,column,value", *lines]) + "\n"


def _title(explanation):
    method = METHODS[explanation.method]
    if method.directed:
        return f"{method.title}: what speaks for “{explanation.target}”"
    return f"{method.title}: where a change moves “{explanation.target}” most, up or down"


def _caption(model_title, explanation, prediction, average=False, hide_sex=False):
    """The paragraphs below the pictures."""
    method = METHODS[explanation.method]
    layer = f", at the layer {explanation.layer}" if explanation.layer else ""
    interval = "an average face, so no interval is given" if average else words.interval(prediction)
    sex = "" if hide_sex else f"; {words.sex(prediction)} ({words.certainty(prediction)})"
    return [
        f"Model: {model_title}. Its answer: {words.age(prediction)} ({interval}){sex}.",
        f"Method: {method.title} ({method.source}){layer}. Target: “{explanation.target}”, counted in "
        f"{unit(explanation.target)}.",
        explanation.note,
        CAUTION,
    ]


def _legend(sheet, draw, top, explanation):
    """The palette between two words; an empty map has none."""
    if explanation.empty:
        _write(draw, (MARGIN, top), "The map is empty: there is no strongest place.", TEXT, SOFT)
        return
    left, width, height = MARGIN, PANEL, round(TEXT * LEAD)
    least = "nothing speaks for it" if METHODS[explanation.method].directed else "nothing changes"
    ends = (least, "the strongest place of this map (two maps cannot be compared by colour)")
    left += _write(draw, (left, top), ends[0], TEXT, SOFT) + 16
    sheet.paste(Image.fromarray(annotate.scale_bar(width, height - 8)), (left, top + 2))
    _write(draw, (left + width + 16, top), ends[1], TEXT, SOFT)


def _write(draw, at, text, size, colour=annotate.INK):
    """Write a line, its top at `at`; returns its width, px."""
    text = _spelt(text)
    draw.text(at, text, colour, _font(size), "la")
    return round(_font(size).getlength(text))


def _wrapped(text, size, width):
    """Lines that fit into a width, px; a longer word, a layer's name for instance, is cut."""
    lines = [""]
    for word in _spelt(text).split():
        while _font(size).getlength(word) > width:
            fits = next(n for n in range(len(word), 0, -1) if _font(size).getlength(word[:n]) <= width)
            lines, word = [*lines, word[:fits]], word[fits:]
        longer = f"{lines[-1]} {word}".strip()
        if _font(size).getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return [line for line in lines if line]


def _spelt(text):
    """What the font can draw: other letters lose their accents, the rest becomes a question mark."""
    plain = "".join(c if c in KNOWN else unicodedata.normalize("NFKD", c) for c in text.translate(SPELT))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return "".join(c if c in KNOWN or c.isascii() and c.isprintable() else "?" for c in plain)


@functools.lru_cache(maxsize=4)
def _font(size):
    return ImageFont.load_default(size)
