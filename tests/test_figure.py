"""The figure: what stands in it and that nothing overlaps; how it looks is looked at by eye."""

import dataclasses
import io

import numpy as np
import pytest
from PIL import Image

from agesex.explain import METHODS, figure
from agesex.explain.explanation import from_raw
from agesex.predict import Prediction

CROP = np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
ANSWER = Prediction(37.2, (28.6, 45.1), 0.9, None, "female", 0.97)


def explanation(method="grad-cam", layer="conv_5", raw=None, mirror=False):
    raw = np.arange(20.0).reshape(4, 5) if raw is None else raw
    return from_raw(raw, "older", method, layer, mirror=mirror)


def drawn(*args, **options):
    return np.asarray(Image.open(io.BytesIO(figure.png(*args, **options))).convert("RGB"))


def panels(picture):
    """The three panels of a figure, by their place in its layout."""
    top = figure.MARGIN + round(figure.TITLE * figure.LEAD) + 12 + round(figure.HEAD * figure.LEAD) + 6
    lefts = [figure.MARGIN + i * (figure.PANEL + figure.GAP) for i in range(3)]
    return [picture[top : top + figure.PANEL, left : left + figure.PANEL] for left in lefts]


def test_a_figure_has_three_pictures_and_white_margins():
    found = explanation()
    picture = drawn("Stub", CROP, found, ANSWER)
    assert picture.shape[1] == figure.WIDTH == 1600
    face, laid, cells = panels(picture)
    assert np.abs(face[::12, ::12].astype(int) - laid[::12, ::12]).mean() > 5
    assert (cells[0, 0] < 20).all() and (cells[-1, -1] > 150).any()  # from black to bright yellow
    assert len(np.unique(cells.reshape(-1, 3), axis=0)) == 20  # flat squares
    edge = np.concatenate([picture[:, :40].ravel(), picture[:, -40:].ravel(), picture[-30:].ravel()])
    assert (edge == 255).all()


def test_the_same_figure_twice_and_no_metadata():
    one = figure.png("Stub", CROP, explanation(), ANSWER)
    assert one == figure.png("Stub", CROP, explanation(), ANSWER)
    assert Image.open(io.BytesIO(one)).info == {}


@pytest.mark.parametrize("value", [0.0, -2.0, 5.0, np.nan])
def test_an_empty_map_shows_the_face_twice_and_black_cells(value):
    face, laid, cells = panels(drawn("Stub", CROP, explanation(raw=np.full((5, 5), value)), ANSWER))
    assert (face == laid).all()
    assert (cells < 10).all()


def caption(found, **options):
    return " ".join(figure._caption("Stub", found, ANSWER, **options))


def test_the_caption_names_model_method_layer_target_answer_and_caveat():
    text = caption(explanation(mirror=True))
    for part in ("Stub", "37 years", "such faces are between 28 and 46", "female", "97 of 100", "Grad-CAM (Selvaraju et al. 2017)",
                 "conv_5", "“older”", "years", METHODS["grad-cam"].caveat, "mirror image", "not why"):  # fmt: skip
        assert part in text, part
    pixels = caption(explanation("saliency", None, np.eye(9)))
    assert "layer" not in pixels


def test_an_average_face_has_no_interval():
    assert "such faces are between" not in caption(explanation(), average=True)
    assert "no interval" in caption(explanation(), average=True)
    assert drawn("Stub", CROP, explanation(), ANSWER, average=True).shape[1] == figure.WIDTH


def test_the_sex_can_be_hidden():
    text = caption(explanation(), hide_sex=True)
    assert "37 years" in text and "female" not in text and "97" not in text
    shown, hidden = (figure.png("Stub", CROP, explanation(), ANSWER, hide_sex=hide) for hide in (False, True))
    assert shown != hidden


def test_a_title_promises_no_direction_where_there_is_none():
    assert figure._title(explanation()) == "Grad-CAM: what speaks for “older”"
    assert "speaks" not in figure._title(explanation("saliency", None))


@pytest.mark.parametrize("method", METHODS)
def test_every_title_and_legend_fits(method):
    found = explanation(method, "conv_5" if METHODS[method].layer else None)
    width = figure.WIDTH - 2 * figure.MARGIN
    assert figure._font(figure.TITLE).getlength(figure._title(found)) <= width
    picture = drawn("Stub", CROP, found, ANSWER)
    assert (picture[:, -figure.MARGIN :] == 255).all()  # nothing is written beyond the margin


def test_long_texts_are_wrapped_and_make_the_figure_higher():
    short = drawn("Stub", CROP, explanation(), ANSWER)
    long = drawn("Stub " * 60, CROP, explanation(layer="block/" * 60), ANSWER)
    assert len(long) > len(short) + 3 * figure.TEXT
    assert (long[:, -figure.MARGIN :] == 255).all()
    for line in figure._wrapped("word " * 80 + "x" * 400, figure.TEXT, 500):
        assert 0 < figure._font(figure.TEXT).getlength(line) <= 500
    lines = figure._wrapped("one two three", figure.TEXT, 60)
    assert " ".join(lines) == "one two three" and len(lines) > 1


def test_what_the_font_lacks_is_spelt():
    assert figure._spelt("5×5 – “älter” · Gradient × input…") == "5x5 - “alter” · Gradient x input…"
    assert figure._spelt("模型\n") == "???"
    missing = figure._font(20).getmask("\uffff")
    for letter in figure._spelt("".join(m.title + m.hot + m.caveat + m.source for m in METHODS.values())):
        assert bytes(figure._font(20).getmask(letter)) != bytes(missing), letter


def test_csv_has_a_line_per_cell_and_loses_nothing():
    raw = np.array([[0.1, -2.5], [1 / 3, 1e-9]], np.float32)
    text = figure.csv(explanation("occlusion", None, raw))
    lines = text.splitlines()
    assert lines[0] == "row,column,value" and text.endswith("\n")
    assert [line.split(",")[:2] for line in lines[1:]] == [["0", "0"], ["0", "1"], ["1", "0"], ["1", "1"]]
    values = np.array([np.float32(line.split(",")[2]) for line in lines[1:]])
    assert (values == raw.ravel()).all()


def test_a_crop_of_another_size_and_a_fine_map():
    found = dataclasses.replace(explanation("saliency", None, np.random.default_rng(1).random((144, 144))))
    assert drawn("Stub", CROP[:90, :90].copy(), found, ANSWER).shape[1] == figure.WIDTH
