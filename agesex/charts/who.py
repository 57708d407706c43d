"""Charts of the view Who, every mark of which is a filter; rows of `agesex.census.who` and `.balance`.

Rows carry a column `chosen`: what is not chosen by the filter that the chart itself sets is pale, not gone. Each
function returns a `picking.Picture`.
"""

from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from agesex.charts.confusion import FAINT, INK
from agesex.charts.picking import (
    BRUSH,
    PICK,
    ROWS,
    TEXT,
    Picture,
    look,
    opacity,
    ordered,
    paled,
    pickable,
)
from agesex.charts.style import AXIS, GREY, GROUP_AXIS, KINDS, LEGEND, LEVEL_LABELS, ROW
from agesex.findings_dataset import share_of

OVER, UNDER = "#d55e00", "#0072b2"  # more, fewer than expected; from the palette, legible under text
FULLEST = 0.6  # opacity of a cell three times, or a third, of what was expected
MARKS = {"over": " ▲", "under": " ▼", "": ""}
PYRAMID_BAR = 15  # px
LEGEND_ENTRY = 92  # px, room for a mark and a name
CELL = 58  # px, room for “1,234 ▲”
CHOSEN_LINE, THIN_LINE = 2.5, 0.3  # px, around a cell
PHOTOS = alt.Tooltip("n:Q", title="photos", format=",")


def age_bars(rows, *, by=None, shares=False, height=320, span=(0, 117)):
    """Photos per age bin, stacked by sex or split.

    Args:
        rows: result of `who.age_counts`, with chosen.
        by: "sex" or "split" if the names of the rows are such; None draws bars of one colour.
        shares: of the photos of the group, as outlines on top of each other; counts without it.
        height: px.
        span: (lowest, highest) age of the axis.
    """
    rows = paled(rows.assign(ages=_bins(rows), portion=_portions(rows, rows.groupby("name").n.transform("sum"))))
    names = tuple(name for name in (*KINDS, "unseen", "unknown") if name in set(rows.name)) if by else ()
    return Picture(rows, _age_bars(names, shares, height, tuple(span)), (PICK, BRUSH))


@lru_cache(128)
def _age_bars(names, shares, height, span):
    x = alt.X(
        "start:Q", bin="binned", title="labelled age, years", scale=alt.Scale(domain=list(span), nice=False)
    )
    share = alt.Axis(format="%", tickCount=4)
    tip = [
        *([alt.Tooltip("name:N", title="group")] if names else []), alt.Tooltip("ages:N", title="age"), PHOTOS,
        alt.Tooltip("portion:N", title="share of the group" if names else "share of the photos"),
    ]  # fmt: skip
    base = alt.Chart(ROWS, height=height)
    if shares and names:  # stacked shares of groups of unlike size would mean nothing
        marks = base.mark_bar(cursor="pointer", fill="transparent", strokeWidth=1.8).encode(
            x=x, x2=alt.X2("end"), tooltip=tip, opacity=opacity(), stroke=_stroke(names),
            y=alt.Y("share:Q", title="share of the group", stack=None, axis=share),
        )  # fmt: skip
    else:
        value = alt.Y("share:Q", title="share of the photos", stack="zero", axis=share)
        if not shares:
            value = alt.Y("n:Q", title="photos", stack="zero", axis=alt.Axis(tickCount=4, tickMinStep=1))
        marks = base.mark_bar(cursor="pointer", **({} if names else {"color": GREY}))
        marks = marks.encode(x=x, x2=alt.X2("end"), y=value, tooltip=tip, opacity=opacity())
        if names:
            marks = marks.encode(color=_colour("name", names), order=alt.Order("name:N"))
    return look(pickable(marks, ["start", "end"], stroke="x"))


def _stroke(names):
    return alt.Stroke("name:N", scale=alt.Scale(domain=[*KINDS, "unseen"]), legend=_legend(names))


def _colour(field, names):
    """As `style.colour`; names beyond `KINDS` follow, and the legend has as many columns as there is room for."""
    return alt.Color(f"{field}:N", scale=alt.Scale(domain=[*KINDS, "unseen"]), legend=_legend(names))


def _legend(names):
    room = alt.ExprRef(f"width < {LEGEND_ENTRY * len(names)} ? max(1, floor(width / {LEGEND_ENTRY})) : {len(names)}")
    return alt.Legend(values=list(names), orient="top", title=None, offset=4, columns=room)


def pyramid(rows):
    """Women to the left, men to the right, the oldest on top; rows of `who.pyramid` with chosen."""
    rows = rows.assign(ages=_bins(rows), signed=np.where(rows.sex == "female", -rows.n, rows.n))
    order = rows.sort_values("start", ascending=False).ages.drop_duplicates().tolist()
    return Picture(paled(rows), ordered(_pyramid(len(order)), "y", order), (PICK,))


@lru_cache(128)
def _pyramid(count):
    far = alt.Axis(tickCount=6, labelExpr="format(abs(datum.value), ',')")
    marks = (
        alt.Chart(ROWS, height=PYRAMID_BAR * count + AXIS + LEGEND)
        .mark_bar(cursor="pointer")
        .encode(
            x=alt.X("signed:Q", title="photos, female left, male right", axis=far),
            y=alt.Y("ages:N", sort=[], title="labelled age, years", axis=alt.Axis(labelOverlap=True)),
            color=_colour("sex", ("female", "male")),
            opacity=opacity(),
            tooltip=[alt.Tooltip("sex:N"), alt.Tooltip("ages:N", title="age"), PHOTOS],
        )
    )
    return look(pickable(marks, ["sex", "start", "end"]))


def boxes(rows):
    """Middle half, middle 90 %, median and mean of the ages of each group; rows of `who.boxes` with chosen."""
    # n stands beside the name: inside the chart it would lie on the boxes of a narrow screen
    names = [f"{name} · {n:,}" for name, n in zip(rows.name, rows.n, strict=True)]
    return Picture(paled(rows.assign(named=names)), ordered(_boxes(len(names)), "y", names), (PICK,))


@lru_cache(128)
def _boxes(count):
    base = alt.Chart(ROWS, height=int(1.5 * ROW * max(2, count) + AXIS)).encode(
        y=alt.Y("named:N", sort=[], title=None, axis=GROUP_AXIS),
        opacity=opacity(),
        tooltip=[
            alt.Tooltip("name:N", title="group"),
            PHOTOS,
            alt.Tooltip("mean:Q", title="mean age", format=".1f"),
            alt.Tooltip("q50:Q", title="median age"),
            alt.Tooltip("q25:Q", title="a quarter is younger than"),
            alt.Tooltip("q75:Q", title="a quarter is older than"),
            alt.Tooltip("q05:Q", title="one in twenty is younger than"),
            alt.Tooltip("q95:Q", title="one in twenty is older than"),
        ],
    )
    thick = base.mark_bar(color=GREY, height=18, cursor="pointer")
    thin = base.mark_rule(color=GREY, strokeWidth=2)
    return look(
        alt.layer(
            thin.encode(x=alt.X("q05:Q", title="labelled age, years"), x2=alt.X2("q95")),
            pickable(thick.encode(x=alt.X("q25:Q"), x2=alt.X2("q75")), ["name"]),
            base.mark_tick(color="white", thickness=3, height=18).encode(x=alt.X("q50:Q")),
            base.mark_point(shape="diamond", size=70, filled=True, color="#e08a00").encode(x=alt.X("mean:Q")),
        )
    )


def two_way(rows, titles):
    """Counts per pair of groups, coloured by how far they are from independence.

    Args:
        rows: result of `balance.crosstab`, groups in the order in which they shall stand, with chosen; where
            not all of them are, those that are stand outlined and the others pale.
        titles: (what the rows are, what the columns are).
    """
    far = np.clip(np.abs(np.log(rows.ratio.clip(lower=1e-3))) / np.log(3), 0, 1)
    rows = rows.assign(
        text=[f"{n:,}{MARKS[mark]}" for n, mark in zip(rows.n, rows["mark"], strict=True)],
        short=[_short(n) for n in rows.n],
        below=[MARKS[mark].strip() for mark in rows["mark"]],
        shade=FAINT + (FULLEST - FAINT) * far,
        way=np.where(rows.ratio >= 1, "over", "under"),
        outline=np.where(_whole(rows) & ~rows.chosen.all(), CHOSEN_LINE, THIN_LINE),
    )
    rows = paled(rows)
    names = (tuple(rows[name].drop_duplicates()) for name in ("first", "second"))
    return Picture(rows, _two_way(*names, tuple(titles)), (PICK,))


def _whole(rows):
    """Which marks are chosen as a whole."""
    return rows.part == 1 if "part" in rows else rows.chosen


@lru_cache(128)
def _two_way(down, across, titles):
    base = alt.Chart(ROWS, height=int(ROW * 1.35 * len(down) + AXIS)).encode(
        x=alt.X("second:N", sort=list(across), title=titles[1], axis=LEVEL_LABELS),
        y=alt.Y("first:N", sort=list(down), title=titles[0], axis=GROUP_AXIS),
        tooltip=[
            alt.Tooltip("first:N", title=titles[0]),
            alt.Tooltip("second:N", title=titles[1]),
            PHOTOS,
            alt.Tooltip("expected:Q", title="expected if unrelated", format=",.0f"),
            alt.Tooltip("ratio:Q", title="times the expected", format=".2f"),
            alt.Tooltip("residual:Q", title="Pearson residual", format="+.1f"),
        ],
    )
    scale = alt.Scale(domain=["over", "under"], range=[OVER, UNDER])
    cells = base.mark_rect(cursor="pointer", stroke=INK).encode(
        color=alt.Color("way:N", scale=scale, legend=None),
        fillOpacity=alt.FillOpacity("shade:Q", scale=None, legend=None),
        strokeWidth=alt.StrokeWidth("outline:Q", scale=None, legend=None),
        opacity=opacity(),
    )
    narrow = f"width < {CELL * len(across)}"  # then thousands stand as 1.2k, and the mark under the number
    text = base.mark_text(
        size=alt.ExprRef(f"{narrow} ? 11 : 13"), color=INK, dy=alt.ExprRef(f"{narrow} ? -6 : 0"),
        text=alt.ExprRef(f"{narrow} ? datum.short : datum.text"),
    ).encode(opacity=opacity(TEXT))  # fmt: skip
    below = base.mark_text(
        size=alt.ExprRef(f"{narrow} ? 11 : 0"), color=INK, dy=8, text=alt.ExprRef(f"{narrow} ? datum.below : ''")
    ).encode(opacity=opacity(TEXT))
    return look(alt.layer(pickable(cells, ["first", "second"]), text, below))


def _short(n):
    """A number in four characters: 980, 1.2k, 12k."""
    if n < 1000:
        return f"{n}"
    return f"{n / 1000:.1f}k" if n < 9950 else f"{n / 1000:.0f}k" if n < 999_500 else f"{n / 1e6:.1f}M"


def split_bands(rows, bands):
    """Share of each age band within each split.

    Args:
        rows: split, band, n, share, chosen.
        bands: names of the bands, the youngest first.
    """
    shown = tuple(name for name in (*KINDS, "unseen") if name in set(rows.split))
    rows = rows.assign(portion=_portions(rows, rows.groupby("split").n.transform("sum")))
    return Picture(paled(rows), _split_bands(shown, tuple(bands)), (PICK,))


@lru_cache(128)
def _split_bands(shown, bands):
    marks = (
        alt.Chart(ROWS, height=300)
        .mark_bar(cursor="pointer")
        .encode(
            x=alt.X("band:O", sort=list(bands), title="labelled age, years", axis=LEVEL_LABELS),
            xOffset=alt.XOffset("split:N", scale=alt.Scale(domain=list(shown))),
            y=alt.Y("share:Q", title="share of the split", axis=alt.Axis(format=".0%", tickCount=4)),
            color=_colour("split", shown),
            opacity=opacity(),
            tooltip=[
                alt.Tooltip("split:N"), alt.Tooltip("band:N", title="age"), PHOTOS,
                alt.Tooltip("portion:N", title="share of the split"),
            ],
        )
    )  # fmt: skip
    return look(pickable(marks, ["split", "band"]))


def collected(rows):
    """Photos by day, month or year; rows of `who.collected` with chosen."""
    last = (rows.end - np.timedelta64(1, "s")).dt.strftime("%Y%m%d")
    step = rows.attrs["step"]
    said = rows.start.dt.strftime({"day": "%d %b %Y", "month": "%B %Y", "year": "%Y"}[step])
    rows = paled(rows.assign(first=rows.start.dt.strftime("%Y%m%d"), last=last, said=said))
    for end in ("start", "end"):  # where the browser is must not decide on which day a photo counts
        rows[end] = rows[end].dt.tz_localize("UTC")
    return Picture(rows, _collected(step), (PICK, BRUSH))


@lru_cache(128)
def _collected(step):
    unit = {"day": "binnedutcyearmonthdate", "month": "binnedutcyearmonth", "year": "binnedutcyear"}[step]
    marks = (
        alt.Chart(ROWS, height=230)
        .mark_rect(cursor="pointer", color=GREY)  # bars between two dates would be drawn as dashes
        .encode(
            x=alt.X("start:T", timeUnit=unit, title=f"{step} of collection", axis=alt.Axis(labelOverlap=True)),
            x2=alt.X2("end"),
            y=alt.Y("n:Q", title="photos", axis=alt.Axis(tickCount=4, tickMinStep=1)),
            y2=alt.Y2Datum(0),
            opacity=opacity(),
            tooltip=[alt.Tooltip("said:N", title=step), PHOTOS],
        )
    )
    return look(pickable(marks, ["first", "last"], stroke="x"))


def histogram(rows, title):
    """Photos by a measure.

    Args:
        rows: result of `who.histogram`, with chosen.
        title: what is measured, with its unit.
    """
    start, end = rows.start.to_numpy(float), rows.end.to_numpy(float)
    width = np.median(end - start)  # the outermost bins reach as far as there are photos
    left, right = start.copy(), end.copy()
    left[0], right[-1] = max(start[0], end[0] - width), min(end[-1], start[-1] + width)
    portion = _portions(rows, pd.Series(rows.n.sum(), rows.index))
    return Picture(paled(rows.assign(portion=portion, left=left, right=right)), _histogram(title), (PICK, BRUSH))


@lru_cache(128)
def _histogram(title):
    marks = (
        alt.Chart(ROWS, height=200)
        .mark_bar(cursor="pointer", color=GREY)
        .encode(
            x=alt.X("left:Q", bin="binned", title=title, scale=alt.Scale(nice=False, zero=False)),
            x2=alt.X2("right"),
            y=alt.Y("n:Q", title="photos", axis=alt.Axis(tickCount=3, tickMinStep=1)),
            opacity=opacity(),
            tooltip=[
                alt.Tooltip("start:Q", title="from", format=".4~g"),
                alt.Tooltip("end:Q", title="to", format=".4~g"),
                PHOTOS,
                alt.Tooltip("portion:N", title="share"),
            ],
        )
    )
    return look(pickable(marks, ["start", "end"], stroke="x"))


def _portions(rows, wholes):
    """Each n as a share of its whole, in words."""
    return [share_of(n, whole) for n, whole in zip(rows.n, wholes, strict=True)]


def _bins(rows):
    """Names of age bins: "26" or "25–29"."""
    return [
        str(low) if high - low == 1 else f"{low}–{high - 1}" for low, high in zip(rows.start, rows.end, strict=True)
    ]
