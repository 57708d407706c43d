"""Map: the faces as points, near where the model takes them for alike; a lasso shows whom it holds."""

from functools import partial

import pandas as pd
import streamlit as st

import ui
from agesex import face_map, labels
from agesex import findings_dataset_more as words
from agesex.census import Choice
from agesex.charts import face_map as drawn
from agesex.errors import AgeSexError
from ui import linked
from ui.dataset import about, gallery

BY = {"age": "age", "sex": "sex", "race": "race code", "error": "error", "split": "split"}
CIRCLE = "of_map"  # in the address: corners of what was circled
FAR = 9  # of a corner; the map lies between −1 and 1
MOST = 30_000  # points
PER_PAGE = 40
CONFIG = {
    "displaylogo": False,
    "scrollZoom": False,
    "modeBarButtonsToRemove": ["autoScale2d", "zoomIn2d", "zoomOut2d"],
    "toImageButtonOptions": {"format": "svg", "filename": "map-of-faces"},
}
ALIKE = (
    "Near means that the last layer of the default model, which was trained to tell ages and sexes apart and "
    "nothing else, takes nearly the same values. That is no resemblance and says nothing about who somebody "
    "is. How far apart two islands lie, and which way up the map is, mean nothing."
)
HOW = (
    "Draw around points with the lasso (or a box) to see the photos; a double click, or the button that then comes, lets them go. The camera "
    "above the map saves it as SVG."
)


def draw(faces, choice):
    """Draw the view.

    Args:
        faces: `agesex.census.Faces`.
        choice: `agesex.census.Choice`.
    """
    found = _found()
    if found is None:
        return
    by = linked.remembered(
        st.segmented_control, "Coloured by",
        [name for name in BY if name != "error" or name in faces.columns],
        format_func=BY.get, key="map_by", default="age", required=True,
    )  # fmt: skip
    points = _points(faces, choice, found, by)
    if points.empty:
        st.info(
            "None of the chosen photos is on the map, which holds those of UTKFace that the split manifest "
            "names. `python -m training.embed` makes it.",
            icon=":material/info:",
        )
        return
    n = faces.totals(choice)["photos"]
    title = words.mapped(len(points), n, BY[by])
    rest = None
    if choice != Choice():
        rest = found.table[~found.table.file.isin(set(points.file))]
    circle = linked.held(CIRCLE, default=None, parse=_corners)
    place, first = _place((choice, by), circle)
    with st.container(gap="xsmall"):
        st.markdown(f"#### {title}")
        st.plotly_chart(
            drawn.face_map(points, by, rest, _pairs(first)), on_select=partial(_drawn, place),
            selection_mode=("lasso", "box", "points"), key=place, config=CONFIG, alt=title,
        )  # fmt: skip
        st.caption(f"n = {len(points):,} photos. {HOW} {_colours(by)}{ALIKE} {_made(found.facts)}")
    if circle:
        _circled(faces, points[drawn.inside(points, _pairs(circle))], (choice, circle))


def remember():
    """Keep what was circled in the address while something else is shown."""
    linked.held(CIRCLE, default=None, parse=_corners)
    linked.held("map_by", default="age", parse={name: name for name in BY}.__getitem__)


def _place(about, circle):
    """The key of the chart, and what it had circled when it was new.

    Other faces or colours, an address, or the way back from another view make a new chart, which starts with what is
    circled now. What the visitor circles in it the browser draws by itself: another figure under the same key would
    wipe it out.
    """
    state = st.session_state
    memory = state.setdefault("map_chart", {"turn": 0, "about": None, "first": None})
    if memory["about"] != about or linked.moved() or f"map_{memory['turn']}" not in state:
        memory.update(turn=memory["turn"] + 1, about=about, first=circle)
    return f"map_{memory['turn']}", memory["first"]


def _drawn(place):
    """After a lasso, a box, a click or a double click."""
    selection = (st.session_state.get(place) or {}).get("selection", {})
    circle = drawn.corners(selection)
    linked.put(CIRCLE, circle and "_".join(f"{end:g}" for corner in circle for end in corner))
    linked.put("circled", 1)


def _corners(text):
    """Corners as they stand in the address, "x_y_x_y_…"; raises ValueError."""
    numbers = [float(end) for end in text.split("_")]
    if not 6 <= len(numbers) <= 2 * drawn.CORNERS or len(numbers) % 2 or not all(abs(end) <= FAR for end in numbers):
        raise ValueError(text)
    return text


def _pairs(circle):
    """Corners as (x, y) of numbers; None without any."""
    if circle is None:
        return None
    numbers = [float(end) for end in circle.split("_")]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _found():
    """The map, or None, which is said."""
    try:
        found = face_map.read()
    except AgeSexError as error:
        st.error(ui.plain(str(error)), icon=":material/error:")
        return None
    if found is None:
        st.info(
            "There is no map of the default model's view of UTKFace. `python -m training.embed UTKFACE` "
            "makes it.",
            icon=":material/map:",
        )
    return found


def _points(faces, choice, found, by):
    """The chosen photos that are on the map: dataset, file, x, y and what they are coloured by."""
    columns = list(dict.fromkeys(("dataset", "file", "source", "age", by)))
    rows = faces.rows(choice, columns, None if faces.n <= MOST else MOST)
    rows = rows[rows.source == about.TABLED]  # a photo of another source may be called alike
    return rows.merge(found.table[["file", "x", "y"]], on="file")


def _colours(by):
    if by == "error":
        return (
            "Error of the default model, from 0 (dark) to 20 years or more (yellow); on photos that it was "
            "trained on it is smaller than it would be on others. "
        )
    on_top = (
        "" if by in drawn.NUMBERS else "Where points lie on each other, the last group hides the others. "
    )
    return (
        on_top
        + {
            "age": "From 0 (dark) to 90 years or more (yellow). ",
            "sex": f"{labels.ORIGIN} ",
            "race": f"{labels.ORIGIN} Race is one of five coarse codes; the model never learnt it. ",
            "split": "",
        }[by]
    )


def _made(facts):
    return (
        f"Drawn by {facts['method']}; of a point's neighbours in the model's own space the map keeps the "
        f"order with a trustworthiness of {facts['trustworthiness']:.2f} (1 is best, points at random have "
        "about 0.5)."
    )


def _wiper():
    st.button("Let them go", icon=":material/lasso_select:", key="wipe_map", type="tertiary", on_click=_wipe)


def _wipe():
    linked.put(CIRCLE, None)
    st.session_state["map_chart"]["about"] = None  # a new chart, without the lasso


def _circled(faces, chosen, about):
    if chosen.empty:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption("None of the chosen photos is in what was circled.", width="content")
            _wiper()
        return
    st.subheader("1 photo in there" if len(chosen) == 1 else f"{len(chosen):,} photos in there", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        start = gallery.pager("circled", len(chosen), PER_PAGE, about=about)
        _wiper()
    shown = chosen.sample(frac=1, random_state=0).iloc[start : start + PER_PAGE]
    rows = pd.concat(
        [gallery.rows_of(faces, part.file, name) for name, part in shown.groupby("dataset", sort=False)],
        ignore_index=True,
    )
    st.caption(f"{start + 1:,}–{start + len(rows):,}, in a random order. A click opens the face.")
    gallery.draw(faces, rows, key="circled")
