"""Faces like this in the test set: how good the model was where its answer was the same.

    like(model.read_predictions("mobile"), answer)     # n, MAE and coverage of the 90 % interval

A visitor's true age is unknown, so the faces are chosen by what the model says of them: the same band of
predicted age, the same sex the likelier one.
"""

from dataclasses import dataclass

import numpy as np

from agesex import metrics


@dataclass(frozen=True)
class Figure:
    """A value with its 95 % interval; `low` and `high` are None under 30 faces, all None without a face."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Similar:
    """How the model did on test faces with such an answer.

    Attributes:
        band: of the predicted age, e.g. "30–39".
        sex: "female" or "male", as the model takes them; "" for both, where this face's sex is unsure.
        n: number of faces.
        mae: `Figure`, mean absolute age error, years.
        coverage: `Figure`, share whose labelled age lies in the 90 % interval, 0 to 1.
    """

    band: str
    sex: str
    n: int
    mae: Figure
    coverage: Figure


def like(table, answer, *, draws=1000, seed=0):
    """Test faces that got an answer like this one.

    Args:
        table: result of `model.read_predictions`; rows of other splits than test are left out.
        answer: a `predict.Prediction`.
        draws: of the bootstrap, which draws whole duplicate groups.
        seed: of the draws.

    Returns:
        Similar.

    Raises:
        KeyError: a column is missing; the message lists those that exist.
    """
    band = metrics.age_band([answer.age])[0]
    sex = answer.sex if answer.sex in ("female", "male") else ""
    # read by name, so that a missing column is reported below
    rows = table[(table["split"] == "test") & (metrics.age_band(table["age_pred"]) == band)]
    if sex:
        rows = rows[(rows["p_female"] >= 0.5) == (sex == "female")]
    found = metrics.summary(rows, draws=draws, seed=seed)
    return Similar(band, sex, len(rows), _figure(found.loc["mae"]), _figure(found.loc["coverage"]))


def _figure(row):
    return Figure(*(None if np.isnan(row[name]) else float(row[name]) for name in ("value", "low", "high")))
