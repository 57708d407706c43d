"""The map of faces as a Plotly figure: thousands of points drawn by WebGL, to be circled with a lasso.

    figure = face_map(points, "sex")      # traces of points in the order of `parts`
    picked(points, "sex", selection)      # the rows that were circled

The one chart that Altair does not draw: it has no lasso, and SVG is slow with 20,000 points.
"""

import numpy as np
import pandas as pd

from agesex.charts.style import GREY, KINDS
from agesex.labels import RACES

HEIGHT = 620  # px
NUMBERS = {"age": ("labelled age", 0, 90), "error": ("age error, years", 0, 20)}  # name, ends of the colours
COLOURS = ("#0072b2", "#e08a00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#6b7280")  # the app's palette
ORDER = {"sex": KINDS, "split": KINDS, "race": RACES}
EDGE = 1.06  # of the axes; the map lies between −1 and 1
FEW = 3000  # points that may be drawn large
ROUND = 3  # digits of a coordinate; a thousandth is a fraction of a pixel


def parts(points, by):
    """The points of each trace.

    Args:
        points: DataFrame with x, y and the column `by`.
        by: "age", "error", "sex", "race" or "split".

    Returns:
        list of (name, row numbers); one part for what is measured, one per group otherwise.
    """
    if by in NUMBERS:
        known = points[by].notna().to_numpy()
        found = [(NUMBERS[by][0], np.flatnonzero(known))]
        return found + ([("not known", np.flatnonzero(~known))] if not known.all() else [])
    names = points[by].astype(str)
    there = set(names)
    order = [name for name in ORDER[by] if name in there]
    return [(name, np.flatnonzero(names == name)) for name in [*order, *sorted(there - set(order))]]


def face_map(points, by, background=None):
    """The points, coloured.

    Args:
        points: DataFrame with x, y and the column `by`.
        by: as of `parts`.
        background: DataFrame with x and y of points that are not chosen, drawn pale; or None.

    Returns:
        plotly.graph_objects.Figure; its traces come in the order of `parts`, the background last.
    """
    from plotly import graph_objects as go

    size = 6 if len(points) <= FEW else 3.2
    figure = go.Figure()
    for name, rows in parts(points, by):
        part = points.iloc[rows]
        marker = {"size": size, "opacity": 0.75}
        hover = f"{name}<extra></extra>"
        if by in NUMBERS and name != "not known":
            _, low, high = NUMBERS[by]
            marker |= {
                "color": part[by].to_numpy(np.float32), "cmin": low, "cmax": high, "colorscale": "Viridis",
                "colorbar": {"title": {"text": name, "side": "right"}, "thickness": 12, "outlinewidth": 0},
            }  # fmt: skip
            hover = f"{name} %{{marker.color:.0f}}<extra></extra>"
        else:
            order = ORDER.get(by, ())
            marker["color"] = COLOURS[order.index(name)] if name in order else GREY
        figure.add_trace(
            go.Scattergl(
                x=_rounded(part.x), y=_rounded(part.y), mode="markers", name=name, marker=marker,
                hovertemplate=hover,
                unselected={"marker": {"opacity": 0.12}}, showlegend=by not in NUMBERS,
            )
        )  # fmt: skip
    if background is not None and len(background):
        figure.add_trace(
            go.Scattergl(
                x=_rounded(background.x), y=_rounded(background.y), mode="markers", name="not chosen",
                hoverinfo="skip",
                marker={"size": 2.4, "opacity": 0.18, "color": GREY}, unselected={"marker": {"opacity": 0.1}},
            )
        )  # fmt: skip
    axis = {"visible": False, "range": [-EDGE, EDGE], "fixedrange": False}
    return figure.update_layout(
        height=HEIGHT, dragmode="lasso", margin={"l": 0, "r": 0, "t": 8, "b": 0}, xaxis=axis,
        yaxis={**axis, "scaleanchor": "x"}, hovermode="closest",
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "itemsizing": "constant", "title": None},
    )  # fmt: skip


def picked(points, by, selection):
    """The circled points.

    Args:
        points: as given to `face_map`.
        by: likewise.
        selection: list of dicts with curve_number and point_index, as Streamlit gives them.

    Returns:
        DataFrame: those rows of `points`; the background counts as nothing.
    """
    traces = [rows for _, rows in parts(points, by)]
    found = [
        traces[one["curve_number"]][one["point_index"]]
        for one in selection
        if one["curve_number"] < len(traces) and one["point_index"] < len(traces[one["curve_number"]])
    ]
    return points.iloc[sorted(set(found))] if found else points.iloc[:0]


def _rounded(values):
    return pd.Series(values).to_numpy(np.float32).round(ROUND)
