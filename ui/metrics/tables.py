"""A table that can be taken away: shown in good format, downloaded with every digit."""

import streamlit as st

LONG = 20  # rows that are shown without scrolling


def table(frame, name, *, columns=None, shown=None):
    """Draw a table with a button that gives its exact numbers.

    Args:
        frame: DataFrame; what the button gives.
        name: of the file, without ending; the button's key as well.
        columns: column_config of `st.dataframe`.
        shown: DataFrame to be drawn in place of `frame`, e.g. with fewer columns or as text.
    """
    with st.container(gap="xsmall"):
        shown = frame if shown is None else shown
        height = "content" if len(shown) <= LONG else 38 * LONG
        st.dataframe(shown, hide_index=True, column_config=columns, height=height)
        st.download_button(
            "CSV", lambda: frame.to_csv(index=False), f"{name}.csv", "text/csv", key=f"csv_{name}",
            icon=":material/download:", on_click="ignore", help="Every row and digit of this table",
        )  # fmt: skip
