"""The map of faces: neighbours by hand, the file, and the command that makes it on drawn photos."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from drawn import write_utkface
from pyarrow import parquet

from agesex import dataset, face_map, model
from agesex.errors import BadDataset, BadModel
from training import embed

NAMES = ["a", "b", "c", "d", "e", "f"]
GROUPS = ["a", "a", "c", "d", "d", "f"]
# on a line: b is a copy of a, e one of d
VECTORS = np.float32([[0, 0], [1, 0], [3, 0], [6, 0], [7, 0], [100, 0]])


@pytest.fixture
def line():
    table = pd.DataFrame({"file": NAMES, "group": GROUPS, "x": 0.0, "y": 0.0})
    return face_map.FaceMap(table, VECTORS, {})


@pytest.fixture
def few(monkeypatch, tmp_path):
    """A manifest of six photos, a model's hash, and the folder for a map."""
    rows = pd.DataFrame({"file": NAMES[::-1], "group": GROUPS[::-1]})
    monkeypatch.setattr(dataset, "read_manifest", lambda *args: rows)
    monkeypatch.setattr(model, "read_card", lambda name: {"sha256": {"mobile": "m" * 64}.get(name, "o" * 64)})
    face_map._read.cache_clear()
    return tmp_path


def written(path, names=NAMES, **changes):
    packed = {
        "x": np.int16([0, 1, 2, 3, -32767, 32767]),
        "y": np.int16([5] * 6),
        "vector": np.int8([[0, -2], [2, 0], [6, 0], [12, 0], [14, 0], [127, -128]]),
    }
    facts = {
        "format": 1, "model": "mobile", "model_sha256": "m" * 64, "scale": 0.5, "recall": 0.9, "recall_n": 6,
        "trustworthiness": 0.9, "method": "PaCMAP",
    }  # fmt: skip
    embed.write(packed, facts | changes, names, path)
    return path


def test_neighbours_leave_out_the_photo_and_its_copies(line):
    found = line.neighbours("a", n=3)
    assert found.file.tolist() == ["c", "d", "f"] and found.distance.tolist() == [3, 6, 100]


def test_neighbours_with_copies_are_all_photos_by_distance(line):
    found = line.neighbours("a", n=9, exclude_group=False)
    assert found.file.tolist() == ["b", "c", "d", "e", "f"] and found.distance.tolist() == [1, 3, 6, 7, 100]


def test_of_another_photo_the_nearest_copy_is_shown(line):
    assert line.neighbours("f", n=2).file.tolist() == ["e", "c"]


def test_a_row_number_is_as_good_as_a_name(line):
    pd.testing.assert_frame_equal(line.neighbours(2), line.neighbours("c"))
    pd.testing.assert_frame_equal(line.neighbours(np.int64(2)), line.neighbours("c"))
    assert line.neighbours(0, n=0).empty


@pytest.mark.parametrize("face", ["z", 6, -1])
def test_a_photo_that_is_not_on_the_map_is_one_sentence(line, face):
    with pytest.raises(BadDataset, match="no photo .*Expected one of the 6 files"):
        line.neighbours(face)


def test_neighbours_of_many_photos_are_those_of_plain_arithmetic():
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((3000, 8)).astype(np.float32)
    table = pd.DataFrame({"file": [str(i) for i in range(3000)], "group": [str(i // 3) for i in range(3000)]})
    found = face_map.FaceMap(table, vectors, {}).neighbours("7", n=20)
    distance = np.linalg.norm(vectors - vectors[7], axis=1)
    nearest = distance.reshape(1000, 3).argmin(axis=1) + np.arange(0, 3000, 3)  # copy of each group
    expected = sorted(set(nearest) - {6, 7, 8}, key=lambda i: distance[i])[:20]
    assert found.file.astype(int).tolist() == expected
    assert found.distance.to_numpy() == pytest.approx(distance[expected], rel=1e-4)


def test_what_was_written_is_read_in_the_order_of_the_sorted_manifest(few):
    found = face_map.read(written(few / "x.parquet"))
    assert found.table.file.tolist() == NAMES and found.table.group.tolist() == GROUPS
    assert found.table.x.tolist()[-2:] == [-1, 1] and found.vectors.tolist()[-1] == [63.5, -64]
    assert found.vectors.tolist()[0] == [0, -1] and found.facts["recall"] == 0.9
    assert face_map.read(few / "x.parquet") is found


def test_a_map_of_other_weights_or_other_photos_is_none(few):
    assert face_map.read(few / "none.parquet") is None
    assert face_map.read(written(few / "x.parquet"), name="other") is None
    assert face_map.read(written(few / "y.parquet", names=[*NAMES[:5], "g"])) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b"PAR1 and nothing else"),
        lambda path: pd.DataFrame({"x": [1]}).to_parquet(path),
        lambda path: written(path, format=2),
        lambda path: _without(path, "recall"),
        lambda path: _without_column(path, "vector"),
    ],
)
def test_a_broken_map_is_one_sentence(few, spoil):
    spoil(few / "x.parquet")
    with pytest.raises(BadDataset, match=r"x\.parquet, cannot be read.*training\.embed"):
        face_map.read(few / "x.parquet")


def _without(path, key):
    table = parquet.read_table(written(path))
    facts = json.loads(table.schema.metadata[b"agesex"])
    del facts[key]
    parquet.write_table(table.replace_schema_metadata({"agesex": json.dumps(facts)}), path)


def _without_column(path, name):
    parquet.write_table(parquet.read_table(written(path)).drop_columns(name), path)


def test_short_vectors_keep_the_distances_of_what_lies_in_few_dimensions():
    rng = np.random.default_rng(1)
    flat = rng.standard_normal((400, 3)) * [30, 20, 10]
    turned = flat @ np.linalg.qr(rng.standard_normal((12, 12)))[0][:3]
    short, scale, kept = embed.shortened(turned.astype(np.float32), dims=3)
    assert short.dtype == np.int8 and short.shape == (400, 3) and kept == pytest.approx(1, abs=1e-6)
    true = np.linalg.norm(flat - flat[0], axis=1)
    found = np.linalg.norm((short.astype(float) - short[0]) * scale, axis=1)
    assert np.abs(found - true).max() < 2 * scale  # a step is the most that rounding can do to each end
    assert embed.recall(turned, short, np.arange(50)) > 0.8
    assert embed.recall(turned, rng.integers(-99, 99, (400, 3)), np.arange(50)) < 0.2


def test_a_map_is_trusted_where_near_points_were_near_before():
    rng = np.random.default_rng(2)
    points = rng.standard_normal((200, 2))
    assert embed.trust(points @ [[3.0, 0], [0, 3]], points) == pytest.approx(1)
    assert embed.trust(rng.standard_normal((200, 2)), points) < 0.7


def stub_embedding(monkeypatch, names):
    """The command's two slow halves replaced: the network's view, and PaCMAP."""
    network = SimpleNamespace(name="mobile", sha256=model.read_card("mobile")["sha256"], input_size=144)
    monkeypatch.setattr(model, "load", lambda name: network)
    monkeypatch.setattr(embed, "_seeing", lambda wrapped: lambda crops: crops[:, 5, :33].reshape(-1, 99))
    monkeypatch.setattr(embed, "projected", lambda vectors, seed: vectors[:, :2].astype(float))
    rows = pd.DataFrame({"file": names, "group": names})
    monkeypatch.setattr(dataset, "read_manifest", lambda *args: rows)
    manifest = rows.assign(split="test", published=False)
    monkeypatch.setattr(dataset.utkface, "read_manifest", lambda *args: manifest)
    face_map._read.cache_clear()


def test_the_command_maps_every_photo_of_the_manifest(tmp_path, monkeypatch, capsys):
    names = write_utkface(tmp_path / "copy", 60)
    stub_embedding(monkeypatch, names)
    assert embed.main([str(tmp_path / "copy"), "--out", str(tmp_path / "x.parquet")]) == 0
    found = face_map.read(tmp_path / "x.parquet")
    assert found.table.file.tolist() == sorted(names) and found.vectors.shape == (60, 32)
    assert max(np.abs(found.table[axis]).max() for axis in "xy") == 1
    assert 0 <= found.facts["recall"] <= 1 and found.facts["recall_n"] == 60
    assert len(found.neighbours(names[0])) == 8
    assert '"trustworthiness"' in capsys.readouterr().out


def test_a_copy_that_lacks_photos_is_refused(tmp_path, monkeypatch, capsys):
    names = write_utkface(tmp_path / "copy", 4)
    stub_embedding(monkeypatch, [*names, "99_0_0_20170101000009999.jpg.chip.jpg"])
    assert embed.main([str(tmp_path / "copy"), "--out", str(tmp_path / "x.parquet")]) == 1
    assert "4 of the 5 photos" in capsys.readouterr().err and not (tmp_path / "x.parquet").exists()


def test_the_committed_map_belongs_to_the_default_model_and_the_manifest(monkeypatch):
    face_map._read.cache_clear()
    found = face_map.read()
    assert found is not None, "run: python -m training.embed UTKFACE"
    manifest = json.loads(dataset.MANIFEST.with_suffix(".json").read_text("utf-8"))
    assert found.facts["model_sha256"] == model.read_card(model.DEFAULT)["sha256"]
    assert found.facts["manifest_sha256"] == manifest["manifest_sha256"]
    assert list(found.table.file) == sorted(dataset.read_manifest().file)
    assert found.vectors.shape == (found.facts["photos"], found.facts["dims"]) == (22702, 32)
    assert found.table[["x", "y"]].abs().max().max() == 1
    assert found.facts["recall"] >= 0.8 and found.facts["recall_n"] == 1000
    assert 0.9 <= found.facts["trustworthiness"] <= 1
    assert face_map.FILE.stat().st_size < 2_000_000


def test_neighbours_on_the_committed_map_have_like_labels():
    table = dataset.known().set_index("file")
    asked = table.index[::400]
    apart = []
    for file in asked:
        found = face_map.neighbours(file)
        assert len(found) == 8 and found.distance.is_monotonic_increasing
        assert table.group[file] not in set(table.group[found.file])
        apart.append((table.age[found.file] - table.age[file]).abs().mean())
    by_chance = np.abs(table.age.to_numpy()[:, None] - table.age[asked].to_numpy()).mean()
    assert np.mean(apart) < by_chance / 2


@pytest.mark.model
def test_the_layer_before_the_answers_is_what_is_seen():
    wrapped = model.load()
    crops = np.random.default_rng(0).integers(0, 255, (2, 144, 144, 3)).astype(np.float32)
    seen = embed._seeing(wrapped)(crops)
    assert seen.shape == (2, 256)
    assert seen == pytest.approx(embed._seeing(wrapped)(crops[:, :, ::-1]), rel=1e-3, abs=1e-3)
    sex = wrapped.network.get_layer("sex")
    kernel, bias = (weight.numpy() for weight in sex.weights)
    logits = [wrapped.network(view, training=False)["sex"].numpy() for view in (crops, crops[:, :, ::-1])]
    assert seen @ kernel + bias == pytest.approx(np.mean(logits, axis=0), abs=1e-3)


@pytest.mark.model
def test_a_model_without_that_layer_is_refused():
    import keras

    network = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Flatten()])
    with pytest.raises(BadModel, match="no layer 'hidden'"):
        embed._seeing(SimpleNamespace(name="odd", network=network))


def test_an_unknown_model_is_named(tmp_path, capsys):
    assert embed.main([str(tmp_path), "--model", "nobody"]) == 1
    assert "nobody" in capsys.readouterr().err
