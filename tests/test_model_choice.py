"""What pages call the models: told apart, the default marked, the same words on every page."""

import pytest

import ui
from agesex import model
from agesex.errors import BadModel
from ui import model_choice

PAGES = ("2_Metrics", "3_Predict", "4_Explain", "5_Model_card")


@pytest.fixture
def titles(monkeypatch):
    """Sets {folder: title}; a title of None is a card that cannot be read."""

    def given(titles):
        def read_card(name=None):
            if titles[name] is None:
                raise BadModel("The card cannot be read.")
            return {"title": titles[name]}

        monkeypatch.setattr(ui, "model_names", lambda: list(titles))
        monkeypatch.setattr(ui, "read_card", read_card)

    return given


def test_the_default_is_marked_and_no_other_model(titles):
    titles({model.DEFAULT: "Net", "b": "Other"})
    assert model_choice.labels() == {model.DEFAULT: "Net · default", "b": "Other"}


def test_models_of_one_title_are_told_apart_by_their_folders(titles):
    titles({model.DEFAULT: "Net", "b": "Net", "c": "Other"})
    said = model_choice.labels()
    assert said == {model.DEFAULT: f"Net ({model.DEFAULT}) · default", "b": "Net (b)", "c": "Other"}


def test_a_model_whose_card_cannot_be_read_has_the_name_of_its_folder(titles):
    titles({"a": None, "b": "Other"})
    assert model_choice.labels() == {"a": "a", "b": "Other"}
    assert model_choice.title_of("a") == "a"


@pytest.mark.parametrize("page", PAGES)
def test_every_page_names_the_models_alike(app, stub_model, page):
    app.run()
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    picker = next(box for box in app.selectbox if box.label == "Model")
    assert sorted(picker.options) == sorted(model_choice.labels().values())
    assert picker.options[0] == f"{model.read_card(model.DEFAULT)['title']} · default"
