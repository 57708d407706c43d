import numpy as np
import pytest
from stub import StubModel, calibration

from agesex import faces, predict
from agesex.model import Output


def output(age=40, logit=0.0):
    """A network's answer with all probability on two neighbouring years."""
    probabilities = np.zeros((1, 101), np.float32)
    probabilities[0, age - 1] = probabilities[0, age + 1] = 0.5
    return Output(probabilities, np.float32([logit]))


def test_age_is_the_mean_and_sd_the_spread_of_the_distribution():
    found = output(40)
    assert found.age[0] == pytest.approx(40)
    assert found.age_sd[0] == pytest.approx(1)


def test_probability_is_the_sigmoid_of_logit_over_temperature():
    assert predict.probability([0.0, 2.0, -2.0], 2.0) == pytest.approx([0.5, 0.731059, 0.268941], abs=1e-5)


@pytest.mark.parametrize(
    ("p", "threshold", "word"),
    [
        (0.9, 0.6, "female"),
        (0.1, 0.6, "male"),
        (0.55, 0.6, "unsure"),
        (0.45, 0.6, "unsure"),
        (0.6, 0.6, "female"),
        (0.5, 0.5, "female"),
        (0.98, 0.99, "unsure"),
    ],
)
def test_sex_is_named_only_above_the_threshold(p, threshold, word):
    assert predict.name_sex([p], threshold).tolist() == [word]


def test_p_female_is_filled_even_when_unsure():
    card = calibration()
    answer = predict.from_output(output(logit=0.1), card)[0]
    assert answer.sex == "unsure"
    assert answer.p_female == pytest.approx(0.52498, abs=1e-4)
    assert predict.from_output(output(logit=0.1), card, threshold=0.5)[0].sex == "female"


def test_the_interval_holds_the_age_and_grows_with_the_level():
    narrow, wide = (
        predict.from_output(output(40), calibration(), level=level)[0].interval
        for level in (0.5, 0.95)
    )
    assert wide[0] < narrow[0] < 40 < narrow[1] < wide[1]


def test_every_face_has_its_answer_in_one_forward_pass():
    model = StubModel()
    found = [
        faces.aligned(np.full((200, 200, 3), level, np.uint8)) for level in (20, 120, 250)
    ]
    answers = predict.predict(found, model)
    assert model.seen == [3]
    ages = [answer.age for answer in answers]
    assert ages == sorted(ages) and len(set(ages)) == 3
    assert all(answer.age_probabilities.shape == (101,) for answer in answers)


def test_no_face_asks_no_model():
    model = StubModel()
    assert predict.predict([], model) == []
    assert model.seen == []


def test_a_face_that_looks_very_young_is_unsure():
    card = calibration()
    card["unsure"] = {"threshold": 0.6, "min_age": 4}
    for age, word in ((2, "unsure"), (5, "female")):
        answer = predict.from_output(output(age, logit=5.0), card)[0]
        assert answer.sex == word
        assert answer.p_female > 0.99
