import csv
import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from stub import StubModel

from agesex import cli, cli_explain, explain, faces, model
from agesex.errors import CannotExplain
from agesex.explain import METHODS, TARGETS
from agesex.explain.explanation import from_raw


@pytest.fixture(autouse=True)
def asked(monkeypatch):
    """The stub behind the command; a dict of what was explained, and what a test may set."""
    asked = {"faces": 1, "raw": np.eye(5), "stub": StubModel()}

    def find(photo):
        one = faces.aligned(np.ascontiguousarray(photo[:50, :50]))
        darker = [one, *(faces.aligned((one.crop // (i + 1)).astype(np.uint8)) for i in range(1, 4))]
        return darker[: asked["faces"]]

    def explained(model, crop, target, method, *, layer=None, progress=None):
        asked.update(crop=crop, target=target, method=method, layer=layer, progress=progress)
        if layer not in (None, "conv_5"):
            raise CannotExplain(f"The model 'stub' has no layer {layer!r}. Expected one of: conv_5 (5×5).")
        return from_raw(asked["raw"], target, method, layer)

    monkeypatch.setattr(model, "load", lambda name=None: asked["stub"])
    monkeypatch.setattr(faces, "find", find)
    monkeypatch.setattr(explain, "explain", explained)
    return asked


@pytest.fixture
def photo(tmp_path):
    Image.new("RGB", (120, 90), (230, 200, 190)).save(tmp_path / "me.png")
    return tmp_path / "me.png"


def run(capsys, *arguments):
    status = cli.main(["explain", *map(str, arguments)])
    return status, *capsys.readouterr()


def width(path):
    with Image.open(path) as picture:
        return picture.width


def test_a_figure_is_written_and_nothing_else(capsys, photo, asked, tmp_path):
    status, out, err = run(
        capsys, photo, "--method", "occlusion", "--target", "male", "--output", tmp_path / "map.png"
    )
    assert (status, out, err) == (0, "", "")
    assert width(tmp_path / "map.png") == 1600
    assert (asked["method"], asked["target"], asked["layer"]) == ("occlusion", "male", None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.png", "me.png"]


def test_the_suffix_csv_gives_the_raw_map(capsys, photo, asked, tmp_path):
    status, *_ = run(capsys, photo, "--layer", "conv_5", "--output", tmp_path / "MAP.CSV")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "MAP.CSV").read_text())))
    assert status == 0 and len(rows) == 25
    assert [row["row"] for row in rows if float(row["value"])] == ["0", "1", "2", "3", "4"]
    assert (asked["method"], asked["target"], asked["layer"]) == ("grad-cam", "older", "conv_5")


def test_several_faces_are_listed_and_one_is_asked_for(capsys, photo, asked, tmp_path):
    asked["faces"] = 2
    output = tmp_path / "map.png"
    status, out, err = run(capsys, photo, "--output", output)
    assert (status, out) == (1, "") and not output.exists()
    assert "2 faces" in err and "--face" in err
    assert "  1  81 years\n  2  41 years\n" in err
    status, _, err = run(capsys, photo, "--output", output, "--face", "2")
    assert (status, err) == (0, "")
    assert asked["crop"].mean() == pytest.approx(103, abs=1)  # the darker one
    status, _, err = run(capsys, photo, "--output", output, "--face", "3")
    assert status == 1 and "there is no face 3" in err


def test_no_face_advises_aligned_and_aligned_needs_no_search(capsys, photo, asked, tmp_path):
    asked["faces"] = 0
    status, _, err = run(capsys, photo, "--output", tmp_path / "map.png")
    assert status == 1 and "no face" in err and "--aligned" in err
    status, _, err = run(capsys, photo, "--output", tmp_path / "map.png", "--aligned")
    assert status == 1 and "square" in err
    Image.new("RGB", (90, 90), (9, 9, 9)).save(photo)
    status, _, err = run(capsys, photo, "--output", tmp_path / "map.png", "--aligned")
    assert (status, err) == (0, "") and asked["crop"].shape == (200, 200, 3)


def test_an_unknown_layer_is_said_with_those_that_there_are(capsys, photo, tmp_path):
    status, _, err = run(capsys, photo, "--layer", "conv_9", "--output", tmp_path / "map.png")
    assert status == 1 and "conv_9" in err and "conv_5 (5×5)" in err
    assert not (tmp_path / "map.png").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "--output FILE"),
        (("--output", "map.jpg"), ".png"),
        (("--output", "map"), ".csv"),
        (("--output", "none/map.png"), "does not exist"),
        (("--output", "a folder.png"), "is a folder"),
        (("--output", "m.png", "--method", "guess"), "grad-cam"),
        (("--output", "m.png", "--target", "happy"), "older, younger, female, male"),
        (("--output", "m.png", "--method", "saliency", "--layer", "conv_5"), "no layer"),
    ],
)
def test_wrong_arguments_are_status_2_before_the_work(capsys, photo, asked, monkeypatch, options, sentence):
    monkeypatch.chdir(photo.parent)
    (photo.parent / "a folder.png").mkdir()
    status, out, err = run(capsys, photo, *options)
    assert (status, out) == (2, "")
    assert sentence in err and "Traceback" not in err
    assert asked["stub"].seen == [] and "crop" not in asked


@pytest.mark.parametrize("number", ["0", "-1", "first"])
def test_a_face_is_counted_from_one(capsys, photo, number):
    with pytest.raises(SystemExit) as caught:
        run(capsys, photo, "--output", "map.png", "--face", number)
    assert caught.value.code == 2


def test_nothing_to_do_is_status_2(capsys):
    status, out, err = run(capsys)
    assert (status, out) == (2, "") and "PHOTO" in err


def test_a_text_file_and_a_missing_one_are_refused_before_the_model_is_loaded(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(model, "load", lambda name=None: pytest.fail("the model was loaded"))
    (tmp_path / "notes.jpg").write_text("not a picture")
    status, _, err = run(capsys, tmp_path / "notes.jpg", "--output", tmp_path / "map.png")
    assert status == 1 and "not a picture that can be read" in err
    status, _, err = run(capsys, tmp_path / "none.jpg", "--output", tmp_path / "map.png")
    assert status == 1 and "does not exist" in err
    assert not (tmp_path / "map.png").exists()


def test_an_empty_map_says_so_and_the_figure_is_still_written(capsys, photo, asked, tmp_path):
    asked["raw"] = np.zeros((5, 5))
    status, out, err = run(capsys, photo, "--output", tmp_path / "map.png")
    assert (status, out) == (0, "")
    assert "the map is empty" in err and "younger" in err
    assert width(tmp_path / "map.png") == 1600


def test_transparent_pictures_are_laid_over_white(capsys, asked, tmp_path):
    Image.new("RGBA", (80, 80), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    status, *_ = run(capsys, tmp_path / "clear.png", "--aligned", "--output", tmp_path / "map.png")
    assert status == 0 and (asked["crop"] == 255).all()


def test_a_turned_photo_is_turned_upright(capsys, asked, tmp_path):
    picture = np.zeros((80, 80, 3), np.uint8)
    picture[:, 40:] = 255  # bright on the right; upright it is bright below
    tags = Image.Exif()
    tags[0x0112] = 6  # turned a quarter clockwise to be upright
    Image.fromarray(picture).save(tmp_path / "turned.jpg", exif=tags, quality=95)
    status, *_ = run(capsys, tmp_path / "turned.jpg", "--aligned", "--output", tmp_path / "map.png")
    assert status == 0
    assert asked["crop"][:80].mean() < 10 and asked["crop"][120:].mean() > 245


def test_slow_methods_show_progress_on_a_terminal_only(capsys, photo, asked, tmp_path, monkeypatch):
    run(capsys, photo, "--method", "occlusion", "--output", tmp_path / "map.png")
    assert asked["progress"] is None
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    run(capsys, photo, "--method", "occlusion", "--output", tmp_path / "map.png")
    asked["progress"](0.5)  # the bar is gone, and takes it without complaint
    run(capsys, photo, "--method", "grad-cam", "--output", tmp_path / "map.png")
    assert asked["progress"] is None


def test_a_file_that_cannot_be_written_in_the_end_is_status_1(capsys, photo, tmp_path, monkeypatch):
    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cli_explain.console, "write", full)
    status, _, err = run(capsys, photo, "--output", tmp_path / "map.png")
    assert status == 1 and "No space left" in err and "Traceback" not in err


@pytest.mark.parametrize("grids", [{"conv_1": (20, 20), "conv_5": (5, 5)}, {}])
def test_the_list_names_methods_and_layers(capsys, monkeypatch, grids):
    monkeypatch.setattr(explain, "layers", lambda network, target: grids)
    monkeypatch.setattr(
        explain, "usable", lambda network, target: [n for n in METHODS if grids or not METHODS[n].layer]
    )
    status, out, err = run(capsys, "--list")
    assert (status, err) == (0, "")
    lines = {line.split()[0]: line for line in out.splitlines() if line.startswith("  ")}
    for name, method in METHODS.items():
        assert method.title in lines[name] and method.asks in lines[name]
        assert ("not for this model" in lines[name]) == (method.layer and not grids)
    assert f"Layers for {', '.join(TARGETS)}" in out  # both answers have the same ones
    assert ("conv_5  5 × 5 cells" in out) if grids else out.endswith("none\n")


def test_answers_with_layers_of_their_own_are_listed_apart(capsys, monkeypatch):
    own = {"older": {"age_conv": (6, 6)}, "female": {"sex_conv": (6, 6)}}
    monkeypatch.setattr(explain, "layers", lambda network, target: own[target])
    monkeypatch.setattr(explain, "usable", lambda network, target: list(METHODS))
    _, out, _ = run(capsys, "--list")
    age, sex = out.index("Layers for older, younger"), out.index("Layers for female, male")
    assert age < out.index("age_conv") < sex < out.index("sex_conv")


@pytest.mark.model
def test_the_command_itself_on_the_portrait_of_the_samples(tmp_path):
    from agesex import samples

    Image.fromarray(samples.get("astronaut").photo).save(tmp_path / "portrait.png")
    command = [sys.executable, "-m", "agesex", "explain", str(tmp_path / "portrait.png")]
    done = subprocess.run(
        [*command, "--output", str(tmp_path / "map.png")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "Traceback" not in done.stderr
    with Image.open(tmp_path / "map.png") as figure:
        assert figure.width == 1600 and np.asarray(figure).std() > 40
    done = subprocess.run(
        [*command, "--layer", "none", "--output", str(tmp_path / "map.csv")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1 and "has no layer 'none'" in done.stderr and "4×4" in done.stderr
    assert not (tmp_path / "map.csv").exists()
