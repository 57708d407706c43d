"""Charts of tables: pure functions table -> alt.Chart, without title, width or colours of their own.

    st.altair_chart(disagreements(census.disagreements(census.copies(table))))

The page writes the sentence above a chart (`agesex.findings`), its n and caveat below it. Colours come
from the theme's palette in the order of `KINDS`, so that a sex or a split has one colour everywhere;
race has none, it is always a position.
"""

from agesex.charts.by_age import by_age, cumulative, errors
from agesex.charts.census import (
    disagreements,
)
from agesex.charts.confusion import confusion
from agesex.charts.curves_sex import answered, precision_recall, reliability, roc
from agesex.charts.explain import map_regions
from agesex.charts.fairness import gate_dots, group_dots
from agesex.charts.groups import group_regions
from agesex.charts.heat import HEAT_TITLES, heat, heat_rows, heat_versus
from agesex.charts.making import best_curve, funnel, grids, network, small_curve
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
from agesex.charts.promise import by_group as promise_by_group
from agesex.charts.promise import promise, widths
from agesex.charts.slice import YEARS, slice_dots
from agesex.charts.stress import stress
from agesex.charts.style import KINDS, colour
from agesex.charts.trust import curve_rows, curves, map_stability, method_intervals, method_rows
from agesex.charts.versus import differences, peers
from agesex.charts.what_if import effect_p_female, effect_years, sweep

__all__ = [
    "HEAT_TITLES", "KINDS", "YEARS", "age_distribution", "answered",
    "best_curve", "by_age", "colour", "confusion", "cumulative", "curve_rows", "curves",
    "differences", "disagreements", "effect_p_female", "effect_years", "errors", "funnel",
    "gate_dots", "grids", "group_dots", "group_intervals", "group_regions", "group_rows", "heat",
    "heat_rows", "heat_versus", "intervals", "learning_curve", "map_regions", "map_stability",
    "method_intervals", "method_rows", "model_rows", "network", "part_rows",
    "peers", "precision_recall", "predicted_against_true", "promise", "promise_by_group",
    "reliability", "roc", "slice_dots", "small_curve", "stress", "sweep", "widths",
]  # fmt: skip
