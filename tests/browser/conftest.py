"""A real Chromium against a freshly started server, with every other host out of reach.

    def test_it(open_tab, fresh_server):
        tab = open_tab(fresh_server(), "/Predict", width=400, dark=True)
        tab.page.get_by_role("button", name="Astronaut").click()
        tab.settle()
        tab.shot("predict")

Chromium is AGESEX_CHROMIUM or the first of chromium, chromium-browser, google-chrome; without one
the tests skip (fail under AGESEX_CI=1). AGESEX_SHOTS names a folder for screenshots.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCAL = {"localhost", "127.0.0.1"}
TIMEOUT = 240  # seconds; TensorFlow starts slowly on a busy machine


def find_chromium():
    """Path of the installed Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("AGESEX_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    return found and str(found)


@contextmanager
def serve(start=("streamlit", "run", "app.py"), **environment):
    """A new Streamlit server on a free port; yields its address, and ends it afterwards.

    Args:
        start: what Python is asked to run as a module, with its arguments.
        **environment: set for the server.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", *start, "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1"]
    environment = {**os.environ, "AGESEX_WARMUP": "0", **environment}
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_until_healthy(f"http://127.0.0.1:{port}", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_until_healthy(address, server, log):
    for _ in range(TIMEOUT * 5):
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
        if server.poll() is not None:
            break
    log.seek(0)
    raise RuntimeError("the server did not start:\n" + log.read().decode(errors="replace"))


@contextmanager
def chromium(film=None):
    """A headless Chromium with a fake camera.

    Args:
        film: what the camera shows, an .mjpeg or .y4m file; Chromium's test picture without it.
    """
    from playwright.sync_api import sync_playwright

    flags = [
        "--no-sandbox",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        "--disable-background-networking",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    ]
    if film:
        flags.append(f"--use-file-for-fake-video-capture={film}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=flags)
        try:
            yield browser
        finally:
            browser.close()


class Tab:
    """One page of the browser.

    Attributes:
        page: Playwright's page.
        outside: addresses on other hosts that were asked for (and refused).
        errors: what the browser's console reported as errors.
    """

    def __init__(self, browser, *, width=1440, height=900, dark=False):
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            permissions=["camera"],
        )
        self.outside, self.errors = [], []
        self.context.route(self._is_outside, lambda route: route.abort())
        self.context.on("request", self._note_request)
        self.page = self.context.new_page()
        self.page.set_default_timeout(TIMEOUT * 1000)
        self.page.on("websocket", self._note_request)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note_console)

    def open(self, address):
        """Go to an address and wait until Streamlit has drawn everything."""
        self.page.goto(address)
        self.settle()
        return self

    def settle(self):
        """Wait until no script run is under way and nothing on the page is stale."""
        quiet = """() => {
            const app = document.querySelector('[data-testid="stApp"]');
            return app && app.dataset.testScriptState === 'notRunning'
                && app.dataset.testConnectionState === 'CONNECTED'
                && document.querySelector('[data-testid="stHeading"]')
                && !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]');
        }"""
        for _ in range(2):  # a rerun may follow at once, so it has to stay quiet
            self.page.wait_for_function(quiet)
            self.page.wait_for_timeout(300)
        self.page.wait_for_function(quiet)

    def shot(self, name):
        """Save a picture of the whole page to $AGESEX_SHOTS/name.png, where that is set."""
        if folder := os.environ.get("AGESEX_SHOTS"):
            self.save(Path(folder) / f"{name}.png")

    def save(self, path):
        """Save a picture of the whole page: Streamlit scrolls inside, so the window grows."""
        size = self.page.viewport_size
        path.parent.mkdir(parents=True, exist_ok=True)
        needed = self.page.evaluate(
            "Math.ceil(document.querySelector('[data-testid=\"stMain\"]').scrollHeight)"
        )
        self.page.set_viewport_size({**size, "height": max(size["height"], needed)})
        self.page.wait_for_timeout(400)
        self.page.screenshot(path=path)
        self.page.set_viewport_size(size)

    @staticmethod
    def _is_outside(url):
        parts = urlsplit(str(url))
        return parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in LOCAL

    def _note_request(self, request):
        if self._is_outside(request.url):
            self.outside.append(request.url)

    def _note_console(self, message):
        # On a deep link Streamlit first asks for /Page/_stcore/..., and for /_stcore/... after it.
        if message.type == "error" and "/_stcore/" not in message.location.get("url", ""):
            self.errors.append(message.text)


@pytest.fixture(scope="module")
def film():
    """What the fake camera shows; a module may define its own, see `chromium`."""
    return None


@pytest.fixture(scope="module")
def browser(film):
    """A Chromium for the tests of one module.

    Not for the whole session: Playwright keeps an event loop running in this thread as long as it
    is open, and tests elsewhere may want one of their own.
    """
    if not find_chromium():
        pytest.skip("no Chromium; install one or name it in AGESEX_CHROMIUM")
    with chromium(film) as opened:
        yield opened


@pytest.fixture
def fresh_server():
    """Start a new server: `fresh_server()` or `fresh_server(NAME="value")` -> its address."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(serve(**options))


@pytest.fixture(scope="module")
def shared_server():
    """As `fresh_server`, for one that the tests of a module share."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(serve(**options))


@pytest.fixture(scope="module")
def server(shared_server):
    """The address of a server that the tests of one module share."""
    return shared_server()


@pytest.fixture
def make_tab(browser):
    """A Tab that may do what it likes: `make_tab(width=400)`; nothing is asserted at its end."""
    tabs = []

    def maker(**kwargs):
        tabs.append(Tab(kwargs.pop("browser", browser), **kwargs))
        return tabs[-1]

    yield maker
    for tab in tabs:
        tab.context.close()


@pytest.fixture
def open_tab(make_tab):
    """Open a page: `open_tab(address, "/Predict", width=400, dark=True)` -> Tab.

    At the end no tab may have asked for anything on another host.
    """
    tabs = []

    def opener(address, path="/", **kwargs):
        tabs.append(make_tab(**kwargs))
        return tabs[-1].open(address + path)

    yield opener
    outside = [url for tab in tabs for url in tab.outside]
    assert not outside, f"the page asked other hosts for {outside}"
