"""From raw output to answers: temperature, intervals and the threshold of “unsure”.

    table, calibration = calibrate(rows, output)      # predictions, and a part of the card

The calibration split fits, the validation split chooses; test rows are only predicted.
"""

import numpy as np
from scipy.optimize import minimize_scalar

from agesex import intervals, metrics
from agesex.errors import BadDataset
from agesex.predict import probability

LEVEL = 0.9
SEX_GOAL = 0.975  # accuracy wanted among the answered faces of 4 years or older
ANSWER_GOAL = 0.92  # share of them that should get an answer
MIN_SEX_AGE = 4  # years; below it sex is near chance, and the app says “unsure”


def calibrate(rows, output):
    """Fit on the calibration rows, choose on the validation rows, and predict every row.

    Args:
        rows: DataFrame with file, split, group, published, age, sex, race.
        output: `agesex.model.Output` of the same n faces.

    Returns:
        (table, calibration): the predictions table (one row per face: labels, age_pred, age_sd,
        age_low, age_high in years, sex_logit, p_female) and the card's calibration part.
    """
    table = rows[["file", "split", "group", "published", "age", "sex", "race"]].reset_index(
        drop=True
    )
    table = table.assign(
        age_pred=output.age, age_sd=output.age_sd, sex_logit=output.sex_logit
    ).astype({"age": "int16", "split": "category", "sex": "category", "race": "category"})
    fitted = table[table.split == "calibration"]
    temperature = fit_temperature(fitted.sex_logit, fitted.sex == "female")
    spec = intervals.fit(fitted.age, fitted.age_pred, fitted.age_sd)
    table["age_low"], table["age_high"] = intervals.apply(spec, table.age_pred, table.age_sd, LEVEL)
    table["p_female"] = probability(table.sex_logit, temperature)
    chosen = choose_threshold(table[table.split == "validation"])
    years = ["age_pred", "age_sd", "age_low", "age_high", "sex_logit", "p_female"]
    table[years] = table[years].astype(np.float32)
    return table, {
        "split": "calibration",
        "n": len(fitted),
        "temperature": round(temperature, 4),
        "unsure": chosen,
        "interval": spec,
    }


def fit_temperature(logit, female):
    """The temperature T that makes sigmoid(logit / T) most likely; a float in 0.2…5."""
    logit, sign = np.asarray(logit, float), np.where(female, 1.0, -1.0)

    def loss(log_t):
        return np.logaddexp(0, -sign * logit / np.exp(log_t)).mean()

    return float(np.exp(minimize_scalar(loss, bounds=np.log([0.2, 5]), method="bounded").x))


def choose_threshold(validation):
    """The threshold at which the named sexes are right often enough (ages 4 and over).

    Where several thresholds reach the accuracy and still answer enough faces, the middle one is taken, so
    that neither goal is met by a hair; where none answers enough, the lowest that is accurate.

    Returns:
        dict: threshold, goal, accuracy and answered (shares) on validation, n. If no threshold up to
        0.99 reaches the accuracy, the best one is taken and `reached` is False.

    Raises:
        BadDataset: validation has too few such faces.
    """
    older = validation[validation.age >= MIN_SEX_AGE]
    # the app answers no face that looks younger, whatever its probability
    sure = np.maximum(older.p_female, 1 - older.p_female).where(older.age_pred >= MIN_SEX_AGE, 0)
    right = (older.p_female >= 0.5) == (older.sex == "female")
    rows = []
    for threshold in np.round(np.arange(0.5, 0.991, 0.01), 2):
        answered = sure >= threshold
        if answered.sum() >= metrics.MIN_GROUP:
            rows.append((float(right[answered].mean()), float(answered.mean()), float(threshold)))
    reached = [row for row in rows if row[0] >= SEX_GOAL]
    if not rows:
        raise BadDataset(
            f"validation has too few faces of {MIN_SEX_AGE} years or older with a clear sex: expected "
            f"{metrics.MIN_GROUP}. Prepare the pack from a larger data set."
        )
    both = [row for row in reached if row[1] >= ANSWER_GOAL]
    accuracy, answered, threshold = (both[len(both) // 2 :] or reached or [max(rows)])[0]
    return {
        "threshold": threshold,
        "goal": SEX_GOAL,
        "reached": bool(reached),
        "accuracy": round(accuracy, 3),
        "answered": round(answered, 3),
        "n": len(older),
        "split": "validation",
        "ages": f"{MIN_SEX_AGE} and over",
        "min_age": MIN_SEX_AGE,
    }
