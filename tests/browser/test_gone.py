"""A visitor who closes the tab in the middle of many photos: others are served, and the photos go.

    pytest tests/browser/test_gone.py

Streamlit keeps the session of a closed tab for two minutes, here for two seconds. It looks for old sessions
only when another visitor leaves, so until then the photos are still in memory (`ui.photo.PRIVACY` says so).
"""

import re
import urllib.request

import cv2
import pytest
from playwright.sync_api import expect
from skimage import data

from agesex import images

pytestmark = [pytest.mark.browser, pytest.mark.model]
MANY = 10
VISITORS = 6  # who come and leave afterwards, at most


@pytest.fixture(autouse=True, scope="module")
def patience():
    """The first answer waits for TensorFlow, and machines that test are busy."""
    expect.set_options(timeout=240_000)
    yield
    expect.set_options(timeout=5_000)


def photos(count):
    """Different portraits, as the browser's file dialogue takes them."""
    picture = cv2.resize(data.astronaut(), (1024, 1024))
    files = []
    for number in range(count):
        picture[:8, :8] = number
        content = images.encode_png(picture)
        files.append({"name": f"{number}.png", "mimeType": "image/png", "buffer": content})
    return files


def upload(tab, files):
    tab.page.get_by_role("radio", name="Upload", exact=True).click()
    tab.settle()
    with tab.page.expect_file_chooser() as opened:
        tab.page.locator('[data-testid="stFileUploaderDropzone"] button').last.click()
    opened.value.set_files(files)


def held(address):
    """Bytes of uploaded files in the server's memory, as it reports them itself."""
    with urllib.request.urlopen(f"{address}/_stcore/metrics") as answer:
        text = answer.read().decode()
    assert "active_sessions" in text  # it does report
    found = re.findall(r'cache_memory_bytes\{cache_type="UploadedFileManager".*\} (\d+)', text)
    return sum(map(int, found))


def released(tab, address):
    """Whether nothing is held any more; the server computes its figures every five seconds."""
    for _ in range(12):
        tab.page.wait_for_timeout(500)
        if not held(address):
            return True
    return False


def test_a_tab_closed_in_the_middle_of_many_photos(make_tab, fresh_server):
    address = fresh_server(STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL="2")
    files = photos(MANY)
    gone = make_tab().open(f"{address}/Predict")
    upload(gone, files)
    gone.page.get_by_text(re.compile(rf"\b[2-9] of {MANY} photos")).wait_for()
    assert held(address) == sum(len(file["buffer"]) for file in files)
    assert gone.page.get_by_text(f"{MANY} photos, ").count() == 0
    gone.page.close()

    other = make_tab().open(f"{address}/Predict")
    upload(other, photos(1))
    expect(other.page.locator('[class*="st-key-face_"]')).to_have_count(1)
    other.page.get_by_text("1 face, found and answered").wait_for()
    other.page.get_by_role("button", name="Forget this photo").click()
    other.page.get_by_text("Forgotten").wait_for()
    other.settle()

    for _ in range(VISITORS):
        leaving = make_tab().open(f"{address}/Metrics")
        leaving.page.close()
        if released(other, address):
            break
    assert held(address) == 0
    assert other.page.locator('[data-testid="stException"]').count() == 0
