"""Two models, and all models among their peers."""

import altair as alt
import pandas as pd

from agesex import findings_groups as words
from agesex.charts.style import AXIS, GREY, GROUP_AXIS, LEGEND, ROW
from agesex.findings_metrics import SHORT, difference
from agesex.metrics.overall import HEADLINE_SHARES
from agesex.peers import KINDS, OURS

PEER_KINDS = (OURS, *KINDS)
SHAPES = ("circle", "square", "triangle-up", "cross")
PEER_COLOURS = ["#7b61c9", GREY, "#8a8d2b", "#b0437e"]  # none of a split or a sex


def differences(rows, metric, first, second):
    """Paired differences of two models, one dot with its interval per group.

    Args:
        rows: result of `metrics.versus.compare` of one metric, with label.
        metric: a name of `metrics.overall.HEADLINE`.
        first: title of the first model.
        second: of the other one.
    """
    share = metric in HEADLINE_SHARES
    winners = {"first": f"{first} is better", "second": f"{second} is better", "": "undecided"}
    rows = rows.assign(
        name=[f"{label} · {n:,}" for label, n in zip(rows.label, rows.n, strict=True)],
        who=rows.better.map(winners),
        text=[difference(metric, row) for row in rows.to_dict("records")],
    )
    legend = alt.Legend(orient="top", title=None, offset=4, columns=1, labelLimit=330)
    order = list(winners.values())
    looks = {"scale": alt.Scale(domain=order), "legend": legend}
    base = alt.Chart(rows).encode(
        y=alt.Y("name:N", sort=list(rows.name), title=None, axis=GROUP_AXIS),
        color=alt.Color(
            "who:N", scale=alt.Scale(domain=order, range=["#0072b2", "#d55e00", GREY]), legend=legend
        ),
        opacity=alt.condition("datum.pale", alt.value(0.45), alt.value(1)),
        tooltip=[
            alt.Tooltip("label", title="group"),
            alt.Tooltip("text", title=f"{second} − {first}"),
            alt.Tooltip("who", title="so"),
        ],
    )
    axis = alt.Axis(format="+.1%" if share else "+.2~f", tickCount=5, grid=True)
    title = [SHORT[metric], f"{second} − {first}"]  # two lines: one would be cut on a phone
    x = alt.X("difference:Q", title=title, axis=axis)
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(strokeDash=[5, 4], color=GREY)
    return alt.layer(
        zero.encode(x=alt.X("zero:Q")),
        base.mark_rule(strokeWidth=2.5).encode(x=alt.X("low:Q"), x2=alt.X2("high:Q")),
        base.mark_point(size=85, filled=True).encode(x=x, shape=alt.Shape("who:N", **looks)),
    ).properties(height=ROW * len(rows) + AXIS + 2 * LEGEND)


def peers(rows):
    """The age error of our models and their peers on the published list.

    Args:
        rows: result of `agesex.peers.beside`.
    """
    rows = rows.assign(
        text=[words.amount("mae", value, 2) for value in rows.mae],
        between=[words.between("mae", *ends, 2) for ends in zip(rows.low, rows.high, strict=True)],
    )
    legend = alt.Legend(orient="top", title=None, offset=4, columns=1, labelLimit=220)
    scale = alt.Scale(domain=list(PEER_KINDS), range=list(SHAPES))
    colours = alt.Scale(domain=list(PEER_KINDS), range=PEER_COLOURS)
    base = alt.Chart(rows).encode(
        y=alt.Y("system:N", sort=list(rows.system), title=None, axis=alt.Axis(
            labelLimit=190, labelOverlap=False, labelFlush=False)),
        color=alt.Color("kind:N", scale=colours, legend=legend),
        tooltip=[alt.Tooltip("system"), alt.Tooltip("kind"), alt.Tooltip("protocol"), alt.Tooltip("text", title="age error"),
                 alt.Tooltip("between", title="95 % interval"), alt.Tooltip("source")],
    )  # fmt: skip
    x = alt.X(
        "mae:Q", title="mean age error, years", scale=alt.Scale(zero=False),
        axis=alt.Axis(tickCount=6, grid=True),
    )  # fmt: skip
    return alt.layer(
        base.mark_rule(strokeWidth=2.5).encode(x=alt.X("low:Q"), x2=alt.X2("high:Q")),
        base.mark_point(size=85, filled=True, opacity=1).encode(
            x=x, shape=alt.Shape("kind:N", scale=scale, legend=legend)
        ),
    ).properties(height=ROW * len(rows) + AXIS + 2 * LEGEND)
