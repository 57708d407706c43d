"""The lesson in a real Chromium: all steps, back, reload and a shared link; the real model answers."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.model]


@pytest.fixture(autouse=True, scope="module")
def patience():
    """The first answer waits for TensorFlow, and machines that test are busy."""
    expect.set_options(timeout=240_000)
    yield
    expect.set_options(timeout=5_000)


def onward(tab, name):
    tab.page.get_by_role("button", name=name, exact=True).click()
    tab.settle()


def test_the_forward_button_keeps_the_focus_of_a_keyboard_in_all_steps(open_tab, server):
    tab = open_tab(server, "/Explain?view=lesson&sample=50-59_male", width=1280, height=720)
    page = tab.page
    forward = page.locator(".st-key-step_next button")
    page.get_by_role("slider").press("ArrowRight")
    tab.settle()
    forward.focus()
    labels = ["That is my guess", "Next: Map", "Next: Cover", "Next: Check", "Another face"]
    labels.append(labels[0])
    for before, after in zip(labels, labels[1:], strict=False):
        expect(forward).to_have_text(re.compile(f"{before}$"))
        page.keyboard.press("Enter")
        expect(forward).to_have_text(re.compile(f"{after}$"))
        tab.settle()
        expect(forward).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Move the slider first")).to_be_visible()
    expect(forward).to_be_focused()


@pytest.mark.parametrize("dark", [False, True])
def test_the_first_screen_of_a_projector_shows_the_face_and_the_question(open_tab, server, dark):
    tab = open_tab(server, "/Explain?view=lesson&sample=1", width=1280, height=720, dark=dark)
    page = tab.page
    page.get_by_text("answer is still hidden").wait_for()
    tab.settle()
    face, slider = page.get_by_alt_text("The face, cut out"), page.get_by_role("slider")
    for shown in (face, slider, page.locator(".st-key-step_next button")):
        box = shown.bounding_box()
        assert box["y"] + box["height"] <= 720
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    assert page.get_by_text("answer is still hidden").evaluate(size) >= 20
    assert page.get_by_test_id("stSliderThumbValue").evaluate(size) >= 32


def test_the_map_begins_on_the_first_screen(open_tab, server):
    tab = open_tab(server, "/Explain?sample=50-59_male", width=1280, height=720)
    face = tab.page.get_by_alt_text("The face", exact=True)
    face.wait_for()
    tab.settle()
    assert face.bounding_box()["y"] < 560
    tab.page.get_by_role("button", name="Face or photo").click()
    tab.page.get_by_role("radio", name="Eileen Collins").click()
    tab.page.keyboard.press("Escape")
    expect(tab.page.get_by_text("It says 37 years, female")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 400])
def test_all_steps_of_the_lesson(open_tab, server, width):
    tab = open_tab(server, "/Explain?view=lesson&sample=50-59_male", width=width)
    page = tab.page
    page.get_by_text("answer is still hidden").wait_for()
    assert page.locator('img[alt*="aged"]').count() == 0
    tab.shot(f"lesson-1-guess-{width}")

    slider = page.get_by_role("slider")
    slider.focus()
    for _ in range(40):
        page.keyboard.press("ArrowRight")  # the keyboard's focus has to stay where it is
    expect(slider).to_have_attribute("aria-valuetext", "39")
    tab.settle()
    expect(slider).to_be_focused()
    onward(tab, "That is my guess")
    page.get_by_text("What is known:").wait_for()
    expect(page.get_by_text("Average of", exact=False).first).to_be_visible()
    tab.shot(f"lesson-2-answer-{width}")

    onward(tab, "Next: Map")
    expect(page.get_by_text("What Grad-CAM is")).to_be_visible()
    tab.shot(f"lesson-3-map-{width}")

    onward(tab, "Next: Cover")
    page.get_by_role("radio", name="eyes", exact=True).click()
    page.get_by_role("radio", name="younger", exact=True).click()
    page.get_by_text("Without the eyes").wait_for()
    tab.settle()
    tab.shot(f"lesson-4-cover-{width}")
    covered = page.url

    onward(tab, "Next: Check")
    page.get_by_text("Rank correlation of the two").wait_for()
    tab.settle()
    tab.shot(f"lesson-5-check-{width}")
    assert tab.errors == []
    if width == 400:
        return

    page.go_back()
    page.get_by_text("Without the eyes").wait_for()
    tab.settle()
    assert page.url == covered
    page.reload()
    page.get_by_text("Without the eyes").wait_for()
    other = open_tab(server, covered.removeprefix(server))  # another visitor, the same link
    other.page.get_by_text("Without the eyes").wait_for()
    other.settle()
    expect(other.page.get_by_role("radio", name="younger", exact=True)).to_be_checked()
