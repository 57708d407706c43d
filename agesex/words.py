"""An answer in words that a visitor reads, without a decimal that nobody can trust.

    age(prediction)         # "37 years"
    interval(prediction)    # "90 of 100 such faces are between 29 and 46"
    sex(prediction)         # "female", or "unsure of the sex"
    certainty(prediction)   # "97 of 100 such faces are labelled female"
"""

import math


def years(value):
    """A number of years: "under 1 year", "1 year", "37 years"."""
    whole = round(value)
    return {0: "under 1 year", 1: "1 year"}.get(whole, f"{whole} years")


def age(prediction):
    """The age as a visitor says it, e.g. "37 years"."""
    return years(prediction.age)


def interval(prediction):
    """The age interval as a frequency; its ends are rounded outwards, so that it promises no more.

    Args:
        prediction: a `predict.Prediction`.

    Returns:
        str, e.g. "90 of 100 such faces are between 29 and 46".
    """
    low, high = math.floor(prediction.interval[0]), math.ceil(prediction.interval[1])
    where = f"between {low} and {high}" if low else f"{high} or younger"
    return f"{_of_hundred(prediction.level)} such faces are {where}"


def sex(prediction):
    """The sex as a visitor reads it: "female", "male" or "unsure of the sex"."""
    return "unsure of the sex" if prediction.sex == "unsure" else prediction.sex


def certainty(prediction):
    """How sure the sex is, as a frequency of the likelier label.

    Args:
        prediction: a `predict.Prediction`.

    Returns:
        str, e.g. "97 of 100 such faces are labelled female"; where the sex is "unsure" it says so
        with both labels.
    """
    p = prediction.p_female
    if prediction.sex == "unsure":
        return f"{_of_hundred(p)} such faces are labelled female, the others male"
    label, share = ("female", p) if prediction.sex == "female" else ("male", 1 - p)
    return f"{_of_hundred(share)} such faces are labelled {label}"


def faces(count):
    """A number of faces: "no face", "1 face", "12 faces"."""
    return {0: "no face", 1: "1 face"}.get(count, f"{count} faces")


def _of_hundred(share):
    if share > 0.995:
        return "more than 99 of 100"
    return f"{round(100 * share)} of 100"
