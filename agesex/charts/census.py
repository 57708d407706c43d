"""Charts of the data set: ages, race codes, splits, copies; rows of `agesex.census`."""

import altair as alt

from agesex.census import DISAGREEMENT_NAMES
from agesex.charts.style import AXIS, GREY, GROUP_AXIS, KINDS, LEGEND, LEVEL_LABELS, ROW, colour
from agesex.labels import RACES
from agesex.metrics import BAND_NAMES


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
            y=alt.Y(
                "share:Q", title="share of the split", axis=alt.Axis(format=".0%", tickCount=4)
            ),
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


def _bins(start, end):
    """Names of age bins: "26" or "25–29"."""
    return [
        str(low) if high - low == 1 else f"{low}–{high - 1}"
        for low, high in zip(start, end, strict=True)
    ]
