"""Predict, what a visitor can do beyond one photo: many at once, settings, a crop, the truth, a kiosk."""

import base64
import io
import json
import time

import numpy as np
import pytest
from PIL import Image
from test_predict_page import PAGE, ages, encoded, go, said, upload

import ui
import ui.photo
from agesex import faces, formats
from ui import kiosk, live, model_choice
from ui.predict import crop, downloads


@pytest.fixture
def page(app, stub_model):
    app.run()
    return app.switch_page(PAGE).run()


def picture(shade):
    out = io.BytesIO()
    Image.fromarray(np.full((240, 320, 3), shade, np.uint8)).save(out, "PNG")
    return out.getvalue()


def several(page, files):
    go(page, "upload")
    return page.file_uploader[0].set_value([(name, data, "image/png") for name, data in files]).run()


def test_many_photos_give_a_table_and_one_sentence_per_failure(page):
    files = [(f"{i}.png", picture(10 * i)) for i in range(4)] + [("broken.png", b"no picture")]
    text = said(several(page, files))
    assert "5 photos, 4 faces." in text
    assert len(page.warning) == 1 and "broken" in page.warning[0].value
    table = page.dataframe[0].value
    assert list(table.Photo) == ["0.png", "1.png", "2.png", "3.png", "broken.png"]
    assert (table["Why not"] != "").sum() == 1
    assert ages(page) == ["37 years"]
    chosen = page.selectbox(key="look_at")
    assert len(chosen.options) == 4
    chosen.set_value(_key(page, "2.png")).run()
    assert "2.png" in said(page)
    page.switch_page("pages/4_Explain.py").run()
    assert page.session_state["photo"].title == "2.png"


def _key(page, title):
    return next(photo.key for photo in page.session_state["photos"] if photo.title == title)


def test_fifty_one_photos_are_fifty_and_a_sentence(page):
    text = said(several(page, [(f"{i}.png", picture(i)) for i in range(51)]))
    assert "Only the first 50 photos are taken; 1 more" in text
    assert "50 photos, 50 faces." in text


def test_the_same_photo_twice_is_answered_once(page, stub_model):
    several(page, [("a.png", picture(1)), ("b.png", picture(1))])
    assert ages(page) == ["37 years"]
    assert [photo.title for photo in page.session_state["photos"]] == ["a.png"]
    assert "“b.png”: the same content as “a.png”, which is answered once." in said(page)


def test_many_failures_are_three_sentences_and_a_number(page):
    several(page, [(f"{i}.png", f"no picture {i}".encode()) for i in range(6)] + [("good.png", picture(9))])
    failures = [warning.value for warning in page.warning]
    assert len(failures) == 4 and failures[-1].startswith("3 more gave no answer")


def test_rows_that_are_taken_away_name_model_level_and_threshold(page, monkeypatch):
    taken = []
    monkeypatch.setattr(downloads, "draw", lambda rows, picture=None: taken.append(rows))
    upload(page, "a.png", encoded())
    first, second = ui.model_names()[:2]
    page.slider(key="level").set_value(60).run()
    page.selectbox(key="other_model").set_value(second).run()
    assert [(row["model"], row["level"]) for row in taken[-1]] == [(first, 0.6), (second, 0.6)]
    own = [ui.read_card(name)["calibration"]["unsure"]["threshold"] for name in (first, second)]
    assert [row["threshold"] for row in taken[-1]] == own
    page.slider(key="threshold").set_value(99).run()
    assert [row["threshold"] for row in taken[-1]] == [0.99, 0.99]
    head = downloads.text(taken[-1], "csv").splitlines()[0]
    assert head.endswith(",error,model,level,threshold")


def test_forgetting_many(page):
    several(page, [("a.png", picture(1)), ("b.png", picture(2))])
    assert page.button(key="forget").label == "Forget these 2 photos"
    page.button(key="forget").click().run()
    assert "Forgotten" in said(page)
    for name in ("photos", "photo", "results", "look_at"):
        assert name not in page.session_state


def test_another_model_and_a_second_one(page):
    second = ui.model_names()[1]
    page.selectbox(key="other_model").set_value(second).run()
    assert f"{model_choice.labels()[second]}: **37 years, female**" in said(page)
    page.selectbox(key="model").set_value(second).run()
    assert ages(page) == ["37 years"]


def test_interval_and_threshold_can_be_moved(page):
    upload(page, "a.png", encoded())
    page.slider(key="level").set_value(60).run()
    assert "60 of 100 such faces are between" in said(page)
    assert "faces got an answer like this" in said(page)
    assert "90 % interval held" not in said(page)  # that of another interval than the one shown
    page.slider(key="threshold").set_value(99).run()
    assert "Unsure of the sex" in said(page)
    assert dict(page.query_params) == {"level": "60", "threshold": "99"}


def test_faces_like_this_stand_beside_the_answer(page):
    text = said(page)
    assert "faces got an answer like this (predicted age 30–39, female)" in text
    assert "interval held" in text


def test_the_square_of_a_crop_is_marked_in_the_photo():
    picture = np.full((40, 60, 3), 200, np.uint8)
    marked = crop.marked(picture, 10, 5, 20)
    assert (marked[5:25, 10:30] == 200).all() and (marked != 200).all(axis=-1).sum() == 40 * 60 - 400
    assert picture.min() == 200


def test_the_visitor_may_say_what_is_true(page):
    upload(page, "a.png", encoded())
    (age,) = page.number_input
    age.set_value(40).run()
    assert "Inside the interval" in said(page) and "3 years too young" in said(page)
    age = page.number_input[0]
    age.set_value(90).run()
    assert "Outside the interval" in said(page) and "more than usual" in said(page)
    (label,) = [group for group in page.button_group if group.key.endswith("_sex")]
    label.set_value("male").run()
    assert "not as you say" in said(page)
    assert "truth" not in str(dict(page.query_params))
    age_key, sex_key = page.number_input[0].key, label.key
    page.button(key="forget").click().run()
    assert age_key not in page.session_state and sex_key not in page.session_state


def test_a_poor_face_is_named(page, stub_model, monkeypatch):
    dark = faces.Face(np.full((200, 200, 3), 8, np.uint8), (5, 5, 30, 40), 0.19 * faces.TEMPLATE, 0.5)
    monkeypatch.setattr(ui, "detector", lambda: lambda photo: [dark])
    text = said(upload(page, "a.png", encoded()))
    assert "face is only 31 pixels wide (adds about " in text
    assert "detector is not sure" in text


def test_a_face_can_be_cut_out_by_hand(page, stub_model):
    stub_model.found = 0
    upload(page, "coins.png", encoded())
    page.slider(key="crop_size").set_value(30).run()
    page.button(key="take_crop").click().run()
    assert len(ages(page)) == 1
    assert "your square was taken for a face" in said(page)
    page.button(key="search").click().run()
    assert "No face was found" in said(page)


@pytest.mark.parametrize(("given", "expected"), [
    ((100, 50, 1.0, 0.5, 0.5), (0.25, 0.0, 0.5)),
    ((100, 50, 1.0, 0.0, 0.0), (0.0, 0.0, 0.5)),
    ((100, 50, 0.5, 1.0, 1.0), (0.75, 0.5, 0.25)),
    ((50, 100, 0.2, 0.5, 0.5), (0.4, 0.45, 0.2)),
])  # fmt: skip
def test_a_square_stays_inside(given, expected):
    assert crop.square(*given) == pytest.approx(expected)


def test_rows_are_written_as_the_command_line_writes_them():
    row = dict.fromkeys(formats.COLUMNS) | {"file": "=1+1.png", "face": 1, "age": 36.5}
    assert downloads.text([row], "csv").splitlines()[1].startswith("'=1+1.png,1,")
    assert json.loads(downloads.text([row], "json"))[0]["age"] == 36.5


@pytest.mark.parametrize("text", ["", "x", "0", "-3"])
def test_a_kiosk_is_off_without_minutes(monkeypatch, text):
    monkeypatch.setenv("AGESEX_KIOSK_MINUTES", text)
    assert kiosk.minutes() is None


def test_a_kiosk_forgets_after_idle_minutes(page, monkeypatch):
    monkeypatch.setenv("AGESEX_KIOSK_MINUTES", "3")
    upload(page, "a.png", encoded())
    assert "forgotten after 3 minutes" in said(page)
    clock = time.monotonic
    monkeypatch.setattr(kiosk.time, "monotonic", lambda: clock() + 200)
    monkeypatch.setattr(kiosk, "watch", lambda: kiosk._watcher(3.0))  # only the clock, no click
    page.run()
    assert "photo" not in page.session_state


def test_a_live_picture_is_decoded():
    data = encoded("JPEG")
    address = f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"
    assert live.decoded(address) == data
    assert live.decoded(None) is None
    assert live.decoded("data:image/jpeg;base64,!!") is None
