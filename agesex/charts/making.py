"""Charts of how a model came to be: curves with the best epoch, its layers, where photos were lost."""

import altair as alt
import pandas as pd

from agesex import making
from agesex.architecture import SHARED, SORTS
from agesex.charts.metrics import learning_curve
from agesex.charts.style import AXIS, GREY, GROUP_AXIS, LEGEND, ROW, colour
from agesex.findings_making import end

SIZES = {"parameters_share": "of the parameters", "work_share": "of the work"}


def best_curve(history, measure, released=None):
    """`learning_curve` with a ring round the best epoch of validation and a diamond for the released weights.

    Args:
        history: as there.
        measure: a name of `making.MEASURES`.
        released: result of `making.released`, drawn with its interval at the last epoch; or None.
    """
    chart = learning_curve(history, measure)
    return alt.layer(*chart.layer, *_marks(history, measure, released, 260)).properties(height=320)


def _marks(history, measure, released, size):
    """The ring and the diamond; what is not known is left out."""
    layers, best = [], making.best_epoch(history, measure)
    if best is not None:
        said = f"best: {int(best.epoch)}"
        at = pd.DataFrame({"epoch": [int(best.epoch)], "value": [float(best[f"val_{measure}"])], "text": [said]})
        ring = alt.Chart(at).mark_point(size=size, filled=False, strokeWidth=2.5, color=GREY, opacity=1)
        layers.append(ring.encode(x=alt.X("epoch:Q"), y=alt.Y("value:Q"), tooltip=[alt.Tooltip("text", title="epoch")]))
    if released:
        last = {"epoch": int(history.epoch.iloc[-1]), "split": "validation", "text": end(measure, released)}
        base = alt.Chart(pd.DataFrame([released | last]).astype({"low": float, "high": float})).encode(
            x=alt.X("epoch:Q"), color=colour("split"), tooltip=[alt.Tooltip("text", title="released weights")]
        )
        if released["low"] is not None:
            layers.append(base.mark_rule(strokeWidth=2.5, clip=True).encode(y=alt.Y("low:Q"), y2=alt.Y2("high:Q")))
        layers.append(
            base.mark_point(shape="diamond", size=0.7 * size, filled=True, opacity=1).encode(y=alt.Y("value:Q"))
        )
    return layers


def small_curve(history, measure, lowest, highest, released=None):
    """Training and validation of one model among others, marked as in `best_curve`.

    Args:
        history: see `model.read_history`.
        measure: a name of `making.MEASURES`.
        lowest: value at the foot of the axis, the same for all models.
        highest: value at its head.
        released: as there.
    """
    rows = history.rename(columns={measure: "train", f"val_{measure}": "validation"}).melt(
        "epoch", ["train", "validation"], var_name="split", value_name="value"
    )
    axis = alt.Axis(format=".0%", tickCount=4) if measure == "sex_accuracy" else alt.Axis(tickCount=4)
    y = alt.Y("value:Q", title=None, axis=axis, scale=alt.Scale(domain=[lowest, highest]))
    x = alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1, tickCount=4, grid=False))
    lines = alt.Chart(rows, height=210).mark_line(strokeWidth=2.5, clip=True).encode(
        x=x, y=y, color=colour("split"), tooltip=[alt.Tooltip("split"), alt.Tooltip("epoch"), alt.Tooltip("value", format=".4~f")]
    )  # fmt: skip
    return alt.layer(lines, *(
        mark.encode(x=x) for mark in _marks(history, measure, released, 190)
    ))


def network(rows):
    """The layers as boxes, from the photo on the left: as high as their grid, the wider the more channels.

    Args:
        rows: result of `Architecture.drawn`.
    """
    shape = [
        f"{row.height} × {row.width} × {row.channels}" if row.height > 1 else f"{row.channels}"
        for row in rows.itertuples()
    ]
    rows = rows.drop(columns="inputs").assign(gives=shape)
    rows["work"] = rows.multiply_adds / 1e6
    plain = {"axis": None, "scale": alt.Scale(zero=False, nice=False, padding=8)}
    sorts = list(SORTS.values())
    there = [sort for sort in sorts if (rows["sort"] == sort).any()]
    ends = rows.groupby("serves").tail(1)
    ends = ends[ends.serves != "age and sex"]
    base = alt.Chart(rows).encode(
        x=alt.X("left:Q", **plain),
        x2=alt.X2("right:Q"),
        y=alt.Y("bottom:Q", **plain),
        y2=alt.Y2("top:Q"),
        color=alt.Color(
            "sort:N", sort=sorts, scale=alt.Scale(domain=sorts),
            legend=alt.Legend(values=there, orient="top", title=None, offset=4, columns=2, labelLimit=200),
        ),
        tooltip=[
            alt.Tooltip("name", title="layer"), alt.Tooltip("sort", title="kind"), alt.Tooltip("gives"),
            alt.Tooltip("parameters", format=","),
            alt.Tooltip("work", title="million multiply-adds", format=",.2f"),
            alt.Tooltip("serves", title="works for"),
        ],
    )  # fmt: skip
    words = alt.Chart(ends.assign(text=ends.serves)).encode(
        x=alt.X("right:Q", **plain), y=alt.Y("top:Q", **plain), text=alt.Text("text")
    )
    shapes = alt.Chart(stages(rows)).encode(
        x=alt.X("middle:Q", **plain), y=alt.Y("foot:Q", **plain), text=alt.Text("gives")
    )
    return alt.layer(
        base.mark_rect(opacity=0.9),
        words.mark_text(align="right", baseline="bottom", dy=-4, fontWeight="bold", color=GREY),
        shapes.mark_text(align="left", baseline="middle", angle=270, fontSize=12, color=GREY),
        height=440,
    )


def stages(rows):
    """What each run of layers on one grid gives, for the words below the drawing.

    Args:
        rows: result of `Architecture.drawn`, and gives.

    Returns:
        DataFrame: middle, foot (px of the input), gives ("36 × 36 × 64", of the last layer of the run).
    """
    rows = rows[rows.height > 1]
    first = rows[rows.serves.isin([SHARED, "age"])]  # two networks in one have the same grids
    run = (first.height != first.height.shift()).cumsum()
    room = 0.45 * (rows.top.max() - rows.bottom.min()) if len(rows) else 0.0
    found = first.groupby(run).agg(left=("left", "min"), right=("right", "max"), gives=("gives", "last"))
    middle = (found.left + found.right) / 2
    return pd.DataFrame({"middle": middle, "foot": rows.bottom.min() - room, "gives": found.gives})


def grids(rows):
    """Where the parameters and the work sit: two bars for each grid.

    Args:
        rows: result of `Architecture.by_grid`.
    """
    order, what = list(rows.grid), list(SIZES.values())
    long = rows.rename(columns=SIZES).melt(
        ["grid", "layers", "parameters", "multiply_adds"], what, var_name="what", value_name="share"
    )
    legend = alt.Legend(orient="top", title=None, offset=4)
    return (
        alt.Chart(long, height=(ROW + 10) * len(order) + AXIS + LEGEND)
        .mark_bar()
        .encode(
            x=alt.X("share:Q", title="share", axis=alt.Axis(format=".0%", tickCount=5)),
            y=alt.Y("grid:N", sort=order, title=None, axis=GROUP_AXIS),
            yOffset=alt.YOffset("what:N", sort=what),
            color=alt.Color("what:N", sort=what, scale=alt.Scale(domain=what), legend=legend),
            tooltip=[
                alt.Tooltip("grid"), alt.Tooltip("layers", title="layers with a kernel"),
                alt.Tooltip("parameters", format=","), alt.Tooltip("multiply_adds", format=","), alt.Tooltip("what"),
                alt.Tooltip("share", format=".1%"),
            ],
        )
    )  # fmt: skip


def funnel(rows):
    """What became of the files, one cut below the other.

    Args:
        rows: result of `making.funnel`.
    """
    names = [f"{step} · {n:,}" for step, n in zip(rows.step, rows.n, strict=True)]
    rows = rows.assign(name=names)
    base = alt.Chart(rows, height=ROW * len(rows) + AXIS).encode(
        x=alt.X("start:Q", title="files", axis=alt.Axis(tickCount=5, format=",.0f")),
        x2=alt.X2("end:Q"),
        y=alt.Y("name:N", sort=names, title=None, axis=alt.Axis(
            labelLimit=260, labelOverlap=False, labelFlush=False)),
        tooltip=[alt.Tooltip("step"), alt.Tooltip("n", title="files", format=",")],
    )  # fmt: skip
    return alt.layer(
        base.transform_filter("datum.kind === ''").mark_bar(color=GREY),
        base.transform_filter("datum.kind !== ''").mark_bar().encode(color=colour("kind")),
    )
