import subprocess
import sys

import pytest
from drawn import write_utkface

from agesex import cli, cli_progress
from agesex.dataset import importing, store


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "datasets"


@pytest.fixture
def folder(tmp_path):
    write_utkface(tmp_path / "UTKFace", n=6)
    (tmp_path / "UTKFace" / "61_1_20170109142408075.jpg.chip.jpg").write_bytes(b"")
    return tmp_path / "UTKFace"


@pytest.fixture
def run(capsys):
    """Run a command; (status, standard output, standard error)."""

    def command(*args):
        status = cli.main(["dataset", *map(str, args)])
        return status, *capsys.readouterr()

    return command


def test_the_last_line_says_seen_taken_and_refused(run, folder, home):
    status, out, err = run("import", folder)
    lines = out.splitlines()
    assert status == 0 and err == ""
    assert lines[-1] == "7 files seen, 6 taken, 1 refused"
    assert lines[:2] == [
        "        1  the race is missing (two labels instead of three)",
        "           61_1_20170109142408075.jpg.chip.jpg",
    ]
    assert lines[2] == f"data set utkface -> {home / 'utkface'}"


def test_a_second_import_says_that_nothing_changed(run, folder):
    run("import", folder)
    _, out, _ = run("import", folder, "--timing")
    assert "holds the same already and was left as it is" in out
    assert "s in all" in out
    assert out.splitlines()[-1] == "7 files seen, 6 taken, 1 refused"


def test_the_same_data_under_another_name_are_said_and_imported(run, folder, home):
    _, out, _ = run("import", folder)
    assert "the same data" not in out
    status, out, _ = run("import", folder, "--name", "again")
    assert status == 0 and (home / "again").exists()
    assert "the same data are stored as utkface already; both count on the Dataset page" in out
    min(folder.glob("*.chip.jpg")).unlink()
    _, out, _ = run("import", folder, "--name", "less")
    assert "the same data" not in out


def test_copies_and_resumed_photos_are_said(run, folder, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 2)
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(cli_progress.Line, "show", lambda self, report: 1 / (report.taken < 4))
        run("import", folder)
    (folder / "again").mkdir()
    for file in folder.glob("*.chip.jpg"):
        (folder / "again" / file.name).write_bytes(file.read_bytes())
    _, out, _ = run("import", folder)
    assert "4 photos were there from an import that was cut off" in out
    assert out.splitlines()[-1] == "14 files seen, 6 taken, 6 twice, 2 refused"


def test_ctrl_c_says_how_to_go_on(run, folder, monkeypatch, capsys):
    def stop(self, report):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli_progress.Line, "show", stop)
    status, _, err = run("import", folder)
    assert status == 130 and "6 photos were read until then and are kept in" in err
    assert f"Go on with: python -m agesex dataset import {folder} --source utkface\n" in err


def test_progress_is_one_line_on_a_terminal_only(monkeypatch, capsys):
    report = importing.Report("x", "utkface", seen=12_000, bytes=54_000_000)
    line = cli_progress.Line()
    line.show(report)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    line.show(report)
    line.clear()
    shown, erased = capsys.readouterr().err.lstrip("\r").split("\r", 1)
    assert shown == "12,000 photos, 54 MB" and erased == " " * len(shown) + "\r"


def test_list_check_remove_and_where(run, folder, home):
    assert run("list")[:2] == (
        0,
        f"no data set in {home}. Import one: python -m agesex dataset import PATH\n",
    )
    run("import", folder, "--name", "mine")
    _, out, _ = run("list")
    header, row = out.splitlines()
    assert header.split() == ["name", "source", "photos", "refused", "MB", "imported"]
    assert row.split()[:4] == ["mine", "utkface", "6", "1"]
    assert run("where") == (0, f"{home}\n", "")
    assert run("remove", "mine")[:2] == (0, "data set mine is deleted\n")
    status, _, err = run("remove", "mine")
    assert status == 1 and err.startswith("agesex: there is no data set 'mine'")


def test_where_says_how_to_choose_another_place(run, monkeypatch):
    monkeypatch.delenv("AGESEX_HOME")
    assert "AGESEX_HOME names another" in run("where")[2]


def test_check_has_a_table_and_a_status(run, folder):
    run("import", folder)
    status, out, _ = run("check")  # six drawn photos are not all of UTKFace
    assert status == 1
    assert out.splitlines()[0] == "utkface" and out.splitlines()[-1] == "  faults: missing"
    assert "  fault    22,702  of the 22,702 photos of the split manifest not there" in out
    run("import", folder, "--source", "utkface", "--name", "second")
    assert [line for line in run("check")[1].splitlines() if not line.startswith(" ")] == [
        "second",
        "utkface",
    ]
    assert run("check", folder)[0] == 1
    status, _, err = run("check", "nothing")
    assert status == 1 and "neither a stored data set (second, utkface) nor" in err


def test_check_of_nothing_says_how_to_begin(run):
    assert "Import one" in run("check")[1]


def test_a_sound_data_set_has_status_0(run, tmp_path):
    pixels = " ".join(str(i % 250) for i in range(2304))
    (tmp_path / "a.csv").write_text(f"age,ethnicity,gender,img_name,pixels\n25,2,1,1.jpg.chip.jpg,{pixels}\n")
    run("import", tmp_path / "a.csv")
    status, out, _ = run("check", "csv48", "--full")
    assert status == 0 and out.splitlines()[-1] == "  no fault was found"


def test_wrong_arguments_have_status_2(run, folder):
    assert run("import", folder, "--source", "faces")[0] == 2
    for wrong in (["import"], ["import", folder, "--workers", "0"], ["frobnicate"], []):
        with pytest.raises(SystemExit, match="2"):
            run(*wrong)


def test_an_odd_file_name_cannot_disturb_the_terminal(run, folder):
    (folder / "a\x1b[31m\nb.jpg").write_bytes(b"")
    _, out, _ = run("import", folder)
    assert "a\\x1b[31m\\nb.jpg" in out


def test_the_command_works_in_a_process_of_its_own(folder, root):
    command = [sys.executable, "-m", "agesex", "dataset", "import", str(folder)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.endswith("7 files seen, 6 taken, 1 refused\n")
    assert store.names() == ["utkface"]


def test_a_damaged_data_set_does_not_hide_the_others(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))
    write_utkface(tmp_path / "UTKFace", n=3)
    assert cli.main(["dataset", "import", str(tmp_path / "UTKFace")]) == 0
    broken = tmp_path / "home" / "datasets" / "broken"
    broken.mkdir()
    (broken / "facts.json").write_text('{"format": 1}')
    capsys.readouterr()
    assert cli.main(["dataset", "list"]) == 1
    said = capsys.readouterr()
    assert "utkface" in said.out and "broken is damaged" in said.err and "dataset remove broken" in said.err
