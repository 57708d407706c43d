"""What is said to be kept is kept: after every kind of stop the command that was named goes on."""

import errno
import os
import shlex
import signal
import subprocess
import sys
import tarfile

import pytest
from drawn import write_utkface

from agesex import cli
from agesex.dataset import importing, part, rows, store, unfinished
from agesex.dataset.importing import import_from
from agesex.dataset.job import FAILED, STOPPED, Job


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(importing, "CHUNK", 4)
    return tmp_path / "home" / "datasets"


@pytest.fixture
def folder(tmp_path):
    write_utkface(tmp_path / "my faces", n=12)
    return tmp_path / "my faces"


@pytest.fixture
def archive(tmp_path, folder):
    with tarfile.open(tmp_path / "UTKFace.tar.gz", "w:gz") as opened:
        opened.add(folder, "UTKFace")
    return tmp_path / "UTKFace.tar.gz"


@pytest.fixture
def run(capsys):
    """Run a command; (status, standard output, standard error)."""

    def command(*args):
        status = cli.main(["dataset", *map(str, args)])
        return status, *capsys.readouterr()

    return command


def named(text):
    """The arguments of the last command that a text names."""
    line = text[text.rindex("python -m agesex dataset import") :].splitlines()[0]
    return shlex.split(line)[4:]


def test_a_truncated_archive_keeps_what_it_says_and_the_command_goes_on(run, archive):
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) * 2 // 3])
    status, _, err = run("import", archive, "--name", "mine")
    kept = unfinished.photos("mine")
    assert status == 1 and 4 < kept < 12 and f" {kept} photos were read until then and are kept in" in err
    assert "With a whole copy in its place it goes on with: " in err
    archive.write_bytes(whole)
    status, out, _ = run(*named(err))
    assert status == 0 and f"{kept} photos were there from an import that was cut off" in out
    assert store.names() == ["mine"]


def test_a_full_disk_keeps_what_it_says_and_the_command_goes_on(run, folder, monkeypatch):
    add, calls = part.Part.add, []

    def full(self, rows, photos):
        calls.append(rows)
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        add(self, rows, photos)

    with monkeypatch.context() as patch:
        patch.setattr(part.Part, "add", full)
        status, _, err = run("import", folder)
    assert status == 1 and "no space left on device. 8 photos were read until then and are kept in" in err
    assert "8 photos were there from an import" in run(*named(err))[1]


def test_ctrl_c_keeps_the_photos_that_wait_for_their_chunk(run, folder, monkeypatch):
    measured, done = rows.labelled, []

    def stop(found):
        done.append(found)
        return measured(found)

    walk = rows.bytes_of

    def pressed(found):
        if len(done) >= 6:
            raise KeyboardInterrupt
        return walk(found)

    with monkeypatch.context() as patch:
        patch.setattr(rows, "labelled", stop)
        patch.setattr(rows, "bytes_of", pressed)
        status, _, err = run("import", folder, "--workers", "1")
    kept = unfinished.photos("utkface")
    assert status == 130 and kept > 4 and f"{kept} photos were read until then and are kept" in err
    assert f"{kept} photos were there from an import" in run(*named(err))[1]


def test_ctrl_c_before_the_first_photo_promises_nothing(run, folder, monkeypatch, home):
    def pressed(found):
        raise KeyboardInterrupt

    monkeypatch.setattr(rows, "bytes_of", pressed)
    status, _, err = run("import", folder)
    assert status == 130 and err.startswith("Nothing was changed.\n") and not list(home.glob("*.part"))


SLOW = """
import sys
from agesex.dataset import importing
importing.CHUNK = 4
importing.import_from(sys.argv[1], progress=lambda report: (print(report.taken, flush=True), sys.stdin.read()))
"""


def test_an_import_that_was_killed_is_listed_and_the_command_goes_on(run, folder, root):
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, folder], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, env=os.environ.copy(),
    )  # fmt: skip
    with process:
        assert process.stdout.readline().strip() == "4"
        assert "utkface: unfinished, 4 photos so far from my faces; an import is at it now" in run("list")[1]
        process.send_signal(signal.SIGKILL)
    out = run("list")[1]
    assert "utkface: unfinished, 4 photos so far from my faces\n  to go on:  python -m agesex" in out
    assert "4 photos were there from an import" in run(*named(out))[1]
    assert "unfinished" not in run("list")[1]


def test_a_job_says_how_many_photos_it_keeps(folder, archive):
    class Stopping(Job):
        def _progress(self, report):
            self.stop()
            super()._progress(report)

    job = Stopping(folder, name="stopped").start()
    assert job.wait(60) and job.state == STOPPED and job.kept == 4 and job.share == pytest.approx(3 / 12)
    archive.write_bytes(archive.read_bytes()[:-2000])
    job = Job(archive, name="failed").start()
    assert job.wait(60) and job.state == FAILED and job.kept == unfinished.photos("failed") > 0
    assert Job(folder).kept == 0


def test_data_that_may_not_take_a_place_are_kept_for_replace(run, folder):
    run("import", folder)
    min(folder.iterdir()).unlink()
    status, _, err = run("import", folder)
    assert status == 1 and "11 photos were read until then and are kept" in err
    status, out, _ = run("import", folder, "--replace")
    assert status == 0 and "11 photos were there from an import" in out


def test_remove_deletes_what_is_unfinished_and_says_so(run, folder, home, monkeypatch):
    def begun():
        with pytest.raises(ZeroDivisionError):
            import_from(folder, progress=lambda report: 1 / 0, replace=True)

    begun()
    assert run("remove", "utkface")[:2] == (0, "the unfinished import of utkface, with 4 photos, is deleted\n")
    run("import", folder)
    (folder / "1_0_0_20170116193245364.jpg.chip.jpg").write_bytes(min(folder.iterdir()).read_bytes())
    begun()
    _, out, _ = run("remove", "utkface")
    assert out.splitlines() == [
        "data set utkface is deleted",
        "the unfinished import of utkface, with 4 photos, is deleted",
    ]
    assert not list(home.glob("utkface*/"))
    assert run("list")[1].startswith("no data set in") and len(run("list")[1].splitlines()) == 1


def test_notes_that_are_lost_leave_the_way_to_delete(run, home):
    (home / "odd.part").mkdir(parents=True)
    (home / "odd.part" / "work.json").write_text("[]")
    _, out, _ = run("list")
    assert out.splitlines()[1:] == [
        "odd: unfinished, 0 photos so far",
        "  to delete: python -m agesex dataset remove odd",
    ]


def test_replace_is_part_of_the_command_that_goes_on():
    words = shlex.split(unfinished.command("/a b/x.zip", "utkface", "mine", True))
    assert words[3:] == ["dataset", "import", "/a b/x.zip", "--source", "utkface", "--name", "mine", "--replace"]



def test_a_backslash_in_a_name_is_shown_once(run, folder):
    for words in (("import", folder, "--name", "a\\b"), ("check", "a\\b"), ("remove", "a\\b")):
        status, _, err = run(*words)
        assert status == 1 and "“a\\b”" in err
