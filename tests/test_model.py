import hashlib
import json
import shutil
import subprocess
import sys
import threading

import numpy as np
import pytest

from agesex import faces, metrics, model, samples
from agesex.errors import BadImage, BadModel, ModelMissing
from training.evaluate import seen_by


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the default model's folder that a test may spoil."""
    target = tmp_path / "models" / model.DEFAULT
    shutil.copytree(model.folder(model.DEFAULT), target)
    monkeypatch.setenv("AGESEX_MODELS", str(tmp_path / "models"))
    return target


def edit(path, **changes):
    card = json.loads(path.read_text())
    path.write_text(json.dumps({k: v for k, v in (card | changes).items() if v is not None}))


def test_the_default_comes_first_and_is_whole():
    assert model.names()[0] == model.DEFAULT
    for name in model.names():
        folder = model.folder(name)
        derived = {"explain.json", "explain_maps.npz", "imagined"} if name == model.DEFAULT else set()
        assert {path.name for path in folder.iterdir()} == {*model.FILES, "stress.json", "architecture.json"} | derived
        card = model.read_card(name)
        data = (folder / "model.keras").read_bytes()
        assert hashlib.sha256(data).hexdigest() == card["sha256"]
        assert len(data) <= 15 * 2**20


def test_reading_card_history_and_predictions_loads_no_tensorflow():
    code = (
        "import sys; from agesex import model; name = model.DEFAULT; model.read_card(name);"
        "model.read_history(name); model.read_predictions(name); model.names();"
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", ["nothing", "../models/mobile", "", "."])
def test_an_unknown_name_lists_those_that_exist(name):
    with pytest.raises(ModelMissing, match=f"Models that are there: {model.DEFAULT}"):
        model.folder(name)


def test_an_altered_model_is_refused(copy):
    path = copy / "model.keras"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(BadModel, match="is not the one that its card describes"):
        model.load()


@pytest.mark.parametrize("file", ["model.keras", "history.csv", "predictions.parquet"])
def test_a_missing_file_is_named(copy, file):
    (copy / file).unlink()
    read = {
        "model.keras": model.load,
        "history.csv": lambda: model.read_history(model.DEFAULT),
        "predictions.parquet": lambda: model.read_predictions(model.DEFAULT),
    }[file]
    with pytest.raises(ModelMissing, match=f"lacks {file}"):
        read()


def test_a_broken_card_or_table_is_a_sentence(copy):
    (copy / "predictions.parquet").write_bytes(b"PAR1 not a table")
    with pytest.raises(BadModel, match="predictions.parquet cannot be read"):
        model.read_predictions(model.DEFAULT)
    (copy / "history.csv").write_text("loss\n1\n")
    with pytest.raises(BadModel, match="lacks the columns epoch"):
        model.read_history(model.DEFAULT)
    edit(copy / "card.json", format=99)
    with pytest.raises(BadModel, match="has the card format 99, this version reads 1"):
        model.read_card(model.DEFAULT)
    edit(copy / "card.json", format=1, calibration={}, figures={"test": {}})
    with pytest.raises(BadModel, match="lacks calibration.interval, calibration.n"):
        model.read_card(model.DEFAULT)
    edit(copy / "card.json", sha256=None)
    with pytest.raises(BadModel, match="figures.validation, sha256"):
        model.read_card(model.DEFAULT)
    for text in ("{", "[1]", "7", ""):
        (copy / "card.json").write_text(text)
        with pytest.raises(BadModel, match="is no model card"):
            model.read_card(model.DEFAULT)


def test_a_file_that_is_no_network_is_refused(copy):
    data = b"not a network"
    (copy / "model.keras").write_bytes(data)
    edit(copy / "card.json", sha256=hashlib.sha256(data).hexdigest())
    with pytest.raises(BadModel, match="cannot be loaded"):
        model.load()


@pytest.mark.parametrize("name", model.names())
def test_the_figures_of_the_card_follow_from_the_predictions(name):
    card, table = model.read_card(name), model.read_predictions(name)
    test = table[table.split == "test"]
    for part, rows in {
        "test": test,
        "test_21_60": test[test.published],
        "test_21_60_clamped": metrics.clamped(test[test.published]),
        "validation": table[table.split == "validation"],
    }.items():
        found = metrics.headline(rows, train=seen_by(part, table[table.split == "train"]))
        for metric, figure in card["figures"][part].items():
            assert figure["n"] == len(rows)
            for key in ("value", "low", "high", "baseline"):
                if figure[key] is not None:
                    # the table holds float32, the card was made before rounding
                    assert figure[key] == pytest.approx(found.loc[metric, key], abs=0.0015)


@pytest.mark.parametrize("name", model.names())
def test_the_card_and_the_table_are_complete(name):
    card, table = model.read_card(name), model.read_predictions(name)
    assert set(table.split) == {"train", "validation", "calibration", "test"}
    assert table.file.is_unique
    numbers = ["age_pred", "age_low", "age_high", "p_female"]
    assert np.isfinite(table[numbers].to_numpy()).all()
    assert (table.age_low <= table.age_pred).all() and (table.age_pred <= table.age_high).all()
    assert table.p_female.between(0, 1).all()
    assert card["training"]["command"].startswith("python -m training.train")
    assert card["data"]["manifest_sha256"] and card["data"]["inventory_sha256"]
    assert 0.5 <= card["calibration"]["unsure"]["threshold"] < 1
    history = model.read_history(name)
    assert history.epoch.tolist() == list(range(1, len(history) + 1))


@pytest.fixture(scope="module")
def loaded():
    return model.load()


@pytest.fixture(scope="module")
def crops():
    return np.stack([faces.aligned(sample.photo).crop for sample in samples.all()[1:]])


@pytest.mark.model
def test_the_graph_is_flat_and_has_two_named_outputs(loaded):
    import keras

    assert set(loaded.network.output) == {"age", "sex"}
    kinds = {type(layer).__name__ for layer in loaded.network.layers}
    assert not kinds & {"Lambda", "Functional", "Sequential", "Model"}
    assert loaded.network.output["age"].shape == (None, 101)
    assert not [v for v in loaded.network.layers if isinstance(v, keras.Model)]


@pytest.mark.model
def test_forward_gives_distributions_and_does_not_depend_on_the_batch(loaded, crops):
    together = loaded.forward(crops)
    assert together.age_probabilities.shape == (len(crops), 101)
    assert together.age_probabilities.sum(axis=1) == pytest.approx(np.ones(len(crops)), abs=1e-5)
    alone = [loaded.forward(crops[i : i + 1]) for i in range(4)]
    assert [a.age[0] for a in alone] == pytest.approx(together.age[:4], abs=0.01)
    many = loaded.forward(np.concatenate([crops] * 4))  # more than one chunk
    assert many.age == pytest.approx(np.tile(together.age, 4), abs=0.01)


@pytest.mark.model
def test_the_compiled_pass_equals_the_keras_model(loaded, crops):
    import keras

    small = faces.resize(crops, loaded.input_size).astype(np.float32)
    views = [small, small[:, :, ::-1]] if loaded.mirror else [small]
    plain = [loaded.network(view, training=False) for view in views]
    found = loaded.forward(crops)
    logit = np.mean([view["sex"].numpy()[:, 0] for view in plain], axis=0)
    assert found.sex_logit == pytest.approx(logit, abs=1e-3)
    share = np.mean([keras.ops.softmax(view["age"]).numpy() for view in plain], axis=0)
    assert found.age_probabilities == pytest.approx(share, abs=1e-4)


@pytest.mark.model
def test_the_mirror_image_counts_where_the_card_says_so(loaded, crops):
    single = model.Model("single", loaded.card | {"mirror": False}, loaded.network)
    both = model.Model("both", loaded.card | {"mirror": True}, loaded.network)
    mirrored = np.ascontiguousarray(crops[:, :, ::-1])
    expected = (single.forward(crops).age + single.forward(mirrored).age) / 2
    assert both.forward(crops).age == pytest.approx(expected, abs=0.01)
    assert both.forward(mirrored).age == pytest.approx(both.forward(crops).age, abs=0.01)
    assert both.forward(crops[:0]).age.shape == (0,)
    assert not single.mirror and both.mirror


@pytest.mark.model
def test_saving_and_loading_again_changes_nothing(loaded, crops, tmp_path):
    import keras

    loaded.network.save(tmp_path / "again.keras")
    network = keras.saving.load_model(tmp_path / "again.keras", compile=False)
    again = model.Model("again", loaded.card, network).forward(crops)
    assert again.age == pytest.approx(loaded.forward(crops).age, abs=1e-4)


@pytest.mark.model
def test_no_face_and_wrong_arrays(loaded):
    assert loaded.forward(np.empty((0, 200, 200, 3), np.uint8)).age.shape == (0,)
    for wrong in (np.zeros((1, 200, 200, 3)), np.zeros((200, 200, 3), np.uint8), [1]):
        with pytest.raises(BadImage):
            loaded.forward(wrong)


@pytest.mark.model
def test_many_threads_get_their_own_answers(loaded, crops):
    expected = loaded.forward(crops).age
    wrong = []

    def ask(i):
        for _ in range(5):
            age = loaded.forward(crops[i : i + 1]).age[0]
            if abs(age - expected[i]) > 0.01:
                wrong.append((i, age))

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.model
def test_average_faces_are_read_sensibly(loaded, crops):
    """Older averages get older answers, women and men are told apart."""
    cells = samples.index()
    found = loaded.forward(crops)
    middle = [(cell["low"] + min(cell["high"], 90)) / 2 for cell in cells]
    assert np.corrcoef(middle, found.age)[0, 1] > 0.9
    grown = [i for i, cell in enumerate(cells) if cell["low"] >= 20]
    right = [(found.sex_logit[i] > 0) == (cells[i]["sex"] == "female") for i in grown]
    assert np.mean(right) == 1


@pytest.mark.model
@pytest.mark.realdata
def test_predictions_of_real_photos_agree_with_the_table(loaded, utkface):
    from agesex import images

    table = model.read_predictions(model.DEFAULT)
    rows = table[table.split == "test"].sort_values("file").iloc[::60]
    crops = np.stack([images.decode(utkface / file) for file in rows.file])
    found = loaded.forward(crops)
    assert found.age == pytest.approx(rows.age_pred.to_numpy(), abs=0.01)
    assert found.sex_logit == pytest.approx(rows.sex_logit.to_numpy(), abs=0.01)


def test_the_committed_models_stay_small_and_fit_their_cards():
    """15 MB each, 60 MB together, and every file is the one of its card."""
    total = 0
    for name in model.names():
        folder, card = model.folder(name), model.read_card(name)
        assert model.hash_of(folder / "model.keras") == card["sha256"]
        assert (folder / "model.keras").stat().st_size == card["size_bytes"] <= 15e6
        assert card["name"] == name
        total += sum(path.stat().st_size for path in folder.iterdir())
    assert total <= 60e6


def test_the_older_systems_models_are_there_on_the_same_splits_within_30_cpu_minutes():
    from training.recipes import RECIPES

    wanted = set(RECIPES) - {"tiny"}
    assert wanted <= set(model.names())
    cards = {name: model.read_card(name) for name in wanted}
    assert len({card["data"]["manifest_sha256"] for card in cards.values()}) == 1
    for name in wanted - {model.DEFAULT}:
        assert cards[name]["training"]["seconds"] * 2 / 60 <= 30, name  # two cores


@pytest.mark.model
@pytest.mark.realdata
def test_the_command_over_the_test_photos_agrees_with_the_card(utkface, tmp_path, root):
    """Every published test figure again, from the files, by the way that a user goes."""
    import subprocess
    import sys
    from pathlib import Path

    import pandas as pd

    from agesex import metrics

    card, table = model.read_card(model.DEFAULT), model.read_predictions(model.DEFAULT)
    test = table[table.split == "test"]
    out = tmp_path / "ages.csv"
    photos = tmp_path / "photos"
    photos.mkdir()
    for file in test.file:
        (photos / file).symlink_to(utkface / file)
    command = [sys.executable, "-m", "agesex", "predict", photos, "--aligned", "--output", out]
    subprocess.run(command, check=True, cwd=root)
    found = pd.read_csv(out)
    found["file"] = [Path(file).name for file in found.file]
    again = test[["file", "age", "sex", "group", "published"]].merge(
        found.drop(columns="sex").rename(columns={"age": "age_pred"}), on="file"
    )
    assert len(again) == len(test)
    parts = {"test": again, "test_21_60": again[again.published]}
    for part, rows in parts.items():
        measured = metrics.summary(rows, draws=10)
        for metric, row in card["figures"][part].items():
            assert measured.value[metric] == pytest.approx(row["value"], abs=0.01), (part, metric)
