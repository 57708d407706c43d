"""From faces to answers: age with an interval, sex with a calibrated probability.

found = faces.find(images.decode("photo.jpg"))
for answer in predict(found, model.load()):
print(answer.age, answer.interval, answer.sex, answer.p_female)
"""

from dataclasses import dataclass

import numpy as np

from agesex import intervals


@dataclass(frozen=True)
class Prediction:
    """The answer for one face.

    Attributes:
        age: years, the mean of the age distribution.
        interval: (low, high) in years, which holds the true age of `level` of such faces.
        level: the promise of the interval, 0 to 1.
        age_probabilities: (101,) float32, the network's distribution over 0…100 years.
        sex: "female", "male", or "unsure" where the probability is too close to a half or the face looks
            younger than the card's `min_age` (small children's sex is near chance).
        p_female: calibrated probability of female, 0 to 1; always filled.
    """

    age: float
    interval: tuple[float, float]
    level: float
    age_probabilities: np.ndarray
    sex: str
    p_female: float


def predict(found, model, *, level=0.9, threshold=None):
    """Answer for every face.

    Args:
        found: list of `faces.Face`.
        model: a `model.Model`.
        level: coverage of the age interval, 0.5 to 0.99.
        threshold: least probability at which a sex is named, 0.5 to 1; the card's own without it.

    Returns:
        list of Prediction, one per face.

    Raises:
        ValueError: the level lies outside the fitted ones.
    """
    if not found:
        return []
    return from_output(
        model.forward(np.stack([face.crop for face in found])),
        model.card["calibration"],
        level=level,
        threshold=threshold,
    )


def from_output(output, calibration, *, level=0.9, threshold=None):
    """Turn a network's raw output into predictions; see `predict`.

    Args:
        output: `model.Output` of n faces.
        calibration: the card's calibration part: temperature, unsure, interval.
        level: as in `predict`.
        threshold: as in `predict`.
    """
    low, high = intervals.apply(calibration["interval"], output.age, output.age_sd, level)
    p_female = probability(output.sex_logit, calibration["temperature"])
    threshold = calibration["unsure"]["threshold"] if threshold is None else threshold
    named = name_sex(p_female, threshold)
    # The threshold was chosen on faces of that age and over; below it the probability promises too much.
    named[output.age < calibration["unsure"].get("min_age", 0)] = "unsure"
    return [
        Prediction(float(age), (float(a), float(b)), level, distribution, sex, float(p))
        for age, a, b, distribution, sex, p in zip(
            output.age, low, high, output.age_probabilities, named, p_female,
            strict=True,
        )
    ]  # fmt: skip


def probability(sex_logit, temperature):
    """Calibrated probability of female: sigmoid(logit / temperature), (n,) -> (n,)."""
    return 1 / (1 + np.exp(-np.asarray(sex_logit, np.float64) / temperature))


def name_sex(p_female, threshold):
    """The words for probabilities: "female", "male" or "unsure", (n,) -> (n,) of str."""
    p_female = np.asarray(p_female)
    named = np.where(p_female >= 0.5, "female", "male")
    return np.where(np.maximum(p_female, 1 - p_female) >= threshold, named, "unsure")
