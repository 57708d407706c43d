"""The chart of average maps: how much of each age band's map falls on each region."""

import altair as alt

from agesex.charts.style import AXIS, GROUP_AXIS, LEGEND, LEVEL_LABELS, ROW


def group_regions(rows):
    """A cell per region and age band, darker where more of the map lies for its area.

    Args:
        rows: columns of `explain.regions.table`, and band and n; in the order of drawing.
    """
    rows = rows.dropna(subset=["density"])
    bands, regions = list(dict.fromkeys(rows.band)), list(dict.fromkeys(rows.region))
    legend = alt.Legend(orient="top", title="times an even map", titleLimit=240, gradientLength=140, offset=4)
    return (
        alt.Chart(rows, height=ROW * len(regions) + AXIS + LEGEND)
        .mark_rect()
        .encode(
            x=alt.X("band:O", sort=bands, title="age, years", axis=LEVEL_LABELS),
            y=alt.Y("region:N", sort=regions, title=None, axis=GROUP_AXIS),
            color=alt.Color("density:Q", scale=alt.Scale(domainMin=0), legend=legend),
            tooltip=[
                alt.Tooltip("band", title="age"),
                alt.Tooltip("region"),
                alt.Tooltip("share", title="of the map", format=".1%"),
                alt.Tooltip("density", title="per area", format=".2f"),
                alt.Tooltip("n", title="faces", format=","),
            ],
        )
    )
