"""The view “Compare” of the page Explain, with a stub model; the real one in the test marked `model`."""

import re

import numpy as np
import pandas as pd
import pytest
from stub import StubModel
from test_explain_page import PAGE, explained, said, upload

import ui
from agesex import explain, samples
from agesex.errors import CannotExplain, ModelMissing
from agesex.explain.explanation import from_raw
from ui.explain import compare

OLD = samples.all()[-1].key


@pytest.fixture
def one_ray(monkeypatch):
    """Grad-CAM's map rises to the right, that of every other method to the left."""

    def explained(model, crop, target="older", method="grad-cam", *, layer=None, **options):
        ramp = np.tile(np.arange(5.0), (5, 1))
        return from_raw(ramp if method == "grad-cam" else ramp[:, ::-1], target, method, layer)

    monkeypatch.setattr(explain, "explain", explained)


def opened(app, **address):
    """The view, as a link with these values opens it."""
    app.run()
    app.query_params["view"] = "compare"
    for key, value in address.items():
        app.query_params[key] = value
    return app.switch_page(PAGE).run()


def headings(page):
    return [text.value[5:].replace("\\", "") for text in page.markdown if text.value.startswith("#### ")]


def pictures(page):
    return [image.alt for element in page.image for image in element.proto.imgs]


def test_two_methods_at_first(app, stub_model):
    page = opened(app)
    text = said(page)
    assert explained(stub_model) == [("older", "grad-cam"), ("older", "smoothgrad")]
    assert headings(page) == ["Grad-CAM", "SmoothGrad", "Both maps fall on the regions alike"]
    assert "Rank correlation of the two maps: 1.00" in text
    assert "does not say which one is wrong" in text
    assert text.count("It says **37 years, female**") == 2
    assert len(pictures(page)) == 4 and all("map" in alt for alt in pictures(page))
    page.button_group(key="target").set_value("younger").run()
    assert explained(stub_model)[2:] == [("younger", "grad-cam"), ("younger", "smoothgrad")]


def test_opposite_maps_have_the_correlation_minus_one(app, stub_model, one_ray):
    text = said(opened(app, method_b="occlusion"))
    assert "Rank correlation of the two maps: −1.00" in text
    assert "“older” loses when this place is hidden" in text


def test_the_same_method_twice_is_called_so(app, stub_model):
    assert "the same method" in said(opened(app, method_b="grad-cam"))


def test_an_empty_map_has_no_correlation(app, stub_model):
    stub_model.raw = np.zeros((5, 5))
    page = opened(app)
    assert "One of the two maps is empty" in said(page)
    assert set(page.table[0].value.Left) == {"–"}


def test_the_region_on_which_two_maps_differ_most():
    both = pd.DataFrame({"region": ["eyes", "nose"], "left": [2.0, 1.0], "right": [1.5, 0.1]})
    assert compare._widest(both) == "They differ most on the nose: 1.0× on the left, 0.1× on the right"
    both["right"] = np.nan
    assert compare._widest(both) == "An empty map falls on no region"


def test_two_models(app, stub_model, monkeypatch):
    class Older(StubModel):
        def forward(self, crops):
            return super().forward(np.minimum(crops, 215) + np.uint8(40))  # 40 of 255: 15.7 years

    monkeypatch.setattr(ui, "load_model", lambda name=None: {"second": Older()}.get(name, stub_model))
    monkeypatch.setattr(ui, "model_names", lambda: ["mobile", "second"])
    monkeypatch.setattr(ui, "read_stress", lambda name=None: None)
    page = opened(app, versus="models")
    text = said(page)
    assert "It says **37 years, female**" in text and "It says **53 years, female**" in text
    assert "do not mean the same reasons" in text
    assert headings(page)[1] == "second"
    page.selectbox(key="model").set_value("second").run()  # then the other one is the first
    assert headings(page)[0] == "second" and page.selectbox(key="model_b").value == "mobile"


def test_a_second_model_that_cannot_be_loaded_leaves_the_left_side(app, stub_model, monkeypatch):
    def load(name=None):
        if name == "second":
            raise ModelMissing("There is no such model.")
        return stub_model

    monkeypatch.setattr(ui, "load_model", load)
    monkeypatch.setattr(ui, "model_names", lambda: ["mobile", "second"])
    page = opened(app, versus="models")
    assert said(page).count("It says **37 years") == 1
    assert len(page.error) == 1 and len(pictures(page)) == 2
    monkeypatch.setattr(ui, "model_names", lambda: ["mobile"])
    assert "only one model" in said(page.run())


def test_a_method_that_the_second_model_does_not_allow_leaves_the_left_side(app, stub_model, monkeypatch):
    def layer(network, target, method):
        if method == "layer-cam":
            raise CannotExplain("There is no layer to look at.")

    monkeypatch.setattr(explain, "default_layer", layer)
    page = opened(app, method_b="layer-cam")
    assert "There is no layer" in page.error[0].value.replace("\\", "")
    assert said(page).count("It says **37 years") == 1 and "Rank correlation" not in said(page)


def test_the_second_face_does_not_push_out_the_first(app, stub_model):
    page = opened(app, versus="faces")
    upload(page)
    text, looked = said(page), stub_model.calls.count("find")
    assert headings(page)[:2] == ["mine.png", samples.get(OLD).title]
    assert "have no correlation here" in text and "Rank correlation" not in text
    (of,) = page.session_state["results"]
    page.button_group(key="sample_b").set_value(samples.all()[3].key).run()
    assert headings(page)[1] == samples.all()[3].title
    assert list(page.session_state["results"]) == [of] != [OLD]
    assert stub_model.calls.count("find") == looked
    assert dict(page.query_params) == {
        "view": "compare", "versus": "faces", "sample_b": "4",
    }  # fmt: skip
    page.button(key="forget").click().run()
    assert "results" not in page.session_state and not pictures(page)


def test_another_face_of_the_same_photo(app, stub_model):
    stub_model.found = 3
    page = opened(app, versus="faces")
    upload(page)
    assert headings(page)[:2] == ["Face 1", "Face 2"]
    page.button_group(key="which_b").set_value(2).run()
    text = said(page)
    assert headings(page)[:2] == ["Face 1", "Face 3"]
    assert "It says **37 years" in text and "It says **47 years" in text
    assert not {"which_b", "other"} & set(page.query_params)  # they speak of a visitor's photo


def test_hidden_sex_leaves_no_trace(app, stub_model):
    page = opened(app, versus="faces", target="female")
    assert "“female”" in said(page) and "men aged" in said(page)  # else this test could not fail
    page.toggle(key="hide_sex").set_value(True).run()
    choices = [str(option) for group in page.button_group for option in group.options]
    shown = "\n".join([said(page), *pictures(page), *choices])
    shown = re.sub(r"data:[^)]*", "", shown).lower()  # encoded pictures hold any letters
    assert "male" not in shown and "men " not in shown and "sex" not in shown
    assert explained(stub_model)[-1][0] == "older"


@pytest.mark.parametrize(
    "address",
    [
        {"versus": "planets", "method_b": "tea-leaves"},
        {"versus": "models", "model_b": "../mobile"},
        {"versus": "faces", "sample_b": "nobody", "which_b": "7", "other": "same"},
    ],
)
def test_nonsense_in_the_address_falls_back(app, stub_model, address):
    page = opened(app, **address)
    assert said(page).count("It says") == 2
    assert len(pictures(page)) == 4 and not page.error


@pytest.mark.model
def test_two_real_maps_are_compared(app):
    page = opened(app, method_b="saliency")
    assert "Rank correlation of the two maps: 0." in said(page) or "−0." in said(page)
    assert "They differ most on the" in "\n".join(headings(page))
