"""Suspected labels: the ranking by hand, folds that keep copies together, and the reader's verdicts."""

import json

import numpy as np
import pandas as pd
import pytest
from drawn import write_utkface
from pyarrow import parquet
from scipy.stats import binomtest

from agesex import dataset, faces, images, suspects
from agesex.errors import BadDataset, BadModel
from training import features
from training import suspects as command

NUMBERS = list(suspects.NUMBERS)


def labelled(**changes):
    rows = {
        "file": list("abcdef"),
        "age": [20, 30, 1, 40, 60, 50],
        "sex": ["female", "male"] * 3,
        "group": list("abcdef"),
    }
    return pd.DataFrame(rows | changes)


def predicted(means):
    """Distributions over 0…100 years with half the weight 2 years on either side."""
    ages = np.zeros((len(means), 101))
    for row, mean in enumerate(means):
        ages[row, [mean - 2, mean + 2]] = 0.5
    return ages


@pytest.fixture
def ranked():
    """All predictions hit, but d's age by 28 years and b's sex; c's age is off by 3."""
    p_female = np.array([0.9, 0.99, 0.8, 0.2, 0.7, 0.4])
    return command.ranked(labelled(), predicted([20, 30, 4, 68, 60, 50]), p_female, np.array([0, 1] * 3))


@pytest.fixture
def stored(ranked, tmp_path, monkeypatch):
    """The file of those six, read by default."""
    command.write(*ranked, tmp_path / "x.parquet")
    monkeypatch.setattr(suspects, "FILE", tmp_path / "x.parquet")
    monkeypatch.setattr(dataset, "known", labelled)
    return tmp_path


def test_an_age_counts_as_far_off_in_units_of_the_expected_error(ranked):
    rows, facts = ranked
    # every spread is 2 years, and the other fold is off by (0 + 28 + 0) / 3 or (0 + 3 + 0) / 3 on average
    assert rows.age_expected_error.tolist() == pytest.approx([9.33, 1, 9.33, 1, 9.33, 1], abs=0.01)
    residual = [0, 0, 3 / (28 / 3), 28 / command.FLOOR, 0, 0]
    assert rows.age_score.tolist() == pytest.approx(np.exp(-np.array(residual)), rel=1e-5)
    assert facts["mae"] == pytest.approx(31 / 6, abs=1e-4)


def test_a_sex_counts_by_the_probability_of_its_label(ranked):
    rows, facts = ranked
    assert rows.sex_score.tolist() == pytest.approx([0.9, 0.01, 0.8, 0.8, 0.7, 0.6], abs=1e-6)
    assert facts["sex_accuracy"] == pytest.approx(5 / 6, abs=1e-4) and facts["sex_issues"] == 1


def test_the_worst_come_first_with_their_labels(stored):
    by_age = suspects.worst(2, by="age")
    assert by_age.file.tolist() == ["d", "c"] and by_age["rank"].tolist() == [1, 2]
    assert by_age.age.tolist() == [40, 1] and by_age.age_oof.tolist() == [68, 4]
    assert suspects.worst(2, by="sex").file.tolist() == ["b", "f"]
    assert sorted(suspects.worst(2).file) == ["b", "d"] and len(suspects.worst(100)) == 6
    some = suspects.read().iloc[:3]
    assert suspects.worst(1, by="age", rows=some).file.tolist() == ["c"]
    with pytest.raises(ValueError, match="expected one of age, sex, either; received 'race'"):
        suspects.worst(1, by="race")


def test_the_expected_error_is_learnt_from_the_other_folds_and_never_falls():
    rng = np.random.default_rng(0)
    spread = rng.uniform(1, 10, 4000)
    fold = rng.integers(0, 4, 4000)
    error = np.abs(rng.normal(0, 2 * spread))
    error[fold == 3] = 1000  # what a fold's own faces are off by must not matter to it
    expected = command.expected_error(spread, error, fold)
    kept = fold == 3
    assert (np.diff(expected[kept][np.argsort(spread[kept])]) >= 0).all()
    true = 2 * spread * np.sqrt(2 / np.pi)
    assert np.abs(expected[kept] / true[kept] - 1).mean() < 0.15


def test_folds_keep_copies_together_and_hold_every_age_and_sex():
    rng = np.random.default_rng(1)
    group = np.sort(rng.integers(0, 700, 1000))
    age, sex = rng.integers(0, 90, 1000), rng.choice(["female", "male"], 1000)
    table = pd.DataFrame({"age": age, "sex": sex, "group": group})
    fold = command.folds(table)
    assert set(fold) == set(range(command.FOLDS))
    assert (pd.Series(fold).groupby(group).nunique() == 1).all()
    for number in range(command.FOLDS):
        part = table[fold == number]
        assert abs((part.sex == "female").mean() - (sex == "female").mean()) < 0.1
        assert abs(part.age.mean() - age.mean()) < 5
    assert (command.folds(table) == fold).all()


def test_what_was_written_is_read(stored, ranked):
    rows = suspects.read()
    assert list(rows.columns) == ["file", *NUMBERS] and rows.age_oof.dtype == float
    assert suspects.facts()["mae"] == ranked[1]["mae"]
    assert suspects.read(stored / "none.parquet") is suspects.facts(stored / "none.parquet") is None
    assert suspects.worst(3, rows=suspects.read(stored / "none.parquet")) is not None


def test_without_the_file_there_are_no_suspects(tmp_path, monkeypatch):
    monkeypatch.setattr(suspects, "FILE", tmp_path / "none.parquet")
    monkeypatch.setattr(suspects, "VERDICTS_FILE", tmp_path / "none.csv")
    assert suspects.read() is None and suspects.facts() is None and suspects.worst() is None
    assert suspects.verdicts().empty
    found = suspects.counts("age")
    assert found["n"] == found["wrong"] == 0
    assert np.isnan([found[key] for key in ("share", "low", "high")]).all()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda rows: rows.drop(columns="age_oof"), "its columns are"),
        (lambda rows: rows.assign(file="a"), "named twice"),
        (lambda rows: rows.assign(sex_score=np.nan), "sex_score is no finite number"),
    ],
)
def test_a_broken_table_is_one_sentence(stored, ranked, change, reason):
    command.write(change(ranked[0]), {}, suspects.FILE)
    with pytest.raises(BadDataset, match=rf"x\.parquet, cannot be read: .*{reason}"):
        suspects.read()


def test_a_file_that_is_no_parquet_is_one_sentence(stored):
    suspects.FILE.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(BadDataset, match="training.suspects"):
        suspects.read()


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """Ten drawn faces are the whole data set; the network sees mean colours, and the heads guess 30."""
    names = write_utkface(tmp_path / "copy", 10)
    table = dataset.open_dataset(tmp_path / "copy", manifest=None).table
    monkeypatch.setattr(dataset, "known", lambda: table)
    monkeypatch.setattr(features, "frozen", lambda weights: lambda crops: crops.mean(axis=(1, 2)))
    seen = []

    def guessed(found, table):
        seen.append(found)
        return predicted([30] * 10), np.full(10, 0.6), np.arange(10) % 5

    monkeypatch.setattr(command, "out_of_fold", guessed)
    return tmp_path, names, seen


def test_the_command_scores_every_photo_and_keeps_the_features(copy, capsys):
    folder, names, seen = copy
    asked = [str(folder / "copy"), "--init", str(folder), "--features", str(folder / "f.npy")]
    assert command.main([*asked, "--out", str(folder / "x.parquet")]) == 0
    rows = suspects.read(folder / "x.parquet")
    assert rows.file.tolist() == sorted(names) and set(rows.age_oof) == {30}
    assert seen[0].shape == (10, 3) and len(np.unique(seen[0], axis=0)) == 10
    assert '"mae"' in capsys.readouterr().out
    (folder / "copy" / names[0]).unlink()  # nothing is read again
    assert command.main([*asked, "--out", str(folder / "y.parquet")]) == 0
    assert (seen[1] == seen[0]).all()


def test_features_stand_in_the_order_that_was_asked_for(copy):
    folder, names, _ = copy
    data = dataset.open_dataset(folder / "copy", manifest=None)
    found = features.extracted(data, names[3::-1], 144, lambda crops: crops.mean(axis=(1, 2)))
    for row, name in zip(found, names[3::-1], strict=True):
        crop = images.decode((folder / "copy" / name).read_bytes())
        assert row == pytest.approx(faces.resize(crop[None], 144)[0].mean(axis=(0, 1)), abs=0.01)


def test_a_copy_that_lacks_photos_is_refused(copy, capsys):
    folder, names, _ = copy
    (folder / "copy" / names[0]).unlink()
    asked = [str(folder / "copy"), "--init", str(folder), "--out", str(folder / "x.parquet")]
    assert command.main(asked) == 1
    assert "9 of the 10 photos" in capsys.readouterr().err and not (folder / "x.parquet").exists()


@pytest.mark.model
def test_weights_that_are_none_are_one_sentence(tmp_path):
    (tmp_path / features.WEIGHTS).write_bytes(b"nothing")
    with pytest.raises(BadModel, match=r"vggface2_notop\.weights\.h5 cannot be loaded"):
        features.frozen(tmp_path / features.WEIGHTS)


VERDICTS = pd.DataFrame(
    {
        "file": list("abcdeaz"),
        "kind": [*["age"] * 5, "sex", "random age"],
        "verdict": ["wrong", "wrong", "right", "no face", "cannot tell", "right", "right"],
    }
)


def test_verdicts_are_counted_with_wilsons_interval(tmp_path):
    VERDICTS.to_csv(tmp_path / "x.csv", index=False)
    found = suspects.counts("age", rows=suspects.verdicts(tmp_path / "x.csv"))
    assert {name: found[name] for name in ("n", *suspects.VERDICTS)} == {
        "n": 5, "wrong": 2, "right": 1, "cannot tell": 1, "no face": 1,
    }  # fmt: skip
    true = binomtest(2, 5).proportion_ci(method="wilson")
    assert found["share"] == 0.4
    assert (found["low"], found["high"]) == pytest.approx((true.low, true.high), abs=1e-6)
    assert suspects.counts("random age", rows=VERDICTS)["wrong"] == 0
    with pytest.raises(ValueError, match="received 'race'"):
        suspects.counts("race", rows=VERDICTS)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (VERDICTS.drop(columns="kind"), "its columns are"),
        (VERDICTS.assign(verdict="perhaps"), "it says perhaps"),
        (VERDICTS.assign(kind="race"), "it says race"),
        (VERDICTS.assign(file="a"), "judged twice"),
    ],
)
def test_broken_verdicts_are_one_sentence(tmp_path, rows, reason):
    rows.to_csv(tmp_path / "x.csv", index=False)
    with pytest.raises(BadDataset, match=reason):
        suspects.verdicts(tmp_path / "x.csv")


def test_the_committed_scores_belong_to_the_committed_manifest():
    stored = parquet.read_schema(suspects.FILE).metadata
    manifest = json.loads(dataset.MANIFEST.with_suffix(".json").read_text("utf-8"))
    facts = json.loads(stored[suspects.FACTS_KEY.encode()])
    assert facts == suspects.facts() and facts["manifest_sha256"] == manifest["manifest_sha256"]
    rows = suspects.read()
    assert list(rows.file) == sorted(dataset.read_manifest().file) and len(rows) == facts["photos"]
    assert rows.age_oof.between(0, 100).all() and (rows.age_expected_error > 0).all()
    assert rows[["p_female_oof", "age_score", "sex_score"]].stack().between(0, 1).all()
    known = dataset.known()
    assert np.abs(known.age - rows.age_oof).mean() == pytest.approx(facts["mae"], abs=0.01)
    right = (rows.p_female_oof >= 0.5) == (known.sex == "female")
    assert right.mean() == pytest.approx(facts["sex_accuracy"], abs=0.001)
    unit = np.maximum(rows.age_expected_error, command.FLOOR)
    residual = np.abs(known.age - rows.age_oof) / unit
    said = f"{facts['mae']:.2f} years, sex accuracy {facts['sex_accuracy']:.3f}"
    assert said in " ".join(command.__doc__.split())
    assert -np.log(rows.age_score.to_numpy()) == pytest.approx(residual.to_numpy(), abs=0.2)
    # predictions as uncertain as these are off by as much as is said, on average
    rows = rows.assign(error=np.abs(known.age - rows.age_oof))
    for _, part in rows.groupby(pd.qcut(rows.age_expected_error, 5)):
        assert part.error.mean() == pytest.approx(part.age_expected_error.mean(), rel=0.1)


def test_the_first_hundred_of_each_kind_and_fifty_random_photos_were_looked_at():
    found = suspects.verdicts()
    for kind in ("age", "sex"):
        assert set(found.file[found.kind == kind]) == set(suspects.worst(100, by=kind).file)
        assert suspects.counts(kind)["n"] == 100 and suspects.counts(f"random {kind}")["n"] == 25
    assert set(found.file) <= set(dataset.known().file)
