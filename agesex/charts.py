"""Charts of tables: pure functions table -> alt.Chart, without title, width or colours of their own.

    st.altair_chart(age_histogram(census.age_counts(table)))

The page writes the sentence above a chart (`agesex.findings`), its n and caveat below it. Colours come
from the theme's palette in the order of `KINDS`, so that a sex or a split has one colour everywhere;
race has none, it is always a position.
"""

import altair as alt
import pandas as pd

from agesex import findings
from agesex.census import DISAGREEMENT_NAMES
from agesex.labels import RACES
from agesex.metrics import BAND_NAMES, MIN_GROUP, NAMES, SHARES

KINDS = ("female", "male", "train", "validation", "test", "calibration", "dropped")
GREY = "#848b96"  # reference lines and notes; readable on the light and on the dark background
ROW = 30  # px per row of a chart with groups on the y axis
AXIS, LEGEND = 75, 45  # px; the height of a chart includes them

# Streamlit's theme would leave out every second name and move the first one off its row.
GROUP_AXIS = alt.Axis(labelLimit=170, labelOverlap=False, labelFlush=False)
LEVEL_LABELS = alt.Axis(labelAngle=0, labelOverlap=True)

alt.data_transformers.disable_max_rows()  # the tables are aggregated before they are drawn


def colour(field, shown=None):
    """Colour by a column that holds names of `KINDS`; `shown` are those in the legend."""
    legend = alt.Legend(values=list(shown), orient="top", title=None, offset=4) if shown else None
    return alt.Color(f"{field}:N", scale=alt.Scale(domain=list(KINDS)), legend=legend)


def age_histogram(rows, *, height=330, ages=None):
    """Photos per age bin, the sexes stacked.

    Args:
        rows: result of `census.age_counts`.
        height: of the chart, px.
        ages: (lowest, highest) age of the axis, so that several charts share it.
    """
    scale = alt.Scale(domain=list(ages), nice=False) if ages else alt.Undefined
    return (
        alt.Chart(rows.assign(ages=_bins(rows.start, rows.end)), height=height)
        .mark_bar()
        .encode(
            x=alt.X("start:Q", bin="binned", title="age, years", scale=scale),
            x2="end:Q",
            y=alt.Y("n:Q", title="photos", stack="zero", axis=alt.Axis(tickCount=4)),
            color=colour("sex", ("female", "male")),
            order=alt.Order("sex:N"),
            tooltip=["sex", alt.Tooltip("ages", title="age"), alt.Tooltip("n", format=",")],
        )
    )


def race_by_sex(counts):
    """Photos per race, the sexes stacked; counts of `census.race_by_sex`."""
    rows = counts.drop(index="All").reset_index()
    rows = rows.melt("race", ["female", "male"], var_name="sex", value_name="n")
    return (
        alt.Chart(rows, height=2 * ROW * len(RACES) + AXIS + LEGEND)
        .mark_bar()
        .encode(
            x=alt.X("n:Q", title="photos", axis=alt.Axis(tickCount=5)),
            y=alt.Y("race:N", sort=list(RACES), title=None, axis=GROUP_AXIS),
            color=colour("sex", ("female", "male")),
            order=alt.Order("sex:N"),
            tooltip=["race", "sex", alt.Tooltip("n", format=",")],
        )
    )


def age_spread(rows):
    """Median, middle half and middle 80 % of the ages; rows of `census.age_spread`."""
    base = alt.Chart(rows, height=2 * ROW * len(RACES) + AXIS + LEGEND).encode(
        y=alt.Y("race:N", sort=list(RACES), title=None, axis=GROUP_AXIS),
        yOffset=alt.YOffset("sex:N", scale=alt.Scale(domain=["female", "male"])),
        color=colour("sex", ("female", "male")),
        tooltip=[
            "race",
            "sex",
            alt.Tooltip("q50", title="median age"),
            alt.Tooltip("q25", title="a quarter is younger than"),
            alt.Tooltip("q75", title="a quarter is older than"),
            alt.Tooltip("n", format=","),
        ],
    )
    return alt.layer(
        base.mark_rule(strokeWidth=1.5).encode(x=alt.X("q10:Q", title="age, years"), x2="q90:Q"),
        base.mark_rule(strokeWidth=7, opacity=0.55).encode(x="q25:Q", x2="q75:Q"),
        base.mark_point(size=70, filled=True, opacity=1).encode(x="q50:Q"),
    )


def split_ages(rows):
    """Share of each age band within each split in use; rows of `census.split_ages`."""
    shown = [name for name in KINDS if name in set(rows.split) and name != "dropped"]
    return (
        alt.Chart(rows[rows.split.isin(shown)], height=330)
        .mark_bar()
        .encode(
            x=alt.X("band:O", sort=list(BAND_NAMES), title="age, years", axis=LEVEL_LABELS),
            xOffset=alt.XOffset("split:N", scale=alt.Scale(domain=shown)),
            y=alt.Y("share:Q", title="share of the split", axis=alt.Axis(format=".0%", tickCount=4)),
            color=colour("split", shown),
            tooltip=[
                "split",
                alt.Tooltip("band", title="age"),
                alt.Tooltip("n", format=","),
                alt.Tooltip("share", format=".1%"),
            ],
        )
    )


def disagreements(rows):
    """Groups of copies by how far their ages differ; rows of `census.disagreements`."""
    return (
        alt.Chart(rows, height=ROW * len(rows) + AXIS)
        .mark_bar(color=GREY)
        .encode(
            x=alt.X("n:Q", title="groups of copies", axis=alt.Axis(tickCount=5)),
            y=alt.Y("disagreement:N", sort=list(DISAGREEMENT_NAMES), title=None, axis=GROUP_AXIS),
            tooltip=["disagreement", alt.Tooltip("n", format=",")],
        )
    )


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
        between=[findings.interval(metric, *ends) for ends in zip(rows.low, rows.high, strict=True)],
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
        base.mark_rule(strokeWidth=2.5).encode(x="low:Q", x2="high:Q"),
        base.transform_filter("!datum.few").mark_point(size=90, filled=True).encode(x=x),
        base.transform_filter("datum.few").mark_point(size=70, strokeWidth=1.5).encode(x=x),
    ]
    if reference is not None:
        line = alt.Chart(pd.DataFrame({"reference": [reference]}))
        layers.insert(0, line.mark_rule(strokeDash=[5, 4], color=GREY).encode(x="reference:Q"))
    if baseline:
        layers.append(
            alt.Chart(rows.dropna(subset=["baseline"]))
            .mark_point(shape="cross", angle=45, size=70, color=GREY, filled=True, opacity=1)
            .encode(
                x="baseline:Q",
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
    if "band" in columns:
        rows = rows.assign(rank=rows.band.map(BAND_NAMES.index).astype(int))
        rows = rows.sort_values(["rank", *set(columns) - {"band"}], kind="stable")
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
            x2="age_end:Q",
            y=alt.Y("pred:Q", title="predicted age, years", scale=axis),
            y2="pred_end:Q",
            color=alt.Color(
                "n:Q",
                scale=alt.Scale(type="log"),
                legend=alt.Legend(orient="top", title="faces per cell", gradientLength=140, offset=4),
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
    lines = [line.encode(x="age:Q", y="pred:Q") for line in (diagonal, mean)]
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
    marks = alt.Chart(stages).encode(x="epoch:Q")
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
            tooltip=["split", "epoch", alt.Tooltip("value", format=".4~f"), "size"],
        )
    )
    return alt.layer(
        marks.mark_rule(strokeDash=[2, 3], color=GREY),
        words.encode(y=alt.value(0 if rising else "height"), text="text"),
        lines,
    ).properties(height=320)


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
    axis = alt.Axis(
        tickCount=6, grid=False, labelExpr="datum.value == 0 ? 'age 0' : datum.label"
    )
    x = alt.X("age:Q", title=None, scale=scale, axis=axis)
    y = alt.Y("share:Q", title=None, axis=None)
    shape = alt.Chart(years).encode(
        x=x, y=y, tooltip=[alt.Tooltip("age"), alt.Tooltip("share", format=".1%")]
    )
    low, high = prediction.interval
    marks = pd.DataFrame({"age": [prediction.age], "low": [low], "high": [min(high, len(shares) - 1)]})
    layers = [
        shape.mark_area(opacity=0.75, interpolate="monotone"),
        alt.Chart(marks).mark_rule(color=GREY, strokeWidth=2).encode(x="age:Q"),
    ]
    if interval:
        band = alt.Chart(marks).mark_rect(color=GREY, opacity=0.25)
        layers.insert(0, band.encode(x=alt.X("low:Q", scale=scale), x2="high:Q"))
    return alt.layer(*layers).properties(height=height)


def _bins(start, end):
    """Names of age bins: "26" or "25–29"."""
    return [
        str(low) if high - low == 1 else f"{low}–{high - 1}"
        for low, high in zip(start, end, strict=True)
    ]
