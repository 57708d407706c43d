"""Map: the faces as points, near where the model takes them for alike; a lasso shows whom it holds."""

import hashlib

import pandas as pd
import streamlit as st

import ui
from agesex import face_map
from agesex import findings_dataset_more as words
from agesex.census import Choice
from agesex.charts import face_map as drawn
from agesex.errors import AgeSexError
from ui import linked
from ui.dataset import gallery

BY = {"age": "age", "sex": "sex", "race": "race code", "error": "error", "split": "split"}
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
    "Draw around points with the lasso (or a box) to see the photos; a double click lets them go. The camera "
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
            "names.",
            icon=":material/info:",
        )
        return
    n = faces.totals(choice)["photos"]
    title = words.mapped(len(points), n, BY[by])
    rest = None
    if choice != Choice():
        rest = found.table[~found.table.file.isin(set(points.file))]
    # another choice of faces makes another chart: what was circled before is not in it
    turn = hashlib.sha256(repr((choice, by)).encode()).hexdigest()[:12]
    with st.container(gap="xsmall"):
        st.markdown(f"#### {title}")
        event = st.plotly_chart(
            drawn.face_map(points, by, rest), on_select="rerun", selection_mode=("lasso", "box", "points"),
            key=f"map_{turn}", config=CONFIG, alt=title,
        )  # fmt: skip
        st.caption(f"n = {len(points):,} photos. {HOW} {_colours(by)}{ALIKE} {_made(found.facts)}")
    _circled(faces, points, by, event.selection.points, turn)


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
    columns = list(dict.fromkeys(("dataset", "file", "age", by)))
    rows = faces.rows(choice, columns, None if faces.n <= MOST else MOST)
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
            "sex": "Sex is what annotators wrote down. ",
            "race": "Race is one of five coarse codes that annotators chose; the model never learnt it. ",
            "split": "",
        }[by]
    )


def _made(facts):
    return (
        f"Drawn by {facts['method']}; of a point's neighbours in the model's own space the map keeps the "
        f"order with a trustworthiness of {facts['trustworthiness']:.2f} (1 is best, points at random have "
        "about 0.5)."
    )


def _circled(faces, points, by, selection, turn):
    chosen = drawn.picked(points, by, selection)
    if chosen.empty:
        return
    st.subheader(f"{len(chosen):,} photos in there", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        about = (turn, len(chosen), chosen.file.iloc[0], chosen.file.iloc[-1])
        start = gallery.pager("circled", len(chosen), PER_PAGE, about=about)
    shown = chosen.sample(frac=1, random_state=0).iloc[start : start + PER_PAGE]
    rows = pd.concat(
        [gallery.rows_of(faces, part.file, name) for name, part in shown.groupby("dataset", sort=False)],
        ignore_index=True,
    )
    st.caption(f"{start + 1:,}–{start + len(rows):,}, in a random order. A click opens the face.")
    gallery.draw(faces, rows, key="circled")
