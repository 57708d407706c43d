"""Answers in words: checked against sentences written by hand."""

import numpy as np
import pytest

from agesex import words
from agesex.predict import Prediction


def answer(age=37.4, interval=(29.2, 45.3), sex="female", p_female=0.97, level=0.9):
    return Prediction(age, interval, level, np.full(101, 1 / 101, np.float32), sex, p_female)


@pytest.mark.parametrize(
    ("age", "said"),
    [(0.0, "under 1 year"), (0.49, "under 1 year"), (0.6, "1 year"), (1.4, "1 year"),
     (1.6, "2 years"), (37.4, "37 years"), (100.0, "100 years")],
)  # fmt: skip
def test_age(age, said):
    assert words.age(answer(age)) == said


@pytest.mark.parametrize(
    ("interval", "level", "said"),
    [
        ((29.2, 45.3), 0.9, "90 of 100 such faces are between 29 and 46"),
        ((29.0, 45.0), 0.5, "50 of 100 such faces are between 29 and 45"),
        ((0.0, 3.1), 0.9, "90 of 100 such faces are 4 or younger"),
    ],
)
def test_an_interval_is_rounded_outwards(interval, level, said):
    assert words.interval(answer(interval=interval, level=level)) == said


@pytest.mark.parametrize(
    ("sex", "p", "said", "sure"),
    [
        ("female", 0.97, "female", "97 of 100 such faces are labelled female"),
        ("male", 0.08, "male", "92 of 100 such faces are labelled male"),
        ("female", 0.9999, "female", "more than 99 of 100 such faces are labelled female"),
        ("unsure", 0.45, "unsure of the sex",
         "45 of 100 such faces are labelled female, the others male"),
    ],
)  # fmt: skip
def test_sex(sex, p, said, sure):
    assert words.sex(answer(sex=sex, p_female=p)) == said
    assert words.certainty(answer(sex=sex, p_female=p)) == sure


def test_faces():
    assert [words.faces(n) for n in (0, 1, 12)] == ["no face", "1 face", "12 faces"]
