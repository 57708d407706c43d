"""The chart of average maps: how much of each age band's map falls on each region."""

import altair as alt

from agesex.charts.style import AXIS, GROUP_AXIS, LEGEND, LEVEL_LABELS, ROW

LEAST = 0.1  # of the distance from even that the colours reach; smaller ones are not blown up


def group_regions(rows):
    """A cell per region and age band: one colour over 1, where an even map would be, the other one under it.

    Args:
        rows: columns of `explain.regions.table`, and band and n; in the order of drawing.
    """
    rows = rows.dropna(subset=["density"])
    bands, regions = list(dict.fromkeys(rows.band)), list(dict.fromkeys(rows.region))
    # As far down as up, so that what is as far from even is as strong; to the largest value that there is.
    far = max(float((rows.density - 1).abs().max()), LEAST) if len(rows) else LEAST
    ends = [max(1 - far, 0), 1, 1 + far]
    legend = alt.Legend(
        orient="top", title="times an even map (1 is even)", titleLimit=300, gradientLength=260, offset=4,
        values=ends, format=".1f", labelOverlap=False,
    )  # fmt: skip
    scale = alt.Scale(domain=[ends[0], ends[2]], domainMid=1, interpolate="rgb")
    return (
        alt.Chart(rows, height=ROW * len(regions) + AXIS + LEGEND)
        .mark_rect()
        .encode(
            x=alt.X("band:O", sort=bands, title="age, years", axis=LEVEL_LABELS),
            y=alt.Y("region:N", sort=regions, title=None, axis=GROUP_AXIS),
            color=alt.Color("density:Q", scale=scale, legend=legend),
            tooltip=[
                alt.Tooltip("band", title="age"),
                alt.Tooltip("region"),
                alt.Tooltip("share", title="of the map", format=".1%"),
                alt.Tooltip("density", title="per area", format=".2f"),
                alt.Tooltip("n", title="faces", format=","),
            ],
        )
    )
