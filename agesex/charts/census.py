"""How far two labels of one photo differ; rows of `agesex.census`."""

import altair as alt

from agesex.census import DISAGREEMENT_NAMES
from agesex.charts.style import AXIS, GREY, GROUP_AXIS, ROW


def disagreements(rows):
    """Groups of copies by how far their ages differ; rows of `census.disagreements`."""
    return (
        alt.Chart(rows, height=ROW * len(rows) + AXIS)
        .mark_bar(color=GREY)
        .encode(
            x=alt.X("n:Q", title="groups of copies", axis=alt.Axis(tickCount=5)),
            y=alt.Y("disagreement:N", sort=list(DISAGREEMENT_NAMES), title=None, axis=GROUP_AXIS),
            tooltip=[alt.Tooltip("disagreement"), alt.Tooltip("n", format=",")],
        )
    )
