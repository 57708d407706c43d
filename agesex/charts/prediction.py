"""The chart of one answer: its distribution over the years."""

import altair as alt
import pandas as pd

from agesex.charts.style import GREY


def age_distribution(prediction, *, interval=True, height=110):
    """How the network spreads one answer over the years, its interval shaded.

    Args:
        prediction: a `predict.Prediction`.
        interval: whether to shade the interval.
        height: of the chart, px.
    """
    shares = prediction.age_probabilities.astype(float)
    years = pd.DataFrame({"age": range(len(shares)), "share": shares})
    scale = alt.Scale(domain=[0, len(shares) - 1], nice=False)
    axis = alt.Axis(tickCount=6, grid=False, labelExpr="datum.value == 0 ? 'age 0' : datum.label")
    x = alt.X("age:Q", title=None, scale=scale, axis=axis)
    y = alt.Y("share:Q", title=None, axis=None)
    shape = alt.Chart(years).encode(
        x=x, y=y, tooltip=[alt.Tooltip("age"), alt.Tooltip("share", format=".1%")]
    )
    low, high = prediction.interval
    marks = pd.DataFrame(
        {"age": [prediction.age], "low": [low], "high": [min(high, len(shares) - 1)]}
    )
    layers = [
        shape.mark_area(opacity=0.75, interpolate="monotone"),
        alt.Chart(marks).mark_rule(color=GREY, strokeWidth=2).encode(x=alt.X("age:Q")),
    ]
    if interval:
        band = alt.Chart(marks).mark_rect(color=GREY, opacity=0.25)
        layers.insert(0, band.encode(x=alt.X("low:Q", scale=scale), x2=alt.X2("high:Q")))
    return alt.layer(*layers).properties(height=height)
