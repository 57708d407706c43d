"""A visit to every page in a real Chromium: samples, a photo file, a camera, bad files.

    pytest tests/browser/test_pages.py

The camera is Chromium's fake device; it shows an average face, so that nobody's photo is needed.
The real model answers.
"""

import re
import urllib.error
import urllib.request

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect
from skimage import data

import ui
from agesex import images, samples

pytestmark = [pytest.mark.browser, pytest.mark.model]
YEARS = re.compile(r"^(\d+ years|1 year|under 1 year)$")


@pytest.fixture(autouse=True, scope="module")
def patience():
    """The first answer waits for TensorFlow, and machines that test are busy."""
    expect.set_options(timeout=240_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Two seconds of an average face, as uncompressed video."""
    frame = np.full((480, 640, 3), 150, np.uint8)
    face = samples.get("30-39_female").photo
    frame[90:390, 170:470] = cv2.resize(face, (300, 300), interpolation=cv2.INTER_CUBIC)
    planes = cv2.cvtColor(frame, cv2.COLOR_RGB2YUV_I420).tobytes()
    path = tmp_path_factory.mktemp("film") / "face.y4m"
    with path.open("wb") as file:
        file.write(b"YUV4MPEG2 W640 H480 F30:1 Ip A1:1 C420mpeg2\n")
        for _ in range(60):
            file.write(b"FRAME\n" + planes)
    return path


@pytest.fixture
def files(tmp_path):
    """Pictures to upload, by what is in them."""
    astronaut = data.astronaut()
    content = {
        "one.png": images.encode_png(astronaut),
        "two.png": images.encode_png(np.hstack([astronaut, astronaut[:, ::-1]])),
        "coins.png": images.encode_png(data.coins()),
        "text.jpg": b"this is no picture, whatever its name says",
    }
    for name, written in content.items():
        (tmp_path / name).write_bytes(written)
    return tmp_path


def go(tab, source):
    tab.page.get_by_role("radio", name=source, exact=True).click()
    tab.settle()


def choose(tab, path):
    """Pick a file in the dialogue of the browser, as a person does."""
    with tab.page.expect_file_chooser() as opened:
        tab.page.locator('[data-testid="stFileUploaderDropzone"] button').last.click()
    opened.value.set_files(path)


def cards(tab):
    return tab.page.locator('[class*="st-key-face_"]')


def picture(tab):
    return tab.page.locator(".st-key-photo img").first


def status(address):
    try:
        with urllib.request.urlopen(address) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def test_every_page_answers(open_tab, server):
    tab = open_tab(server)
    for entry in ui.MENU[1:]:
        tab.page.locator('[data-testid="stTopNavLink"]', has_text=entry.name).click()
        tab.page.get_by_role("heading", name=entry.name, exact=True, level=1).wait_for()
        tab.settle()
        assert tab.page.locator('[data-testid="stException"]').count() == 0
        assert tab.page.locator('[data-testid="stAlertContentError"]').count() == 0
        tab.shot(f"page-{entry.url}")


def test_samples_then_a_photo_then_forget(open_tab, server, files):
    tab = open_tab(server, "/Predict")
    expect(tab.page.get_by_role("heading", name=YEARS)).to_have_count(1)
    expect(cards(tab)).to_contain_text("90 of 100 such faces are")
    tab.page.get_by_role("radio", name="20–29").first.click()
    expect(cards(tab)).to_contain_text("No interval")

    go(tab, "Upload")
    choose(tab, files / "two.png")
    expect(cards(tab)).to_have_count(2)
    tab.settle()
    tab.shot("predict-two")
    sent = picture(tab).evaluate("image => image.src")
    assert status(sent) == 200

    tab.page.locator('[data-testid="stTopNavLink"]', has_text="Explain").click()
    tab.page.get_by_text("What speaks for “older”").wait_for()
    expect(
        tab.page.get_by_role("radiogroup", name="Which face?").get_by_role("radio")
    ).to_have_count(2)
    tab.page.get_by_role("radio", name="SmoothGrad").click()
    tab.page.get_by_text("by SmoothGrad").wait_for()
    tab.settle()
    tab.shot("explain-two")

    tab.page.get_by_role("button", name="Forget this photo").click()
    tab.page.get_by_text("Forgotten").wait_for()
    tab.settle()
    assert tab.page.get_by_text("What speaks for “older”").count() == 0
    assert status(sent) == 404


def test_bad_files_are_one_sentence_and_the_session_goes_on(open_tab, server, files):
    tab = open_tab(server, "/Predict")
    go(tab, "Upload")
    choose(tab, files / "text.jpg")
    tab.page.get_by_text("“text.jpg” is not a picture").wait_for()
    choose(tab, files / "coins.png")
    tab.page.get_by_text("No face was found in this picture.").wait_for()
    tab.page.get_by_role("button", name="Treat the whole picture as a face").click()
    expect(cards(tab)).to_have_count(1)
    choose(tab, files / "one.png")
    tab.page.get_by_text("1 face, found and answered").wait_for()
    expect(cards(tab)).to_contain_text("90 of 100 such faces are")


def test_several_photos_at_once(open_tab, server, files):
    tab = open_tab(server, "/Predict")
    go(tab, "Upload")
    choose(tab, [files / name for name in ("one.png", "two.png", "text.jpg")])
    tab.page.get_by_text("3 photos, 3 faces.").wait_for()
    expect(tab.page.get_by_text("“text.jpg” is not a picture")).to_be_visible()
    tab.settle()
    tab.shot("predict-many")
    tab.page.get_by_role("button", name="Forget these 3 photos").click()
    tab.page.get_by_text("Forgotten").wait_for()


def test_the_live_camera(open_tab, server):
    tab = open_tab(server, "/Predict")
    go(tab, "Camera")
    tab.page.get_by_text("Live: a picture every two seconds").click()
    tab.page.get_by_text("Live picture").first.wait_for()
    expect(cards(tab)).to_have_count(1)
    tab.shot("predict-live")
    assert tab.errors == []


@pytest.mark.parametrize("width", [1440, 400])
def test_the_camera(open_tab, server, width):
    tab = open_tab(server, "/Predict", width=width)
    go(tab, "Camera")
    tab.page.locator("video").wait_for()
    tab.page.wait_for_function("document.querySelector('video').videoWidth > 0")
    tab.page.get_by_role("button", name="Take Photo").click()
    tab.page.get_by_text("Photo from your camera").wait_for()
    expect(cards(tab)).to_have_count(1)
    expect(cards(tab)).to_contain_text("90 of 100 such faces are")
    tab.settle()
    tab.shot(f"predict-camera-{width}")
