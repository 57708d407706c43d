"""Charts of the intervals: what was promised against what happened, and how wide they are."""

import altair as alt
import pandas as pd

from agesex import findings_groups as words
from agesex.charts.by_age import HEIGHT
from agesex.charts.dots import dots
from agesex.charts.style import GREY, both, colour, models

SHARE = alt.Axis(format=".0%", tickCount=6, grid=True)


def promise(rows, *, split, beside=None, titles=None):
    """The share of true ages inside the interval at each level, against the level.

    Args:
        rows: result of `metrics.coverage.levels` without groups.
        split: gives the colour.
        beside: those of a second model, dashed; or None.
        titles: what people call the two models, for the legend.
    """
    base, dashes = _base(rows, split, beside, titles)
    lowest = float(rows.level.min()) if len(rows) else 0.5
    line = alt.Chart(pd.DataFrame({"level": [lowest, 1.0], "value": [lowest, 1.0]}))
    y = alt.Y("value:Q", title="happened: true ages inside", axis=SHARE, scale=alt.Scale(zero=False))
    return alt.layer(
        line.mark_line(strokeDash=[5, 4], strokeWidth=1.5, color=GREY).encode(x=_x(), y=alt.Y("value:Q")),
        base.mark_rule(strokeWidth=3).encode(x=_x(), y=alt.Y("low:Q"), y2=alt.Y2("high:Q")),
        base.mark_line(strokeWidth=1.5, opacity=0.6).encode(x=_x(), y=y, strokeDash=dashes),
        base.mark_point(size=80, filled=True, opacity=1).encode(x=_x(), y=y),
        height=HEIGHT,
    )


def widths(rows, *, split, beside=None, titles=None):
    """The mean width of the intervals at each level; arguments as of `promise`."""
    base, dashes = _base(rows, split, beside, titles)
    y = alt.Y("width:Q", title="mean width, years", axis=alt.Axis(tickCount=5, grid=True))
    return alt.layer(
        base.mark_rule(strokeWidth=3).encode(x=_x(), y=alt.Y("width_low:Q"), y2=alt.Y2("width_high:Q")),
        base.mark_line(strokeWidth=1.5, opacity=0.6).encode(x=_x(), y=y, strokeDash=dashes),
        base.mark_point(size=80, filled=True, opacity=1).encode(x=_x(), y=y),
        height=HEIGHT,
    )


def by_group(rows, what, *, split, level, beside=None, titles=None):
    """One dot with its interval per group at one level.

    Args:
        rows: result of `metrics.coverage.levels` of one level, with label.
        what: "coverage" or "width".
        split: gives the colour, where the rows have no kind.
        level: the promise; dashed in the chart of the coverage.
        beside: rows of a second model, whose dots are hollow; or None.
        titles: as of `promise`.
    """
    share = what == "coverage"
    series = None
    if beside is not None:
        two, series = both(rows, beside, titles)
        order = {label: place for place, label in enumerate(rows.label)}
        names = dict(zip(rows.label, rows.n, strict=True))
        two = two[two.label.isin(order)].rename(columns={"model": "series"})
        two = two.assign(n=two.label.map(names))  # one row for both, also where each model makes its own groups
        rows = two.sort_values("label", key=lambda labels: labels.map(order), kind="stable")
    if not share:
        rows = rows.assign(value=rows.width, low=rows.width_low, high=rows.width_high)
    told = {
        "text": [words.amount(what, value) for value in rows.value],
        "between": [words.between(what, *ends) for ends in zip(rows.low, rows.high, strict=True)],
    }
    rows = rows.assign(**told) if "kind" in rows else rows.assign(**told, kind=split)
    title = "true ages inside" if share else "mean width, years"
    return dots(rows, title, share=share, reference=level if share else None, series=series)


def _x():
    return alt.X("level:Q", title="promised", axis=SHARE, scale=alt.Scale(zero=False))


def _base(rows, split, beside, titles):
    """The chart that all layers share, and the dashes of its lines."""
    rows, titles = both(rows, beside, titles)
    rows = rows.assign(
        series=split,
        inside=[words.described("coverage", row) for row in rows.to_dict("records")],
        wide=[words.amount("width", width) for width in rows.width],
        wide_between=[words.between("width", *w) for w in zip(rows.width_low, rows.width_high, strict=True)],
    )
    base = alt.Chart(rows).encode(
        color=colour("series"),
        tooltip=[
            *([alt.Tooltip("model")] if titles else []),
            alt.Tooltip("level", title="promised", format=".0%"),
            alt.Tooltip("inside", title="happened"),
            alt.Tooltip("wide", title="mean width"),
            alt.Tooltip("wide_between", title="95 % interval of the width"),
            alt.Tooltip("n", title="faces", format=","),
        ],
    )
    return base, models(titles)
