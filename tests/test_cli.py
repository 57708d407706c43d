import csv
import io
import json
import subprocess
import sys

import numpy as np
import pytest
from drawn import write_utkface
from PIL import Image
from stub import StubModel

from agesex import cli, faces, model, score
from agesex.score import COLUMNS


@pytest.fixture
def photos(tmp_path):
    """A folder with two pictures, one of them below, a text file, and a broken picture beside it."""
    folder = tmp_path / "photos"
    (folder / "below").mkdir(parents=True)
    Image.new("RGB", (220, 200), (200, 90, 80)).save(folder / "b.jpg")
    Image.new("RGB", (200, 200), (40, 60, 120)).save(folder / "below" / "a.png")
    (folder / "notes.txt").write_text("not a picture")
    (tmp_path / "broken.jpg").write_text("not a picture either")
    return folder


@pytest.fixture(autouse=True)
def stub(monkeypatch):
    monkeypatch.setattr(model, "load", lambda name=None: StubModel())

    def find(photo):
        if photo.shape[1] != 220:
            return []
        one = faces.aligned(photo)
        return [one, one]

    monkeypatch.setattr(faces, "find", find)


def run(capsys, *arguments):
    status = cli.main(["predict", *map(str, arguments)])
    return status, *capsys.readouterr()


def test_a_folder_is_walked_sorted_and_other_suffixes_are_counted(capsys, photos):
    status, out, err = run(capsys, photos, "--aligned", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert status == 0
    assert [row["file"] for row in rows] == [str(photos / "b.jpg"), str(photos / "below" / "a.png")]
    assert list(rows[0]) == list(COLUMNS)
    assert float(rows[0]["age_low"]) < float(rows[0]["age"]) < float(rows[0]["age_high"])
    assert rows[0]["sex"] == "female" and rows[1]["sex"] == "male"
    assert "1 files with other suffixes skipped" in err


def test_every_face_has_a_row_and_every_failure_too(capsys, photos, tmp_path):
    broken = tmp_path / "broken.jpg"
    missing = tmp_path / "missing.jpg"
    status, out, err = run(capsys, photos, broken, missing, "--format", "json")
    rows = json.loads(out)
    assert status == 1
    assert [(row["file"], row["face"]) for row in rows[:2]] == [
        (str(photos / "b.jpg"), 1),
        (str(photos / "b.jpg"), 2),
    ]
    assert "no face" in rows[2]["error"] and rows[2]["age"] is None
    assert rows[3]["file"] == str(broken) and rows[3]["error"]
    assert rows[4]["file"] == str(missing) and rows[4]["error"]
    assert "3 of 4 photos gave no answer" in err


def test_a_text_file_named_explicitly_gets_a_row(capsys, photos):
    status, out, _ = run(capsys, photos / "notes.txt", "--format", "json")
    assert status == 1
    assert json.loads(out)[0]["error"]


def test_output_goes_to_the_file_and_nowhere_else(capsys, photos, tmp_path):
    status, out, _ = run(capsys, photos, "--aligned", "--output", tmp_path / "out.csv")
    assert (status, out) == (0, "")
    assert (tmp_path / "out.csv").read_text().startswith(",".join(COLUMNS))
    run(capsys, photos, "--aligned", "--output", tmp_path / "out.json")
    assert len(json.loads((tmp_path / "out.json").read_text())) == 2
    assert not list(tmp_path.glob("*.part"))


def test_a_folder_of_output_that_is_not_there_stops_before_the_work(capsys, photos, tmp_path):
    status, out, err = run(capsys, photos, "--output", tmp_path / "none" / "out.csv")
    assert (status, out) == (2, "")
    assert "does not exist" in err


def test_an_empty_folder_says_what_was_expected(capsys, tmp_path):
    status, out, err = run(capsys, tmp_path)
    assert (status, out) == (1, "")
    assert "no photo in" in err and ".jpg" in err


def test_the_table_is_for_people(capsys, photos):
    _, out, _ = run(capsys, photos, "--aligned")
    lines = out.splitlines()
    assert lines[0].split()[:3] == ["file", "face", "confidence"]
    assert len(lines) == 3
    assert lines[0].index("age_low") == lines[0].find("age_low")
    assert all(not line.endswith(" ") for line in lines)


def test_an_unknown_model_is_one_sentence(capsys, photos, monkeypatch):
    monkeypatch.undo()
    status, out, err = run(capsys, photos, "--model", "nothing")
    assert (status, out) == (1, "")
    assert "Models that are there" in err and "Traceback" not in err


def test_many_photos_share_forward_passes(photos):
    picture = photos / "b.jpg"
    stub = StubModel()
    rows = list(score.score([picture] * 130, stub, aligned=True))
    assert len(rows) == 130
    assert stub.seen == [64, 64, 2]


def test_wrong_arguments_are_status_2(capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["predict", "a.jpg", "--format", "xml"])
    assert caught.value.code == 2
    with pytest.raises(SystemExit):
        cli.main([])


@pytest.mark.model
def test_the_command_itself_on_a_real_portrait_and_bad_files(tmp_path):
    from skimage import data

    Image.fromarray(data.astronaut()).save(tmp_path / "astronaut.png")
    Image.fromarray(data.coins()).save(tmp_path / "coins.png")
    (tmp_path / "empty.jpg").write_bytes(b"")
    done = subprocess.run(
        [sys.executable, "-m", "agesex", "predict", str(tmp_path), "--format", "csv"],
        capture_output=True,
        text=True,
        check=False,
    )
    rows = {row["file"].rsplit("/")[-1]: row for row in csv.DictReader(io.StringIO(done.stdout))}
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert 20 < float(rows["astronaut.png"]["age"]) < 55
    assert rows["astronaut.png"]["sex"] == "female"
    assert "no face" in rows["coins.png"]["error"]
    assert rows["empty.jpg"]["error"]


@pytest.mark.model
def test_doctor_finds_everything_in_order():
    done = subprocess.run(
        [sys.executable, "-m", "agesex", "doctor"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for word in ("tensorflow", "detector", "model mobile", "split manifest", "trial"):
        assert f"ok{' ' * 8}{word}" in done.stdout
    assert "Everything that is needed is there." in done.stdout


def test_doctor_names_what_the_api_lacks(monkeypatch):
    from agesex import doctor

    assert doctor._api().ok
    monkeypatch.setattr(doctor, "API_PACKAGES", ("fastapi", "agesex-not-there"))
    check = doctor._api()
    assert (check.ok, check.severity) == (False, "optional")
    assert check.message.startswith("agesex-not-there not installed: pip install -r requirements-api.txt")


def test_doctor_reports_an_altered_model(tmp_path, monkeypatch):
    import shutil

    from agesex import doctor

    shutil.copytree(model.folder(model.DEFAULT), tmp_path / model.DEFAULT)
    path = tmp_path / model.DEFAULT / "model.keras"
    path.write_bytes(path.read_bytes()[:-1])
    monkeypatch.setenv("AGESEX_MODELS", str(tmp_path))
    check = next(c for c in doctor._models() if c.name == f"model {model.DEFAULT}")
    assert not check.ok and "altered" in check.message


def test_numbers_are_rounded_for_machines():
    from agesex.predict import Prediction

    face = faces.aligned(np.zeros((200, 200, 3), np.uint8))
    row = score.row(
        "a.jpg", 1, face, Prediction(30.123456, (20.98765, 40.1), 0.9, None, "male", 0.123456789)
    )
    assert (row["age"], row["age_low"], row["p_female"]) == (30.123, 20.988, 0.12346)
    assert set(row) == set(COLUMNS)


def test_a_link_is_followed_and_no_part_file_is_left(capsys, photos, tmp_path):
    (tmp_path / "target.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "target.csv")
    status, *_ = run(capsys, photos, "--aligned", "--output", tmp_path / "link.csv")
    assert status == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "target.csv").read_text().startswith("file,face")
    assert not list(tmp_path.glob("*.part"))


def test_a_device_is_written_to_and_not_replaced(capsys, photos):
    import stat
    from pathlib import Path

    status, *_ = run(capsys, photos, "--aligned", "--format", "csv", "--output", "/dev/null")
    assert status == 0
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize(
    ("name", "sentence"), [("photos", "is a folder"), ("a.xlsx", "no known format")]
)
def test_an_output_that_cannot_be_is_refused_before_the_work(capsys, photos, name, sentence):
    stub = model.load()
    status, out, err = run(capsys, photos, "--output", photos.parent / name)
    assert (status, out, stub.seen) == (2, "", [])
    assert sentence in err


def test_a_name_that_is_not_utf8_costs_no_row(capsys, photos, tmp_path):
    import os

    picture = (photos / "b.jpg").read_bytes()
    with open(os.fsencode(photos) + b"/bad\xff.jpg", "wb") as file:
        file.write(picture)
    status, *_ = run(capsys, photos, "--aligned", "--output", tmp_path / "out.csv")
    assert status == 0
    assert "bad\\udcff.jpg" in (tmp_path / "out.csv").read_text()
    status, out, _ = run(capsys, photos, "--aligned", "--format", "csv")
    assert status == 0 and "bad\\udcff.jpg" in out


def test_names_run_no_formula_and_break_no_line(capsys, photos, monkeypatch):
    monkeypatch.chdir(photos)
    for name in ("=cmd.jpg", "two\nlines.jpg"):
        (photos / name).write_bytes((photos / "b.jpg").read_bytes())
    _, out, _ = run(capsys, "=cmd.jpg", "two\nlines.jpg", "--aligned", "--format", "csv")
    assert [row["file"] for row in csv.DictReader(io.StringIO(out))] == [
        "'=cmd.jpg",
        "two\nlines.jpg",
    ]
    _, out, _ = run(capsys, "two\nlines.jpg", "--aligned")
    assert len(out.splitlines()) == 2 and "two\\nlines.jpg" in out


def test_an_empty_name_is_not_the_current_folder(capsys, photos, monkeypatch):
    monkeypatch.chdir(photos)
    status, out, _ = run(capsys, "", "--format", "json")
    rows = json.loads(out)
    assert status == 1
    assert len(rows) == 1 and rows[0]["file"] == "" and rows[0]["error"]


def test_what_macos_leaves_beside_pictures_is_skipped(photos):
    (photos / "._b.jpg").write_bytes(b"Mac OS X")
    files, skipped = score.expand([photos])
    assert len(files) == 2 and skipped == 2


def test_doctor_names_the_data_sets_that_were_imported(tmp_path, monkeypatch):
    from agesex import doctor
    from agesex.dataset import importing

    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))
    assert doctor._dataset().severity == "optional" and "dataset import" in doctor._dataset().message
    write_utkface(tmp_path / "faces", n=3)
    importing.import_from(tmp_path / "faces", "utkface")
    assert doctor._dataset() == doctor.Check("data set", True, "utkface (3 photos)")
