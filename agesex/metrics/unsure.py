"""The answer “unsure”: how often a sex is named, and how often that is right.

    answered(test, card["calibration"]["unsure"])          # at the threshold that was chosen
    answered_curve(test, card["calibration"]["unsure"])    # at every threshold
"""

import numpy as np
import pandas as pd

from agesex.metrics.figures import check
from agesex.metrics.resampling import MIN_GROUP, bootstrap, divided, ends, totals

THRESHOLDS = np.round(np.arange(0.5, 0.991, 0.01), 2)  # the ones of which `training.calibrate` chooses


def answered(table, unsure, *, draws=1000, seed=0):
    """How often a sex is named, and how often that is right.

    Args:
        table: needs age, age_pred (years), sex, p_female, group.
        unsure: the card's rule: threshold, min_age.
        draws: bootstrap draws.
        seed: of the draws.

    Returns:
        dict: `share` of the faces of `min_age` or older that get an answer, `accuracy` of those answers,
        and `infants`, the share of the younger faces that come out unsure; each with value, low, high, n.
    """
    limit = unsure.get("min_age", 0)
    sure = np.maximum(table.p_female, 1 - table.p_female) >= unsure["threshold"]
    named = (sure & (table.age_pred >= limit)).astype(float)
    right = ((table.p_female >= 0.5) == (table.sex == "female")).astype(float)
    older = table.age >= limit

    def share(values, groups):
        found = {"value": None, "low": None, "high": None, "n": len(values)}
        if len(values):
            found["value"] = round(float(values.mean()), 4)
        if len(values) >= MIN_GROUP:
            means = bootstrap(values.to_numpy()[:, None], groups, draws=draws, seed=seed)[:, 0]
            found["low"], found["high"] = (round(float(v), 4) for v in np.percentile(means, [2.5, 97.5]))
        return found

    spoken = older & (named > 0)
    return {
        "ages": f"ages {limit} and over",
        "share": share(named[older], table.group[older]),
        "accuracy": share(right[spoken], table.group[spoken]),
        "infants": share(1 - named[~older], table.group[~older]),
    }


def answered_curve(table, unsure, *, thresholds=THRESHOLDS, draws=1000, seed=0):
    """Share of faces that get an answer against its accuracy, at every threshold.

    Args:
        table: needs age, age_pred (years), sex, p_female, group.
        unsure: the card's rule: threshold, min_age; faces younger than `min_age` are left out.
        thresholds: rising probabilities, 0.5 to 1.
        draws: bootstrap draws.
        seed: of the draws.

    Returns:
        DataFrame, one row per threshold: threshold, share, share_low, share_high, n (faces of `min_age` or
        older), accuracy, accuracy_low, accuracy_high, answered (faces with an answer), and chosen, whether
        it is the card's threshold. NaN where there is no face; no interval under 30 faces.

    Raises:
        KeyError: a column is missing.
        BadModel: a value is missing.
    """
    check(table, ("age", "age_pred", "sex", "p_female", "group"))
    limit, thresholds = unsure.get("min_age", 0), np.asarray(thresholds)
    older = table[table.age >= limit]
    p = older.p_female.to_numpy()
    # thresholds of the same width as the probabilities, so that both sides round alike, as in the app
    passed = np.searchsorted(thresholds.astype(p.dtype), np.maximum(p, 1 - p), side="right")
    passed = np.where(older.age_pred >= limit, passed, 0)
    right = (older.p_female >= 0.5) == (older.sex == "female")
    values = np.column_stack([np.ones(len(older)), right])

    def from_the_top(sums):  # (…, cells, 2): a face that passes a threshold passes all lower ones
        return sums[..., ::-1, :].cumsum(axis=-2)[..., ::-1, :]

    cells = len(thresholds) + 1
    found = np.zeros((cells, 2))
    np.add.at(found, passed, values)
    found = from_the_top(found)
    again = from_the_top(totals(values, passed, older.group, cells_n=cells, draws=draws, seed=seed))
    n, answers = found[:1, 0], found[1:, 0]
    named, right = divided(answers, n), divided(found[1:, 1], answers)
    share = ends(divided(again[:, 1:, 0], again[:, :1, 0]), np.repeat(n, len(thresholds)), share=named)
    accuracy = ends(divided(again[:, 1:, 1], again[:, 1:, 0]), answers, share=right)
    return pd.DataFrame(
        {
            "threshold": thresholds,
            "share": named,
            "share_low": share[0],
            "share_high": share[1],
            "n": int(n[0]),
            "accuracy": right,
            "accuracy_low": accuracy[0],
            "accuracy_high": accuracy[1],
            "answered": answers.astype(int),
            "chosen": np.isclose(thresholds, unsure.get("threshold", np.nan)),
        }
    )
