"""A pasted picture, without a browser: held like an upload, answered at once, forgotten whole."""

import base64
import json

import numpy as np
import pytest
from streamlit import config
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from test_predict_page import PAGE, ages, encoded, go, said, upload

import ui.photo
from agesex import images
from agesex.errors import TooLarge
from ui import paste


@pytest.fixture
def page(app, stub_model):
    app.run()
    app.switch_page(PAGE).run()
    return go(app, "upload")


def press(page, data, kind="image/png"):
    """What the browser sends when a file with this content is pasted."""
    states = page._tree.get_widget_states()
    state = states.widgets.add()
    state.id = _make_trigger_id(component(page).id, "events")
    address = f"data:{kind};base64,{base64.b64encode(data).decode()}"
    state.json_trigger_value = json.dumps([{"event": "picture", "value": address}])
    return page._run(states)


def component(page):
    (drawn,) = page.get("bidi_component")
    return drawn.proto


def here(page):
    """Whether the caption says that the picture came from the clipboard."""
    return json.loads(component(page).json)["here"]


def everything(page):
    """All that the session keeps, as text."""
    state = page.session_state._state._state
    return repr([dict(state._new_widget_state.states), state._new_session_state, state._old_state])


def test_a_pasted_picture_is_answered_in_the_run_that_it_comes_in(page):
    assert ages(page) == [] and not here(page)
    data = encoded()
    text = said(press(page, data))
    assert ages(page) == ["37 years"]
    assert "Pasted picture" in text and "From the clipboard" in text
    assert "Still here from before" not in text
    assert ui.photo.PRIVACY in text
    assert here(page)
    (held,) = page.session_state["photos"]
    assert held.data == data and held.source == "upload"


def test_it_survives_reruns_pages_and_another_source(page, stub_model):
    press(page, encoded())
    page.run()
    page.switch_page("pages/4_Explain.py").run()
    assert "Pasted picture" in page.session_state["photo"].title
    page.switch_page(PAGE).run()
    assert ages(page) == ["37 years"] and here(page)
    go(page, "samples")
    assert "Pasted picture" not in said(page) and not page.get("bidi_component")
    asked = len(stub_model.seen)
    assert "Pasted picture" in said(go(page, "upload"))
    assert len(stub_model.seen) == asked


def test_explain_takes_a_paste_too(page):
    page.switch_page("pages/4_Explain.py").run()
    press(page, encoded())
    assert "It says 37 years" in said(page)
    assert page.session_state["photo"].title == paste.TITLE


def test_pasting_twice_replaces(page):
    press(page, encoded())
    second = encoded(size=(200, 300))
    press(page, second)
    assert [photo.data for photo in page.session_state["photos"]] == [second]
    assert len(page.session_state["results"]) == 1


def test_a_paste_replaces_an_upload_and_empties_its_field(page):
    upload(page, "a.png", encoded())
    page.session_state["left_out"] = 3
    text = said(press(page, encoded(size=(200, 300))))
    assert "a.png" not in text and "left out" not in text
    assert not page.file_uploader[0].value
    assert [photo.title for photo in page.session_state["photos"]] == [paste.TITLE]
    assert "files" not in page.session_state


def test_an_upload_replaces_a_paste(page):
    press(page, encoded())
    upload(page, "a.png", encoded(size=(200, 300)))
    assert [photo.title for photo in page.session_state["photos"]] == ["a.png"]
    assert not here(page)


def test_forget_leaves_nothing_of_it(page):
    data = encoded()
    press(page, data)
    key = page.session_state["photo"].key
    assert key in everything(page)
    page.button(key="forget").click().run()
    text = said(page)
    assert "Forgotten" in text and "Pasted picture" not in text
    assert ages(page) == [] and not here(page)
    for name in ("photo", "photos", "results", "files"):
        assert name not in page.session_state
    assert key not in everything(page)
    press(page, data)
    assert ages(page) == ["37 years"]


def test_the_picture_is_kept_once_and_not_as_the_browser_sent_it(page):
    data = encoded()
    press(page, data)
    kept = everything(page)
    assert page.session_state["photo"].key in kept
    assert base64.b64encode(data).decode()[:60] not in kept


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"a text that was called .jpg", "“Pasted picture” is not a picture that can be read"),
        (encoded("JPEG")[:5000], "“Pasted picture” is damaged or cut off"),
        (b"", "“Pasted picture” is empty"),
    ],
    ids=["renamed text", "cut off", "empty"],
)
def test_what_is_no_picture_gets_the_decoders_sentence(page, data, sentence):
    press(page, data, "image/jpeg")
    said(page)
    assert len(page.error) == 1
    assert sentence in page.error[0].value.replace("\\", "")
    press(page, encoded())
    assert not page.error and ages(page) == ["37 years"]


def test_nonsense_instead_of_an_address_changes_nothing(page):
    states = page._tree.get_widget_states()
    state = states.widgets.add()
    state.id = _make_trigger_id(component(page).id, "events")
    state.json_trigger_value = json.dumps([{"event": "picture", "value": "no address"}])
    page._run(states)
    said(page)
    assert "photo" not in page.session_state


def test_too_large_is_said_in_the_decoders_words():
    with pytest.raises(TooLarge) as refused:
        images.decode(bytes(images.MAX_BYTES + 1))
    assert str(refused.value).partition(" is ")[2] == paste.REFUSED.partition(" is ")[2]
    assert paste.REFUSED.startswith(f"“{paste.TITLE}” is ")


def test_the_largest_picture_fits_into_a_message(page):
    text = 4 * np.ceil(images.MAX_BYTES / 3)  # base64
    for option in ("server.maxWidgetStateSize", "server.maxMessageSize"):
        assert config.get_option(option) * 1e6 > text + 100_000  # what the other widgets say beside it
    sent = json.loads(component(page).json)
    assert sent["most"] == images.MAX_BYTES
    assert set(images.SUFFIXES) <= set(sent["suffixes"])


def test_a_paste_stands_in_no_address(page):
    press(page, encoded())
    assert dict(page.query_params) == {}


def test_the_caption_is_there_for_uploads_only(page):
    assert json.loads(component(page).json)["hint"] == "Or paste a picture (Ctrl+V)."
    for source in ("samples", "camera"):
        assert not go(page, source).get("bidi_component")
