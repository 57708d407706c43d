"""After a run of a page nothing is done again that TensorFlow would pay for."""

import gc
import importlib.util
import sys
import threading
import time
import tomllib
from pathlib import Path

import pytest
from streamlit import config
from streamlit.runtime.scriptrunner import script_runner

from ui import housekeeping


@pytest.fixture
def light(monkeypatch):
    """`lighten`, for a copy of Streamlit's module that no other test has had a hand in."""
    spec = importlib.util.spec_from_file_location("copy_of_script_runner", script_runner.__file__)
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)
    monkeypatch.setattr(housekeeping, "script_runner", copy)
    yield housekeeping.lighten
    gc.unfreeze()


def test_runs_leave_the_session_of_keras_alone(light, monkeypatch):
    class Keras:
        class backend:
            cleared = 0

            @classmethod
            def clear_session(cls):
                cls.cleared += 1

    copy = housekeeping.script_runner
    monkeypatch.setitem(sys.modules, "keras", Keras)
    copy._log_if_error(copy._clean_problem_modules)
    assert Keras.backend.cleared == 1  # else Streamlit has changed, and housekeeping mends nothing
    light()
    copy._log_if_error(copy._clean_problem_modules)
    assert Keras.backend.cleared == 1


def test_the_collector_passes_over_what_is_loaded_and_still_collects_what_comes(light):
    class Circle:
        gone = 0

        def __del__(self):
            Circle.gone += 1

    light()
    assert gc.get_freeze_count() > 10_000
    one = Circle()
    one.itself = one
    del one
    gc.collect()
    assert Circle.gone == 1


def test_after_a_run_garbage_is_collected_soon_and_without_one_not_at_all(light, monkeypatch):
    monkeypatch.setattr(housekeeping, "EVERY", 0.05)
    collected = threading.Event()
    light()
    time.sleep(0.3)
    monkeypatch.setattr(housekeeping.gc, "collect", collected.set)
    assert not collected.wait(0.5)
    housekeeping.script_runner._clean_problem_modules()
    assert collected.wait(10)
    collected.clear()
    assert not collected.wait(0.5)


def test_streamlit_itself_does_not_collect_after_each_run():
    settings = tomllib.loads((Path(housekeeping.__file__).parents[1] / ".streamlit/config.toml").read_text("utf-8"))
    assert settings["runner"]["postScriptGC"] is False
    assert "runner.postScriptGC" in config.get_config_options()  # else Streamlit has changed


def test_memory_is_given_back_only_where_there_is_glibc(monkeypatch):
    housekeeping.give_back()

    def nothing(name):
        raise OSError(name)

    monkeypatch.setattr(housekeeping.ctypes, "CDLL", nothing)
    housekeeping.give_back()  # Windows, macOS, Alpine: no error
