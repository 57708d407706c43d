"""How far the labels of copies differ, as a filter; rows of `agesex.census`."""

from functools import lru_cache

import altair as alt

from agesex.census import DISAGREEMENT_NAMES
from agesex.charts.picking import PICK, ROWS, Picture, look, opacity, paled, pickable
from agesex.charts.style import AXIS, GREY, GROUP_AXIS, ROW


def apart(rows):
    """Groups of copies by how far their ages differ; rows of `census.disagreements` with low, high and chosen."""
    return Picture(paled(rows.assign(disagreement=rows.disagreement.astype(str))), _apart(), (PICK,))


@lru_cache(1)
def _apart():
    marks = (
        alt.Chart(ROWS, height=ROW * len(DISAGREEMENT_NAMES) + AXIS)
        .mark_bar(color=GREY, cursor="pointer")
        .encode(
            x=alt.X("n:Q", title="groups of copies", axis=alt.Axis(tickCount=5, format=",d")),
            y=alt.Y("disagreement:N", sort=list(DISAGREEMENT_NAMES), title=None, axis=GROUP_AXIS),
            opacity=opacity(),
            tooltip=[
                alt.Tooltip("disagreement:N", title="labels differ by"),
                alt.Tooltip("n:Q", title="groups", format=","),
            ],
        )
    )
    return look(pickable(marks, ["low", "high"]))
