"""The chart of a map's regions: how much falls on each, against what an even map would have there."""

import altair as alt
import pandas as pd

from agesex.charts.style import AXIS, GREY, GROUP_AXIS, ROW


def map_regions(table):
    """One bar per region: its density, with a dashed line at 1, where an even map would be.

    Args:
        table: result of `explain.regions.table`; an empty map, whose density is NaN, draws no bar.
    """
    base = alt.Chart(table.dropna(subset=["density"])).encode(
        x=alt.X("density:Q", title="Share of the map per share of the area", axis=alt.Axis(tickCount=5)),
        y=alt.Y("region:N", sort=list(table.region), title=None, axis=GROUP_AXIS),
        tooltip=[
            alt.Tooltip("region"),
            alt.Tooltip("share", title="of the map", format=".1%"),
            alt.Tooltip("area", title="of the picture", format=".1%"),
            alt.Tooltip("density", title="per area", format=".2f"),
        ],
    )
    even = alt.Chart(pd.DataFrame({"even": [1]})).mark_rule(strokeDash=[5, 4], color=GREY)
    return alt.layer(
        base.mark_bar(),
        even.encode(x=alt.X("even:Q")),
    ).properties(height=ROW * len(table) + AXIS)
