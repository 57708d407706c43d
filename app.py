"""Overview: what this is, the headline figures, and the pages with their questions.

    streamlit run app.py
"""

import streamlit as st

import ui
from agesex import model_card

BEGIN = {"Predict": "Try it on a face", "Metrics": "See how good it is", "Explain": "See where it looks"}


def overview():
    """Draw the start page."""
    ui.page("Overview")
    facts = ui.dataset_facts()
    st.markdown(
        f"A small neural network has looked at {facts['splits']['train']:,} photos of faces. It answers "
        "two questions about a new one: **how old** the person looks, with an interval, and **which sex** "
        "it would be labelled, with a probability. These pages show what it says, how "
        "often that is right, for whom, and where it looks. Everything is computed on this computer; no "
        "photo leaves it or is written to disk."
    )
    with st.container(horizontal=True, gap="small", key="begin"):
        for name, words in BEGIN.items():
            ui.link(name, words)
    ui.average_faces()
    with ui.guard():
        figures = ui.read_card()["figures"]
        st.subheader("How good it is on faces that it has never seen", anchor=False)
        with st.container(horizontal=True, key="headline"):
            for metric in ("mae", "sex_accuracy", "coverage"):
                ui.big_figure(metric, figures["test"][metric], width="stretch")
    st.subheader("What each page answers", anchor=False)
    with st.container(horizontal=True, key="pages"):
        for entry in ui.MENU[1:]:
            with st.container(border=True, height="stretch", key=f"card_{entry.url}"):
                ui.link(entry.name)
                st.write(entry.question)
    with ui.guard():
        st.subheader("What it cannot do", anchor=False)
        st.markdown(model_card.limits(ui.full_card()))


ui.run(overview)
