"""The frame of every page, the error display, the loaders and the warm-up, without a browser."""

import subprocess
import sys
import types

import pytest

import agesex
import ui
from agesex import model_files
from agesex.errors import BadImage

# Runs in its own process, where nothing else has loaded TensorFlow yet.
VISIT = """
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("app.py", default_timeout=120).run()
for page in {pages}:
    assert not app.exception, app.exception
    assert "tensorflow" not in sys.modules, f"before {{page}}"
    app.switch_page(page).run()
assert not app.exception, app.exception
assert "tensorflow" not in sys.modules, "after the last page"
"""


def visit(app, entry):
    app.run()
    return app.switch_page(entry.file).run() if entry.file else app


@pytest.mark.parametrize("entry", ui.MENU, ids=lambda entry: entry.name)
def test_every_page_has_its_frame(app, entry):
    page = visit(app, entry)
    assert not page.exception
    assert page.title[0].value == entry.headings[0]
    texts = [element.value for element in page.markdown]
    assert entry.headings[1] in texts
    assert ui.NOTICE in texts


def test_the_frame_survives_a_second_run(app):
    page = visit(app, ui.MENU[3])
    page.run()
    assert not page.exception
    assert page.title[0].value == "Predict"


def test_the_files_of_pages_are_the_menu(root):
    assert {entry.file for entry in ui.MENU if entry.file} == {
        f"pages/{path.name}" for path in (root / "pages").glob("*.py")
    }


def test_no_page_that_only_reads_tables_loads_tensorflow(root):
    pages = [entry.file for entry in ui.MENU if entry.name in {"Dataset", "Metrics", "Model card"}]
    assert len(pages) == 3
    done = subprocess.run(
        [sys.executable, "-c", VISIT.format(pages=pages)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


def test_importing_the_core_loads_no_tensorflow(root):
    names = [path.stem for path in (root / "agesex").glob("*.py") if path.stem != "__main__"]
    names += [path.parent.name for path in (root / "agesex").glob("*/__init__.py")]
    code = "import sys, importlib\n" + "".join(
        f"importlib.import_module('agesex.{name}')\n" for name in names if name != "__init__"
    )
    code += "sys.exit('tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr or "TensorFlow was loaded"


def guarded(error_class, message):
    """A script for AppTest: an error inside the guard, and a line after it."""
    import streamlit as st

    import ui
    from agesex import errors

    with ui.guard():
        raise getattr(errors, error_class, ValueError)(message)
    st.write("the page goes on")


def run_guarded(error_class, message):
    from streamlit.testing.v1 import AppTest

    return AppTest.from_function(
        guarded, default_timeout=60, kwargs={"error_class": error_class, "message": message}
    ).run()


def test_guard_shows_our_errors_and_goes_on():
    page = run_guarded("BadImage", "25_1_2_x.jpg holds *no* picture.")
    assert page.error[0].value == r"25\_1\_2\_x\.jpg holds \*no\* picture\."
    assert page.markdown[0].value == "the page goes on"
    assert not page.exception


def test_guard_lets_bugs_through():
    page = run_guarded("NotOneOfOurs", "a bug")
    assert page.exception
    assert not page.error


def test_plain_keeps_words_and_escapes_markup():
    assert ui.plain("ä 1 b") == "ä 1 b"
    assert ui.plain("<b> [x](y) $z$ :red[a]") == r"\<b\> \[x\]\(y\) \$z\$ \:red\[a\]"


def test_uploads_stay_in_memory():
    from starlette.formparsers import MultiPartParser
    from streamlit import config

    assert MultiPartParser.spool_max_size > config.get_option("server.maxUploadSize") * 2**20


@pytest.fixture
def fake_model(monkeypatch):
    """An agesex.model that counts its loads."""
    fake = types.ModuleType("agesex.model")
    fake.DEFAULT, fake.calls = "fake", []
    fake.load = lambda name: fake.calls.append(name) or f"model {name}"
    monkeypatch.setitem(sys.modules, "agesex.model", fake)
    monkeypatch.setattr(agesex, "model", fake, raising=False)
    monkeypatch.setattr(model_files, "DEFAULT", "fake")
    monkeypatch.setattr(model_files, "read_card", lambda name: {"name": name})
    for loader in (ui.loaders._model, ui.read_card, ui.warm_up):
        loader.clear()
    yield fake
    for loader in (ui.loaders._model, ui.read_card, ui.warm_up):
        loader.clear()


def test_a_model_is_loaded_once_under_any_spelling(fake_model):
    assert ui.load_model() == ui.load_model("fake") == "model fake"
    assert fake_model.calls == ["fake"]
    assert ui.read_card() == {"name": "fake"}


def test_a_failure_to_load_is_not_remembered(fake_model, monkeypatch):
    def broken(name):
        raise BadImage("not yet")

    with monkeypatch.context() as patch, pytest.raises(BadImage):
        patch.setattr(fake_model, "load", broken)
        ui.load_model()
    assert ui.load_model() == "model fake"


def test_the_warm_up_never_raises_and_starts_once(fake_model, monkeypatch, caplog):
    def broken():
        raise OSError("no space")

    broken.__name__ = "detector"
    lighter = []
    monkeypatch.setattr(ui.loaders, "detector", broken)
    monkeypatch.setattr(ui.loaders, "_pause", lambda: None)
    monkeypatch.setattr(ui.loaders.housekeeping, "lighten", lambda: lighter.append(True))
    monkeypatch.setenv("AGESEX_WARMUP", "1")
    thread = ui.warm_up()
    thread.join(60)
    assert not thread.is_alive()
    assert ui.warm_up() is thread
    assert fake_model.calls == ["fake"] and lighter == [True]  # what comes after a failure is loaded all the same
    assert "detector could not be loaded ahead" in caplog.text


def test_the_warm_up_can_be_turned_off():
    ui.warm_up.clear()
    assert ui.warm_up() is None
