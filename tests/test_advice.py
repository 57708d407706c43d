"""Notes about a face: each fires on the fault that is drawn, says its price, and is silent otherwise."""

import cv2
import numpy as np
import pandas as pd
import pytest
from drawn import drawn_face, write_utkface

from agesex import advice, faces, model
from training import degradations as faults
from training import fit_advice
from training.stress import FAULTS

STRESS = pd.DataFrame(
    [("none", "", 0.0), ("blur", "1 px", 0.1), ("blur", "2 px", 0.2), ("blur", "3 px", 0.4),
     ("low resolution", "half", 0.3), ("low resolution", "a quarter", 0.6),
     ("darkness", "50 % of the light", 0.15), ("darkness", "30 % of the light", 0.25)],
    columns=["fault", "strength", "cost"],
)  # fmt: skip


def crop():
    """A drawn face with edges as soft as those of a photo."""
    return cv2.GaussianBlur(drawn_face(3), (0, 0), 1)


def said(picture, face=None, stress=STRESS):
    notes = advice.notes(picture, face or faces.aligned(picture), stress)
    return {note.fault: note for note in notes}


def found(photo, landmarks, confidence=0.999):
    points = np.asarray(landmarks, np.float32)
    return faces.Face(faces.align(photo, points), (0.0, 0.0, 50.0, 50.0), points, confidence)


def test_an_ordinary_face_has_no_note():
    assert said(crop()) == {}


@pytest.mark.parametrize("sigma", [3, 6])
def test_a_blurred_face_costs_what_the_nearest_row_says(sigma):
    note = said(faults.blur(crop(), sigma))["blurred"]
    assert (note.cost, note.strength) == (0.4, "3 px")
    assert said(faults.blur(crop(), 0.8)) == {}


def test_the_width_of_edges_grows_with_blur_whatever_the_light():
    edge = np.zeros((200, 200), np.float32)
    edge[:, 100:] = 200
    soft = [cv2.GaussianBlur(edge, (0, 0), sigma) for sigma in (1, 2, 3, 5)]
    widths = [advice._blur(picture) for picture in soft]
    assert widths == sorted(widths) and widths[0] < advice.BLURRED < widths[2]
    assert [advice._blur(0.2 * picture) for picture in soft] == pytest.approx(widths, rel=0.05)
    assert advice._blur(np.full((200, 200), 99, np.float32)) == 0  # no edge, nothing to say


def test_light():
    dark = said(faults.tone(crop(), brightness=0.25, contrast=0.25))
    assert list(dark) == ["dark"] and dark["dark"].strength == "30 % of the light"
    bright = said(faults.tone(crop(), brightness=2.5, contrast=2.5))
    assert bright["over-exposed"].cost is None and "burnt out" in bright["over-exposed"].words


def test_a_small_face_says_how_small():
    small = cv2.resize(crop(), (50, 50), interpolation=cv2.INTER_AREA)  # a quarter: 41 pixels of face
    note = said(small)["small"]
    assert (note.cost, note.strength) == (0.6, "a quarter")
    assert "41 pixels wide" in note.words
    assert "small" not in said(cv2.resize(crop(), (100, 100)))


def test_a_turned_head_has_its_nose_beside_the_middle():
    photo = cv2.copyMakeBorder(crop(), *[100] * 4, cv2.BORDER_REPLICATE)
    points = faces.TEMPLATE + 100
    for x in (70, 130):
        points[2, 0] = x + 100
        assert "turned" in said(photo, found(photo, points))
    points[2, 0] = 105 + 100
    assert said(photo, found(photo, points)) == {}


@pytest.mark.parametrize("angle", [-45, 45, 170])
def test_a_tilted_head_says_the_angle_and_no_price(angle):
    photo = cv2.copyMakeBorder(crop(), *[100] * 4, cv2.BORDER_REPLICATE)
    turn = cv2.getRotationMatrix2D((199.5, 199.5), angle, 1)
    points = (faces.TEMPLATE + 100) @ turn[:, :2].T + turn[:, 2]
    notes = said(cv2.warpAffine(photo, turn, (400, 400)), found(photo, points))
    assert abs(angle) == round(float(notes["tilted"].words.split()[-1][:-1]))
    assert notes["tilted"].cost is None
    assert set(notes) - {"tilted", "blurred"} == set()


def test_a_face_over_the_border_is_cut_off():
    photo = crop()[:, 50:].copy()
    notes = said(photo, found(photo, faces.TEMPLATE - [50, 0]))
    assert "25 % of what the model looks at" in notes["cut off"].words
    photo = crop()[:, 10:].copy()
    assert "cut off" not in said(photo, found(photo, faces.TEMPLATE - [10, 0]))


def test_a_doubtful_find_says_so():
    photo = crop()
    assert list(said(photo, found(photo, faces.TEMPLATE, 0.93))) == ["unsure"]


def test_no_row_no_figure():
    blurred = faults.blur(crop(), 3)
    for stress in (None, STRESS[STRESS.fault != "blur"]):
        note = said(blurred, stress=stress)["blurred"]
        assert (note.cost, note.strength) == (None, "")


def test_every_strength_of_the_stress_test_is_understood():
    amounts = {
        fault: [advice.amount_of(strength) for strength in FAULTS[fault]]
        for fault in ("low resolution", "blur", "darkness")
    }
    assert amounts == {
        "low resolution": [0.75, 0.5, 0.25], "blur": [1, 2, 3], "darkness": [0.75, 0.5, 0.3],
    }  # fmt: skip
    assert advice.amount_of("") is None
    table = model.read_stress(model.DEFAULT)
    note = said(faults.blur(crop(), 3), stress=table)["blurred"]
    assert note.cost == table.set_index(["fault", "strength"]).cost["blur", "3 px"]


def test_the_rates_are_counted(tmp_path, monkeypatch, capsys):
    write_utkface(tmp_path, 6)
    taken = fit_advice.dataset.open_dataset(tmp_path)
    taken.table["split"] = "validation"
    monkeypatch.setattr(fit_advice.dataset, "open_dataset", lambda path: taken)
    crops, races = fit_advice.collect(tmp_path, 4)
    assert crops.shape == (4, 200, 200, 3) and len(races) == 4
    table = fit_advice.rates(crops)
    assert table.loc["blur, 3 px", "blurred"] > table.loc["untouched", "blurred"]
    assert table.loc["darkness, 30 % of the light", "dark"] > 0.5 > table.loc["untouched", "dark"]
    monkeypatch.setattr(fit_advice, "_search", lambda picture, margin=50: None)
    assert fit_advice.main([str(tmp_path), "--n", "4"]) == 0
    assert "found no face" in capsys.readouterr().out
