"""Charts of how far a map can be trusted: deletion and insertion, stability, the ranking of methods."""

import altair as alt
import pandas as pd

from agesex.charts.style import AXIS, GREY, GROUP_AXIS, LEGEND, ROW

ORDERS = {"map": "hottest first", "random": "random order", "blob": "from the centre outwards"}
RIVALS = {"over_random": "than random order", "over_blob": "than from the centre outwards"}


def curve_rows(evidence):
    """The curves of one photo as a table.

    Args:
        evidence: a `curves.Evidence`.

    Returns:
        DataFrame share (0 to 1), order (a value of `ORDERS`), deletion, insertion (scores).
    """
    tables = []
    for name, order in ORDERS.items():
        one = getattr(evidence, name)
        columns = {"share": one.shares, "deletion": one.deletion, "insertion": one.insertion}
        tables.append(pd.DataFrame(columns).assign(order=order))
    return pd.concat(tables, ignore_index=True)


def curves(rows, measure, *, height=300):
    """How the score moves while more of the photo is blurred away, or brought back.

    Args:
        rows: result of `curve_rows`.
        measure: "deletion" or "insertion".
        height: of the chart, px.
    """
    names = list(ORDERS.values())
    title = {"deletion": "share blurred away", "insertion": "share brought back"}[measure]
    scores = alt.Axis(tickCount=5, grid=True)
    return (
        alt.Chart(rows, height=height)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X("share:Q", title=title, axis=alt.Axis(format=".0%", tickCount=5)),
            y=alt.Y(f"{measure}:Q", title="score (photo 1, blurred copy 0)", axis=scores),
            color=alt.Color("order:N", sort=names, scale=alt.Scale(domain=names), legend=_legend()),
            strokeDash=alt.StrokeDash("order:N", sort=names, scale=_dashes(names), legend=_legend()),
            tooltip=[
                alt.Tooltip("order"),
                alt.Tooltip("share", title=title, format=".0%"),
                alt.Tooltip(measure, title="score", format=".2f"),
            ],
        )
    )


def map_stability(values):
    """One bar per change of the photo; dict of a name -> correlation, NaN for an empty map."""
    rows = pd.DataFrame({"change": list(values), "correlation": list(values.values())})
    low = min(0.0, float(rows.correlation.min(skipna=True) if rows.correlation.notna().any() else 0))
    x = alt.X("correlation:Q", scale=alt.Scale(domain=[low, 1]), axis=alt.Axis(tickCount=5, grid=True))
    base = alt.Chart(rows, height=ROW * len(rows) + AXIS).encode(
        x=x.title("correlation with the map of the photo as it is"),
        y=alt.Y("change:N", sort=list(rows.change), title=None, axis=GROUP_AXIS),
        tooltip=[alt.Tooltip("change"), alt.Tooltip("correlation", format=".3f")],
    )
    return base.mark_bar()


def method_rows(ranking):
    """The ranking of a report for `method_intervals`: a row per method and rival, the best first.

    Args:
        ranking: result of `Report.ranking`, sorted.

    Returns:
        DataFrame title, label (with n), rival (a value of `RIVALS`), value, low, high, n.
    """
    labels = [f"{title} · {n:,}" for title, n in zip(ranking.title, ranking.n, strict=True)]
    tables = [
        pd.DataFrame(
            {
                "title": ranking.title, "label": labels, "rival": rival, "n": ranking.n,
                "value": ranking[column], "low": ranking[f"{column}_low"], "high": ranking[f"{column}_high"],
            }
        )
        for column, rival in RIVALS.items()
    ]  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def method_intervals(rows):
    """How much better each method's order is, with 95 % intervals.

    Args:
        rows: result of `method_rows`.
    """
    rivals, labels = list(RIVALS.values()), list(dict.fromkeys(rows.label))
    base = alt.Chart(rows).encode(
        y=alt.Y("label:N", sort=labels, title=None, axis=GROUP_AXIS),
        yOffset=alt.YOffset("rival:N", sort=rivals),
        color=alt.Color("rival:N", sort=rivals, scale=alt.Scale(domain=rivals), legend=_legend()),
        tooltip=[
            alt.Tooltip("title", title="method"),
            alt.Tooltip("rival", title="better"),
            alt.Tooltip("value", title="by", format="+.3f"),
            alt.Tooltip("low", title="95 % from", format="+.3f"),
            alt.Tooltip("high", title="to", format="+.3f"),
            alt.Tooltip("n", title="faces", format=","),
        ],
    )
    axis = alt.Axis(tickCount=5, grid=True, format="+.1~f")
    x = alt.X("value:Q", title="gain more than the other order", axis=axis)
    shapes = alt.Shape("rival:N", sort=rivals, scale=alt.Scale(domain=rivals), legend=_legend())
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(strokeDash=[5, 4], color=GREY)
    layers = [
        zero.encode(x=alt.X("zero:Q")),
        base.mark_rule(strokeWidth=2.5).encode(x=alt.X("low:Q"), x2=alt.X2("high:Q")),
        base.mark_point(size=80, filled=True, opacity=1).encode(x=x, shape=shapes),
    ]
    return alt.layer(*layers).properties(height=(ROW + 6) * len(labels) + AXIS + LEGEND)


def _legend():
    return alt.Legend(orient="top", title=None, offset=4, columns=1, labelLimit=260, symbolStrokeWidth=2.5)


def _dashes(names):
    return alt.Scale(domain=names, range=[[1, 0], [6, 4], [2, 3]])
