"""The heat map of `training.stress`: fault by strength, coloured by what it does."""

import altair as alt
import pandas as pd

from agesex import findings_groups as words
from agesex.charts.confusion import FAINT, FULL, INK
from agesex.charts.stress import DEGREES
from agesex.charts.style import AXIS, GREY, GROUP_AXIS, LEGEND, LEVEL_LABELS, ROW

HEAT_TITLES = {
    "cost": "age error added, years",
    "bias": "guessed older or younger by, years",
    "sex": "sex right, change in points",
}


MORE, LESS = "more", "less"
WAYS = {MORE: "#d55e00", LESS: "#0072b2"}


def heat_rows(table):
    """The stress table for `heat`: a row per fault and degree.

    Args:
        table: result of `agesex.model.read_stress`.

    Returns:
        DataFrame: the columns of `table` without the untouched faces, and degree (a name of `DEGREES`; a
        fault of one strength is "medium"), push (bias) and sex (share right), both less those of the same faces untouched.
    """
    rows = table[table.fault != "none"].copy()
    rows["degree"] = [DEGREES[min(place, 2)] for place in rows.groupby("fault", sort=False).cumcount()]
    rows.loc[rows.groupby("fault").fault.transform("size") == 1, "degree"] = DEGREES[1]
    return rows.assign(push=rows.bias_change, sex=rows.sex_change)


def heat(rows, measure):
    """A cell per fault and degree with its value; the costliest fault on top.

    Args:
        rows: result of `heat_rows`.
        measure: a name of `HEAT_TITLES`.
    """
    column, metric = {"cost": ("cost", "mae"), "bias": ("push", "bias"), "sex": ("sex", "cs5")}[measure]
    texts = [words.amount(metric, value, 2, signed=True).split()[0] for value in rows[column]]
    far = float(rows[column].abs().max()) or 1.0
    worse = rows[column] < 0 if measure == "sex" else rows[column] > 0
    rows = rows.assign(text=texts, far=rows[column].abs() / far, way=[MORE if bad else LESS for bad in worse])
    faults = list(rows.groupby("fault").cost.max().sort_values(ascending=False).index)
    base = alt.Chart(rows).encode(
        x=alt.X("degree:O", sort=list(DEGREES), title=HEAT_TITLES[measure], axis=LEVEL_LABELS),
        y=alt.Y("fault:N", sort=faults, title=None, axis=GROUP_AXIS),
        tooltip=[
            alt.Tooltip("fault"),
            alt.Tooltip("strength"),
            alt.Tooltip("mae", title="age error, years", format=".2f"),
            alt.Tooltip("cost", title="added, years", format="+.2f"),
            alt.Tooltip("bias", title="bias, years", format="+.2f"),
            alt.Tooltip("sex_accuracy", title="sex right", format=".1%"),
            alt.Tooltip("n", title="faces", format=","),
        ],
    )
    # a paler colour rather than a palette of the theme, so that the figures can be read on both grounds
    opacity = alt.Opacity("far:Q", scale=alt.Scale(domain=[0, 1], range=[FAINT, FULL]), legend=None)
    fill = alt.Color("way:N", scale=alt.Scale(domain=list(WAYS), range=list(WAYS.values())), legend=None)
    return alt.layer(
        base.mark_rect().encode(color=fill, opacity=opacity),
        base.mark_text(fontSize=12.5, color=INK).encode(text=alt.Text("text:N")),
        height=ROW * len(faults) + AXIS,
    )


def heat_versus(rows, first, second):
    """Age error of two models under each fault at its strongest, and untouched.

    Args:
        rows: two stress tables merged on fault and strength, the second one's columns ending in "_other".
        first: title of the first model.
        second: title of the other.
    """
    last = rows.groupby("fault", sort=False).tail(1).replace({"fault": {"none": "untouched"}})
    last = last.sort_values("mae", ascending=False)
    names = [first, second if second != first else f"{second} (beside)"]
    columns = ["fault", "strength", "n", "mae", "mae_low", "mae_high"]
    others = last.drop(columns=columns[3:]).rename(columns={f"{name}_other": name for name in columns[3:]})
    long = pd.concat([part[columns].assign(model=m) for m, part in zip(names, (last, others), strict=True)])
    base = alt.Chart(long, height=ROW * len(last) + AXIS + LEGEND).encode(
        y=alt.Y("fault:N", sort=list(last.fault), title=None, axis=GROUP_AXIS)
    )
    legend = alt.Legend(orient="top", title=None, offset=4, labelLimit=260)
    x = alt.X("mae:Q", title="age error, years", axis=alt.Axis(tickCount=5, grid=True))
    colour = alt.Color("model:N", sort=names, scale=alt.Scale(domain=names), legend=legend)
    return alt.layer(
        base.mark_line(color=GREY, strokeWidth=1).encode(x=x, detail=alt.Detail("fault:N")),
        base.mark_rule(strokeWidth=3).encode(
            x=alt.X("mae_low:Q", title="age error, years"), x2=alt.X2("mae_high:Q"), color=colour
        ),
        base.mark_point(size=90, filled=True, opacity=1).encode(
            x=x,
            color=colour,
            shape=alt.Shape("model:N", sort=names, scale=alt.Scale(domain=names), legend=legend),
            tooltip=[
                alt.Tooltip("model"), alt.Tooltip("fault"), alt.Tooltip("strength"), alt.Tooltip("mae", title="age error, years", format=".2f"),
                alt.Tooltip("n", title="faces", format=","),
            ],
        ),
    )  # fmt: skip
