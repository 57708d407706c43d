"""What makes a chart a filter: a click on a mark, or a stroke over several; and charts that cost next to nothing.

    picture = Picture(rows, _bars(by="sex"), (PICK, BRUSH))
    st.vega_lite_chart(picture.rows, picture.spec, selection_mode=picture.picks, …)

A page of twenty charts is drawn after every click. Altair takes 30 to 100 ms to build and check one, so a look is
built once (`look`, for a function that is cached) and each drawing adds its rows.
"""

from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd

PICK, BRUSH = "pick", "brush"
PALE, PALE_TEXT = 0.28, 0.6  # opacity of what the filter leaves out; numbers have to be read
MARK, TEXT = "shown", "read"  # columns of `paled`
ROWS = alt.NamedData("rows")  # stands for the rows of whoever draws


@dataclass(frozen=True)
class Picture:
    """A chart to be drawn.

    Attributes:
        rows: DataFrame, what is drawn.
        spec: dict of Vega-Lite, without data.
        picks: names of the selections that it has.
    """

    rows: pd.DataFrame
    spec: dict
    picks: tuple

    def to_dict(self):
        """The whole chart as Vega-Lite, rows and all."""
        return {**self.spec, "data": {"values": self.rows.to_dict("records")}}


def pickable(chart, fields, *, stroke=None):
    """The chart with its selections.

    Args:
        chart: alt.Chart with marks.
        fields: columns that say which mark was clicked.
        stroke: "x" or "y", the channel along which a stroke selects; None for clicks only.

    Returns:
        alt.Chart.
    """
    # without toggle=False, a click while shift is held would add to a selection that nobody sees
    found = [alt.selection_point(name=PICK, fields=list(fields), toggle=False, empty=False)]
    if stroke:
        mark = alt.BrushConfig(fill="#848b96", fillOpacity=0.18, stroke="transparent")
        found.append(alt.selection_interval(name=BRUSH, encodings=[stroke], mark=mark, empty=False))
    return chart.add_params(*found)


def look(chart):
    """What a chart of `ROWS` looks like: a dict of Vega-Lite without data, checked against its schema."""
    spec = chart.to_dict()
    del spec["data"]
    return {key: value for key, value in spec.items() if key != "config"}


def ordered(spec, channel, names):
    """A look with the groups of an axis in this order; so that one look does for groups of every name and order.

    Args:
        spec: result of `look`, the channel with a sort of its own in every layer.
        channel: "x" or "y".
        names: of the groups.

    Returns:
        dict; `spec` stays as it is.
    """
    if "layer" in spec:
        return {**spec, "layer": [ordered(layer, channel, names) for layer in spec["layer"]]}
    encoding = spec["encoding"]
    return {**spec, "encoding": {**encoding, channel: {**encoding[channel], "sort": list(names)}}}


def paled(rows):
    """The rows with shown and read: 1 where the column `chosen` is true, else `PALE` and `PALE_TEXT`.

    A column `part`, where there is one, says how much of a mark is chosen, 0 to 1: what is between is drawn between.
    """
    kept = rows["part" if "part" in rows else "chosen"].to_numpy(float)
    return rows.assign(**{MARK: np.maximum(kept, PALE), TEXT: np.maximum(kept, PALE_TEXT)})


def opacity(of=MARK):
    """The opacity of `paled` rows; `of` is `MARK` or `TEXT`."""
    return alt.Opacity(f"{of}:Q", scale=None, legend=None)
