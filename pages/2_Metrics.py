"""Metrics: how good the model is, for whom, and how sure we are.

Everything is drawn from the model's folder: card.json, predictions.parquet, history.csv.
"""

import importlib

import streamlit as st

import ui
from ui import linked
from ui.metrics import choice

VIEWS = {  # module of ui.metrics: what it is called
    "overview": "Overview",
    "age": "Age",
    "sex": "Sex",
    "intervals": "Intervals",
    "fairness": "Fairness",
    "failures": "Failures",
    "robustness": "Robustness",
    "making": "Making",
    "slice": "Slice",
}


def main():
    """Draw the page; a broken folder is one sentence, and the pickers stay."""
    ui.page("Metrics")
    with ui.guard():
        view = linked.remembered(
            st.segmented_control, "View", list(VIEWS), format_func=VIEWS.get, default="overview",
            required=True, key="view", label_visibility="collapsed",
        )  # fmt: skip
        chosen = choice.pick(view)
        if chosen is None:
            return
        own = view in choice.OWN_FACES
        about = "" if own else f"{chosen.caveat} "
        st.caption(f"{about}Model {chosen.title}, SHA-256 {chosen.card['sha256'][:12]}…")
        if not own and chosen.rows().empty:
            st.info(
                f"There is no {chosen.split} face in `{chosen.name}/predictions.parquet`. Choose other faces, restore "
                "the file, or make it again with `python -m training.evaluate`.", icon=":material/info:",
            )  # fmt: skip
            return
        importlib.import_module(f"ui.metrics.{view}").draw(chosen)


main()
