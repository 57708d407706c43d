"""The page Explain, from app.py, with a stub model; the real one in the test marked `model`."""

import io

import numpy as np
import pytest
from PIL import Image

import ui.photo
from agesex import samples

PAGE = "pages/4_Explain.py"


def photo():
    out = io.BytesIO()
    Image.fromarray(np.tile(np.arange(240, dtype=np.uint8)[:, None, None], (1, 320, 3))).save(
        out, "PNG"
    )
    return out.getvalue()


@pytest.fixture
def page(app, stub_model):
    app.run()
    return app.switch_page(PAGE).run()


def said(page):
    assert not page.exception
    parts = [*page.markdown, *page.caption, *page.warning, *page.error, *page.info]
    return "\n".join(part.value.replace("\\", "") for part in parts)


def explained(stub):
    return [call for call in stub.calls if call != "find"]


def upload(page, name="mine.png", data=None):
    page.button_group(key="source").set_value("upload").run()
    return page.file_uploader[0].upload(name, data or photo(), "image/png").run()


def test_a_sample_is_explained_at_first(page, stub_model):
    text = said(page)
    assert explained(stub_model) == [("older", "grad-cam")]
    assert "What speaks for “older”**, by Grad-CAM" in text
    assert "5×5 cells" in text
    assert "It says 37 years, female" in text
    assert "stretched to its own strongest place" in text
    assert "last grid pushed the answer towards “older”" in text
    assert page.subheader[-1].value == "How far to trust it"
    assert len(page.image) == 4  # face, overlay, raw map, palette


@pytest.mark.parametrize("target", ["older", "younger", "female", "male"])
@pytest.mark.parametrize("method", ["grad-cam", "smoothgrad"])
def test_every_question_by_every_method(page, stub_model, target, method):
    page.button_group(key="target").set_value(target).run()
    page.button_group(key="method").set_value(method).run()
    words = "What speaks for" if method == "grad-cam" else "Where a change moves"
    assert f"{words} “{target}”" in said(page)
    assert explained(stub_model)[-1] == (target, method)


def test_an_average_face_is_explained(page):
    page.button_group(key="sample").set_value(samples.all()[5].key).run()
    assert "What speaks for “older”" in said(page)


def test_the_slider_computes_nothing_anew(page, stub_model):
    page.slider(key="strength").set_value(100).run()
    assert not page.exception
    assert len(explained(stub_model)) == 1


def test_the_question_is_kept_while_another_page_is_open(page, stub_model):
    page.button_group(key="target").set_value("female").run()
    page.slider(key="strength").set_value(30).run()
    page.switch_page("pages/3_Predict.py").run()
    page.switch_page(PAGE).run()
    assert page.button_group(key="target").value == "female"
    assert page.slider(key="strength").value == 30
    assert "What speaks for “female”" in said(page)


def test_an_empty_map_is_said_to_be_empty(page, stub_model):
    stub_model.raw = np.zeros((5, 5))
    page.button_group(key="target").set_value("male").run()
    assert "the map is empty" in page.info[0].value
    assert "stretched to its own" not in said(page)


def test_the_photo_comes_from_predict(page, stub_model):
    page.switch_page("pages/3_Predict.py").run()
    upload(page)
    before = stub_model.calls.count("find")
    page.switch_page(PAGE).run()
    text = said(page)
    assert page.button_group(key="source").value == "upload"
    assert "It says 37 years" in text
    assert stub_model.calls.count("find") == before


def test_one_of_several_faces_is_picked(page, stub_model):
    stub_model.found = 3
    upload(page)
    picker = page.button_group(key="which")
    assert [getattr(option, "content", option) for option in picker.options] == [
        "1 · 37 years",
        "2 · 42 years",
        "3 · 47 years",
    ]
    picker.set_value(2).run()
    assert "It says 47 years" in said(page)


def test_another_photo_with_fewer_faces_starts_at_the_first(page, stub_model):
    stub_model.found = 3
    upload(page)
    page.button_group(key="which").set_value(2).run()
    stub_model.found = 2
    page.file_uploader[0].set_value(("other.png", photo()[:-1] + b"!", "image/png")).run()
    assert "It says 37 years" in said(page)


def test_no_face_nothing_to_explain(page, stub_model):
    stub_model.found = 0
    upload(page)
    assert "nothing to explain" in said(page)
    assert len(explained(stub_model)) == 1  # that of the sample before


def test_a_broken_file_is_one_sentence(page):
    upload(page, "text.png", b"no picture at all")
    said(page)
    assert len(page.error) == 1
    assert "text" in page.error[0].value


def test_the_map_is_forgotten_with_the_photo(page):
    upload(page)
    assert "results" in page.session_state
    page.button(key="forget").click().run()
    assert "results" not in page.session_state
    assert "What speaks for" not in said(page)
    assert ui.photo.PRIVACY in said(page)


def test_the_overlay_can_be_saved(page):
    (button,) = page.get("download_button")
    assert button.proto.label == "Save the middle picture"


@pytest.mark.model
def test_the_real_model_is_explained(app):
    app.run()
    page = app.switch_page(PAGE).run(timeout=300)
    assert "What speaks for “older”" in said(page)
    page.button_group(key="method").set_value("smoothgrad").run(timeout=300)
    assert "by SmoothGrad" in said(page)
