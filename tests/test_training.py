"""The whole pipeline on drawn faces: prepare, train, stop, resume, evaluate, load."""

import json

import numpy as np
import pandas as pd
import pytest
from drawn import drawn_face, write_utkface

from agesex import model
from agesex.errors import BadDataset, BadModel
from training import (
    augment,
    batches,
    calibrate,
    evaluate,
    files,
    networks,
    prepare,
    promote,
    stress,
    train,
)
from training.pack import Pack
from training.recipes import RECIPES

TINY = RECIPES["tiny"]


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    """A pack of drawn faces with enough calibration rows for an interval."""
    folder = tmp_path_factory.mktemp("pack")
    names = write_utkface(folder / "UTKFace", n=260)
    (folder / "list.txt").write_text("")
    prepare.prepare(folder / "UTKFace", folder / "pack", manifest=folder / "splits.csv",
                    rebuild=True, test_list=folder / "list.txt")  # fmt: skip
    opened = Pack(folder / "pack")
    assert len(opened.table) == len(names)
    parts = np.resize(["train", "train", "validation", "calibration", "test"], len(names))
    opened.table["split"] = parts
    return opened


@pytest.fixture(scope="module")
def run(pack, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    train.train(TINY, pack, folder, verbose=0)
    train.write_facts("tiny", TINY, pack, folder, seed=0)
    return folder


@pytest.mark.model
def test_a_run_leaves_a_model_and_a_history_of_every_epoch(run):
    history = pd.read_csv(run / "history.csv")
    assert history.epoch.tolist() == [1, 2]
    assert history["size"].tolist() == [32, 48]
    assert np.isfinite(history[["loss", "val_loss", "age_mae", "val_sex_accuracy"]]).all(axis=None)
    assert not list(run.glob("*.part*"))
    finish = json.loads((run / "finish.json").read_text())
    assert set(finish["validation"]) == {"raw", "averaged", "averaged, renewed statistics"}
    losses = {name: v["age_loss"] + v["sex_loss"] for name, v in finish["validation"].items()}
    assert finish["kept"] == min(losses, key=losses.get)


class Stop(Exception):
    """As if somebody pulled the plug."""


@pytest.fixture(scope="module")
def stopped(pack, tmp_path_factory):
    """A run that was stopped in its second epoch, before its checkpoint was written."""
    folder = tmp_path_factory.mktemp("stopped") / "tiny"

    def stop(network, path, real=train.save_aside):
        if path.name.endswith("002.keras"):
            raise Stop
        real(network, path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "save_aside", stop)
        with pytest.raises(Stop):
            train.train(TINY, pack, folder, verbose=0)
    assert pd.read_csv(folder / "history.csv").epoch.tolist() == [1]
    return folder


def copy_of(folder, tmp_path):
    import shutil

    shutil.copytree(folder, tmp_path / "tiny", dirs_exist_ok=True)
    return tmp_path / "tiny"


@pytest.mark.model
def test_a_stopped_run_ends_where_an_uninterrupted_one_does(run, stopped, pack, tmp_path):
    import keras

    folder = copy_of(stopped, tmp_path)
    train.train(TINY, pack, folder, verbose=0)
    whole, again = (pd.read_csv(f / "history.csv") for f in (run, folder))
    measured = ["epoch", "size", "loss", "val_loss", "age_mae"]
    pd.testing.assert_frame_equal(whole[measured], again[measured], rtol=1e-3)
    steps = int(keras.saving.load_model(train.checkpoint(folder, 2)).optimizer.iterations)
    assert steps == 2 * (int((pack.table.split == "train").sum()) // TINY.batch)
    assert len(list(folder.glob("checkpoint*"))) == 1


@pytest.mark.model
def test_a_stop_between_checkpoint_and_history_repeats_no_epoch(stopped, pack, tmp_path):
    """A checkpoint of an epoch that the history does not know is not taken for the last one."""
    folder = copy_of(stopped, tmp_path)
    train.checkpoint(folder, 2).write_bytes(b"half of an epoch that does not count")
    train.train(TINY, pack, folder, verbose=0)
    assert pd.read_csv(folder / "history.csv").epoch.tolist() == [1, 2]


@pytest.mark.model
def test_a_broken_checkpoint_is_a_sentence(stopped, pack, tmp_path):
    folder = copy_of(stopped, tmp_path)
    train.checkpoint(folder, 1).write_bytes(b"broken")
    with pytest.raises(BadModel, match="cannot be loaded"):
        train.train(TINY, pack, folder, verbose=0)


@pytest.mark.model
def test_a_finished_run_is_left_as_it_is(run, pack):
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    train.train(TINY, pack, run, verbose=0)
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before


@pytest.mark.model
def test_a_folder_with_anything_else_in_it_is_not_replaced_by_a_model(run, pack, tmp_path):
    target = tmp_path / "models" / "tiny"
    target.mkdir(parents=True)
    (target / "thesis.txt").write_text("years of work")
    with pytest.raises(BadModel, match="is not a model and would be lost: thesis.txt"):
        evaluate.evaluate(run, pack, target)
    assert (target / "thesis.txt").exists()


def test_wrong_arguments_are_refused_by_the_parser(capsys):
    for command, words in (
        ([train.main, "--recipe", "tiny", "--seed", "-1"], "--seed"),
        ([train.main, "--recipe", "cnn", "--backbone", "inception"], "belongs to the recipe transfer"),
        ([evaluate.main, "--models", "elsewhere"], "--models belongs to --run"),
        ([stress.main, "mobile", "--run", "runs/mobile"], "not both"),
    ):
        with pytest.raises(SystemExit) as stop:
            command[0](command[1:])
        assert stop.value.code == 2 and words in capsys.readouterr().err


@pytest.mark.parametrize("change", ["recipe", "seed", "data"])
def test_the_run_of_another_recipe_seed_or_data_set_is_refused(run, pack, monkeypatch, change):
    from dataclasses import replace

    recipe, seed = TINY, 0
    if change == "recipe":
        recipe = replace(TINY, rate=9e-9)
    elif change == "seed":
        seed = 1
    else:
        monkeypatch.setitem(pack.facts, "manifest_sha256", "0" * 64)
    words = {"recipe": r"recipe\.rate", "seed": "seed", "data": "manifest_sha256"}[change]
    with pytest.raises(BadModel, match=f"holds another run: it differs in .*{words}"):
        train.train(recipe, pack, run, seed=seed, verbose=0)


def test_missing_starting_weights_are_said_before_any_work(pack, tmp_path):
    for init, words in ((None, "pass --init"), (tmp_path, "are not there")):
        with pytest.raises(BadModel, match=words):
            train.train(RECIPES["mobile"], pack, tmp_path / "run", init=init)
    assert not (tmp_path / "run").exists()


@pytest.mark.model
def test_evaluate_writes_a_folder_that_loads(run, pack, tmp_path, monkeypatch):
    target = tmp_path / "models" / "tiny"
    card = evaluate.evaluate(run, pack, target)
    monkeypatch.setenv("AGESEX_MODELS", str(tmp_path / "models"))
    assert model.names() == ["tiny"]
    loaded = model.load("tiny")
    assert loaded.sha256 == card["sha256"]
    table = model.read_predictions("tiny")
    assert len(table) == len(pack.table)
    rows = pack.table.merge(table[["file", "age_pred"]], on="file").head(9)
    found = loaded.forward(pack.decode(rows))
    assert found.age == pytest.approx(rows.age_pred.to_numpy(), abs=0.01)
    assert card["figures"]["test"]["mae"]["n"] == (table.split == "test").sum()
    assert card["title"] == TINY.title and card["name"] == "tiny" and not card["mirror"]
    # evaluating again replaces the folder as a whole, and keeps the stress test of the same weights
    stress.write(target, card["sha256"], pd.DataFrame({"fault": ["none"]}))
    evaluate.evaluate(run, pack, target)
    assert {path.name for path in (tmp_path / "models").iterdir()} == {"tiny"}
    assert (target / "stress.json").exists()
    stress.write(target, "0" * 64, pd.DataFrame({"fault": ["none"]}))
    evaluate.evaluate(run, pack, target)
    assert not (target / "stress.json").exists()


@pytest.fixture
def saved(pack, tmp_path, monkeypatch):
    """The pack's folder, with its splits written down, for the commands."""
    import shutil

    folder = tmp_path / "pack"
    shutil.copytree(pack.path, folder)
    pack.table.to_parquet(folder / "index.parquet", index=False)
    return folder


@pytest.mark.model
def test_the_commands_follow_each_other(run, saved, tmp_path, monkeypatch, capsys):
    """train (finished) -> evaluate -> stress -> promote -> evaluate of the default."""
    models = tmp_path / "models"
    monkeypatch.setenv("AGESEX_MODELS", str(models))
    monkeypatch.setattr(model, "DEFAULT", "tiny")
    monkeypatch.setattr(
        stress, "FAULTS", {"blur": stress.FAULTS["blur"], "mirror": stress.FAULTS["mirror"]}
    )
    folder, common = copy_of(run, tmp_path), ["--pack", str(saved)]
    assert train.main(["--recipe", "tiny", "--runs", str(tmp_path), *common]) == 0
    assert evaluate.main(["--run", str(folder), "--models", str(models), *common]) == 0
    printed = capsys.readouterr().out
    assert "tiny, targets" in printed and "test_21_60_clamped" in printed
    assert evaluate.main([]) == 0  # what is there is printed again
    assert capsys.readouterr().out == printed
    assert stress.main(["--no-detector", *common]) == 0
    printed = capsys.readouterr().out
    assert "tiny, validation faces" in printed and "3 px" in printed
    table = model.read_stress("tiny")
    assert table.fault.tolist() == ["none", "blur", "blur", "blur", "mirror"]
    assert stress.main(["--run", str(folder), "--no-detector", *common]) == 0
    assert (folder / "stress.json").read_text() == (models / "tiny" / "stress.json").read_text()
    capsys.readouterr()
    # the same weights are no better than themselves
    assert promote.main([str(folder), "--default", "tiny", *common]) == 2
    assert "REFUSED" in capsys.readouterr().out
    assert not json.loads((folder / "promotion.json").read_text())["promoted"]
    assert evaluate.main(["--run", str(folder), "--models", str(models), *common]) == 0  # the same
    other = models / "tiny" / "model.keras"
    other.write_bytes(other.read_bytes() + b" ")
    assert evaluate.main(["--run", str(folder), "--models", str(models), *common]) == 1
    assert "may not replace the default model" in capsys.readouterr().err


@pytest.mark.model
def test_a_pack_of_other_splits_is_refused_everywhere(run, saved, tmp_path, capsys):
    facts = json.loads((saved / "splits.json").read_text())
    (saved / "splits.json").write_text(json.dumps(facts | {"manifest_sha256": "0" * 64}))
    for command in (
        [evaluate.main, "--run", str(run), "--models", str(tmp_path / "models")],
        [stress.main, "--run", str(run)],
        [promote.main, str(run)],
    ):
        assert command[0]([*command[1:], "--pack", str(saved)]) == 1
        assert "the pack does not fit the run tiny" in capsys.readouterr().err
    assert not (tmp_path / "models").exists()


@pytest.mark.model
def test_an_unfinished_or_broken_run_is_refused_everywhere(run, saved, tmp_path, capsys):
    def spoil(how):
        folder = copy_of(run, tmp_path / how)
        if how == "facts":
            (folder / "train.json").write_text('{"name": "tiny"}')
        elif how == "weights":
            (folder / "model.keras").write_bytes(b"none")
        elif how == "gone":
            (folder / "model.keras").unlink()
        else:
            (folder / "history.csv").unlink()
        return folder

    for how in ("facts", "weights", "gone", "history"):
        folder = str(spoil(how))
        for command in ([evaluate.main, "--run"], [stress.main, "--run"], [promote.main]):
            assert command[0]([*command[1:], folder, "--pack", str(saved)]) == 1
            assert "is not a finished run" in capsys.readouterr().err


@pytest.mark.model
def test_a_full_disk_leaves_the_old_model_as_it_was(run, pack, tmp_path, monkeypatch):
    target = tmp_path / "models" / "tiny"
    evaluate.evaluate(run, pack, target)
    before = {path.name: path.read_bytes() for path in target.iterdir()}

    def full(self, *args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    with pytest.raises(BadModel, match="No space left on device.*is unchanged"):
        evaluate.evaluate(run, pack, target)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
    assert [path.name for path in target.parent.iterdir()] == ["tiny"]


def test_a_folder_that_cannot_be_put_in_place_brings_the_old_one_back(tmp_path, monkeypatch):
    target, aside = tmp_path / "tiny", tmp_path / "tiny.part"
    target.mkdir()
    (target / "card.json").write_text("old")
    with pytest.raises(OSError):  # nothing to put in place
        files.swap(target, aside)
    assert (target / "card.json").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


def test_a_kill_between_the_two_renames_is_mended_and_shows_no_half_model(tmp_path, monkeypatch):
    (tmp_path / "tiny.old").mkdir()
    (tmp_path / "tiny.part").mkdir()
    for name in ("tiny.old", "tiny.part"):
        (tmp_path / name / "card.json").write_text("{}")
    monkeypatch.setenv("AGESEX_MODELS", str(tmp_path))
    assert model.names() == []
    files.recover(tmp_path / "tiny")
    assert model.names() == ["tiny"]
    files.recover(tmp_path / "tiny")
    assert not (tmp_path / "tiny.old").exists()


def test_a_text_that_cannot_be_written_leaves_the_old_one(tmp_path):
    files.write(tmp_path / "new" / "a.json", "1")
    assert (tmp_path / "new" / "a.json").read_text() == "1"
    (tmp_path / "new" / "a.json.part").mkdir()
    with pytest.raises(BadModel, match="could not be written.*unchanged"):
        files.write(tmp_path / "new" / "a.json", "2")
    assert (tmp_path / "new" / "a.json").read_text() == "1"


@pytest.mark.model
def test_a_full_disk_during_training_is_a_sentence_and_keeps_the_checkpoint(
    stopped, pack, tmp_path, monkeypatch
):
    import keras

    folder = copy_of(stopped, tmp_path)
    kept = train.checkpoint(folder, 1).read_bytes()

    def full(self, path, *args, **kwargs):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keras.Model, "save", full)
    with pytest.raises(BadModel, match="No space left on device.*Make room"):
        train.train(TINY, pack, folder, verbose=0)
    assert train.checkpoint(folder, 1).read_bytes() == kept
    assert not list(folder.glob("*.part*"))


@pytest.mark.model
def test_a_frozen_stage_moves_the_heads_only_and_the_next_one_everything(pack, tmp_path):
    from dataclasses import replace

    import keras

    recipe = replace(TINY, stages=((32, 1), (32, 1)), frozen=1, ema=0.5)
    seen = []

    class Spy(train.Keeper):
        def on_epoch_end(self, epoch, logs=None):
            super().on_epoch_end(epoch, logs)
            weights = self.model.get_layer("conv2").get_weights()[0].copy()
            seen.append((weights, int(self.model.optimizer.iterations.numpy())))

    first = {}

    def remember(network, frozen, real=train.networks.freeze):
        if frozen:
            first["conv2"] = network.get_layer("conv2").get_weights()[0].copy()
        real(network, frozen)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "Keeper", Spy)
        patch.setattr(train.networks, "freeze", remember)
        path = train.train(recipe, pack, tmp_path / "run", verbose=0)
    assert (seen[0][0] == first["conv2"]).all()
    assert (seen[1][0] != first["conv2"]).any()
    assert seen[0][1] == seen[1][1] > 0  # each phase counts, and warms up, from its own start
    assert keras.saving.load_model(path, compile=False).input_shape[1] == 32


def test_copies_of_one_photo_learn_their_mean_label():
    part = pd.DataFrame(
        {"group": ["a", "a", "b"], "age": [20, 30, 40], "sex": ["female", "male", "male"]}
    )
    age, female = train._targets(part, merge=True)
    assert age.tolist() == [25, 25, 40] and female.tolist() == [0.5, 0.5, 0]
    age, female = train._targets(part, merge=False)
    assert age.tolist() == [20, 30, 40] and female.tolist() == [1, 0, 0]


def test_balancing_shows_rare_ages_more_often():
    ages = np.repeat([25.0, 75.0], [900, 100])
    assert batches.balanced_shares(ages, 0).tolist() == [1.0] * 1000
    shares = batches.balanced_shares(ages, 1, width=0.1)
    assert shares[0] * 900 == pytest.approx(shares[-1] * 100)
    assert batches.balanced_shares(ages, 0.5).mean() == pytest.approx(1)


def test_every_epoch_has_whole_batches_of_the_shares(pack):
    from dataclasses import replace

    ages = np.repeat([25.0, 75.0], [96, 16]).astype(np.float32)
    crops = np.zeros((112, 200, 200, 3), np.uint8)
    dealt = batches.Batches(crops, ages, ages * 0, replace(TINY, balance=1.0), 32, seed=0)
    counts = []
    for _ in range(20):
        assert len(dealt.order) == len(dealt) * 16
        counts.append((ages[dealt.order] == 75).mean())
        dealt.on_epoch_end()
    assert np.mean(counts) == pytest.approx(0.5, abs=0.1)
    photos, targets = dealt[0]
    assert photos.shape == (16, 32, 32, 3) and targets["age"].shape == (16,)


def test_an_unfinished_run_is_refused(tmp_path):
    with pytest.raises(BadModel, match="is not a finished run"):
        evaluate.evaluate(tmp_path, None, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_no_pack_is_refused(tmp_path):
    with pytest.raises(BadDataset, match="is not a training pack"):
        Pack(tmp_path)


def test_a_short_pack_is_refused(pack, tmp_path):
    pack.table.to_parquet(tmp_path / "index.parquet")
    (tmp_path / "splits.json").write_text("{}")
    (tmp_path / "photos.bin").write_bytes(b"12345")
    with pytest.raises(BadDataset, match="has 5 bytes, expected"):
        Pack(tmp_path)


def test_calibration_uses_its_own_split_only(pack):
    rng = np.random.default_rng(0)
    rows = pack.table
    years = np.arange(101)
    density = np.exp(-((years - rows.age.to_numpy()[:, None]) ** 2) / 18)
    output = model.Output(
        (density / density.sum(axis=1, keepdims=True)).astype(np.float32),
        (np.where(rows.sex == "female", 3, -3) + rng.normal(0, 2, len(rows))).astype(np.float32),
    )
    _, first = calibrate.calibrate(rows, output)
    elsewhere = rows.assign(age=np.where(rows.split == "calibration", rows.age, 50))
    _, second = calibrate.calibrate(elsewhere, output)
    assert first["interval"] == second["interval"]
    assert first["temperature"] == second["temperature"]
    spoilt = rows.assign(age=np.where(rows.split == "calibration", 50, rows.age))
    assert calibrate.calibrate(spoilt, output)[1]["interval"] != first["interval"]


def test_the_temperature_of_overconfident_logits_is_found():
    rng = np.random.default_rng(0)
    logit = rng.normal(0, 2, 20_000)
    female = rng.random(20_000) < 1 / (1 + np.exp(-logit))
    assert calibrate.fit_temperature(3 * logit, female) == pytest.approx(3, rel=0.05)


def test_the_threshold_keeps_away_from_both_goals():
    n = 1000
    p = 0.5 + np.arange(n) / (2 * n)  # of the least sure 60 faces every second answer is wrong
    right = (np.arange(n) >= 60) | (np.arange(n) % 2 == 0)
    table = pd.DataFrame({"age": 30, "age_pred": 30.0, "p_female": p})
    chosen = calibrate.choose_threshold(table.assign(sex=np.where(right, "female", "male")))
    assert chosen["reached"] and chosen["accuracy"] > 0.98 and 0.93 < chosen["answered"] < 0.98
    assert chosen["threshold"] == 0.53  # .51 is accurate enough, .54 answers just 92 %


def test_the_threshold_is_the_lowest_that_reaches_the_goal():
    n = 1000
    p = np.where(np.arange(n) < 100, 0.6, 0.95)
    right = np.where(np.arange(n) < 100, np.arange(n) % 2 == 0, np.arange(n) % 100 != 0)
    sex = np.where(right, "female", "male")
    table = pd.DataFrame({"age": 30, "age_pred": 30.0, "p_female": p, "sex": sex})
    chosen = calibrate.choose_threshold(table)
    assert chosen["threshold"] == 0.61 and chosen["reached"]
    assert chosen["answered"] == 0.9 and chosen["accuracy"] == 0.99
    hopeless = calibrate.choose_threshold(table.assign(sex="male"))
    assert not hopeless["reached"]
    # what looks like an infant is not answered, however sure the probability
    infants = table.assign(age_pred=np.where(np.arange(n) < 500, 3.0, 30.0))
    assert calibrate.choose_threshold(infants)["answered"] == 0.5
    with pytest.raises(BadDataset, match="too few faces"):
        calibrate.choose_threshold(table.head(20))


def test_augmentation_is_repeatable_and_keeps_the_form():
    face = drawn_face(3)
    for degrade in (False, True):
        first, again, other = (
            augment.augment(face, np.random.default_rng(seed), size=144, degrade=degrade)
            for seed in (0, 0, 1)
        )
        assert first.shape == (144, 144, 3) and first.dtype == np.uint8
        assert (first == again).all()
        assert (first != other).any()


@pytest.mark.model
def test_starting_weights_for_bgr_give_the_same_features_for_rgb(tmp_path):
    """The turned first kernel and the subtracted means reproduce the original preprocessing."""
    import keras

    size, rng = 64, np.random.default_rng(0)
    source = keras.applications.MobileNet(
        include_top=False, weights=None, input_shape=(size, size, 3)
    )
    for weight in source.weights:
        if "moving_variance" not in weight.path:
            weight.assign(rng.normal(0, 0.1, weight.shape))
    source.save_weights(tmp_path / "init.weights.h5")
    built = networks.build(RECIPES["mobile"], size, tmp_path / "init.weights.h5")
    photo = rng.uniform(0, 255, (2, size, size, 3)).astype(np.float32)
    expected = source(photo[..., ::-1] - np.float32([103.939, 116.779, 123.68]), training=False)
    inner = keras.Model(built.inputs[0], built.get_layer("conv_pw_13_relu").output)
    np.testing.assert_allclose(inner(photo, training=False), expected, rtol=1e-3, atol=1e-4)


@pytest.mark.model
def test_starting_weights_that_are_none_are_a_sentence(tmp_path):
    (tmp_path / "bad.weights.h5").write_bytes(b"no weights")
    with pytest.raises(BadModel, match="starting weights"):
        networks.build(RECIPES["mobile"], 64, tmp_path / "bad.weights.h5")
