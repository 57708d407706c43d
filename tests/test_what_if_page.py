"""The view “What if” of the page Explain, with a stub model; the real one in the test marked `model`."""

import pytest
from test_explain_page import PAGE, upload
from test_explain_page import said as said_there

from agesex import samples


def opened(app, **address):
    """The view, as a link with these values opens it."""
    app.run()
    app.query_params["view"] = "what-if"
    for key, value in address.items():
        app.query_params[key] = value
    return app.switch_page(PAGE).run()


def said(page):
    return said_there(page).replace("\u00a0", " ")  # figures keep a number and its unit on one line


def charts(page):
    return b"".join(chart.proto.SerializeToString() for chart in page.get("vega_lite_chart"))


def pictures(page):
    return [image.alt for element in page.image for image in element.proto.imgs]


def ages(page):
    return [text.value for text in page.subheader]


def test_the_mouth_is_covered_at_first(app, stub_model):
    page = opened(app)
    text = said(page)
    assert "#### Without the mouth: the same age, within half a year" in text  # a face of one colour
    assert ages(page) == ["37 years", "37 years"]
    assert "97 of 100 such faces are labelled female" in text
    assert "never taught" in text and "promises nothing" in text
    assert pictures(page) == [
        "The face as it is", "The face, its mouth covered (blur)",
        "The face with the borders and names of the regions",
    ]  # fmt: skip
    assert len(page.get("vega_lite_chart")) == 2


def test_a_grey_rectangle_over_all_makes_the_stub_say_fifty(app, stub_model):
    page = opened(app, cover="rectangle", across="0-100", down="0-100", fill="grey")
    text = said(page)
    assert "Without the rectangle: 13 years older" in text
    assert ages(page) == ["37 years", "50 years"]  # grey 127 of 255
    assert "Unsure of the sex: 50 of 100 such faces" in text
    assert "The largest change comes without the surroundings" in text
    page.slider(key="across").set_value((40, 40)).run()
    text = said(page)
    assert "has no area" in text and "Nothing is covered" in text
    assert page.query_params["across"] == "40-40"


def test_several_parts_are_covered_together_and_all_regions_only_once(app, stub_model):
    page = opened(app)
    page.button_group(key="cover").set_value(["mouth", "eyes"]).run()
    assert "Without the eyes and mouth: " in said(page)
    assert page.query_params["cover"] == "eyes-mouth"
    page.button_group(key="cover").set_value([]).run()
    assert "Nothing is covered" in said(page)
    assert page.query_params["cover"] == ""
    assert stub_model.seen.count(8) == 1  # the face and its seven regions, in one batch


def test_half_the_light_and_back(app, stub_model):
    page = opened(app, **{"try": "change", "light": "50"})
    text = said(page)
    assert "Brightness 50 per cent: 19 years younger" in text  # levels 112, 94, 77 halved: 47 of 255
    assert ages(page) == ["37 years", "18 years"]
    assert "Brightness, from 30 to 170 per cent: the answer moves between 11 years and 63 years" in text
    assert "shaded: its interval" in text and "n = 15" in text
    page.button(key="unchanged").click().run()
    assert "Nothing is changed yet" in said(page)
    assert page.slider(key="light").value == 100
    assert "light" not in page.query_params


def test_the_other_changes_stay_while_one_is_swept(app, stub_model):
    page = opened(app, **{"try": "change", "light": "50", "mirror": "yes", "sweep": "turn"})
    text = said(page)
    assert "Brightness 50 per cent, mirrored: 19 years younger" in text
    assert "Turn, counter-clockwise, from −45 to 45 degrees: the answer stays at 18 years" in text
    assert "mirroring alone changes nothing" not in text
    stub_model.mirror = True
    page.slider(key="turn").set_value(-15).run()
    text = said(page)
    assert "Brightness 50 per cent, turn −15 degrees, mirrored" in text
    assert "mirroring alone changes nothing" in text


@pytest.mark.parametrize("tried", ["cover", "change"])
def test_hidden_sex_leaves_no_trace(app, stub_model, tried):
    address = {"try": tried, "light": "50", "mirror": "yes"}
    page = opened(app, **address)
    assert "emale" in said(page) and b"emale" in charts(page)  # else this test could not fail
    page.toggle(key="hide_sex").set_value(True).run()
    shown = (said(page) + str(pictures(page))).lower()
    assert "male" not in shown and "sex" not in shown
    assert b"male" not in charts(page) and page.get("vega_lite_chart")


@pytest.mark.parametrize("tried", ["cover", "change"])
def test_an_average_face_has_no_interval(app, stub_model, tried):
    page = opened(app, **{"try": tried, "sample": samples.all()[-1].key, "light": "80"})
    text = said(page)
    assert "nobody in particular is shown" in text
    assert "such faces are between" not in text and "shaded" not in text
    assert tried == "cover" or b'"low' not in charts(page)
    assert b"age" in charts(page)


@pytest.mark.parametrize(
    "address",
    [
        {"cover": "mouth-tail", "fill": "paint"},
        {"cover": "rectangle", "across": "80-20", "down": "0-400"},
        {"try": "nothing"},
        {"try": "change", "light": "999", "blur": "nan", "turn": "x", "sweep": "mirror", "mirror": "1"},
    ],
)
def test_nonsense_in_the_address_falls_back(app, stub_model, address):
    text = said(opened(app, **address))
    fallen_back = {"mouth-tail": "Without the mouth:", "rectangle": "Without the rectangle:"}
    usual = "Nothing is changed yet" if address.get("try") == "change" else "Without the mouth:"
    assert fallen_back.get(address.get("cover"), usual) in text


def test_nothing_of_a_visitors_photo_is_in_the_address(app, stub_model):
    page = opened(app, cover="nose")
    upload(page)
    assert "Without the nose" in said(page)
    assert dict(page.query_params) == {"view": "what-if", "cover": "nose"}
    page.button(key="forget").click().run()
    assert "results" not in page.session_state
    assert not page.subheader


@pytest.mark.model
def test_the_real_model_sees_less_without_the_eyes(app):
    page = opened(app, cover="eyes")
    assert "Without the eyes: " in said(page)
    assert "The largest change comes without the " in said(page)
