"""The page Explain, from app.py, with a stub model: what all views share, and the view Map."""

import io

import numpy as np
import pytest
from PIL import Image

import ui
import ui.photo
from agesex import explain, faces, samples
from agesex.explain.explanation import Completeness, from_raw

PAGE = "pages/4_Explain.py"


def photo(mode="RGB"):
    out = io.BytesIO()
    picture = np.tile(np.arange(240, dtype=np.uint8)[:, None, None], (1, 320, 3))
    Image.fromarray(picture).convert(mode).save(out, "PNG")
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
    assert explain.METHODS["grad-cam"].caveat in text
    assert len(page.image) == 4  # face, overlay, raw map, palette
    assert dict(page.query_params) == {}


def test_every_method_has_its_words(page, stub_model):
    for name, method in explain.METHODS.items():
        page.button_group(key="method").set_value(name).run()
        text = said(page)
        words = "What speaks for" if method.directed else "Where a change moves"
        assert f"{words} “older”**, by {method.title}" in text
        assert method.source in text
        assert explained(stub_model)[-1] == ("older", name)
        assert bool(page.selectbox(key=f"layer_{name}")) if method.layer else True


def test_a_shared_link_brings_the_question_back(app, stub_model):
    app.run()
    app.query_params.update(
        {"target": "male", "method": "layer-cam", "layer_layer-cam": "early", "strength": "30"}
    )
    page = app.switch_page(PAGE).run()
    assert "What speaks for “male”**, by Layer-CAM" in said(page)
    assert page.selectbox(key="layer_layer-cam").value == "early"
    assert page.slider(key="strength").value == 30


def test_an_address_full_of_nonsense_is_the_usual_page(app, stub_model):
    app.run()
    app.query_params.update(
        {"view": "hack", "target": "happy", "method": "guess", "strength": "-5", "sample": "../x",
         "source": "camera", "model": "../../etc", "hide_sex": "1", "step": "9"}
    )  # fmt: skip
    page = app.switch_page(PAGE).run()
    assert "What speaks for “older”**, by Grad-CAM" in said(page)
    assert page.button_group(key="source").value == "samples"


def test_score_cam_offers_all_channels(page, stub_model):
    page.button_group(key="method").set_value("score-cam").run()
    assert page.toggle(key="all_channels").label == "All 512 channels"
    page.toggle(key="all_channels").set_value(True).run()
    assert len(explained(stub_model)) == 3


def test_hidden_sex_leaves_no_trace(page, stub_model):
    page.button_group(key="target").set_value("female").run()
    page.toggle(key="hide_sex").set_value(True).run()
    text = said(page).replace("Hide sex", "").replace(ui.NOTICE, "")
    assert "emale" not in text
    assert "What speaks for “older”" in text
    options = [getattr(o, "content", o) for o in page.button_group(key="sample").options]
    assert not any("women" in option or "girls" in option for option in options)
    targets = [getattr(o, "content", o) for o in page.button_group(key="target").options]
    assert targets == ["Older", "Younger"]


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
    assert "the map is empty" in said(page)
    assert "stretched to its own" not in said(page)


def test_completeness_stands_beside_the_map(page, stub_model, monkeypatch):
    def integrated(model, crop, target="older", method="grad-cam", **kwargs):
        return from_raw(np.eye(5), target, method, completeness=Completeness(9.5, 10.0))

    monkeypatch.setattr(explain, "explain", integrated)
    page.button_group(key="method").set_value("integrated-gradients").run()
    assert "+9.50 years" in said(page) and "completeness error 0.50 years" in said(page)


def test_the_second_opinion_shows_the_correlation(page, stub_model, monkeypatch):
    from agesex.explain import independent

    monkeypatch.setattr(independent, "independent", lambda *args, **kwargs: 3 * np.eye(5))
    page.toggle(key="second").set_value(True).run()
    assert "Correlation of both maps: 1.0000" in said(page)
    page.button_group(key="method").set_value("occlusion").run()
    assert "tf-keras-vis has no Occlusion" in said(page)


def test_a_model_without_grids_keeps_the_other_methods(page, stub_model, monkeypatch):
    monkeypatch.setattr(explain, "usable", lambda network, target="older": ["saliency", "occlusion"])
    page.button_group(key="target").set_value("younger").run()
    assert "methods that look at one are left out" in said(page)
    assert explained(stub_model)[-1] == ("younger", "saliency")


def test_the_photo_comes_from_predict(page, stub_model):
    page.switch_page("pages/3_Predict.py").run()
    upload(page)
    before = stub_model.calls.count("find")
    page.switch_page(PAGE).run()
    assert page.button_group(key="source").value == "upload"
    assert "It says 37 years" in said(page)
    assert stub_model.calls.count("find") == before
    assert "mine" not in str(dict(page.query_params)) and "source" not in page.query_params


def test_one_of_several_faces_is_picked(page, stub_model):
    stub_model.found = 3
    upload(page)
    picker = page.button_group(key="which")
    options = [getattr(option, "content", option) for option in picker.options]
    assert options == ["1 · 37 years", "2 · 42 years", "3 · 47 years"]
    picker.set_value(2).run()
    assert "It says 47 years" in said(page)
    stub_model.found = 2
    page.file_uploader[0].set_value(("other.png", photo()[:-1] + b"!", "image/png")).run()
    assert "It says 37 years" in said(page)


def test_a_small_face_gets_a_warning(page, stub_model, monkeypatch):
    crop = np.full((200, 200, 3), 94, np.uint8)
    small = faces.Face(crop, (10, 10, 31, 40), 0.19 * faces.TEMPLATE, 0.99)
    monkeypatch.setattr(ui, "detector", lambda: lambda picture: [small])
    upload(page)
    assert "only 31 pixels wide" in page.warning[0].value
    assert "What speaks for “older”" in said(page)


def test_without_a_face_the_whole_picture_may_be_taken(page, stub_model):
    stub_model.found = 0
    upload(page)
    assert "nothing to explain" in said(page)
    assert len(explained(stub_model)) == 1  # that of the sample before
    page.button(key="whole_picture").click().run()
    assert "What speaks for “older”" in said(page)


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


def test_figure_and_numbers_can_be_saved(page):
    labels = [button.proto.label for button in page.get("download_button")]
    assert labels == ["Figure (PNG)", "Numbers (CSV)"]


def test_another_model_answers(page, stub_model):
    assert len(page.selectbox(key="model").options) == len(ui.model_names())
    page.selectbox(key="model").set_value(ui.model_names()[1]).run()
    assert "It says 37 years" in said(page)
    assert len(explained(stub_model)) == 2


@pytest.fixture
def connected(monkeypatch, tmp_path):
    from drawn import write_utkface

    write_utkface(tmp_path / "faces", 12)
    monkeypatch.setenv("AGESEX_DATASET", str(tmp_path / "faces"))
    return tmp_path / "faces"


def test_any_face_of_a_connected_data_set(connected, page, stub_model):
    page.button_group(key="source").set_value("data set").run()
    page.slider(key="ages").set_value((0, 100)).run()
    text = said(page)
    assert "labelled" in text and "Split: unseen" in text
    assert page.number_input(key="number").label == "Which of 12"
    page.number_input(key="number").set_value(5).run()
    assert "What speaks for “older”" in said(page)
    assert page.query_params["source"] == "data set"
    page.toggle(key="hide_sex").set_value(True).run()
    assert not [group for group in page.button_group if group.key == "labelled"]
    page.button(key="another").click().run()
    assert not page.exception


def test_a_data_set_that_is_gone_is_not_offered(page, monkeypatch, tmp_path):
    monkeypatch.setenv("AGESEX_DATASET", str(tmp_path / "nowhere"))
    page.run()
    options = [getattr(o, "content", o) for o in page.button_group(key="source").options]
    assert not any("Data set" in option for option in options)


def test_samples_can_be_named_without_age_and_sex():
    for sample in samples.all():
        assert ui.sample_title(sample) == sample.title
        assert "women" not in ui.sample_title(sample, ("sex",))
        assert not any(ch in ui.sample_title(sample, ("age", "sex")) for ch in "–+")
    assert ui.sample_labels(("age", "sex"))["20-29_female"].startswith("![Sample face")
