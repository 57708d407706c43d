"""Charts of the age: a figure by exact age, within k years, how the errors are spread."""

import altair as alt
import pandas as pd

from agesex import findings_groups as words
from agesex.charts.style import GREY, INK, NEUTRAL, both, colour, models, told
from agesex.findings_metrics import WHO
from agesex.metrics.overall import HEADLINE, HEADLINE_SHARES

HEIGHT = 340
FAR = 40  # years; larger errors are not drawn


def by_age(rows, metric, *, who, beside=None, titles=None):
    """A figure over the exact true age: the chosen faces with their interval, the other sexes thin.

    Args:
        rows: result of `metrics.ages.error_by_age` (or `metrics.classification.sex_by_age`).
        metric: a name of `metrics.overall.FORMULAS`, the one that the rows hold.
        who: the chosen kind: "all", "female" or "male".
        beside: the rows of a second model, drawn dashed in place of the other sexes; or None.
        titles: what people call the two models, for the legend.
    """
    share = metric in HEADLINE_SHARES
    unit = "" if share else ", years"
    axis = alt.Axis(format=".0%" if share else "~f", tickCount=5, grid=True)
    sure = pd.concat([one[~one.pale] for one in (rows, beside) if one is not None])
    scale = alt.Scale(zero=not share)
    if len(sure):  # single old faces would else make the rest flat
        low, high = sure.low.min(), sure.high.max()
        scale = alt.Scale(
            domain=[max(0, low - 0.05) if share else 0, 1 if share else 1.15 * high], nice=False
        )
    y = alt.Y("value:Q", title=f"{HEADLINE[metric]}{unit}", axis=axis, scale=scale)
    x = alt.X("age:Q", title="true age, years", axis=alt.Axis(grid=False), scale=alt.Scale(nice=False))
    worded = [rows if rows is None else _told(rows, metric) for rows in (rows, beside)]
    return _lines(*worded, (x, "true age, years"), (y, f"{HEADLINE[metric]}{unit}"), who, titles)


def cumulative(rows, *, who, beside=None, titles=None):
    """The share of faces within k years; as `by_age`, rows of `metrics.ages.cumulative_scores`."""
    axis = alt.Axis(format=".0%", tickCount=5, grid=True)
    y = alt.Y("value:Q", title="share of faces", axis=axis, scale=alt.Scale(domainMin=0))
    x = alt.X("k:Q", title="off by at most, years", axis=alt.Axis(grid=False, tickMinStep=1))
    worded = [rows if rows is None else _told(rows, "cs5") for rows in (rows, beside)]
    return _lines(*worded, (x, "off by at most, years"), (y, "share of faces"), who, titles)


def errors(rows, *, who, split):
    """How often each error occurs, up to `FAR` years; arguments as of `by_age`.

    Args:
        rows: result of `metrics.ages.error_distribution`.
        who: as of `by_age`.
        split: gives all faces together their colour: there are no others in this chart.
    """
    rows = _coloured(rows[(rows.kind == who) & (rows.start >= -FAR) & (rows.end <= FAR)], split)
    between = [words.between("cs5", *ends) for ends in zip(rows.low, rows.high, strict=True)]
    rows = rows.assign(between=between)
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(strokeDash=[5, 4], color=GREY)
    x = alt.X(
        "start:Q", bin="binned", title="predicted − true age, years", axis=alt.Axis(grid=False),
        scale=alt.Scale(domain=[-FAR, FAR], nice=False),
    )  # fmt: skip
    bars = (
        alt.Chart(rows)
        .mark_bar(binSpacing=0.5)
        .encode(
            x=x,
            x2=alt.X2("end:Q"),
            y=alt.Y("share:Q", title="share of faces", axis=alt.Axis(format=".0%", tickCount=5, grid=True)),
            color=colour("series"),
            tooltip=[
                alt.Tooltip("start", title="error from"),
                alt.Tooltip("end", title="to"),
                alt.Tooltip("share", format=".1%"),
                alt.Tooltip("between", title="95 % interval"),
                alt.Tooltip("n", title="faces", format=","),
            ],
        )
    )
    middle = alt.Chart(rows.assign(middle=(rows.start + rows.end) / 2)).encode(x=alt.X("middle:Q"))
    whiskers = middle.mark_rule(color=INK, strokeWidth=1, opacity=0.55).encode(y=alt.Y("low:Q"), y2=alt.Y2("high:Q"))
    return alt.layer(bars, whiskers, zero.encode(x=alt.X("zero:Q")), height=HEIGHT)


def _told(rows, metric):
    """The rows with their words."""
    between = [words.between(metric, *ends) for ends in zip(rows.low, rows.high, strict=True)]
    return rows.assign(text=[words.amount(metric, value) for value in rows.value], between=between)


def _coloured(rows, all_faces=NEUTRAL):
    """The rows with the name of `KINDS` that gives them their colour."""
    return rows.assign(series=rows.kind.replace({"all": all_faces}), who=rows.kind.map(WHO))


def _lines(rows, beside, x, y, who, titles):
    """The chosen line with its interval; thin beside it the others, or dashed a second model with its own.

    Args:
        rows: of the chosen model, with text and between.
        beside: of a second one, or None.
        x: the channel and its title.
        y: likewise.
        who: as of `by_age`.
        titles: as of `by_age`.
    """
    (x, x_title), (y, y_title) = x, y
    rows, told_titles = both(rows, beside, titles)
    rows = _coloured(rows)
    chosen = rows[rows.kind == who]
    look = {"color": _series(None if told_titles else [NEUTRAL, "female", "male"])}
    area = alt.Y("low:Q", title=y_title)
    layers = []
    for name, opacity in zip(reversed(told_titles or ("",)), (0.12, 0.22) if told_titles else (0.22,), strict=True):
        band = alt.Chart(_broken(chosen[chosen.model == name])).mark_area(opacity=opacity, line=False, clip=True)
        layers.append(band.encode(x=x, y=area, y2=alt.Y2("high:Q"), **look))
    if not told_titles:
        layers.append(_line(rows[rows.kind != who], x, y, look, strokeWidth=1.5))
        layers.append(_line(chosen, x, y, look, strokeWidth=3.5))
    else:
        layers.append(_line(chosen, x, y, look | {"strokeDash": models(told_titles)}, strokeWidth=2.5))
    points = alt.Chart(chosen).encode(x=x, y=y, tooltip=_tooltip(x, x_title, bool(told_titles)), **look)
    layers.append(points.transform_filter("datum.pale").mark_point(size=28, opacity=0.5, clip=True))
    layers.append(points.transform_filter("!datum.pale").mark_point(size=60, opacity=0))  # to point at
    return alt.layer(*layers, height=HEIGHT)


def _series(shown):
    """The colour, its legend as full as the lines and not as pale as the areas."""
    if not shown:
        return colour("series")
    return colour("series").legend(told(shown, symbolOpacity=1, symbolType="stroke", symbolStrokeWidth=3))


def _broken(rows):
    """Nothing where the faces are too few, so that a line has a gap there."""
    values = {name: rows[name].where(~rows.pale) for name in ("value", "low", "high")}
    return rows.assign(**values)


def _line(rows, x, y, look, **looks):
    line = alt.Chart(_broken(rows)).mark_line(invalid="break-paths-show-path-domains", clip=True, **looks)
    return line.encode(x=x, y=y, detail=[alt.Detail("kind:N"), alt.Detail("model:N")], **look)


def _tooltip(x, title, two=False):
    return [
        alt.Tooltip(x.shorthand, title=title),
        *([alt.Tooltip("model")] if two else []),
        alt.Tooltip("who", title="of"),
        alt.Tooltip("text", title="value"),
        alt.Tooltip("between", title="95 % interval"),
        alt.Tooltip("n", title="faces", format=","),
    ]
