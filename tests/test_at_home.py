"""Who may see photos that may not be passed on, and who may have the server read its own disk."""

import shutil
from types import SimpleNamespace

import pytest
import streamlit as st
from drawn import write_utkface

from agesex.dataset import importing, store
from ui import at_home, loaders
from ui.metrics import photos as metrics_photos

LOCALHOST = {"Host": "localhost:8501", "Origin": "http://localhost:8501"}
AT_HOME = [
    ("localhost", LOCALHOST, True),
    ("127.0.0.1", {"Host": "127.0.0.1:8501", "Origin": "http://127.0.0.1:8501"}, True),
    ("0.0.0.0", LOCALHOST, False),
    (None, LOCALHOST, False),
    ("localhost", {"Host": "faces.example", "Origin": "https://faces.example"}, False),
    ("localhost", {"Host": "localhost:8501", "Origin": "https://faces.example"}, False),
    ("localhost", {"Host": "localhost:8501"}, False),
    ("localhost", {"Host": "localhost", "Origin": "http://localhost", "X-Forwarded-For": "1.2.3.4"}, False),
    ("localhost", {}, False),
]


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch, tmp_path):
    for name in (at_home.PHOTOS, at_home.IMPORT, "AGESEX_DATASET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with drawn photos, imported."""
    folder, home = tmp_path_factory.mktemp("faces") / "UTKFace", tmp_path_factory.mktemp("home")
    first = write_utkface(folder, n=60)[0]
    shutil.copy(folder / first, folder / "77_1_3_20170101999900002.jpg.chip.jpg")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGESEX_HOME", str(home))
        importing.import_from(folder)
    return home


@pytest.mark.parametrize(("address", "headers", "allowed"), AT_HOME)
def test_only_who_sits_at_the_computer_may_import_and_see_photos(monkeypatch, address, headers, allowed):
    monkeypatch.setattr(at_home.st, "get_option", {"server.address": address}.get)
    monkeypatch.setattr(at_home.st, "context", SimpleNamespace(headers=headers))
    visitor = SimpleNamespace(session_id="e7a1")
    monkeypatch.setattr(at_home, "get_script_run_ctx", lambda suppress_warning: visitor)
    assert at_home.may_import() is at_home.may_see_photos() is allowed
    for said in ("1", "0"):
        monkeypatch.setenv(at_home.IMPORT, said)
        assert at_home.may_import() is (said == "1") and at_home.may_see_photos() is allowed
        monkeypatch.setenv(at_home.PHOTOS, said)
        assert at_home.may_see_photos() is (said == "1")
        monkeypatch.delenv(at_home.PHOTOS)


def test_a_program_without_a_browser_sees_photos_but_a_visitor_who_left_does_not(monkeypatch):
    assert at_home.may_see_photos() and not at_home.may_import()
    monkeypatch.setattr(at_home, "get_script_run_ctx", lambda suppress_warning: SimpleNamespace(session_id="e7a1"))
    monkeypatch.setattr(at_home.st, "context", SimpleNamespace(headers={}))
    assert not at_home.may_see_photos()


def drawn(page):
    """The photos on a page: buttons that are pictures, and pictures themselves."""
    return [one for one in page.button if one.label.startswith("![Photo")] + list(page.image)


def said(page):
    return " ".join(e.value for kind in (page.caption, page.info, page.markdown) for e in kind)


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ({"view": "pictures"}, "gallery"),
        ({"view": "pictures", "face": "first"}, "face"),
        ({"view": "wrong"}, "copies"),
    ],
)
def test_what_one_visitor_has_seen_is_withheld_from_another(root, home, monkeypatch, address, where):
    from streamlit.testing.v1 import AppTest

    monkeypatch.setenv("AGESEX_HOME", str(home))
    first = store.open_stored("utkface").table.file[0]

    def opened():
        app = AppTest.from_file(root / "app.py", default_timeout=120).run()
        for key, value in address.items():
            app.query_params[key] = first if value == "first" else value
        page = app.switch_page("pages/1_Dataset.py").run()
        assert not page.exception
        return page

    assert drawn(opened()) and at_home.NOT_SHOWN not in said(opened()), where
    monkeypatch.setenv(at_home.PHOTOS, "0")
    page = opened()
    assert not drawn(page) and at_home.NOT_SHOWN in said(page)


def test_metrics_and_explain_have_no_photo_of_the_data_set_for_others(home, monkeypatch, app):
    monkeypatch.setenv("AGESEX_HOME", str(home))
    rows = store.open_stored("utkface").table.head(2)
    assert all(metrics_photos.of(rows))
    monkeypatch.setenv(at_home.PHOTOS, "0")
    assert loaders.utkface() is None
    assert metrics_photos.of(rows) == [None, None]
    app.run()
    app.query_params["source"] = "data set"
    page = app.switch_page("pages/4_Explain.py").run()
    assert not page.exception
    (source,) = [group for group in page.button_group if group.key == "source"]
    assert source.value == "samples" and not any("Data set" in option for option in source.options)


def test_averages_of_fifty_photos_are_for_everybody(root, home, monkeypatch, app):
    monkeypatch.setenv("AGESEX_HOME", str(home))
    monkeypatch.setenv(at_home.PHOTOS, "0")
    st.cache_data.clear()
    app.run()
    app.query_params.update({"view": "averages", "averages_of": "chosen", "a_sex": "any", "b_sex": "any"})
    page = app.switch_page("pages/1_Dataset.py").run()
    assert not page.exception
    assert any("By any two fields" in e.value for e in page.subheader)
