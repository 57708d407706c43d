"""An import beside what else runs: how far it is, how it ends, and that it can be stopped."""

import threading

import pytest
from drawn import write_utkface

from agesex.dataset import importing, store
from agesex.dataset.job import DONE, FAILED, STOPPED, STOPPING, Job

LONG = 60  # seconds that no import of a few drawn faces takes


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))


def test_a_job_imports_and_reports(tmp_path):
    write_utkface(tmp_path / "faces", n=12)
    job = Job(tmp_path / "faces").start()
    assert job.wait(LONG)
    assert job.state == DONE and not job.at_work and (job.report.seen, job.report.taken) == (12, 12)
    assert store.names() == ["utkface"]


def test_what_goes_wrong_is_one_sentence(tmp_path):
    (tmp_path / "nothing").mkdir()
    job = Job(tmp_path / "nothing").start()
    assert job.wait(LONG) and job.state == FAILED
    assert "nothing" in job.error and "holds no files" in job.error and store.names() == []


def test_a_bug_is_said_without_its_details(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(importing, "import_from", lambda *args, **kwargs: 1 / 0)
    job = Job(tmp_path).start()
    assert job.wait(LONG) and job.state == FAILED
    assert "log" in job.error and "zero" not in job.error and "ZeroDivisionError" in caplog.text


def test_a_job_that_is_stopped_keeps_what_it_read_and_goes_on_from_there(tmp_path, monkeypatch):
    write_utkface(tmp_path / "faces", n=12)
    monkeypatch.setattr(importing, "CHUNK", 4)
    reached, go_on = threading.Event(), threading.Event()

    class Slow(Job):
        def _progress(self, report):
            reached.set()
            assert go_on.wait(LONG)
            super()._progress(report)

    job = Slow(tmp_path / "faces").start()
    assert reached.wait(LONG) and job.at_work
    job.stop()
    assert job.state == STOPPING
    go_on.set()
    assert job.wait(LONG) and job.state == STOPPED and store.names() == []
    again = Job(tmp_path / "faces").start()
    assert again.wait(LONG) and again.state == DONE
    assert again.report.resumed == 4 and again.report.taken == 12
