"""Copies of one photo: what a random split leaks, and how far two labels of one photo differ."""

import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from agesex import dataset, leakage
from agesex.errors import BadDataset
from training import leakage as command


def table(**changes):
    """Six photos: a and b are copies, c, d and e are, f is alone."""
    rows = {
        "file": list("abcdef"),
        "group": list("aacccf"),
        "age": [20, 26, 40, 40, 41, 70],
        "sex": ["female", "male", "male", "male", "male", "female"],
        "race": ["White", "White", "Black", "Asian", "Black", None],
        "split": ["train", "test", "test", "test", "dropped", "test"],
    }
    return pd.DataFrame(rows | changes)


def test_pairs_are_all_twos_of_a_group_and_say_how_they_differ():
    found = leakage.pairs(table())
    assert found[["first", "second"]].to_numpy().tolist() == [["a", "b"], ["c", "d"], ["c", "e"], ["d", "e"]]
    assert found.age.tolist() == [6, 0, 1, 1]
    assert found.sex.tolist() == [True, False, False, False]
    assert found.race.tolist() == [False, True, False, True]


def test_the_order_of_the_rows_changes_no_pair():
    turned = table().iloc[::-1]
    pd.testing.assert_frame_equal(leakage.pairs(turned), leakage.pairs(table()))


def test_an_unknown_label_disagrees_with_nothing():
    assert leakage.pairs(table(race=["White", None] * 3)).race.tolist() == [False] * 4


def test_label_noise_by_hand():
    found = leakage.label_noise(table(), draws=200)
    assert (found["groups"], found["pairs"]) == (2, 4)
    values = {name: found[name]["value"] for name in leakage.NOISE}
    assert values == {
        "age_mean": 2, "age_median": 1, "age_differs": 0.75, "sex_disagrees": 0.25, "race_disagrees": 0.5,
    }  # fmt: skip


def test_whole_groups_are_drawn_for_the_intervals():
    # two groups, so a draw is one of three tables: both (2), the first alone (6) or the second alone (2/3)
    found = leakage.label_noise(table(), draws=400)
    assert (found["age_mean"]["low"], found["age_mean"]["high"]) == pytest.approx((2 / 3, 6))
    assert (found["age_median"]["low"], found["age_median"]["high"]) == (1, 6)
    assert (found["sex_disagrees"]["low"], found["sex_disagrees"]["high"]) == (0, 1)


def test_without_copies_there_is_nothing_to_compare():
    with pytest.raises(BadDataset, match="no two labels"):
        leakage.label_noise(table(group=list("abcdef")))


def test_only_a_copy_in_train_counts_as_leaked():
    assert leakage.copied(table()) == {"train": 1, "test": 4, "copied": 1, "share": 0.25}
    assert leakage.copied(table(split="test"))["copied"] == 0
    assert np.isnan(leakage.copied(table(split="train"))["share"])


@pytest.mark.parametrize(("train", "test"), [(0.8, 0.2), (0.6, 0.2), (0.5, 0.5)])
def test_a_random_split_leaks_what_chance_says(train, test):
    groups = np.repeat(np.arange(100), 2).tolist() + list(range(100, 300))  # 200 photos in pairs, 200 alone
    found = leakage.leaked(groups, train=train, test=test, draws=2000)
    expected = 0.5 * train * 400 / 399  # every second photo has a copy, in train with this chance
    spread = (found["high"] - found["low"]) / 4
    assert found["mean"] == pytest.approx(expected, abs=4 * spread / np.sqrt(2000))
    assert found["low"] < expected < found["high"] and found["draws"] == 2000


def test_photos_without_copies_leak_nothing_and_photos_of_one_group_everything():
    alone = leakage.leaked(list("abcdefghij"), train=0.8, test=0.2, draws=20)
    assert (alone["mean"], alone["low"], alone["high"]) == (0, 0, 0)
    one = leakage.leaked(["a"] * 10, train=0.5, test=0.5, draws=20)
    assert (one["mean"], one["low"], one["high"]) == (1, 1, 1)


def test_the_command_writes_what_is_read(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(dataset, "known", table)
    assert command.main(["--out", str(tmp_path / "x.json")]) == 0
    found = leakage.read(tmp_path / "x.json")
    assert found["photos"] == 6 and found["groups"] == 2 and found["photos_in_groups"] == 5
    assert [row["train"] for row in found["random"]] == [0.8, 0.6]
    assert found["labels"]["age_mean"]["value"] == 2
    assert json.loads(capsys.readouterr().out) == found


def test_the_command_says_in_one_sentence_that_there_are_no_copies(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(dataset, "known", lambda: table(group=list("abcdef")))
    assert command.main(["--out", str(tmp_path / "x.json")]) == 1
    assert "no two labels" in capsys.readouterr().err and not (tmp_path / "x.json").exists()


def test_the_committed_figures_are_those_of_the_committed_manifest():
    found = leakage.read()
    assert found["manifest_sha256"] == hashlib.sha256(dataset.MANIFEST.read_bytes()).hexdigest()
    again = command.facts(dataset.known(), draws=40)
    for key in ("photos", "groups", "photos_in_groups", "this_split"):
        assert found[key] == again[key]
    assert found["this_split"]["copied"] == 0
    for name in leakage.NOISE:
        stored = found["labels"][name]
        assert stored["value"] == again["labels"][name]["value"]
        assert stored["low"] <= stored["value"] <= stored["high"]
    for row, fresh in zip(found["random"], again["random"], strict=True):
        assert row["low"] < fresh["mean"] < row["high"] and row["draws"] == 1000


def test_a_missing_file_is_no_error(tmp_path):
    assert leakage.read(tmp_path / "none.json") is None


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"format": 2}', '{"format": 1, "labels": 3}'])
def test_a_broken_file_is_one_sentence(tmp_path, content):
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(BadDataset, match=r"x\.json, cannot be read.*training\.leakage"):
        leakage.read(tmp_path / "x.json")
