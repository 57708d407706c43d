"""Faces like this: chosen by the model's own answers, counted by hand."""

import pandas as pd
import pytest

from agesex import model, similar
from agesex.predict import Prediction


def answer(age, sex="female"):
    return Prediction(age, (age - 5, age + 5), 0.9, None, sex, 0.9)


def row(name, age, age_pred, p_female, split="test", half=5):
    return {
        "file": name, "group": name, "split": split, "age": age, "sex": "female", "race": "White",
        "age_pred": age_pred, "age_low": age_pred - half, "age_high": age_pred + half,
        "p_female": p_female,
    }  # fmt: skip


TABLE = pd.DataFrame(
    [
        row("a", 30, 32, 0.9),  # 2 years off, inside
        row("b", 45, 39, 0.7),  # 6 years off, outside
        row("c", 31, 32, 0.2),  # taken for male
        row("d", 30, 29.9, 0.9),  # a younger band
        row("e", 60, 33, 0.9, split="validation"),
    ]
)


def test_the_band_and_the_sex_are_those_that_the_model_says():
    found = similar.like(TABLE, answer(34.5))
    assert (found.band, found.sex, found.n) == ("30–39", "female", 2)
    assert found.mae == similar.Figure(4.0, None, None)  # under 30 faces: no interval
    assert found.coverage.value == 0.5


def test_an_unsure_sex_counts_both():
    found = similar.like(TABLE, answer(30.0, "unsure"))
    assert (found.sex, found.n) == ("", 3)
    assert found.mae.value == pytest.approx(3)
    assert similar.like(TABLE, answer(30.0, "male")).n == 1


def test_no_such_face_is_no_figure():
    found = similar.like(TABLE, answer(85))
    assert (found.band, found.n) == ("80+", 0)
    assert found.mae == found.coverage == similar.Figure(None, None, None)


def test_many_faces_have_an_interval_around_the_value():
    many = pd.DataFrame([row(f"f{i}", 30 + i % 10, 35, 0.9, half=3) for i in range(100)])
    found = similar.like(many, answer(39.9))
    assert found.n == 100
    assert found.mae.value == pytest.approx(2.5)
    assert found.mae.low < 2.5 < found.mae.high
    assert found.coverage.value == pytest.approx(0.7)
    assert 0 < found.coverage.low < 0.7 < found.coverage.high < 1


def test_a_missing_column_is_named():
    with pytest.raises(KeyError, match="age_low"):
        similar.like(TABLE.drop(columns="age_low"), answer(30))


def test_the_released_model_has_enough_faces_of_every_band():
    table = model.read_predictions(model.DEFAULT)
    for age in (2, 25, 38, 55, 75):
        found = similar.like(table, answer(age, "unsure"))
        assert found.n >= 30
        assert found.mae.low < found.mae.value < found.mae.high
