"""How good, for whom, how sure: every figure with n and a 95 % bootstrap interval.

    table = model.read_predictions("mobile").query("split == 'test'")
    headline(table)                      # metric, value, low, high, n, baseline
    by_group(table, ["sex", "race"])     # n, mae, ... per group
    fairness.compare(table, ["race"])    # ... with the largest gap, and what chance would leave

Photos of one duplicate group are not independent: the bootstrap draws whole groups. The figures of a card
come from `figures`; what the page asks beyond them has a module per question: `overall`, `ages`,
`classification`, `curves`, `calibration`, `unsure`, `coverage`, `fairness`, `adults`, `slices`, `versus`, `worst`.
"""

from agesex.metrics import (
    adults,
    ages,
    calibration,
    classification,
    coverage,
    curves,
    fairness,
    overall,
    slices,
    unsure,
    versus,
    worst,
)
from agesex.metrics.calibration import calibration_error
from agesex.metrics.figures import (
    AGE_BANDS,
    BAND_NAMES,
    GROUPINGS,
    NAMES,
    SHARES,
    age_band,
    by_group,
    check,
    clamped,
    groups,
    headline,
    per_face,
    summary,
)
from agesex.metrics.resampling import MIN_GROUP, bootstrap
from agesex.metrics.scatter import density, mean_by_age
from agesex.metrics.unsure import answered

__all__ = [
    "AGE_BANDS", "BAND_NAMES", "GROUPINGS", "MIN_GROUP", "NAMES", "SHARES", "adults", "age_band", "ages",
    "answered", "bootstrap", "by_group", "calibration", "calibration_error", "check", "clamped",
    "classification", "coverage", "curves", "density", "fairness", "groups", "headline", "mean_by_age", "overall",
    "per_face", "slices", "summary", "unsure", "versus", "worst",
]  # fmt: skip
