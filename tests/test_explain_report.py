"""The report on explanations: reading it, and the command that makes it, on drawn faces."""

import json
import shutil
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from drawn import write_utkface

from agesex import model
from agesex.errors import BadModel
from agesex.explain import METHODS, TARGETS, curves, layers
from agesex.explain import report as reports
from agesex.explain.stability import CHANGES
from training import evaluate, explain_measures, explain_report, figures, files, prepare
from training.journal import Journal
from training.pack import Pack

KEY = [1, "a", 9]


def row(method="grad-cam", gain=0.3, **changes):
    numbers = dict.fromkeys((*reports.SCORES, *CHANGES), 0.1)
    named = {"question": "age", "method": method, "layer": "conv", "grid": "2×2", "default": True}
    return named | numbers | {"n": 9, "gain": gain, "random_weights_n": 5} | changes


def facts():
    group = {"method": "grad-cam", "layer": "conv", "target": "older", "band": "0–12", "sex": "all"}
    return {
        "split": "validation", "n": 10, "left_out": {"age": 1, "sex": 4}, "stability_n": 2, "random_n": 2,
        "seeds": 5, "rows": [row(), row("occlusion", 0.5, layer="", grid=""), row(layer="fine", default=False),
                             row("saliency", 0.4, layer="", random_weights=None), row(question="sex")],
        "groups": [group | {"n": 50, "empty": 3, "map": "grad-cam conv", "index": 1}],
    }  # fmt: skip


STACKS = {"grad-cam conv": np.float16([[[1, 0]], [[0.25, 0.75]]])}


@pytest.fixture
def written(tmp_path, monkeypatch):
    """The folder of a model "one" with a report of its own weights."""
    monkeypatch.setenv("AGESEX_MODELS", str(tmp_path))
    monkeypatch.setattr(model, "read_card", lambda name: {"sha256": "a" * 64})
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "card.json").write_text("{}")
    explain_report.write(tmp_path / "one", "a" * 64, facts(), STACKS)
    assert not list((tmp_path / "one").glob("*.part"))
    return tmp_path / "one"


def test_the_methods_are_ranked_by_their_gain(written):
    report = reports.read("one")
    ranked = report.ranking("age")
    assert ranked.title.tolist() == ["Occlusion", "Saliency", "Grad-CAM"]
    assert ranked.layer.tolist() == [None, None, "conv"]
    assert np.isnan(ranked.random_weights[1]) and ranked.random_weights_n[0] == 5
    assert report.ranking("age", layers=True).layer.tolist()[-2:] == ["conv", "fine"]
    assert report.ranking("sex").method.tolist() == ["grad-cam"]
    assert report.left_out == {"age": 1, "sex": 4} and (report.n, report.seeds) == (10, 5)


def test_an_average_map_is_found_by_its_group(written):
    report = reports.read("one")
    group = report.group("grad-cam", "older", "0–12")
    assert group.map.tolist() == [[0.25, 0.75]] and group.map.dtype == np.float32
    assert (group.n, group.empty, group.layer) == (50, 3, "conv")
    assert report.group("grad-cam", "older", "0–12", layer="conv") is group
    assert report.group("grad-cam", "older", "0–12", "male") is None
    assert report.group("grad-cam", "older", "0–12", layer="fine") is None


def test_the_report_of_other_weights_is_none(written, monkeypatch):
    monkeypatch.setattr(model, "read_card", lambda name: {"sha256": "b" * 64})
    assert reports.read("one") is None
    (written / reports.FILE).unlink()
    assert reports.read("one") is None


def _without(key):
    rows = facts()["rows"]
    return {"rows": [{name: value for name, value in one.items() if name != key} for one in rows]}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / reports.FILE).write_text("{"),
        lambda folder: (folder / reports.FILE).write_text("[]"),
        lambda folder: (folder / reports.MAPS).unlink(),
        lambda folder: (folder / reports.MAPS).write_bytes(b"PK no zip"),
        lambda folder: explain_report.write(folder, "a" * 64, facts(), {}),
        lambda folder: explain_report.write(folder, "a" * 64, facts(), {"other": STACKS["grad-cam conv"]}),
        lambda folder: explain_report.write(folder, "a" * 64, facts() | {"format": 2}, STACKS),
        lambda folder: explain_report.write(folder, "a" * 64, facts() | {"rows": [row("guess")]}, STACKS),
        *(
            lambda folder, key=key: explain_report.write(folder, "a" * 64, facts() | _without(key), STACKS)
            for key in ("method", "gain_low", "light noise", "default")
        ),
    ],
)
def test_a_broken_report_is_one_sentence(written, spoil):
    spoil(written)
    with pytest.raises(BadModel, match=r"one/explain.json or one/explain_maps.npz cannot be read"):
        reports.read("one")


def test_maps_of_other_weights_are_not_shown_beside_the_table(written):
    kept = (written / reports.FILE).read_bytes()
    explain_report.write(written, "b" * 64, facts(), STACKS)
    (written / reports.FILE).write_bytes(kept)
    with pytest.raises(BadModel, match="belongs to other weights"):
        reports.read("one")


def test_bands_begin_and_end_where_their_names_say():
    ages = [0, 12, 13, 19, 20, 59, 60, 116]
    assert reports.band(ages).tolist() == ["0–12", "0–12", "13–19", "13–19", "20–29", "50–59", "60+", "60+"]


def test_the_chosen_faces_are_mixed_and_always_the_same():
    rng = np.random.default_rng(0)
    ages = np.concatenate([rng.integers(20, 30, 300), rng.integers(0, 80, 300)])
    table = pd.DataFrame({"age": ages, "sex": np.where(rng.random(600) < 0.3, "female", "male")})
    table["file"] = [f"{i:03d}" for i in range(600)]
    chosen = explain_measures.chosen(table, 42)
    counts = chosen.groupby([reports.band(chosen.age), "sex"], observed=True).size()
    assert len(counts) == 14 and set(counts) == {3}
    first = chosen.head(14)
    assert first.groupby([reports.band(first.age), "sex"], observed=True).size().tolist() == [1] * 14
    shuffled = table.sample(frac=1, random_state=1)
    assert explain_measures.chosen(shuffled, 42).file.tolist() == chosen.file.tolist()
    assert len(explain_measures.chosen(table, 1000)) == 600


def test_a_row_of_areas_is_checked_by_hand():
    areas = np.array([[0.2, 0.8, 0.5, 0.5, 0.1, 0.9], [0.4, 0.4, 0.5, 0.6, 0.3, 0.3]])
    found = explain_report._scores(areas, pd.Series(["a", "b"]))
    # gains .6 and 0, of random order 0 and .1, of the blob .8 and 0
    assert (found["n"], found["deletion"], found["insertion"], found["gain"]) == (2, 0.3, 0.6, 0.3)
    assert (found["over_random"], found["over_blob"], found["beats_random"]) == (0.25, -0.1, 0.5)
    assert (found["random_deletion"], found["blob_insertion"]) == (0.5, 0.6)
    assert found["deletion_over_random"] == 0.2
    assert (found["over_random_low"], found["over_random_high"]) == (-0.1, 0.6)
    nothing = explain_report._scores(np.empty((0, 6)), pd.Series([], dtype=str))
    assert nothing["n"] == 0 and nothing["gain"] is None and nothing["over_blob_low"] is None


def test_a_stopped_journal_repeats_nothing_and_ignores_other_keys(tmp_path, capsys):
    path, asked = tmp_path / "runs" / "j.jsonl", []

    def compute(x):
        if len(asked) == 2:
            raise KeyboardInterrupt
        asked.append(x)
        return [x, float("nan")]

    with pytest.raises(KeyboardInterrupt):
        Journal(path, KEY).run("part", {"a": 1, "b": 2, "c": 3}, compute)
    with path.open("a") as file:
        file.write('{"key": [1, "a", 9], "id": "c", "val')  # killed within a line
    asked.clear()
    journal = Journal(path, KEY)
    journal.run("part", {"a": 1, "b": 2, "c": 3}, compute)
    assert asked == [3] and [journal.done[name][0] for name in "abc"] == [1, 2, 3]
    assert "part: 3 of 3, about 0 min left" in capsys.readouterr().err
    assert set(Journal(path, KEY).done) == {"a", "b", "c"}
    assert Journal(path, [1, "b", 9]).done == {}


GRID = np.float32([[[1, 0], [2, 1]], [[0, 3], [1, 1]]])  # (2, 2 cells, 2 channels)


def stand_in(monkeypatch):
    """A layer "conv" of 2×2 cells that the photo scales; channel 0 speaks for older, channel 1 against."""
    slope = np.broadcast_to(np.float32([1, -0.5]), GRID.shape)

    def grid(photos, target, layer):
        scale = photos.mean(axis=(1, 2, 3))[:, None, None, None]
        turned = photos[:, 0, 0, 0] < photos[:, 0, -1, 0]
        at = scale * np.stack([GRID[:, ::-1] if one else GRID for one in turned])
        gradient = sum(TARGETS[target]) * slope + np.zeros_like(at)
        return explain_measures.seams.Gradients(scale[:, 0, 0, 0], gradient, at)

    seam = explain_measures.seams.Seam(None, None, grid)
    monkeypatch.setattr(explain_measures.seams, "of", lambda network: seam)
    monkeypatch.setattr(explain_measures, "grouped", lambda network, question: [("grad-cam", "conv")])


@pytest.mark.parametrize("mirror", [False, True])
def test_average_maps_are_added_up_by_hand(monkeypatch, mirror):
    stand_in(monkeypatch)
    photos = np.ones((3, 4, 4, 3), np.float32) * np.float32([1, 5, 9])[:, None, None, None]
    photos[:, :, 0] += 1  # brighter on the left, so that a mirror image can be told
    groups = [("0–12", "male"), ("0–12", "male"), ("60+", "female")]
    wrapped = SimpleNamespace(network=None, mirror=mirror)
    sums = explain_measures.measure_groups(wrapped, photos, groups, "age")
    # older: channel 0 less half of channel 1: [[1, 1.5], [-1.5, .5]], of which 3 are positive
    share = np.array([[1, 1.5], [0, 0.5]]) / 3
    n, empty, total = sums["grad-cam|conv|older|0–12|male"]
    assert (n, empty) == (2, 0) and np.array(total) == pytest.approx(2 * share)
    n, empty, total = sums["grad-cam|conv|younger|60+|female"]
    assert (n, empty) == (1, 0) and np.array(total) == pytest.approx(np.array([[0, 0], [1, 0]]))


def test_groups_are_joined_over_parts_and_sexes_and_small_ones_left_out():
    name = "grad-cam|conv|older|0–12|"
    done = {
        "groups|0|age": {f"{name}male": [30, 1, [[30, 0]]], f"{name}female": [40, 2, [[0, 40]]]},
        "groups|1|age": {f"{name}male": [30, 3, [[0, 30]]]},
        "curves|x|age": None,
    }
    rows, stacks = explain_report.groups_of(done)
    found = {one["sex"]: (one["n"], one["empty"], stacks[one["map"]][one["index"]].tolist()) for one in rows}
    assert found["male"] == (60, 4, [[0.5, 0.5]])
    assert found["all"][:2] == (100, 6) and found["all"][2][0] == pytest.approx([0.3, 0.7], abs=1e-3)
    assert set(found) == {"male", "all"} and stacks["grad-cam conv"].dtype == np.float16


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """An untrained model with a card of its own, in a registry, and a pack of drawn faces."""
    import keras
    from keras import layers as parts

    folder = tmp_path_factory.mktemp("report")
    write_utkface(folder / "UTKFace", n=80)
    (folder / "list.txt").write_text("")
    prepare.prepare(folder / "UTKFace", folder / "pack", manifest=folder / "splits.csv",
                    rebuild=True, test_list=folder / "list.txt")  # fmt: skip
    table = pd.read_parquet(folder / "pack" / "index.parquet")
    table["split"] = np.where(np.arange(len(table)) % 2, "validation", "train")
    table.to_parquet(folder / "pack" / "index.parquet", index=False)
    keras.utils.set_random_seed(0)
    photo = keras.Input((48, 48, 3))
    x = parts.Rescaling(1 / 127.5, offset=-1.0)(photo)
    x = parts.Conv2D(6, 3, strides=4, padding="same", activation="relu", name="fine")(x)
    x = parts.Conv2D(8, 3, strides=2, padding="same", activation="relu", name="last")(x)
    x = parts.GlobalAveragePooling2D()(x)
    large = keras.initializers.RandomNormal(stddev=3.0)
    outputs = {
        name: parts.Dense(n, name=name, kernel_initializer=large)(x) for name, n in (("age", 101), ("sex", 1))
    }
    target = folder / "models" / "tiny"
    target.mkdir(parents=True)
    keras.Model(photo, outputs).save(target / "model.keras")
    data = json.loads((folder / "pack" / "splits.json").read_text())
    card = json.loads((model.folder(model.DEFAULT) / "card.json").read_text("utf-8")) | {
        "name": "tiny", "title": "Tiny", "sha256": model.hash_of(target / "model.keras"),
        "input_size": 48, "mirror": True, "data": data,
    }  # fmt: skip
    (target / "card.json").write_text(json.dumps(card))
    return folder


@pytest.fixture
def quick(tiny, monkeypatch):
    """The command with two methods and few faces; arguments that it needs."""
    monkeypatch.setenv("AGESEX_MODELS", str(tiny / "models"))
    monkeypatch.setattr(explain_measures, "NAMES", ("grad-cam", "saliency"))
    monkeypatch.setattr(explain_report.sanity, "SEEDS", 2)
    monkeypatch.setattr(explain_report, "STABLE", 2)
    monkeypatch.setattr(explain_report, "CHECKED", 2)
    monkeypatch.setattr(explain_report, "CHUNK", 16)
    monkeypatch.setattr(reports, "MIN_GROUP", 3)
    monkeypatch.setattr(curves, "MINIMUM", {"years": 0.05, "logits": 0.001})
    return lambda runs: ["tiny", "--pack", str(tiny / "pack"), "--runs", str(runs), "--n", "6"]


@pytest.mark.model
def test_the_command_measures_and_a_stopped_one_ends_the_same(tiny, quick, tmp_path, monkeypatch, capsys):
    folder = tiny / "models" / "tiny"
    assert explain_report.main(quick(tmp_path / "whole")) == 0
    said = capsys.readouterr()
    assert "tiny, age, 6 validation faces" in said.out and "Grad-CAM" in said.out
    assert "4 of 4, stability: 4 of 4" in said.err
    whole = {name: (folder / name).read_bytes() for name in (reports.FILE, reports.MAPS)}

    report = reports.read("tiny")
    assert sorted(layers(model.load("tiny").network)) == ["fine", "last"]
    ranked = report.ranking("age", layers=True)
    assert sorted(zip(ranked.method, ranked.grid, ranked.default, strict=True)) == [
        ("grad-cam", "12×12", False), ("grad-cam", "6×6", True), ("saliency", "", True),
    ]  # fmt: skip
    kept = 6 - report.left_out["age"]
    assert kept >= 3 and (ranked.n == kept).all()
    assert (report.n, report.stability_n, report.random_n) == (6, 2, 2)
    assert (ranked.gain - ranked.insertion + ranked.deletion).abs().max() < 2e-4
    assert (ranked.over_random_low <= ranked.over_random).all() and ranked.mirrored.min() > 0.999
    assert ranked.random_weights.between(-1, 1).all() and (ranked.random_weights_n <= 4).all()
    for group in report.groups:
        assert group.n >= 3 and group.map.sum() == pytest.approx(1, abs=5e-3)
    assert {group.target for group in report.groups} == set(TARGETS)
    assert {group.map.shape for group in report.groups} == {(6, 6), (12, 12)}

    # stopped in every stage in turn, it goes on where it was
    lines = (tmp_path / "whole" / "explain-tiny.jsonl").read_text().splitlines(keepends=True)
    loaded, pack, runs = model.load("tiny"), Pack(tiny / "pack"), tmp_path / "again"
    runs.mkdir()
    for cut in (5, 19, len(lines) - 1):
        (runs / "explain-tiny.jsonl").write_text("".join(lines[:cut]) + lines[cut][:30])
        explain_report.explain_report(loaded, pack, folder, runs, 6)
        assert {name: (folder / name).read_bytes() for name in whole} == whole


@pytest.mark.model
def test_wrong_arguments_and_packs_are_sentences(tiny, quick, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        explain_report.main(["--n", "0"])
    assert stop.value.code == 2 and "--n must be 1 or more" in capsys.readouterr().err
    shutil.copytree(tiny / "pack", tmp_path / "pack")
    other = json.loads((tiny / "pack" / "splits.json").read_text()) | {"manifest_sha256": "0" * 64}
    (tmp_path / "pack" / "splits.json").write_text(json.dumps(other))
    assert explain_report.main([*quick(tmp_path), "--pack", str(tmp_path / "pack")]) == 1
    assert "the pack does not fit the model tiny" in capsys.readouterr().err
    assert explain_report.main(["nobody", "--pack", str(tiny / "pack")]) == 1
    assert "There is no model 'nobody'" in capsys.readouterr().err


def test_what_was_made_of_the_same_weights_goes_over_to_the_new_folder(tmp_path):
    old = tmp_path / "old"
    (old / "imagined").mkdir(parents=True)
    (old / "imagined" / "index.json").write_text('{"sha256": "a"}')
    (old / "imagined" / "80.webp").write_bytes(b"80")
    explain_report.write(old, "a", facts(), STACKS)
    for sha256, expected in (("a", {"explain.json", "explain_maps.npz", "imagined"}), ("b", set())):
        new = tmp_path / sha256
        new.mkdir()
        evaluate._keep(old, new, sha256)
        assert {path.name for path in new.iterdir()} == expected
    assert (tmp_path / "a" / "imagined" / "80.webp").read_bytes() == b"80"


def test_the_weights_that_a_file_was_made_from_are_read_or_unknown(tmp_path):
    path = tmp_path / "a.json"
    assert files.made_from(path) == ""
    for text, expected in (("{", ""), ("[]", ""), ("{}", ""), ('{"sha256": "a"}', "a")):
        path.write_text(text)
        assert files.made_from(path) == expected


def test_the_check_names_what_is_missing_and_the_command_that_makes_it(written, monkeypatch, capsys):
    assert figures.unmade("one") == {
        "stress.json": "python -m training.stress one", "imagined": "python -m training.imagine one",
        "architecture.json": "python -m training.architecture one",
    }  # fmt: skip
    monkeypatch.setattr(figures, "stale", list)
    monkeypatch.setattr(figures, "unmade", lambda: {"explain.json": "python -m training.explain_report one"})
    assert figures.main(["--check"]) == 1
    assert "explain.json is missing or of other weights: run `python -m" in capsys.readouterr().err
    monkeypatch.setattr(figures, "unmade", dict)
    assert figures.main(["--check"]) == 0


def test_the_default_model_carries_the_report_of_its_own_weights():
    report = reports.read(model.DEFAULT)
    assert report is not None, "run `python -m training.explain_report`"
    assert (report.n, report.stability_n, report.random_n, report.seeds) == (200, 20, 20, 5)
    for question in curves.QUESTIONS:
        ranked = report.ranking(question).set_index("method")
        assert set(ranked.index) == set(METHODS)
        assert (ranked.n == 200 - report.left_out[question]).all()
        assert (ranked.over_random_low[["grad-cam", "occlusion"]] > 0).all()
    assert {group.target for group in report.groups} == set(TARGETS)
    size = (model.folder(model.DEFAULT) / reports.MAPS).stat().st_size
    assert size < 300_000
