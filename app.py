"""Overview: what this is, the headline figures, and the pages with their questions.

    streamlit run app.py
"""

import streamlit as st

import ui
from agesex import model_card


def overview():
    """Draw the start page."""
    ui.page("Overview")
    facts = ui.dataset_facts()
    st.markdown(
        f"A small neural network has looked at {facts['splits']['train']:,} photos of faces. It answers "
        "two questions about a new one: **how old** the person looks, with an interval, and **which sex** "
        "an annotator would have written down, with a probability. These pages show what it says, how "
        "often that is right, for whom, and where it looks. Everything is computed on this computer; no "
        "photo leaves it or is kept."
    )
    with ui.guard():
        figures = ui.read_card()["figures"]
        st.subheader("How good it is on faces that it has never seen", anchor=False)
        with st.container(horizontal=True, key="headline"):
            for metric in ("mae", "sex_accuracy", "coverage"):
                ui.big_figure(metric, figures["test"][metric], width=360)
    st.subheader("What each page answers", anchor=False)
    with st.container(horizontal=True):
        for entry in ui.MENU[1:]:
            with st.container(border=True, width=360, height="stretch", key=f"card_{entry.url}"):
                ui.link(entry.name)
                st.write(entry.question)
    st.subheader("Whom it learned from", anchor=False)
    ui.average_faces()
    with ui.guard():
        st.subheader("What it cannot do", anchor=False)
        st.markdown(model_card.limits(ui.full_card()))


ui.run(overview)
