"""Charts of how good a model is: dots with intervals, predicted against true, learning curves."""

import altair as alt
import pandas as pd

from agesex import findings
from agesex.charts.style import AXIS, GREY, GROUP_AXIS, ROW, colour
from agesex.metrics import BAND_NAMES, MIN_GROUP, NAMES, SHARES


def intervals(rows, metric, *, kind=None, reference=None, baseline=False):
    """One dot with its 95 % interval per group; groups under 30 faces are hollow and pale.

    Args:
        rows: label, value, low, high, n per group, in the order of drawing; and `kind`, a column
            with a name of `KINDS`, unless the argument says it; and `baseline` if that is drawn.
        metric: a name of `metrics.NAMES`.
        kind: the name of `KINDS` that gives the colour of all dots.
        reference: value of a dashed line (the value over all faces, or what was promised).
        baseline: whether to mark the baseline of each row with a cross.
    """
    rows = rows.assign(
        kind=rows.kind if kind is None else kind,
        few=rows.n < MIN_GROUP,
        name=[f"{label} · {n:,}" for label, n in zip(rows.label, rows.n, strict=True)],
        text=[findings.amount(metric, value) for value in rows.value],
        between=[
            findings.interval(metric, *ends) for ends in zip(rows.low, rows.high, strict=True)
        ],
    )
    share = metric in SHARES
    x_axis = alt.Axis(format=".0%" if share else "~f", tickCount=5, grid=True)
    unit = "" if share else ", years"
    base = alt.Chart(rows).encode(
        y=alt.Y("name:N", sort=list(rows.name), title=None, axis=GROUP_AXIS),
        color=colour("kind"),
        opacity=alt.condition("datum.few", alt.value(0.45), alt.value(1)),
        tooltip=[
            alt.Tooltip("label", title="group"),
            alt.Tooltip("text", title=NAMES[metric]),
            alt.Tooltip("between", title="95 % interval"),
            alt.Tooltip("n", title="faces", format=","),
        ],
    )
    scale = alt.Scale(zero=not share)
    x = alt.X("value:Q", title=f"{NAMES[metric]}{unit}", axis=x_axis, scale=scale)
    layers = [
        base.mark_rule(strokeWidth=2.5).encode(x=alt.X("low:Q"), x2=alt.X2("high:Q")),
        base.transform_filter("!datum.few").mark_point(size=90, filled=True).encode(x=x),
        base.transform_filter("datum.few").mark_point(size=70, strokeWidth=1.5).encode(x=x),
    ]
    if reference is not None:
        line = alt.Chart(pd.DataFrame({"reference": [reference]}))
        layers.insert(0, line.mark_rule(strokeDash=[5, 4], color=GREY).encode(x=alt.X("reference:Q")))
    if baseline:
        layers.append(
            alt.Chart(rows.dropna(subset=["baseline"]))
            .mark_point(shape="cross", angle=45, size=70, color=GREY, filled=True, opacity=1)
            .encode(
                x=alt.X("baseline:Q"),
                y=alt.Y("name:N", sort=list(rows.name), title=None),
                tooltip=[alt.Tooltip("baseline", title="baseline", format=".3~f")],
            )
        )
    return alt.layer(*layers).properties(height=ROW * len(rows) + AXIS)


def group_rows(rows, columns, metric):
    """Rows of `metrics.by_group` for `intervals`: one metric, named, age bands in their order.

    Args:
        rows: result of `metrics.by_group`.
        columns: its grouping columns; where sex is one of several, it gives the colour.
        metric: the metric to keep.
    """
    rows = rows[rows.metric == metric]
    ages = [name for name in ("band", "pred_band") if name in columns]
    if ages:
        rows = rows.assign(rank=rows[ages[0]].map(BAND_NAMES.index).astype(int))
        rows = rows.sort_values(["rank", *set(columns) - set(ages)], kind="stable")
    else:
        worst_first = list(findings.ranked(rows, metric).index)
        rows = rows.loc[worst_first + [i for i in rows.index if i not in worst_first]]
    labels = [findings.name_of(row, columns) for row in rows.to_dict("records")]
    rows = rows.assign(label=labels)
    return rows.assign(kind=rows.sex) if "sex" in columns else rows


def group_intervals(rows, columns, metric, *, kind, reference):
    """`intervals` of the groups of `metrics.by_group`; arguments as there and in `group_rows`."""
    rows = group_rows(rows, columns, metric)
    return intervals(rows, metric, kind=None if "sex" in columns else kind, reference=reference)


def part_rows(figures, metric):
    """The figures of a card for `intervals`: one row per part, the tests first."""
    names = {
        "test": "test",
        "test_10_and_over": "test, ages 10 and over",
        "test_21_60": "published 21–60 list",
        "test_21_60_clamped": "the same list, cut",
        "validation": "validation",
        "train": "training",
    }
    rows = [
        {**figures[part][metric], "label": label, "kind": part.split("_")[0]}
        for part, label in names.items()
    ]
    return pd.DataFrame(rows).astype({"low": float, "high": float, "baseline": float})


def predicted_against_true(cells, means, split="test"):
    """Where the predictions lie for each true age.

    Args:
        cells: result of `metrics.density`.
        means: result of `metrics.mean_by_age`.
        split: gives the line of the mean its colour.
    """
    top = float(max(cells.age_end.max(), cells.pred_end.max()))
    axis = alt.Scale(domain=[0, top], nice=False)
    heat = (
        alt.Chart(cells)
        .mark_rect()
        .encode(
            x=alt.X("age:Q", title="true age, years", scale=axis),
            x2=alt.X2("age_end:Q"),
            y=alt.Y("pred:Q", title="predicted age, years", scale=axis),
            y2=alt.Y2("pred_end:Q"),
            color=alt.Color(
                "n:Q",
                scale=alt.Scale(type="log"),
                legend=alt.Legend(
                    orient="top", title="faces per cell", gradientLength=140, offset=4
                ),
            ),
            tooltip=[
                alt.Tooltip("age", title="true age from"),
                alt.Tooltip("pred", title="predicted from"),
                alt.Tooltip("n", title="faces", format=","),
            ],
        )
    )
    diagonal = alt.Chart(pd.DataFrame({"age": [0.0, top], "pred": [0.0, top]})).mark_line(
        strokeDash=[5, 4], strokeWidth=1.5, color=GREY
    )
    mean = (
        alt.Chart(means.assign(kind=split))
        .mark_line(strokeWidth=3, point=alt.OverlayMarkDef(size=40))
        .encode(
            color=colour("kind"),
            tooltip=[
                alt.Tooltip("age", title="mean true age", format=".1f"),
                alt.Tooltip("pred", title="mean prediction", format=".1f"),
                alt.Tooltip("n", title="faces", format=","),
            ],
        )
    )
    lines = [line.encode(x=alt.X("age:Q"), y=alt.Y("pred:Q")) for line in (diagonal, mean)]
    return alt.layer(heat, *lines, height=560).resolve_scale(color="independent")


def learning_curve(history, measure):
    """Training and validation over the epochs, with the sizes of the pictures that they saw.

    Args:
        history: epoch, size (px) and the columns `measure` and `val_<measure>`.
        measure: "age_mae", "sex_accuracy" or "loss".
    """
    rows = history.rename(columns={measure: "train", f"val_{measure}": "validation"}).melt(
        ["epoch", "size"], ["train", "validation"], var_name="split", value_name="value"
    )
    title, axis = {
        "age_mae": ("mean absolute age error, years", alt.Axis()),
        "sex_accuracy": ("sex accuracy", alt.Axis(format=".0%")),
    }.get(measure, (measure.replace("_", " "), alt.Axis()))
    stages = history.groupby("size", sort=False).epoch.min().reset_index()
    stages["text"] = [f"{size} px" for size in stages["size"]]
    marks = alt.Chart(stages).encode(x=alt.X("epoch:Q"))
    rising = measure == "sex_accuracy"  # the words stand where no curve begins
    baseline, dy = ("top", 4) if rising else ("bottom", -4)
    words = marks.mark_text(align="left", baseline=baseline, dx=4, dy=dy, color=GREY)
    lines = (
        alt.Chart(rows)
        .mark_line(point=True, strokeWidth=2)
        .encode(
            x=alt.X(
                "epoch:Q",
                axis=alt.Axis(tickMinStep=1, grid=False),
                scale=alt.Scale(zero=False, nice=False),
                title="epoch",
            ),
            y=alt.Y("value:Q", title=title, axis=axis, scale=alt.Scale(zero=False)),
            color=colour("split", ("train", "validation")),
            tooltip=[alt.Tooltip("split"), alt.Tooltip("epoch"), alt.Tooltip("value", format=".4~f"), alt.Tooltip("size")],
        )
    )
    return alt.layer(
        marks.mark_rule(strokeDash=[2, 3], color=GREY),
        words.encode(y=alt.value(0 if rising else "height"), text=alt.Text("text")),
        lines,
    ).properties(height=320)


def model_rows(cards, metric):
    """The test figures of several models for `intervals`: one row each, the best first.

    Args:
        cards: list of dict as in card.json.
        metric: a name of `metrics.NAMES`.
    """
    titles = [card["title"] for card in cards]
    labels = [
        card["title"] if titles.count(card["title"]) == 1 else f"{card['title']} ({card['name']})"
        for card in cards
    ]
    rows = pd.DataFrame(
        [
            {**card["figures"]["test"][metric], "label": label, "kind": "test"}
            for card, label in zip(cards, labels, strict=True)
        ]
    ).astype({"low": float, "high": float, "baseline": float})
    order = findings.goodness(metric, rows.value).sort_values(ascending=False, kind="stable").index
    return rows.loc[order]
