"""Dots with intervals, for any figure: one row per group, one dot per series."""

import json

import altair as alt
import pandas as pd

from agesex.charts.style import AXIS, GREY, KINDS, LEGEND, ROW, colour

TIGHT = 24  # px per row of a chart with many
MANY = 16


def dots(
    rows, title, *, share=False, signed=False, reference=None, series=None, zero=False, top=False, counted=True,
    legend=None,
):
    """One dot with its 95 % interval per group; what is pale stands hollow and without an interval.

    Args:
        rows: label, value, low, high, n, pale, text and between (value and interval as text), in the order
            of drawing; `kind`, a name of `KINDS`, for the colour; with `series` also a column of that name.
        title: of the axis, with its unit.
        share: whether the values are shares, for the axis.
        signed: whether the axis shows the sign.
        reference: value of a dashed line.
        series: names of the column `series` in the order of drawing, each with a dot of its own; the first
            one is filled, the others are hollow.
        zero: whether 0 is on the axis.
        top: whether the axis stands above the chart, for long ones.
        counted: whether n stands beside each name.
        legend: {name of `KINDS`: word}, for a legend of the colours in which women and men are called so; or None.
    """
    names = [f"{label} · {n:,}" if counted else label for label, n in zip(rows.label, rows.n, strict=True)]
    rows = rows.assign(name=names)
    names = list(dict.fromkeys(rows.name))
    form = f"{'+' if signed else ''}{'~%' if share else '~f'}"
    axis = alt.Axis(format=form, tickCount=5, grid=True, orient="top" if top else "bottom")
    labels = alt.Axis(labelLimit=230, labelOverlap=False, labelFlush=False)
    tips = [
        alt.Tooltip("label", title="group"), alt.Tooltip("text", title=title.partition(",")[0]),
        alt.Tooltip("between", title="95 % interval"), alt.Tooltip("n", title="faces", format=","),
    ]  # fmt: skip
    tips += [alt.Tooltip(name) for name in rows.columns if name in ("series", "against all others")]
    encoded = {
        "y": alt.Y("name:N", sort=names, title=None, axis=labels),
        "color": colour("kind") if legend is None else _words(rows, legend),
        "opacity": alt.condition("datum.pale", alt.value(0.45), alt.value(1)),
        "tooltip": tips,
    }
    step = (TIGHT if len(names) > MANY else ROW) * (1 if series is None else 1.3)
    if series is not None:
        encoded["yOffset"] = alt.YOffset("series:N", sort=list(series))
    base = alt.Chart(rows).encode(**encoded)
    scale = alt.Scale(zero=zero)
    x = alt.X("value:Q", title=title, axis=axis, scale=scale)
    solid = "!datum.pale" if series is None else f"!datum.pale && datum.series == {json.dumps(series[0])}"
    layers = [
        base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2.5).encode(
            x=alt.X("low:Q", axis=axis, scale=scale), x2=alt.X2("high:Q")
        ),
        base.transform_filter(solid).mark_point(size=80, filled=True).encode(x=x),
        base.transform_filter(f"!({solid})").mark_point(size=65, strokeWidth=2).encode(x=x),
    ]
    if reference is not None:
        line = alt.Chart(pd.DataFrame({"reference": [reference]}))
        line = line.mark_rule(strokeDash=[5, 4], color=GREY)
        layers.insert(0, line.encode(x=alt.X("reference:Q", axis=axis, scale=scale)))
    return alt.layer(*layers).properties(height=int(step * len(names)) + AXIS + (LEGEND if legend else 0))


def _words(rows, legend):
    """The colours with a legend of those that occur."""
    words = {"female": "women", "male": "men"} | legend
    there = [name for name in KINDS if name in set(rows.kind)]
    said = f"{json.dumps(words)}[datum.label] || datum.label"
    return colour("kind").legend(
        alt.Legend(values=there, orient="top", title=None, offset=4, labelExpr=said, symbolType="circle")
    )
