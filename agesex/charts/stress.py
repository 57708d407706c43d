"""Charts of `training.stress`: what each fault of a photo costs, and which way it pushes the age."""

import altair as alt
import pandas as pd

from agesex.charts.style import AXIS, GREY, LEGEND, ROW

DEGREES = ("light", "medium", "strong")
MEASURES = {  # columns of the value and of its interval, title and format of the axis
    "cost": (("cost", "cost_low", "cost_high"), "Age error added, years", "+.1~f"),
    "bias": (("bias_change", "bias_change_low", "bias_change_high"), "Guessed older or younger by, years", "+.1~f"),
    "sex": (("sex_change", "sex_low", "sex_high"), "Sex right, change in points", "+.0%"),
}


def stress(rows, measure):
    """One row per fault, one dot per strength.

    Args:
        rows: result of `agesex.model.read_stress`, the untouched faces left out or not.
        measure: a name of `MEASURES`, drawn with its 95 % interval.
    """
    rows = rows[rows.fault != "none"].copy()
    rows["degree"] = [DEGREES[min(n, 2)] for n in rows.groupby("fault", sort=False).cumcount()]
    rows["only"] = rows.groupby("fault").fault.transform("size") == 1
    rows.loc[rows.only, "degree"] = DEGREES[1]
    (column, low, high), title, form = MEASURES[measure]
    base = alt.Chart(rows).encode(
        y=alt.Y(
            "fault:N",
            sort=list(rows.fault.unique()),
            title=None,
            axis=alt.Axis(labelLimit=190, labelOverlap=False, labelFlush=False),
        ),
        yOffset=alt.YOffset("degree:N", sort=list(DEGREES)),
        color=alt.Color(
            "degree:O",
            sort=list(DEGREES),
            legend=alt.Legend(
                orient="top", title=None, offset=4, labelFontSize=11, symbolSize=50, columnPadding=6
            ),
        ),
        tooltip=[
            alt.Tooltip("fault"),
            alt.Tooltip("strength"),
            alt.Tooltip("mae", title="age error, years", format=".2f"),
            alt.Tooltip("cost", title="added, years", format="+.2f"),
            alt.Tooltip("bias", title="bias, years", format="+.2f"),
            alt.Tooltip("bias_change", title="change, years", format="+.2f"),
            alt.Tooltip("sex_accuracy", title="sex right", format=".1%"),
            alt.Tooltip("sex_change", title="change", format="+.1%"),
            alt.Tooltip("n", title="faces", format=","),
        ],
    )
    x_axis = alt.Axis(tickCount=5, grid=True, format=form)
    x = alt.X(f"{column}:Q", title=title, axis=x_axis)
    layers = [base.mark_point(size=60, filled=True, opacity=1).encode(x=x)]
    ends = base.mark_rule(strokeWidth=2, opacity=1)
    layers.insert(0, ends.encode(x=alt.X(f"{low}:Q"), x2=alt.X2(f"{high}:Q")))
    zero = alt.Chart(pd.DataFrame({"zero": [0]}))
    layers.insert(0, zero.mark_rule(strokeDash=[5, 4], color=GREY).encode(x=alt.X("zero:Q")))
    height = ROW * rows.fault.nunique() + AXIS + LEGEND
    return alt.layer(*layers).properties(height=height)
