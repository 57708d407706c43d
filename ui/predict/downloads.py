"""What can be taken away: rows as CSV and JSON, and the annotated picture without metadata."""

import streamlit as st

from agesex import formats, images, score

COLUMNS = (*score.COLUMNS, "model", "level", "threshold")


def draw(rows, picture=None):
    """Draw the buttons.

    Args:
        rows: list of dicts with `COLUMNS`; what is missing is left empty.
        picture: uint8 (h, w, 3), boxed and numbered; left out where there are several photos.
    """
    with st.container(horizontal=True, key="downloads"):
        for title, make, name, kind in (
            ("CSV", lambda: text(rows, "csv"), "faces.csv", "text/csv"),
            ("JSON", lambda: text(rows, "json"), "faces.json", "application/json"),
        ):
            st.download_button(title, make, name, kind, icon=":material/download:", on_click="ignore")
        if picture is not None:
            st.download_button(
                "Annotated PNG", lambda: images.encode_png(picture), "faces.png", "image/png",
                icon=":material/download:", on_click="ignore",
            )  # fmt: skip


def text(rows, kind):
    """Rows as csv or json, just as the command line writes them, with the settings behind."""
    form = formats.Format(kind, COLUMNS)
    return form.text([dict.fromkeys(COLUMNS) | row for row in rows]) + form.end()
