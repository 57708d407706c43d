"""Cover a part of a face and ask again.

    for effect in regions_effects(model, crop):
        print(effect.words)                    # "without the mouth: 6 years younger"

An effect says what this model loses with this fill. A covered face is no natural photo, and another fill
gives other numbers; effects of several regions do not add up.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from agesex import faces
from agesex.explain import regions
from agesex.explain.fill import filled
from agesex.predict import Prediction, from_output


@dataclass(frozen=True)
class Effect:
    """What covering one place does to an answer.

    Attributes:
        name: of the place, as it stands after “without the”.
        before: Prediction for the face as it is.
        after: Prediction for the covered face.
        crop: uint8 (200, 200, 3), the covered face.
    """

    name: str
    before: Prediction
    after: Prediction
    crop: np.ndarray

    @property
    def years(self):
        """Change of the age, years; negative = taken for younger."""
        return self.after.age - self.before.age

    @property
    def p_female(self):
        """Change of the probability of female, -1 to 1."""
        return self.after.p_female - self.before.p_female

    @property
    def words(self):
        """The change of the age, e.g. "without the mouth: 6 years younger"."""
        whole = round(abs(self.years))
        if not whole:
            return f"without the {self.name}: the same age, within half a year"
        unit = "year" if whole == 1 else "years"
        return f"without the {self.name}: {whole} {unit} {'older' if self.years > 0 else 'younger'}"

    @property
    def sex_words(self):
        """The change of the sex, e.g. "without the mouth: female 97 of 100 before, 62 of 100 now"."""
        before, after = (round(100 * answer.p_female) for answer in (self.before, self.after))
        return f"without the {self.name}: female {before} of 100 before, {after} of 100 now"


def rectangle(left, top, right, bottom):
    """The mask of a rectangle.

    Args:
        left: of the width, 0 to 1.
        top: of the height, 0 to 1.
        right: of the width, above `left`.
        bottom: of the height, above `top`.

    Returns:
        float32 (200, 200): the part of each pixel that lies inside.

    Raises:
        ValueError: the edges are not in order or lie outside.
    """
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise ValueError(
            f"a rectangle needs 0 ≤ left < right ≤ 1 and 0 ≤ top < bottom ≤ 1, received left {left}, "
            f"top {top}, right {right}, bottom {bottom}"
        )
    return np.outer(_inside(top, bottom), _inside(left, right)).astype(np.float32)


def covered(crop, mask, fill="blur"):
    """Cover a part of a face.

    Args:
        crop: uint8 (H, W, 3), an aligned face.
        mask: (200, 200) bool or float, 1 where covered.
        fill: a name of `fill.FILLS`.

    Returns:
        uint8 (200, 200, 3).

    Raises:
        ValueError: an unknown fill.
    """
    return filled(faces.resize(crop, faces.SIZE), mask, fill)


def effects(model, crop, masks, fill="blur", *, level=0.9):
    """Cover one place after another; the network runs once.

    Args:
        model: a `model.Model`.
        crop: uint8 (H, W, 3), an aligned face.
        masks: dict of a name -> (200, 200) bool or float, 1 where covered.
        fill: a name of `fill.FILLS`.
        level: coverage of the age intervals.

    Returns:
        list of Effect, one per mask, in their order.

    Raises:
        ValueError: an unknown fill or level.
    """
    whole = faces.resize(crop, faces.SIZE)
    crops = [whole, *(covered(whole, mask, fill) for mask in masks.values())]
    answers = from_output(model.forward(np.stack(crops)), model.card["calibration"], level=level)
    after = zip(masks, answers[1:], crops[1:], strict=True)
    return [Effect(name, answers[0], answer, picture) for name, answer, picture in after]


def regions_effects(model, crop, fill="blur", *, level=0.9):
    """`effects` of every region of `regions.REGIONS`, each alone."""
    return effects(model, crop, regions.masks(), fill, level=level)


def table(found):
    """Effects as a table for charts.

    Args:
        found: list of Effect.

    Returns:
        DataFrame name, years and p_female (changes), age and low and high (after, years), words.
    """
    rows = [
        {
            "name": effect.name,
            "years": effect.years,
            "p_female": effect.p_female,
            "age": effect.after.age,
            "low": effect.after.interval[0],
            "high": effect.after.interval[1],
            "words": effect.words,
        }
        for effect in found
    ]
    return pd.DataFrame(rows, columns=["name", "years", "p_female", "age", "low", "high", "words"])


def _inside(start, end):
    """The part of each of 200 pixels that lies between two edges, 0 to 1."""
    pixel = np.arange(faces.SIZE)
    return np.clip(end * faces.SIZE - pixel, 0, 1) - np.clip(start * faces.SIZE - pixel, 0, 1)
