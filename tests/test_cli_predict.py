"""The command predict on many photos: cut off and continued, archives, boxed pictures, odd options."""

import csv
import io
import itertools
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from stub import StubModel

from agesex import archives, cli, drawings, faces, images, model, outputs, score
from agesex.errors import BadImage

SCRIPT = """
import os, signal, sys
sys.path[:0] = [sys.argv[1], sys.argv[2]]
from stub import StubModel
from agesex import cli, model, score

class Mortal(StubModel):
    def forward(self, crops):
        if len(self.seen) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().forward(crops)

model.load = lambda name=None: Mortal()
score.BATCH = 4
sys.exit(cli.main(sys.argv[3:]))
"""


def picture(value=120, size=(200, 200)):
    out = io.BytesIO()
    Image.new("RGB", size, (value, 90, 60)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def photos(tmp_path):
    """A folder of 20 pictures, the 4th of them broken, the others with one or (when wide) two faces."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for i in range(20):
        (folder / f"{i:02}.png").write_bytes(picture(60 + 5 * i, (220 if i % 3 == 0 else 200, 200)))
    (folder / "03.png").write_bytes(b"no picture")
    return folder


@pytest.fixture(autouse=True)
def stub(monkeypatch):
    one = StubModel()
    monkeypatch.setattr(model, "load", lambda name=None: one)

    def find(photo):
        face = faces.Face(photo[:200, :200].copy(), (50.0, 50.0, 90.0, 90.0), faces.TEMPLATE, 0.99)
        return [face] * (2 if photo.shape[1] == 220 else 1)

    monkeypatch.setattr(faces, "find", find)
    monkeypatch.setattr(score, "BATCH", 4)
    return one


def run(capsys, *arguments):
    status = cli.main(["predict", *map(str, arguments)])
    return status, *capsys.readouterr()


def stop_after(monkeypatch, n, error=KeyboardInterrupt):
    """The n-th photo's rows cannot be written any more."""
    count, add = itertools.count(1), outputs.File.add

    def broken(self, rows):
        if next(count) > n:
            raise error
        add(self, rows)

    monkeypatch.setattr(outputs.File, "add", broken)
    return lambda: monkeypatch.setattr(outputs.File, "add", add)


def test_a_run_that_is_killed_is_continued_to_the_same_bytes(capsys, photos, tmp_path, root, stub):
    whole, cut = tmp_path / "whole.csv", tmp_path / "cut.csv"
    assert run(capsys, photos, "--aligned", "--output", whole)[0] == 1
    script = tmp_path / "mortal.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, script, root, root / "tests", "predict", photos, "--aligned", "--output", cut],
        capture_output=True, check=False,
    )  # fmt: skip
    part = tmp_path / "cut.csv.part"
    assert done.returncode == -9, done.stderr
    assert part.exists() and not cut.exists()
    assert whole.read_bytes().startswith(part.read_bytes())
    stub.seen.clear()
    status, _, err = run(capsys, photos, "--aligned", "--output", cut, "--resume")
    assert status == 1 and "1 of 20 photos gave no answer" in err
    assert cut.read_bytes() == whole.read_bytes()
    assert sum(stub.seen) == 20 - 8 + 1  # two batches of four were there; the last photo is done again
    assert not list(tmp_path.glob("*.part*"))


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
@pytest.mark.parametrize("lost", [1, 40, 400])
def test_a_torn_last_line_is_cut_off_and_its_photo_done_again(
    capsys, photos, tmp_path, monkeypatch, suffix, lost
):
    whole, cut = tmp_path / f"whole.{suffix}", tmp_path / f"cut.{suffix}"
    run(capsys, photos, "--output", whole)
    again = stop_after(monkeypatch, 10)
    status, _, err = run(capsys, photos, "--output", cut)
    assert status == 130 and "--resume continues" in err
    part = tmp_path / f"cut.{suffix}.part"
    part.write_bytes(part.read_bytes()[:-lost])
    again()
    run(capsys, photos, "--output", cut, "--resume")
    assert cut.read_bytes() == whole.read_bytes()


def test_line_breaks_and_quotes_in_names_are_no_torn_lines(capsys, photos, tmp_path, monkeypatch):
    for name in ('=two\nlines.png', 'a "quoted", name.png', "bad\udcff.png"):
        (photos / name).write_bytes(picture())
    whole, cut = tmp_path / "whole.csv", tmp_path / "cut.csv"
    run(capsys, photos, photos / "00.png", "--output", whole)  # one photo twice
    again = stop_after(monkeypatch, 22)
    run(capsys, photos, photos / "00.png", "--output", cut)
    again()
    run(capsys, photos, photos / "00.png", "--output", cut, "--resume")
    assert cut.read_bytes() == whole.read_bytes()


def test_what_is_there_stays_until_the_new_run_is_complete(capsys, photos, tmp_path, monkeypatch):
    out = tmp_path / "out.csv"
    out.write_text("of last year")
    again = stop_after(monkeypatch, 5)
    run(capsys, photos, "--output", out)
    assert out.read_text() == "of last year"
    held = (tmp_path / "out.csv.part").read_bytes()
    again()
    status, _, err = run(capsys, photos, "--output", out)
    assert status == 2 and "--resume" in err and "delete it" in err
    assert (tmp_path / "out.csv.part").read_bytes() == held
    run(capsys, photos, "--output", out, "--resume")
    assert out.read_text().startswith("file,")


@pytest.mark.parametrize(
    ("options", "word"), [(["--level", "80"], "level"), (["--aligned"], "aligned"), (["--threshold", "90"], "thr")]
)
def test_other_settings_are_not_mixed(capsys, photos, tmp_path, monkeypatch, options, word):
    out = tmp_path / "out.jsonl"
    again = stop_after(monkeypatch, 5)
    run(capsys, photos, "--output", out)
    again()
    held = (tmp_path / "out.jsonl.part").read_bytes()
    status, _, err = run(capsys, photos, "--output", out, "--resume", *options)
    assert status == 2 and word in err and "(now " in err
    assert (tmp_path / "out.jsonl.part").read_bytes() == held


def test_other_folders_are_not_mixed(capsys, photos, tmp_path, monkeypatch):
    out = tmp_path / "out.csv"
    again = stop_after(monkeypatch, 5)
    run(capsys, photos, "--output", out)
    again()
    status, _, err = run(capsys, photos / "00.png", "--output", out, "--resume")
    assert status == 2 and "paths" in err and str(photos) in err
    assert not out.exists()


def test_a_file_that_is_whole_is_not_made_anew_by_resume(capsys, photos, tmp_path):
    out = tmp_path / "out.csv"
    run(capsys, photos, "--output", out)
    held = out.read_bytes()
    status, _, err = run(capsys, photos / "00.png", "--output", out, "--resume")
    assert status == 2 and "nothing to resume" in err
    assert out.read_bytes() == held


def test_other_weights_are_not_mixed(capsys, photos, tmp_path, monkeypatch, stub):
    again = stop_after(monkeypatch, 5)
    run(capsys, photos, "--output", tmp_path / "out.csv")
    again()
    monkeypatch.setattr(stub, "sha256", "1" * 64, raising=False)
    status, _, err = run(capsys, photos, "--output", tmp_path / "out.csv", "--resume")
    assert status == 2 and "sha256" in err


def test_photos_that_came_meanwhile_are_answered_too(capsys, photos, tmp_path, monkeypatch):
    out = tmp_path / "out.csv"
    again = stop_after(monkeypatch, 10)
    run(capsys, photos, "--output", out)
    again()
    (photos / "000.png").write_bytes(picture())
    run(capsys, photos, "--output", out, "--resume")
    names = {Path(row["file"]).name for row in csv.DictReader(out.read_text().splitlines())}
    assert len(names) == 21


def test_resume_without_anything_left_is_a_new_run(capsys, photos, tmp_path):
    assert run(capsys, photos, "--output", tmp_path / "out.csv", "--resume")[0] == 1
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 1 + 20 + 6  # six wide ones with two faces


@pytest.mark.parametrize("output", [[], ["--output", "out.json"], ["--output", "/dev/null", "--format", "csv"]])
def test_what_cannot_be_continued_says_so(capsys, photos, tmp_path, monkeypatch, output):
    monkeypatch.chdir(tmp_path)
    status, _, err = run(capsys, photos, "--resume", *output)
    assert status == 2 and "--resume needs" in err


def test_a_full_disk_is_one_sentence_and_loses_nothing(capsys, photos, tmp_path, monkeypatch):
    stop_after(monkeypatch, 5, OSError(28, "No space left on device"))
    status, _, err = run(capsys, photos, "--output", tmp_path / "out.csv")
    assert status == 1 and "No space left" in err and "Traceback" not in err
    assert (tmp_path / "out.csv.part").stat().st_size > 0
    status, _, err = run(capsys, photos, "--output", tmp_path / "out.json")
    assert status == 1 and not list(tmp_path.glob("out.json*"))


def test_json_and_jsonl_hold_the_same_rows(capsys, photos):
    rows = json.loads(run(capsys, photos, "--format", "json")[1])
    lines = [json.loads(line) for line in run(capsys, photos, "--format", "jsonl")[1].splitlines()]
    assert rows == lines and len(rows) == 26


def test_photos_are_taken_as_they_come(photos, stub):
    asked = []

    def endless():
        for _ in itertools.count():
            asked.append(1)
            yield photos / "01.png"

    rows = score.score(endless(), stub)
    list(itertools.islice(rows, 10))
    assert len(asked) == 12


@pytest.mark.parametrize(("text", "level"), [("90", 0.9), ("0.5", 0.5), ("99 %", 0.99), ("50%", 0.5), (".75", 0.75)])
def test_levels_in_both_spellings(capsys, photos, monkeypatch, text, level):
    seen = []
    scored = score.score
    monkeypatch.setattr(score, "score", lambda *a, **k: seen.append(k) or scored(*a, **k))
    assert run(capsys, photos / "01.png", "--level", text, "--threshold", "1.0")[0] == 0
    assert (seen[0]["level"], seen[0]["threshold"]) == (level, 1.0)


@pytest.mark.parametrize("text", ["100", "49", "0.995", "-1", "nan", "ninety", "0,9", "1"])
def test_other_levels_are_wrong_arguments(capsys, text):
    with pytest.raises(SystemExit) as caught:
        cli.main(["predict", "a.jpg", f"--level={text}"])
    assert caught.value.code == 2
    assert "expected 50 to 99 per cent" in capsys.readouterr().err


def test_level_and_threshold_change_the_answer(capsys, photos):
    def row(*options):
        return json.loads(run(capsys, photos / "01.png", "--format", "jsonl", *options)[1])

    narrow, wide = row("--level", "50"), row("--level", "99")
    assert wide["age_low"] < narrow["age_low"] < narrow["age"] < narrow["age_high"] < wide["age_high"]
    assert (row()["sex"], row("--threshold", "100")["sex"]) == ("female", "unsure")


# archives


def zipped(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def test_an_archive_is_read_in_memory_and_never_unpacked(capsys, tmp_path):
    names = ["b/me.png", "../../evil.png", "/root.png", "notes.txt", "__MACOSX/._me.png", "a/"]
    album = zipped(tmp_path / "album.zip", [(name, picture()) for name in names])
    before = set(tmp_path.rglob("*"))
    status, out, err = run(capsys, album, "--format", "jsonl")
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 0 and "skipped" in err
    assert [row["file"] for row in rows] == [f"{album}/{name}" for name in ("../../evil.png", "/root.png", "b/me.png")]
    assert set(tmp_path.rglob("*")) == before
    assert not (tmp_path.parent.parent / "evil.png").exists()


def test_bad_members_have_rows_that_say_why(capsys, tmp_path, monkeypatch):
    noise = np.random.default_rng(0).integers(0, 255, 200_000, np.uint8).tobytes()
    album = zipped(
        tmp_path / "album.zip",
        [
            ("good.png", picture()), ("locked.png", picture()), ("torn.png", noise),
            ("bomb.png", bytes(8 * 2**20)), ("text.png", b"hello"),
        ],
    )  # fmt: skip
    data = bytearray(album.read_bytes())
    for place, bits in ((data.index(b"locked.png") - 30, 6), (data.rindex(b"locked.png") - 46, 8)):
        data[place + bits] |= 1
    data[data.index(noise[1000:1010])] ^= 255
    album.write_bytes(data)
    status, out, _ = run(capsys, album, "--format", "jsonl")
    rows = {Path(row["file"]).name: row["error"] for row in map(json.loads, out.splitlines())}
    assert status == 1 and rows["good.png"] is None
    assert "encrypted" in rows["locked.png"]
    assert "cannot be unpacked" in rows["torn.png"]
    assert "100 times its size" in rows["bomb.png"]
    assert "text.png" in rows["text.png"]
    monkeypatch.setattr(images, "MAX_BYTES", 2**20)
    (row, *_) = run(capsys, album, "--format", "jsonl")[1].splitlines()
    assert "larger than 1 MB" in row


def test_whole_archives_that_are_refused(capsys, tmp_path, monkeypatch):
    bomb = zipped(tmp_path / "bomb.zip", [(f"{i}.png", bytes(900_000)) for i in range(40)])
    torn = tmp_path / "torn.zip"
    torn.write_bytes(bomb.read_bytes()[:-30])
    status, out, _ = run(capsys, bomb, torn, "--format", "jsonl")
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 1
    assert [row["file"] for row in rows] == [str(bomb), str(torn)]
    assert "as no album does" in rows[0]["error"] and "no .zip" in rows[1]["error"]
    monkeypatch.setattr(archives, "MAX_MEMBERS", 10)
    with pytest.raises(BadImage, match="40 files"):
        list(archives.members(bomb))


def test_an_archive_is_continued(capsys, photos, tmp_path, monkeypatch):
    album = zipped(tmp_path / "album.zip", [(p.name, p.read_bytes()) for p in photos.iterdir()])
    whole, cut = tmp_path / "whole.csv", tmp_path / "cut.csv"
    run(capsys, album, "--output", whole)
    again = stop_after(monkeypatch, 10)
    run(capsys, album, "--output", cut)
    again()
    run(capsys, album, "--output", cut, "--resume")
    assert cut.read_bytes() == whole.read_bytes()


# pictures


def test_photos_with_faces_are_drawn(capsys, photos, tmp_path):
    folder = tmp_path / "boxed"
    status, *_ = run(capsys, photos, "--annotate", folder)
    found = sorted(folder.iterdir())
    assert status == 1  # for the broken one
    assert len(found) == 19 and all(path.suffix == ".jpg" for path in found)
    with Image.open(found[0]) as drawn:
        drawn.load()
        assert drawn.format == "JPEG" and not drawn.getexif() and "comment" not in drawn.info
        assert max(drawn.size) == 560
        assert np.asarray(drawn).std() > 5  # the photo itself is one colour


def test_names_stay_inside_the_folder_and_do_not_meet(capsys, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "me.png").write_bytes(picture())
    odd = ["../../evil.png", "..", "/abs.png", "x/" + "é" * 300 + ".png", "\U0001f600.png", "-rf.png", "nul\0.png"]
    album = zipped(tmp_path / "album.zip", [(name, picture()) for name in odd if "\0" not in name])
    folder = tmp_path / "boxed"
    before = set(tmp_path.rglob("*"))
    status, *_ = run(capsys, tmp_path / "a", tmp_path / "b", album, "--annotate", folder)
    assert status == 0
    new = set(tmp_path.rglob("*")) - before - {folder}
    assert {path.parent for path in new} == {folder} and len(new) == 7
    assert all(len(drawings.name_of(name).encode()) <= 255 for name in odd)
    assert all("/" not in drawings.name_of(name) for name in odd)


def test_a_picture_that_is_there_is_not_overwritten(capsys, photos, tmp_path):
    folder, photo = tmp_path / "boxed", photos / "01.png"
    folder.mkdir()
    kept = folder / drawings.name_of(photo)
    (tmp_path / "elsewhere").write_text("precious")
    kept.symlink_to(tmp_path / "elsewhere")
    status, out, err = run(capsys, photo, "--annotate", folder, "--format", "csv")
    assert status == 1 and "left as it is" in err and out
    assert kept.is_symlink() and (tmp_path / "elsewhere").read_text() == "precious"
    run(capsys, photo, "--annotate", folder, "--output", tmp_path / "out.csv", "--resume")
    assert not kept.is_symlink() and (tmp_path / "elsewhere").read_text() == "precious"
    assert not list(folder.glob("*.part"))


@pytest.mark.parametrize(("name", "sentence"), [("none/below", "does not exist"), ("photos/00.png", "is a file")])
def test_a_folder_that_cannot_be_is_refused_before_the_work(capsys, photos, stub, name, sentence):
    status, out, err = run(capsys, photos, "--annotate", photos.parent / name)
    assert (status, out, stub.seen) == (2, "", [])
    assert sentence in err
