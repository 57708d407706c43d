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
# Viridis (Smith and van der Walt 2015) without the ends that vanish on a dark or on a light page
COLOUR_SCALE = ("#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#a5cf2e")
ORDER = {"sex": KINDS, "split": KINDS, "race": RACES}
EDGE = 1.06  # of the axes; the map lies between −1 and 1
FEW = 3000  # points that may be drawn large
CORNERS = 32  # of what was circled, at most; the address has to stay short
TINY = 0.002  # around a point that was clicked
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


def face_map(points, by, background=None, circle=None):
    """The points, coloured.

    Args:
        points: DataFrame with x, y and the column `by`.
        by: as of `parts`.
        background: DataFrame with x and y of points that are not chosen, drawn pale; or None.
        circle: corners of what was circled before, as of `corners`, drawn as if the hand had just done it; or None.

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
                "color": part[by].to_numpy(np.float32), "cmin": low, "cmax": high, "colorscale": COLOUR_SCALE,
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
    if circle:
        path = "L".join(f"{x},{y}" for x, y in circle)
        figure.update_layout(selections=[{"type": "path", "path": f"M{path}Z", "xref": "x", "yref": "y"}])
        for (_, rows), trace in zip(parts(points, by), figure.data, strict=False):
            trace.selectedpoints = np.flatnonzero(inside(points.iloc[rows], circle))
    axis = {"visible": False, "range": [-EDGE, EDGE], "fixedrange": False}
    return figure.update_layout(
        height=HEIGHT, dragmode="lasso", margin={"l": 0, "r": 0, "t": 8, "b": 0}, xaxis=axis,
        yaxis={**axis, "scaleanchor": "x"}, hovermode="closest",
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "itemsizing": "constant", "title": None},
    )  # fmt: skip


def corners(selection):
    """What was circled, short enough for an address.

    Args:
        selection: dict with lasso and box (lists of dicts with x and y) and points, as Streamlit gives it.

    Returns:
        tuple of at most `CORNERS` (x, y), rounded to thousandths; a single point that was clicked is a tiny square
        around it. None where nothing was circled.
    """
    for one in selection.get("lasso") or ():
        drawn = list(dict.fromkeys(zip(*(_rounded(one[name]).tolist() for name in "xy"), strict=True)))
        if len(drawn) >= 3:
            return _shortened(drawn)
    for one in selection.get("box") or ():
        (left, right), (low, high) = (_ends(one[name]) for name in "xy")
        return (left, low), (right, low), (right, high), (left, high)
    for one in selection.get("points") or ():
        (left, right), (low, high) = (_ends([one[name] - TINY, one[name] + TINY]) for name in "xy")
        return (left, low), (right, low), (right, high), (left, high)
    return None


def inside(points, circle):
    """Which points lie within the corners; (n,) bool, by how often a ray from each crosses an edge."""
    x, y = (points[name].to_numpy(float) for name in "xy")
    found = np.zeros(len(points), bool)
    for (x0, y0), (x1, y1) in zip(circle, [*circle[1:], circle[0]], strict=True):
        if y0 != y1:
            crosses = ((y0 > y) != (y1 > y)) & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
            found ^= crosses
    return found


def _shortened(drawn):
    """As few corners as the address bears: the one that changes the shape least goes first."""
    drawn = list(drawn)
    while len(drawn) > CORNERS:
        ends = np.array([drawn[-1], *drawn, drawn[0]])
        (ax, ay), (bx, by), (cx, cy) = ends[:-2].T, ends[1:-1].T, ends[2:].T
        drawn.pop(int(np.abs((bx - ax) * (cy - ay) - (by - ay) * (cx - ax)).argmin()))
    return tuple(drawn)


def _ends(values):
    low, high = sorted(round(float(value), ROUND) for value in values[:2])
    return low, high


def _rounded(values):
    return pd.Series(values).to_numpy(np.float32).astype(float).round(ROUND)
