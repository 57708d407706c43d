"""Charts of what happens when a place is covered or the light changes."""

import altair as alt
import pandas as pd

from agesex.charts.style import AXIS, GREY, GROUP_AXIS, LEVEL_LABELS, ROW, colour

SWEEP_HEIGHT = 260  # px


def effect_years(table):
    """One bar per covered place: the change of the age, with its sign.

    Args:
        table: result of `explain.cover.table`.
    """
    rows = table.assign(text=[_signed(value, 1) for value in table.years])
    return _bars(rows, "years", "Change of age when covered, years")


def effect_p_female(table):
    """One bar per covered place: the change of the probability of female, in points of 100.

    Args:
        table: result of `explain.cover.table`.
    """
    rows = table.assign(
        points=100 * table.p_female,
        text=[_signed(100 * value, 0) for value in table.p_female],
        kind=["female" if value >= 0 else "male" for value in table.p_female],
    )
    title = "“Female” when covered, points of 100"
    return _bars(rows, "points", title, color=colour("kind"))


def sweep(table, change):
    """The age as a line, its interval as a band, a dashed rule where nothing is changed.

    Args:
        table: result of `explain.sweep.sweep`.
        change: the `explain.sweep.Change` that was swept; a switch is drawn as dots with intervals.
    """
    if change.labels:
        return _switch(table, change)
    title = f"{change.title}, {change.unit}"
    base = alt.Chart(table).encode(
        x=alt.X("value:Q", title=title, scale=alt.Scale(domain=[change.low, change.high], nice=False)),
        tooltip=[alt.Tooltip("value", title=title), *_answer()],
    )
    age = alt.Y("age:Q", title="Age, years", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=6))
    neutral = alt.Chart(pd.DataFrame({"neutral": [change.neutral]}))
    return alt.layer(
        base.mark_area(opacity=0.25, color=GREY).encode(y=alt.Y("low:Q"), y2=alt.Y2("high:Q")),
        neutral.mark_rule(strokeDash=[5, 4], color=GREY).encode(x=alt.X("neutral:Q")),
        base.mark_line(point=True).encode(y=age),
    ).properties(height=SWEEP_HEIGHT)


def _switch(table, change):
    names = dict(zip(change.values, change.labels, strict=True))
    rows = table.assign(name=[names[value] for value in table.value])
    base = alt.Chart(rows).encode(
        x=alt.X("name:N", sort=list(change.labels), title=change.title, axis=LEVEL_LABELS),
        tooltip=[alt.Tooltip("name", title=change.title), *_answer()],
    )
    age = alt.Y("age:Q", title="Age, years", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=6))
    return alt.layer(
        base.mark_rule(strokeWidth=2.5, color=GREY).encode(y=alt.Y("low:Q"), y2=alt.Y2("high:Q")),
        base.mark_point(size=90, filled=True, opacity=1).encode(y=age),
    ).properties(height=SWEEP_HEIGHT)


def _answer():
    return [
        alt.Tooltip("age", title="age, years", format=".1f"),
        alt.Tooltip("low", title="from", format=".0f"),
        alt.Tooltip("high", title="to", format=".0f"),
        alt.Tooltip("p_female", title="probability of female", format=".0%"),
    ]


def _bars(rows, field, title, **channels):
    """Bars from 0, the number beside the end of each."""
    axis = alt.Axis(tickCount=5, format="+~f", labelExpr="datum.value == 0 ? '0' : datum.label")
    # the padding keeps a number beside a bar to the left off the names
    x = alt.X(f"{field}:Q", title=title, axis=axis, scale=alt.Scale(padding=40, nice=False))
    base = alt.Chart(rows).encode(
        x=x,
        y=alt.Y("name:N", sort=list(rows.name), title=None, axis=GROUP_AXIS),
        tooltip=[
            alt.Tooltip("words", title="covered"),
            alt.Tooltip("years", title="years", format="+.1f"),
            alt.Tooltip("age", title="age now", format=".1f"),
            alt.Tooltip("p_female", title="change of “female”", format="+.0%"),
        ],
    )
    numbers = [
        base.transform_filter(f"datum.{field} {sign} 0")
        .mark_text(align=align, dx=shift, color=GREY)
        .encode(text=alt.Text("text:N"))
        for sign, align, shift in ((">=", "left", 5), ("<", "right", -5))
    ]
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(color=GREY).encode(x=alt.X("zero:Q"))
    bars = base.mark_bar().encode(**channels)
    return alt.layer(bars, zero, *numbers).properties(height=ROW * len(rows) + AXIS)


def _signed(value, digits):
    """A number with its sign, a real minus, and no sign at 0."""
    shown = round(value, digits) or 0.0
    return (f"{shown:+.{digits}f}" if shown else f"{shown:.{digits}f}").replace("-", "−")
