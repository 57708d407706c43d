"""`python -m ui`, behind `make app`: the server starts, loads ahead what the first page needs, and nothing more."""

import socket
import subprocess
import sys
import tomllib

import pytest

import ui
from ui import __main__ as start
from ui.__main__ import AHEAD


def test_what_is_loaded_ahead_is_what_the_first_page_needs_and_no_tensorflow(root):
    ahead = "; ".join(f"import {name}" for name in AHEAD)
    asked = f"import sys; {ahead}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", asked], cwd=root, check=True, capture_output=True, text=True)
    loaded = set(loaded.stdout.split())
    assert {"pandas", "streamlit"} <= loaded and not {"tensorflow", "keras", "altair", "scipy", "cv2"} & loaded


def test_nothing_is_loaded_ahead_before_the_server_listens(monkeypatch):
    done, answers = [], iter([False, False, True])

    def listens():
        done.append("asked")
        return next(answers)

    monkeypatch.setattr(start, "_listens", listens)
    monkeypatch.setattr(start.importlib, "import_module", lambda name: done.append(name) or 1 / 0)
    start._load()  # whatever fails in it fails again, with a message, on the page that needs it
    assert done == ["asked", "asked", "asked", AHEAD[0]]


def test_the_port_tells_whether_the_server_listens(monkeypatch):
    from streamlit import config, runtime

    monkeypatch.setattr(config, "get_option", lambda name: 1 / 0)
    assert not start._listens()  # the command's own options are not read yet: nobody knows the port
    monkeypatch.setattr(runtime, "exists", lambda: True)
    with socket.socket() as server:
        server.bind(("localhost", 0))
        said = {"server.address": "localhost", "server.port": server.getsockname()[1]}
        monkeypatch.setattr(config, "get_option", said.get)
        assert not start._listens()
        server.listen()
        assert start._listens()


def test_no_module_is_watched_for_changes(root):
    """At every visit Streamlit would look after each module that is loaded, 1 to 5 s in which it answers nobody."""
    config = tomllib.loads((root / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["server"]["fileWatcherType"] == "none"


def test_make_app_starts_the_app_and_passes_options_on(root):
    assert "python -m ui --server.port $(PORT)" in (root / "Makefile").read_text("utf-8")
    asked = [sys.executable, "-m", "ui", "--server.port=none"]
    said = subprocess.run(asked, cwd=root, capture_output=True, text=True, timeout=120)
    assert said.returncode == 2 and "--server.port" in said.stderr and "streamlit run" in said.stderr


@pytest.mark.browser
def test_the_app_that_make_starts_shows_its_first_page(open_tab, fresh_server):
    tab = open_tab(fresh_server(start=("ui",)), "/")
    assert tab.page.get_by_role("heading", name=ui.MENU[0].question, exact=True, level=1).count() == 1
