"""An answer in words that a visitor reads, without a decimal that nobody can trust.

    age(prediction)         # "37 years"
    interval(prediction)    # "90 of 100 such faces are between 29 and 46"
    sex(prediction)         # "female", or "unsure of the sex"
    certainty(prediction)   # "97 of 100 such faces are labelled female"
    similar(such)           # "In the test set, 412 faces got an answer like this …"
    age_verdict(prediction, 36, typical=4.8)
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


def similar(such, level=0.9):
    """How the model fared on test faces that got an answer like this one.

    Args:
        such: a `similar.Similar`.
        level: of the interval that is shown; what its 90 % interval held is said beside no other.

    Returns:
        str, one or two sentences with n and 95 % intervals.
    """
    who = f"predicted age {such.band}{f', {such.sex}' if such.sex else ''}"
    if such.mae.low is None:
        return f"In the test set {such.n} faces got an answer like this ({who}): too few for a figure."
    mae, held = such.mae, such.coverage
    said = (
        f"In the test set {such.n:,} faces got an answer like this ({who}): mean error {mae.value:.1f} years "
        f"({mae.low:.1f}–{mae.high:.1f})"
    )
    if round(level, 4) != 0.9:
        return f"{said}."
    return (
        f"{said}, and the 90 % interval held {100 * held.value:.0f} % of their ages "
        f"({100 * held.low:.0f}–{100 * held.high:.0f})."
    )


def age_verdict(prediction, true_age, typical=None):
    """An age answer held against the truth.

    Args:
        prediction: a `predict.Prediction`.
        true_age: years, as the visitor gave it.
        typical: mean error of such answers, years; None leaves the comparison out.

    Returns:
        str, one or two sentences.
    """
    low, high = math.floor(prediction.interval[0]), math.ceil(prediction.interval[1])
    inside = low <= true_age <= high
    error = prediction.age - true_age
    side = "exactly right" if round(abs(error)) == 0 else f"{years(abs(error))} too {'old' if error > 0 else 'young'}"
    said = f"**{'Inside' if inside else 'Outside'} the interval**; the guess is {side}."
    if typical is None:
        return said
    often = "more than usual" if abs(error) > typical else "no more than usual"
    return f"{said} Such answers are off by {typical:.1f} years on average, so that is {often}."


def sex_verdict(prediction, label):
    """A sex answer held against what the visitor says: a sentence.

    Args:
        prediction: a `predict.Prediction`.
        label: "female" or "male".
    """
    if prediction.sex == "unsure":
        return "The model does not commit itself, so it is neither right nor wrong."
    if prediction.sex == label:
        return "**The sex is as you say.**"
    return "**The sex is not as you say.** It learned two labels that were given to photos."


def _of_hundred(share):
    if share > 0.995:
        return "more than 99 of 100"
    return f"{round(100 * share)} of 100"
