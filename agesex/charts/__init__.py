"""Charts of tables: pure functions table -> alt.Chart, without title, width or colours of their own.

    st.altair_chart(age_histogram(census.age_counts(table)))

The page writes the sentence above a chart (`agesex.findings`), its n and caveat below it. Colours come
from the theme's palette in the order of `KINDS`, so that a sex or a split has one colour everywhere;
race has none, it is always a position.
"""

from agesex.charts.census import (
    age_histogram,
    age_spread,
    disagreements,
    race_by_sex,
    split_ages,
)
from agesex.charts.explain import map_regions
from agesex.charts.groups import group_regions
from agesex.charts.metrics import (
    group_intervals,
    group_rows,
    intervals,
    learning_curve,
    model_rows,
    part_rows,
    predicted_against_true,
)
from agesex.charts.prediction import age_distribution
from agesex.charts.stress import stress
from agesex.charts.style import KINDS, colour
from agesex.charts.trust import curve_rows, curves, map_stability, method_intervals, method_rows
from agesex.charts.what_if import effect_p_female, effect_years, sweep

__all__ = [
    "KINDS", "age_distribution", "age_histogram", "age_spread", "colour", "curve_rows", "curves",
    "disagreements", "effect_p_female", "effect_years", "group_intervals", "group_regions", "group_rows",
    "intervals", "learning_curve", "map_regions", "map_stability", "method_intervals", "method_rows",
    "model_rows", "part_rows", "predicted_against_true", "race_by_sex", "split_ages", "stress", "sweep",
]  # fmt: skip
