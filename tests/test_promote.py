"""Promotion: who may take the default's place, decided on hand-made tables."""

import json

import numpy as np
import pandas as pd
import pytest

from agesex.errors import BadDataset, BadModel
from training import evaluate, promote


def predictions(n=600, error=5.0, wrong=0.1, seed=0, **changes):
    """A table whose errors are `error` years in size and whose sexes are wrong in `wrong` of the rows."""
    rng = np.random.default_rng(seed)
    age = rng.integers(5, 85, n)
    female = np.arange(n) % 2 == 0
    said = female ^ (rng.random(n) < wrong)
    table = pd.DataFrame(
        {
            "file": [f"{i}.jpg" for i in range(n)],
            "group": [f"{i}.jpg" for i in range(n)],
            "age": age,
            "age_pred": age + error * rng.choice([-1, 1], n) * rng.uniform(0.5, 1.5, n),
            "age_low": 0,
            "age_high": 100,
            "sex": np.where(female, "female", "male"),
            "race": np.where(np.arange(n) % 3 == 0, "Black", "White"),
            "p_female": np.where(said, 0.9, 0.1),
        }
    )
    return table.assign(**changes)


def test_a_better_candidate_is_promoted_and_says_by_how_much():
    found = promote.compare(predictions(error=4), predictions(error=5))
    row = found[(found.by == "all") & (found.metric == "mae")].iloc[0]
    assert row.change == pytest.approx(-1, abs=0.1) and row.low <= row.change <= row.high < 0
    assert row.verdict == "better" and row.n == 600
    promoted, reasons = promote.decide(found)
    assert promoted and reasons[0].startswith("better: mean absolute age error of all faces")
    assert "→" in reasons[0] and "n = 600" in reasons[0]


def test_one_group_that_gets_worse_is_enough_to_refuse():
    default, candidate = predictions(error=5), predictions(error=4)
    black = candidate.race == "Black"
    candidate.loc[black, "age_pred"] = candidate.age[black] + 8
    promoted, reasons = promote.decide(promote.compare(candidate, default))
    assert not promoted
    assert any("of Black" in reason and reason.startswith("worse") for reason in reasons)


def test_a_small_group_decides_nothing():
    default, candidate = predictions(error=5), predictions(error=4)
    few = candidate.index[:50]
    for table in (default, candidate):
        table.loc[few, "race"] = "Others"
    candidate.loc[few, "age_pred"] = candidate.age[few] + 30
    found = promote.compare(candidate, default)
    rows = found[(found.by == "race") & (found.group == "Others")]
    assert set(rows.verdict) == {"too few"} and set(rows.n) == {50}


def test_a_better_sex_is_enough_and_no_difference_is_not():
    worse, better = predictions(wrong=0.2), predictions(wrong=0.05)
    better["age_pred"] = worse["age_pred"]
    promoted, reasons = promote.decide(promote.compare(better, worse))
    assert promoted and reasons[1].startswith("better: sex accuracy")
    promoted, reasons = promote.decide(promote.compare(worse, worse))
    assert not promoted and all(reason.startswith("no gain") for reason in reasons)
    assert not promote.decide(promote.compare(worse, better))[0]


def test_a_small_gain_is_let_through_and_called_small():
    default = predictions(error=5)
    candidate = default.copy()
    candidate.loc[:9, "age_pred"] = candidate.age[:10]  # ten faces of 600
    candidate.loc[10:15, "age_pred"] += 4 * np.sign(candidate.age_pred - candidate.age)[10:16]
    found = promote.compare(candidate, default)
    row = found[(found.by == "all") & (found.metric == "mae")].iloc[0]
    assert row.change < 0 < row.high
    promoted, reasons = promote.decide(found)
    assert promoted and reasons[0].startswith("gain within the interval")
    # one sex that flips does not outweigh a gain in age, and is said
    right = (candidate.p_female >= 0.5) == (candidate.sex == "female")
    candidate.loc[right.idxmax(), "p_female"] = 1 - candidate.p_female[right.idxmax()]
    promoted, reasons = promote.decide(promote.compare(candidate, default))
    assert promoted and reasons[1].startswith("no gain, within the interval: sex accuracy")


def test_a_handful_of_faces_decides_nothing():
    promoted, reasons = promote.decide(
        promote.compare(predictions(60, error=2), predictions(60, error=5))
    )
    assert not promoted and reasons == ["too few faces: 60, expected 100 or more"]


def test_only_common_faces_are_compared_in_any_order():
    default, candidate = predictions(), predictions(error=4)
    found = promote.compare(candidate.iloc[::-1].head(400), default)
    assert found[found.by == "all"].n.tolist() == [400, 400]
    straight = promote.compare(candidate.tail(400), default)
    pd.testing.assert_frame_equal(found, straight)
    with pytest.raises(BadDataset, match="share no validation face"):
        promote.compare(candidate.assign(file=candidate.file + "x"), default)


def test_copies_of_one_photo_widen_the_interval():
    candidate, default = predictions(error=4), predictions(error=5)
    alone = promote.compare(candidate, default).iloc[0]
    pairs = [f"{i // 30}" for i in range(600)]
    grouped = promote.compare(candidate.assign(group=pairs), default).iloc[0]
    assert grouped.change == alone.change
    # pairs of rows that always come together: about √30 times wider
    whole = candidate.assign(age_pred=candidate.age + np.repeat(np.arange(20) % 5 + 0.0, 30))
    narrow = promote.compare(whole, default).iloc[0]
    wide = promote.compare(whole.assign(group=pairs), default).iloc[0]
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def write(run, target, **facts):
    for folder in (run, target):
        folder.mkdir(exist_ok=True)
        (folder / "model.keras").write_bytes(folder.name.encode())
    if facts:
        (run / "promotion.json").write_text(json.dumps(facts))


def test_the_default_is_replaced_only_by_what_was_promoted(tmp_path):
    run, target = tmp_path / "run", tmp_path / "mobile"
    write(run, target)
    with pytest.raises(BadModel, match="there is no promotion"):
        evaluate.check_promotion(run, target)
    hashes = {
        "candidate": {"sha256": evaluate.hash_of(run / "model.keras")},
        "default": {"sha256": evaluate.hash_of(target / "model.keras")},
    }
    write(run, target, promoted=False, **hashes)
    with pytest.raises(BadModel, match="it was refused"):
        evaluate.check_promotion(run, target)
    write(run, target, promoted=True, **hashes)
    evaluate.check_promotion(run, target)
    for part in hashes:  # the weights have changed since
        write(run, target, promoted=True, **hashes | {part: {"sha256": "0" * 64}})
        with pytest.raises(BadModel, match=f"compares another {part}"):
            evaluate.check_promotion(run, target)
    write(run, target)
    (run / "promotion.json").write_text("[]")
    with pytest.raises(BadModel, match="there is no promotion"):
        evaluate.check_promotion(run, target)
