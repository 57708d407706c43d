"""The stress test: what each fault does to a picture, what is measured, and the file that it leaves."""

import numpy as np
import pandas as pd
import pytest
from drawn import drawn_face

from agesex import model, model_files, table_rules
from agesex.errors import BadModel
from training import degradations as faults
from training import stress


@pytest.fixture(scope="module")
def crops():
    return np.stack([drawn_face(seed) for seed in range(4)])


def test_every_fault_has_three_strengths_and_keeps_the_form(crops):
    found = list(stress.conditions(crops))
    assert found[0][0] == stress.CLEAN and (found[0][2] == crops).all()
    counts = pd.Series([fault for fault, _, _ in found[1:]]).value_counts()
    assert set(counts.drop("mirror")) == {3}
    for fault, strength, changed in found[1:]:
        assert changed.shape == crops.shape and changed.dtype == np.uint8, (fault, strength)
        assert (changed != crops).any(), (fault, strength)
    again = list(stress.conditions(crops))
    assert all((a[2] == b[2]).all() for a, b in zip(found, again, strict=True))


def test_a_stronger_fault_changes_more(crops):
    change = {}
    for fault, _, changed in stress.conditions(crops):
        change.setdefault(fault, []).append(np.abs(changed.astype(int) - crops).mean())
    for fault in set(stress.FAULTS) - {"mirror"}:
        assert change[fault] == sorted(change[fault]), fault


def test_the_geometry_is_what_its_name_says():
    dot = np.zeros((200, 200, 3), np.uint8)
    dot[90:94, 130:134] = 255  # middle at (131.5, 91.5)

    def middle(picture):
        y, x = np.nonzero(picture[..., 0] > 64)
        return x.mean(), y.mean()

    assert middle(faults.move(dot, shift=(0.05, -0.1))) == pytest.approx((141.5, 71.5), abs=0.6)
    x, y = 131.5 - 99.5, 91.5 - 99.5
    assert middle(faults.move(dot, scale=1.5)) == pytest.approx((99.5 + 1.5 * x, 99.5 + 1.5 * y), abs=0.6)
    # counter-clockwise by 90°: right goes up
    assert middle(faults.move(dot, angle=90)) == pytest.approx((99.5 + y, 99.5 - x), abs=0.6)
    assert (faults.move(dot, mirror=True) == dot[:, ::-1]).all()
    assert (faults.move(dot) == dot).all()


def test_the_light_is_what_its_name_says():
    ramp = np.broadcast_to(np.arange(200, dtype=np.uint8)[None, :, None], (200, 200, 3)).copy()
    faded = faults.fade(ramp, 50, 200)
    assert faded[0, 0].tolist() == [50] * 3 and faded.max() == round(50 + 199 / 255 * 150)
    assert faults.tone(ramp)[0].tolist() == ramp[0].tolist()
    assert faults.tone(ramp, brightness=0.5, contrast=0.5).mean() == pytest.approx(ramp.mean() / 2, abs=1)
    assert np.ptp(faults.grey(np.dstack([ramp[..., 0], ramp[..., 0] // 2, ramp[..., 0] * 0])), 2).max() == 0
    covered = faults.occlude(ramp, (0.25, 0.5, 0.75, 1), (7, 8, 9))
    assert (covered[100:, 50:150] == (7, 8, 9)).all() and (covered[:100] == ramp[:100]).all()


def output(ages, logits):
    density = np.zeros((len(ages), 101), np.float32)
    density[np.arange(len(ages)), ages] = 1
    return model.Output(density, np.array(logits, np.float32))


def test_a_row_is_checked_by_hand():
    rows = pd.DataFrame({"age": [20, 30, 40, 50], "sex": ["male", "female"] * 2, "group": list("abcd")})
    clean = output([22, 30, 38, 50], [-1, 1, -1, 1])  # errors 2, 0, 2, 0
    spoilt = output([26, 30, 44, 46], [-1, -1, -1, 1])  # errors 6, 0, 4, −4
    row = stress.measure(rows, spoilt, clean, "blur", "2 px")
    assert (row["mae"], row["bias"], row["cost"], row["sex_accuracy"]) == (3.5, 1.5, 2.5, 0.75)
    assert row["bias_low"] <= 1.5 <= row["bias_high"]
    assert row["n"] == 4 and 0 <= row["cost_low"] < 2.5 < row["cost_high"] <= 4
    assert row["bias_change"] == 1.5 and row["bias_change_low"] < 1.5 < row["bias_change_high"]
    assert row["sex_change"] == -0.25 and -1 <= row["sex_low"] < -0.25 < row["sex_high"] == 0
    mended = stress.measure(rows, clean, spoilt, "sharpened", "")  # against faces of which one was wrong
    assert (mended["sex_change"], mended["bias_change"], mended["cost"]) == (0.25, -1.5, -2.5)
    same = stress.measure(rows, clean, clean, "none", "")
    assert (same["cost"], same["cost_low"], same["cost_high"]) == (0, 0, 0)
    assert (same["sex_change"], same["sex_low"], same["sex_high"]) == (0, 0, 0)


def test_the_goals_are_judged():
    row = dict.fromkeys(table_rules.STRESS, 0.0)
    table = pd.DataFrame(
        [
            row | {"fault": "none", "strength": "", "cost": 0.0, "bias": 3.0},
            row | {"fault": "shift", "strength": "5 %", "cost": 0.21, "bias": 0.1},
            row | {"fault": "shift", "strength": "10 %", "cost": 2.0, "bias": -1.6},
        ]
    )
    said = stress.judged(table).goals.tolist()
    assert said == ["", "cost ≤ 0.2: NO; |bias| ≤ 1.5: yes", "|bias| ≤ 1.5: NO"]
    assert all(strength in stress.FAULTS[fault] for fault, strength in stress.COST_GOALS)


def folder_with_stress(root, name, sha256, text=None):
    folder = root / name
    folder.mkdir(parents=True)
    row = dict.fromkeys(table_rules.STRESS, 0.0) | {"fault": "none", "strength": "", "n": 9, "mae": 5.0}
    stress.write(folder, sha256, pd.DataFrame([row, row | {"fault": "blur"}]))
    if text is not None:
        (folder / "stress.json").write_text(text)
    return folder


def test_the_table_is_read_back_for_its_own_weights_only(tmp_path, monkeypatch):
    monkeypatch.setenv("AGESEX_MODELS", str(tmp_path))
    folder = folder_with_stress(tmp_path, "one", "a" * 64)
    (folder / "card.json").write_text("{}")
    monkeypatch.setattr(model_files, "read_card", lambda name: {"sha256": "a" * 64})
    assert model.read_stress("one").mae.tolist() == [5.0, 5.0]
    assert not list(folder.glob("*.part"))
    monkeypatch.setattr(model_files, "read_card", lambda name: {"sha256": "b" * 64})
    assert model.read_stress("one") is None
    (folder / "stress.json").unlink()
    assert model.read_stress("one") is None


@pytest.mark.parametrize("text", ["{", "[]", '{"rows": [{"fault": "blur"}]}'])
def test_a_broken_table_is_one_sentence(text, tmp_path, monkeypatch):
    monkeypatch.setenv("AGESEX_MODELS", str(tmp_path))
    folder = folder_with_stress(tmp_path, "one", "a" * 64, text)
    (folder / "card.json").write_text("{}")
    with pytest.raises(BadModel, match=r"one/stress.json (cannot be read|lacks the columns bias)"):
        model.read_stress("one")



def test_the_released_models_carry_the_table_of_their_own_weights():
    for name in model.names():
        table = model.read_stress(name)
        assert table is not None, f"run `python -m training.stress {name}`"
        assert set(table.fault) == {stress.CLEAN, stress.ALIGNED, *stress.FAULTS}
        assert (table[table.fault != stress.ALIGNED].n == table.n.max()).all()
        figures = model.read_card(name)["figures"]["validation"]
        clean = table[table.fault == stress.CLEAN].iloc[0]
        assert clean.mae == pytest.approx(figures["mae"]["value"], abs=0.01)
        assert clean.sex_accuracy == pytest.approx(figures["sex_accuracy"]["value"], abs=0.001)
