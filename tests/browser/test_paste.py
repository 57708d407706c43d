"""A picture from the clipboard in a real Chromium, and what the server writes down of it: nothing.

    pytest tests/browser/test_paste.py

The real model answers. Most pastes are events that the page cannot tell from a real one; one test fills the
clipboard and presses the keys.
"""

import base64
import re
import tempfile

import numpy as np
import pytest
from playwright.sync_api import expect
from skimage import data

from agesex import images
from ui import paste

pytestmark = [pytest.mark.browser, pytest.mark.model]
PASTE = """([text, name, type, size, plain]) => {
    const bytes = size ? new Uint8Array(size) : Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const clipboard = new DataTransfer();
    if (plain) clipboard.setData("text/plain", plain);
    if (name) clipboard.items.add(new File([bytes], name, {type}));
    const event = new ClipboardEvent("paste",
        {clipboardData: clipboard, bubbles: true, cancelable: true, composed: true});
    (document.activeElement || document.body).dispatchEvent(event);
}"""
COUNT = """() => {
    const [add, remove] = [document.addEventListener, document.removeEventListener];
    window.listening = new Set();
    document.addEventListener = function (name, what, ...more) {
        if (name === "paste") window.listening.add(what);
        return add.call(document, name, what, ...more);
    };
    document.removeEventListener = function (name, what, ...more) {
        if (name === "paste") window.listening.delete(what);
        return remove.call(document, name, what, ...more);
    };
}"""
# What a server does with files, written down by itself: every one that is opened for writing.
WATCH = """
import os, sys, tempfile
seen = os.open(os.environ["WRITES"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def hook(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)) and "__pycache__" not in str(args[0]):
        if (args[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            os.write(seen, f"{args[0]}\\n".encode())
sys.addaudithook(hook)
tempfile.TemporaryFile().close()
"""


@pytest.fixture(autouse=True, scope="module")
def patience():
    """The first answer waits for TensorFlow, and machines that test are busy."""
    expect.set_options(timeout=240_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def one():
    return images.encode_png(data.astronaut())


@pytest.fixture(scope="module")
def two():
    astronaut = data.astronaut()
    return images.encode_png(np.hstack([astronaut, astronaut[:, ::-1]]))


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """Where the server notes what it opens for writing, and its log."""
    folder = tmp_path_factory.mktemp("watched")
    (folder / "sitecustomize.py").write_text(WATCH)
    return folder


@pytest.fixture(scope="module")
def server(shared_server, watched):
    """The address of the server of all these tests, which is watched."""
    with pytest.MonkeyPatch.context() as patch:  # the log of `serve`, where it can be read
        patch.setattr(tempfile, "TemporaryFile", lambda: (watched / "log").open("w+b"))
        return shared_server(PYTHONPATH=str(watched), WRITES=str(watched / "writes"))


@pytest.fixture
def upload_tab(make_tab, server):
    """Predict with “Upload” chosen; `tab.sent` lists the large messages that the browser sends."""
    tab = make_tab()
    tab.sent = []
    tab.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: note(tab.sent, frame)))
    tab.open(f"{server}/Predict")
    go(tab, "Upload")
    expect(hint(tab)).to_have_text(paste.HINT)  # `settle` does not wait for the component; now it listens
    yield tab
    assert tab.outside == [] and tab.errors == []


def note(sent, frame):
    if len(frame) > 20_000:
        sent.append(frame if isinstance(frame, bytes) else frame.encode())


def go(tab, source):
    tab.page.get_by_role("radio", name=source, exact=True).click()
    tab.settle()


def press(tab, content=b"", name="image.png", kind="image/png", *, size=0, text=""):
    """Paste a file with this content, or with so many zeros; no file without a name."""
    tab.page.evaluate(PASTE, [base64.b64encode(content).decode(), name, kind, size, text])


def cards(tab):
    return tab.page.locator('[class*="st-key-face_"]')


def hint(tab):
    return tab.page.locator('p[role="status"]')


def test_a_paste_a_second_one_and_forget(upload_tab, one, two):
    tab = upload_tab
    press(tab, two)
    expect(cards(tab)).to_have_count(2)
    expect(hint(tab)).to_have_text(paste.FROM)
    press(tab, one)
    expect(cards(tab)).to_have_count(1)
    assert len(tab.sent) == 2
    for frame, content in zip(tab.sent, (two, one), strict=True):
        assert base64.b64encode(content) in frame  # as they were, not encoded anew
    tab.settle()
    tab.shot("predict-paste")

    tab.page.locator('[data-testid="stTopNavLink"]', has_text="Explain").click()
    tab.page.get_by_text("What speaks for “older”").wait_for()
    tab.settle()
    expect(hint(tab)).to_have_text(paste.FROM)
    tab.page.get_by_role("button", name="Forget this photo").click()
    tab.page.get_by_text("Forgotten").wait_for()
    tab.settle()
    assert tab.page.get_by_text("What speaks for “older”").count() == 0
    expect(hint(tab)).to_have_text(paste.HINT)


def listeners(tab):
    return tab.page.evaluate("window.listening.size")


def test_one_listener_however_often_the_page_was_drawn(upload_tab, one):
    tab = upload_tab
    go(tab, "Samples")
    tab.page.evaluate(COUNT)
    for _ in range(2):
        go(tab, "Upload")
        expect(hint(tab)).to_have_text(paste.HINT)
        for theme in ("dark", "light"):
            tab.page.emulate_media(color_scheme=theme)
            tab.page.wait_for_timeout(500)
            assert listeners(tab) == 1
        go(tab, "Samples")
        assert listeners(tab) == 0
    press(tab, one)
    tab.page.wait_for_timeout(1000)
    assert tab.sent == []
    go(tab, "Upload")
    tab.page.locator('[data-testid="stTopNavLink"]', has_text="Explain").click()
    tab.page.get_by_role("heading", name="Explain", exact=True, level=1).wait_for()
    tab.settle()
    expect(hint(tab)).to_have_text(paste.HINT)
    assert listeners(tab) == 1
    press(tab, one)
    tab.page.get_by_text("What speaks for “older”").wait_for()
    tab.settle()
    assert len(tab.sent) == 1 and listeners(tab) == 1


def test_a_paste_into_a_text_field_is_none_of_ours(upload_tab, one):
    tab = upload_tab
    tab.page.evaluate("""() => {
        const field = document.createElement("input");
        field.id = "field";
        document.querySelector('[data-testid="stMain"]').prepend(field);
    }""")
    tab.page.locator("#field").focus()
    press(tab, one)
    tab.page.wait_for_timeout(1000)
    assert tab.sent == []
    expect(hint(tab)).to_have_text(paste.HINT)
    tab.page.evaluate("document.querySelector('#field').type = 'checkbox'")  # takes no text
    tab.page.locator("#field").focus()
    press(tab, one)
    expect(cards(tab)).to_have_count(1)


def test_what_is_no_picture_is_one_sentence(upload_tab, one):
    tab = upload_tab
    press(tab, name="", text="words")
    expect(hint(tab)).to_have_text(paste.NOTHING)
    press(tab, b"%PDF-1.7", "paper.pdf", "application/pdf")
    expect(hint(tab)).to_have_text(paste.NOTHING)
    press(tab, name="large.png", size=images.MAX_BYTES + 1)
    expect(hint(tab)).to_have_text(paste.REFUSED)
    assert tab.sent == []
    press(tab, b"this is no picture", "text.jpg", "image/jpeg")
    tab.page.get_by_text("“Pasted picture” is not a picture").wait_for()
    press(tab, one, "photo.PNG", "")  # a system that knows no types
    expect(cards(tab)).to_have_count(1)


def test_twenty_five_megabytes_arrive(upload_tab):
    tab = upload_tab
    press(tab, name="zeros.png", size=images.MAX_BYTES)
    expect(hint(tab)).to_have_text(paste.FROM)
    tab.page.get_by_text("“Pasted picture” is not a picture").wait_for()
    assert len(tab.sent) == 1 and len(tab.sent[0]) > 34_900_000


def test_the_keys_of_a_person(upload_tab, one):
    tab = upload_tab
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.page.evaluate(
        """async (text) => {
            const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
            const blob = new Blob([bytes], {type: "image/png"});
            await navigator.clipboard.write([new ClipboardItem({"image/png": blob})]);
        }""",
        base64.b64encode(one).decode(),
    )
    tab.page.get_by_role("radio", name="Upload", exact=True).focus()
    tab.page.keyboard.press("ControlOrMeta+V")
    expect(cards(tab)).to_have_count(1)
    expect(hint(tab)).to_have_text(paste.FROM)


def test_neither_a_paste_nor_an_upload_of_5_mb_reaches_disk_or_log(make_tab, server, watched, tmp_path):
    writes, log = watched / "writes", watched / "log"
    tab = make_tab().open(f"{server}/Predict")
    expect(cards(tab)).to_have_count(1)  # TensorFlow and the networks are loaded
    go(tab, "Upload")
    before = writes.read_text().splitlines()
    assert any(path.startswith(tempfile.gettempdir()) for path in before)  # the watch sees such files

    rng = np.random.default_rng(0)
    large = rng.integers(0, 255, (1300, 1300, 3), np.uint8)
    large[:512, :512] = data.astronaut()
    (tmp_path / "holiday-of-somebody.png").write_bytes(images.encode_png(large))
    assert (tmp_path / "holiday-of-somebody.png").stat().st_size > 4_000_000
    with tab.page.expect_file_chooser() as opened:
        tab.page.locator('[data-testid="stFileUploaderDropzone"] button').last.click()
    opened.value.set_files(tmp_path / "holiday-of-somebody.png")
    tab.page.get_by_text(re.compile("found and answered")).wait_for()
    tab.settle()
    expect(hint(tab)).to_have_text(paste.HINT)
    press(tab, images.encode_png(large[::-1]), "party-of-somebody.png")
    expect(tab.page.locator(".st-key-photo")).to_contain_text(paste.NOTE)
    tab.settle()
    tab.page.get_by_role("button", name="Forget this photo").click()
    tab.page.get_by_text("Forgotten").wait_for()
    tab.settle()

    assert writes.read_text().splitlines()[len(before) :] == []
    said = log.read_text(errors="replace")
    assert server.rpartition(":")[2] in said  # it is the log
    assert not re.search(r"somebody|iVBOR|base64|Pasted", said)
