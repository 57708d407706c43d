"""What all tests share: the app under test, the real data, and the rule that CI skips nothing.

pytest                                     # everything that needs no extra data
AGESEX_UTKFACE=<folder> pytest -m realdata
AGESEX_CI=1 pytest                         # a skip counts as a failure
"""

import gc
import os
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

os.environ["AGESEX_WARMUP"] = "0"  # a thread that loads TensorFlow would disturb every page test
os.environ["AGESEX_CHECK_CHARTS"] = "1"  # every chart that a page test draws is checked against the schema
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# what a developer has imported or connected is no part of any test
_HOME = tempfile.TemporaryDirectory(prefix="agesex-home-")
os.environ["AGESEX_HOME"] = _HOME.name
os.environ.pop("AGESEX_DATASET", None)

ROOT = Path(__file__).resolve().parents[1]
CI = os.environ.get("AGESEX_CI") == "1"


def _forbid_skip(report):
    """Turn a skip into a failure that says why."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"AGESEX_CI=1 allows no skip; this test was skipped: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    expected = hasattr(report, "wasxfail") or item.get_closest_marker("may_skip")
    if CI and report.skipped and not expected:
        _forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    if CI and report.skipped:  # a whole module, by importorskip for instance
        _forbid_skip(report)
    return report


def pytest_sessionfinish():
    gc.unfreeze()  # else DuckDB's binding complains of leaks


def pytest_make_parametrize_id(val, argname):
    """Bytes give a test no name: compressed, they hold the time, and two workers then collect different tests."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session", autouse=True)
def components_listed_once():
    """Each AppTest looks for components in the metadata of all installed packages, which stay as they are."""
    from streamlit.components.v2 import manifest_scanner
    from streamlit.runtime.scriptrunner import script_runner

    with pytest.MonkeyPatch.context() as patch:
        once = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", once)
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        yield


_frozen = {"file": None, "modules": 0}


@pytest.fixture(autouse=True)
def little_to_look_through(request):
    """Streamlit looks for garbage after each run of a page; with TensorFlow loaded that is 0.3 s of modules.

    They are set aside, as `ui.housekeeping` does it: before the first test of a file, and when much was imported.
    """
    if request.path != _frozen["file"] or len(sys.modules) > _frozen["modules"] + 100:
        gc.collect()
        gc.freeze()
        _frozen.update(file=request.path, modules=len(sys.modules))


@pytest.fixture(scope="session")
def root():
    """The repository's root."""
    return ROOT


@pytest.fixture(scope="session")
def utkface():
    """The folder with the real UTKFace photos."""
    folder = os.environ.get("AGESEX_UTKFACE", "")
    if not folder:
        pytest.skip("AGESEX_UTKFACE names no folder with UTKFace")
    if not any(Path(folder).glob("*.jpg")):
        pytest.fail(f"AGESEX_UTKFACE={folder} holds no .jpg files")
    return Path(folder)


@pytest.fixture
def app():
    """The app, not yet run, as Streamlit's AppTest: `app.run()`, `app.switch_page("pages/...")`.

    Always from app.py: a page tested by itself has another main script and other widget keys.
    """
    from streamlit.testing.v1 import AppTest

    return AppTest.from_file(ROOT / "app.py", default_timeout=120)


@pytest.fixture
def stub_model(monkeypatch):
    """The stub of stub.py behind the pages, with a detector and explanations as quick as itself.

    Attributes that a test may set: `found`, the number of faces in every photo; `age` of the first
    of them (each further one is 5 years older); `logit` of the sex; `raw`, the map that is
    explained. `calls` lists what was asked for.
    """
    import numpy as np
    from stub import StubModel

    import ui
    from agesex import explain, faces
    from agesex.explain.explanation import from_raw

    stub = StubModel()
    stub.found, stub.age, stub.logit, stub.raw, stub.calls = 1, 37, 3.5, np.eye(5), []

    def find(photo):
        stub.calls.append("find")
        height, width = photo.shape[:2]
        step = width // max(stub.found, 1)
        return [
            faces.Face(
                crop(i), (i * step, height // 4, step // 2, height // 2), faces.TEMPLATE, 0.99
            )
            for i in range(stub.found)
        ]

    def crop(i):  # the stub reads the age from brightness, the sex from red minus blue
        colour = 2.55 * (stub.age + 5 * i) + stub.logit * np.array([5, 0, -5])
        return np.full((200, 200, 3), np.round(colour), np.uint8)

    def explained(
        model, crop, target="older", method="grad-cam", *, layer=None, progress=None, **options
    ):
        stub.calls.append((target, method))
        return from_raw(stub.raw, target, method, layer)

    monkeypatch.setattr(ui, "load_model", lambda name=None: stub)
    monkeypatch.setattr(ui, "detector", lambda: find)
    monkeypatch.setattr(explain, "explain", explained)
    # what is asked of a network, which the stub has none of
    monkeypatch.setattr(explain, "usable", lambda network, target="older": list(explain.METHODS))
    monkeypatch.setattr(
        explain, "layers", lambda network, target="older": {"early": (9, 9), "late": (5, 5)}
    )
    monkeypatch.setattr(explain, "default_layer", lambda network, target, name: "late")
    monkeypatch.setattr(explain, "channels", lambda network, layer: 512)
    return stub


@pytest.fixture
def go_back(monkeypatch):
    """Run an AppTest at another address, as back and forward do: `go_back(page, step="5")`."""
    from ui import linked

    def run(page, **address):
        page.query_params.update(address)
        with monkeypatch.context() as patch:
            patch.setattr(linked, "_went_back", lambda: True)
            return page.run()

    return run
