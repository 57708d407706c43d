"""The view Groups of Explain: average maps of a drawn report, and imagined pictures."""

import numpy as np
import pytest
from test_explain_page import PAGE, said
from test_trust_page import drawn_report, group

import ui
from agesex import charts, explain, faces, imagined, samples
from agesex.errors import BadModel
from agesex.explain import fill, grouped, regions

LOW, HIGH = np.ones((5, 5)), np.ones((5, 5))
LOW[4], HIGH[1] = 9, 9  # the rows of the jaw and of the eyes


def groups():
    return [
        group("0–12", HIGH),
        group("60+", LOW, n=71),
        group("60+", LOW, sex="female"),
        group("60+", HIGH, target="male"),
        group("60+", np.ones((9, 9)), method="layer-cam", layer="early"),
    ]


class Drawn(imagined.Imagined):
    def load(self):
        return np.full((200, 200, 3), round(self.age), np.uint8)


def pictures():
    begun = {"5 years": 7.2, "80 years": 76.8, "male": 33}
    facts = [(target, "average face", age) for target, age in begun.items()] + [("80 years", "noise", 79.6)]
    return tuple(Drawn(None, target, start, age, 0.08, 37.4, 0.5) for target, start, age in facts)


@pytest.fixture
def page(app, stub_model, monkeypatch):
    monkeypatch.setattr(ui, "explain_report", lambda name: drawn_report(groups()))
    monkeypatch.setattr(imagined, "read", lambda name: pictures())
    app.run()
    app.query_params["view"] = "groups"
    return app.switch_page(PAGE).run()


def alts(page):
    return [image.alt for element in page.image for image in element.proto.imgs]


def test_bands_stand_in_a_row_and_two_of_them_are_compared(page):
    text = said(page).replace("\u00a0", " ")
    assert "**0–12** · n = 60, 2 more empty" in text and "**60+** · n = 71" in text
    assert "Fewer than 50 faces: 13–19, 20–29" in text
    assert "the map of ages 0–12 lies most on the eyes for its area" in text
    assert "that of ages 60+ on the jaw" in text
    assert "**A:** ages 0–12 · n = 60" in text and "**B:** ages 60+ · n = 71" in text
    assert "of A's map lies there" in text and "not only in age or sex" in text


def test_every_choice_moves_the_pictures(page):
    page.button_group(key="faces").set_value("female")
    page.selectbox(key="group_b").set_value("nobody").run()
    text = said(page).replace("\u00a0", " ")
    assert "**60+** · n = 60" in text and "**0–12**" not in text
    assert "**A less B**" not in text and "times what the area alone would get" in text
    page.selectbox(key="group_map").set_value("layer-cam/early").run()
    assert "Layer-CAM" not in said(page)  # the method stands in the picker
    assert "**A:** ages 60+ · n = 60" in said(page).replace("\u00a0", " ")


def test_imagined_pictures_carry_what_the_model_says(page):
    text = said(page)
    assert "Asked for: 80 years.** It says 77 years, female 8 of 100." in text
    assert "The start.** It says 37 years" in text
    assert "pictures of the model's habits, not of people" in text
    page.button_group(key="start").set_value("noise").run()
    assert "It says 80 years" in said(page) and "The start" not in said(page)


def test_hidden_sex_leaves_no_trace(page):
    page.toggle(key="hide_sex").set_value(True).run()
    text = said(page)
    assert "**60+**" in text and "Asked for: 5 years.** It says 7 years." in text
    assert "The average map towards “older” of ages 60+" in alts(page)
    words = [text, *alts(page), *(str(option) for box in page.selectbox for option in box.options)]
    assert not [word for word in words if "male" in word]
    assert "or sex" not in text
    with pytest.raises(KeyError):
        page.button_group(key="faces")


def test_without_a_report_the_commands_are_named(page, monkeypatch):
    monkeypatch.setattr(ui, "explain_report", lambda name: None)
    monkeypatch.setattr(imagined, "read", lambda name: ())
    page.run()
    assert "python -m training.explain_report mobile" in said(page)
    assert "python -m training.imagine mobile" in said(page)

    def broken(name):
        raise BadModel("The file mobile/explain.json cannot be read.")

    monkeypatch.setattr(ui, "explain_report", broken)
    page.run()
    (error,) = page.error
    assert error.value.replace("\\", "") == "The file mobile/explain.json cannot be read."


def test_the_face_of_a_group_is_the_mean_of_those_that_lie_in_it():
    cells = {cell["file"]: samples.average_picture(cell).astype(float) for cell in samples.index()}
    both = (cells["30-39_female.webp"] + cells["30-39_male.webp"]) / 2
    assert np.abs(grouped.face_of("30–39") - both).max() <= 0.5
    assert (grouped.face_of("30–39", "male") == cells["30-39_male.webp"]).all()


def test_a_band_without_an_average_face_lies_on_the_average_adult(monkeypatch):
    monkeypatch.setattr(samples, "index", lambda: [])
    assert (grouped.face_of("0–12") == fill.average_face()).all()


def test_maps_of_a_row_share_their_colours():
    strong, weak = group("30–39", np.eye(5)), group("30–39", np.ones((5, 5)))
    face = grouped.face_of("30–39").astype(int)
    first, second = (np.abs(picture - face).mean(axis=-1) for picture in grouped.overlays([strong, weak]))
    assert first[20, 20] > 2 * second[20, 20] > 0


def test_a_difference_is_orange_where_the_first_has_more_and_grey_where_both_are_equal():
    a, b = group("30–39", HIGH), group("30–39", LOW)
    picture = grouped.difference(a, b).astype(int)
    red, _, blue = picture[60, 100]
    assert red > blue + 100
    red, _, blue = picture[190, 100]
    assert blue > red + 100
    same = grouped.difference(a, a)
    assert same.shape == (faces.SIZE, faces.SIZE, 3) and (same == same[..., :1]).all()
    bar = grouped.scale_bar(9, 2).astype(int)
    assert bar.shape == (2, 9, 3) and bar[0, 0, 2] > bar[0, 0, 0] and bar[0, -1, 0] > bar[0, -1, 2]


def test_the_chart_has_a_cell_per_band_and_region():
    even = regions.table(explain.from_raw(np.eye(5), "older", "grad-cam"))
    rows = even.assign(band="0–12", n=60)
    chart = charts.group_regions(rows).to_dict()
    assert chart["mark"]["type"] == "rect" and chart["encoding"]["y"]["sort"] == list(regions.REGIONS)
    (values,) = chart["datasets"].values()
    assert len(values) == len(regions.REGIONS)
