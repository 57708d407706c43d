"""Light, blur, turn, grey, mirror: what the answer does while one property of a face changes.

    changed(crop, {"light": 60, "turn": 10})       # (200, 200, 3)
    sweep(model, crop, "light")                    # value, age, low, high, p_female

The aligned face is changed, not the photo: in a turned photo the face would be found and turned upright
before the model saw it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import pandas as pd

from agesex import faces
from agesex.predict import from_output


@dataclass(frozen=True)
class Change:
    """One property of a photo that can be moved.

    Attributes:
        title: what a person reads.
        unit: of its values, "" where there is none.
        low: least value.
        high: largest value.
        neutral: the value that leaves the face as it is.
        apply: function (crop, value) -> crop, uint8 (200, 200, 3) both.
        step: between two values of a slider and of a sweep.
        labels: names of the values of a switch, else ().
    """

    title: str
    unit: str
    low: float
    high: float
    neutral: float
    apply: Callable
    step: float
    labels: tuple = ()

    @property
    def values(self):
        """(k,) float array from low to high; the neutral value is one of them."""
        count = round((self.high - self.low) / self.step) + 1
        return np.linspace(self.low, self.high, count)


def _light(crop, value):
    levels = np.round(np.arange(256) * (value / 100))
    return cv2.LUT(crop, np.clip(levels, 0, 255).astype(np.uint8))


def _blur(crop, value):
    return cv2.GaussianBlur(crop, (0, 0), value, borderType=cv2.BORDER_REPLICATE)


def _turn(crop, value):
    side = crop.shape[0]
    matrix = cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), value, 1)
    return cv2.warpAffine(crop, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _grey(crop, value):
    grey = cv2.cvtColor(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return cv2.addWeighted(grey, value / 100, crop, 1 - value / 100, 0)


def _mirror(crop, value):
    return np.ascontiguousarray(crop[:, ::-1]) if value >= 0.5 else crop


CHANGES = {  # in the order in which several are applied
    "light": Change("Brightness", "per cent", 30, 170, 100, _light, 10),
    "blur": Change("Blur", "px", 0, 6, 0, _blur, 0.5),
    "turn": Change("Turn, counter-clockwise", "degrees", -45, 45, 0, _turn, 5),
    "grey": Change("Colour taken away", "per cent", 0, 100, 0, _grey, 10),
    "mirror": Change("Mirror", "", 0, 1, 0, _mirror, 1, ("as it is", "mirrored")),
}


def changed(crop, values):
    """A face with some properties changed.

    Args:
        crop: uint8 (H, W, 3), an aligned face.
        values: dict of a name of `CHANGES` -> value; a neutral one changes nothing. They are applied in
            the order of `CHANGES`, whatever the order of the dict.

    Returns:
        uint8 (200, 200, 3), a new array. Brightness multiplies the levels, what exceeds 255 is cut; blur is
        the standard deviation of a Gaussian; the corners that a turn opens repeat the border.

    Raises:
        ValueError: an unknown change, or a value outside its range.
    """
    _check(values)
    crop = faces.resize(crop, faces.SIZE)
    for name, change in CHANGES.items():
        value = values.get(name, change.neutral)
        if value != change.neutral:
            crop = change.apply(crop, value)
    return crop


def sweep(model, crop, change, values=None, others=None, *, level=0.9):
    """Move one property and watch the answer; the network runs once.

    Args:
        model: a `model.Model`.
        crop: uint8 (H, W, 3), an aligned face.
        change: a name of `CHANGES`.
        values: its values; `Change.values` without them.
        others: dict of other changes that stay as they are.
        level: coverage of the age intervals.

    Returns:
        DataFrame with a row per value: value, age, low, high (years), p_female (0 to 1).

    Raises:
        ValueError: an unknown change or level, or a value outside its range.
    """
    if change not in CHANGES:
        raise ValueError(f"change must be one of {list(CHANGES)}, received {change!r}")
    values = CHANGES[change].values if values is None else np.asarray(values, float)
    others = others or {}
    crops = [changed(crop, {**others, change: float(value)}) for value in values]
    if not crops:
        return pd.DataFrame(columns=["value", "age", "low", "high", "p_female"], dtype=float)
    answers = from_output(model.forward(np.stack(crops)), model.card["calibration"], level=level)
    return pd.DataFrame(
        {
            "value": values,
            "age": [answer.age for answer in answers],
            "low": [answer.interval[0] for answer in answers],
            "high": [answer.interval[1] for answer in answers],
            "p_female": [answer.p_female for answer in answers],
        }
    )


def _check(values):
    for name, value in values.items():
        if name not in CHANGES:
            raise ValueError(f"change must be one of {list(CHANGES)}, received {name!r}")
        change = CHANGES[name]
        if not change.low <= value <= change.high:
            raise ValueError(f"{name} must lie within {change.low} to {change.high}, received {value}")
