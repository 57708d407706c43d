"""The lesson on the page Explain, step by step, with a stub model."""

import numpy as np
import pytest
from test_explain_page import PAGE, said, upload

import ui
from agesex import samples
from agesex.explain import sanity
from ui.explain import lesson_notes


@pytest.fixture
def checked(monkeypatch):
    """The random-weights check of the stub, which has no weights."""
    steps = [
        sanity.Step("head", 0.1, np.eye(5), 1.0, 1.0),
        sanity.Step("all", 1.0, np.eye(5)[::-1], 0.1, 0.2),
    ]
    monkeypatch.setattr(sanity, "sanity", lambda *args, **kwargs: steps)
    return steps


@pytest.fixture
def lesson(app, stub_model, checked):
    app.run()
    app.query_params["view"] = "lesson"
    return app.switch_page(PAGE).run()


def onward(page):
    guessing = page.button(key="step_next").label == "That is my guess"
    if guessing and page.select_slider(key="guess").value == "?":
        page.select_slider(key="guess").set_value(30).run()
    return page.button(key="step_next").click().run()


def alts(page):
    return "\n".join(getattr(o, "content", o) for o in page.button_group(key="sample").options)


def test_nothing_is_given_away_before_the_guess(lesson, stub_model):
    text = said(lesson)
    assert "37 years" not in text and "aged" not in alts(lesson) and "women" not in alts(lesson)
    assert "answer is still hidden" in text
    assert [call for call in stub_model.calls if call != "find"] == []
    assert lesson_notes.CONSENT.strip()[:40] in text


def test_the_consent_note_stands_before_the_camera(lesson):
    lesson.button_group(key="source").set_value("camera").run()
    assert lesson_notes.CONSENT.strip()[:40] in said(lesson)


def test_all_steps_and_back(lesson, checked):
    lesson.select_slider(key="guess").set_value(50)
    lesson.button_group(key="guess_sex").set_value("male").run()
    page = onward(lesson)
    text = said(page)
    assert "37 years" in [heading.value for heading in page.subheader]
    assert "50 years" in [heading.value for heading in page.subheader]
    assert "13 years less than you" in text
    assert "What is known:** Eileen Collins" in text
    assert "aged" in alts(page)

    page = onward(page)
    assert {"Grad-CAM" in said(page), "gradient map" in said(page)} == {True}
    assert "here 5×5 cells" in said(page)

    page = onward(page)
    assert "Say what you expect first" in said(page)
    page.button_group(key="lesson_part").set_value("nose").run()
    page.button_group(key="expected").set_value("same").run()
    assert "Without the nose" in said(page)
    assert [heading.value for heading in page.subheader].count("37.0 years") == 2  # before and after
    assert "As you expected." in said(page)
    page.button_group(key="expected").set_value("older").run()
    assert "You expected “older”" in said(page)
    page.button_group(key="lesson_part").set_value("eyes").run()
    assert "Say what you expect first" in said(page)
    page.button_group(key="expected").set_value("older").run()

    page = onward(page)
    assert "Rank correlation of the two: 0.10; the two maps do not agree at all" in said(page)
    assert "so the photo alone does not make it" in said(page)
    assert dict(page.query_params) == {
        "view": "lesson", "step": "5", "guess": "50", "guess_sex": "male",
    }  # fmt: skip

    page = page.button(key="step_back").click().run()
    assert page.query_params["step"] == "4"


def test_a_map_that_does_not_change_is_called_out(lesson, checked, go_back):
    checked[1] = sanity.Step("all", 1.0, np.eye(5), 0.9, 0.9)
    assert "has hardly changed" in said(go_back(lesson, step="5"))


def test_nobody_goes_on_without_a_guess(lesson):
    assert "Move the slider first" not in said(lesson)
    page = lesson.button(key="step_next").click().run()
    assert "Move the slider first" in said(page) and "answer is still hidden" in said(page)
    assert "Move the slider first" not in said(page.run())


def test_the_trail_leads_to_the_steps_that_were_reached_and_to_no_other(lesson):
    def reached(page):
        return [not page.button(key=f"to_step_{i}").disabled for i in range(1, 6)]

    assert reached(lesson) == [True, False, False, False, False]
    page = onward(onward(lesson))
    assert reached(page) == [True, True, True, False, False]
    page.button(key="to_step_1").click().run()
    assert "answer is still hidden" in said(page) and page.select_slider(key="guess").value == 30
    assert reached(page) == [True, True, True, False, False]
    page.button(key="to_step_3").click().run()
    assert "What Grad-CAM is" in said(page) and page.query_params["step"] == "3"
    page.button_group(key="sample").set_value("20-29_male").run()  # another face: nothing is reached
    assert reached(page) == [True, False, False, False, False]


def test_the_forward_button_is_one_and_the_same_in_all_steps(lesson, go_back):
    labels = [lesson.button(key="step_next").label]
    labels += [go_back(lesson, step=f"{step}").button(key="step_next").label for step in range(2, 6)]
    assert labels == ["That is my guess", "Next: Map", "Next: Cover", "Next: Check", "Another face"]
    assert not any(button.disabled for button in lesson.button if button.key == "step_next")


def test_a_map_that_turns_round_is_said_to_in_words(lesson, checked, go_back):
    checked[1] = sanity.Step("all", 1.0, np.eye(5), -0.24, 0.2)
    text = said(go_back(lesson, step="5"))
    assert "Rank correlation of the two: −0.24; the two maps do not agree at all" in text


def test_the_fold_is_named_after_the_face_without_giving_its_age_away(lesson):
    def fold(page):
        return page.get("popover")[0].proto.popover.label

    lesson.button_group(key="sample").set_value("20-29_male").run()
    number = [sample.key for sample in samples.all()].index("20-29_male") + 1
    assert fold(lesson).endswith(f" {number}") and "20" not in fold(lesson).rpartition(" ")[2]
    assert f"![Sample face {number}]" in fold(lesson)
    assert fold(onward(lesson)).endswith(" 20–29")


def test_a_photo_of_ones_own_keeps_its_field_on_the_page(lesson):
    page = upload(lesson)
    assert not [fold for fold in page.get("popover") if "Face or photo" in fold.proto.popover.label]
    assert [fold.label for fold in onward(page).expander] == ["Choose another face"]
    page.button(key="forget").click().run()
    assert not page.expander  # open again: there is no face, and the field is what is asked for


def test_a_reload_in_the_middle(app, stub_model, checked):
    app.run()
    app.query_params.update(
        {"view": "lesson", "step": "2", "guess": "64", "guess_sex": "female", "sample": "20-29_male"}
    )
    page = app.switch_page(PAGE).run()
    assert "64 years" in [heading.value for heading in page.subheader]
    assert page.button_group(key="sample").value == "20-29_male"
    assert "No interval" not in said(page)  # an average face has none, and nobody misses it


def test_another_face_starts_anew(lesson, go_back):
    page = onward(lesson)
    page.button_group(key="sample").set_value("20-29_male").run()
    assert "answer is still hidden" in said(page)
    go_back(page, step="5")
    page.button(key="step_next").click().run()
    assert "answer is still hidden" in said(page)
    assert page.select_slider(key="guess").value == "?"
    assert page.button_group(key="sample").value != "20-29_male"


def test_a_class_without_sex(lesson):
    lesson.toggle(key="hide_sex").set_value(True).run()
    assert not [group for group in lesson.button_group if group.key == "guess_sex"]
    page = onward(lesson)
    page.button_group(key="sample").set_value("20-29_female").run()
    page = onward(page)
    text = said(page).replace(lesson_notes.CONSENT.strip(), "").replace(ui.NOTICE, "")
    assert "emale" not in text.replace(lesson_notes.CUE_SHEET.read_text("utf-8"), "")
    assert "Average face of people aged 20–29" in text


def test_a_visitors_photo_is_in_no_address(lesson):
    page = onward(upload(lesson))
    assert "only the person in the photo can say" in said(page)
    assert dict(page.query_params) == {"view": "lesson"}


def test_the_address_does_not_tell_what_is_to_be_guessed(lesson):
    lesson.button_group(key="sample").set_value("20-29_male").run()
    number = [sample.key for sample in samples.all()].index("20-29_male") + 1
    assert lesson.query_params["sample"] == str(number)
    onward(lesson).toggle(key="hide_sex").set_value(True).run()
    assert not any("male" in value for value in dict(lesson.query_params).values())


def test_a_link_without_a_guess_says_so(lesson, go_back):
    go_back(lesson, step="2")
    assert "No guess" in [heading.value for heading in lesson.subheader]
    assert "than you" not in said(lesson)


def test_the_cue_sheet_names_the_steps():
    from ui.explain.lesson import STEPS

    text = lesson_notes.CUE_SHEET.read_text("utf-8")
    assert all(f"{i} {name}" in text for i, name in enumerate(STEPS, 1))
    assert samples.all()
