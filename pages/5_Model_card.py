"""Model card: what the model was trained on, where it fails, what it must not be used for."""

import streamlit as st

import ui
from agesex import model, model_card
from ui import model_choice

LICENSE = "licence"  # anchor of the licence's text on this page


def draw(name):
    """The card of one model, and the licence of its weights."""
    title, summary, sections, whole = ui.card_texts(name)
    st.subheader(title, anchor=False)
    st.markdown(model_card.head(ui.read_card(name), f"#{LICENSE}"))
    st.download_button(
        "Download this card",
        whole,
        file_name=f"MODEL_CARD_{name}.md",
        mime="text/markdown",
        icon=":material/download:",
        on_click="ignore",
    )
    st.markdown(summary)
    for heading, text in sections.items():
        if heading in (model_card.FIGURES, model_card.GROUPS):
            with st.expander(heading):
                st.markdown(text)
        else:
            st.markdown(f"### {heading}\n\n{text}")
    st.subheader("Licence of the weights", anchor=LICENSE)
    with ui.guard():
        st.code(model_card.license_text(name), language=None, wrap_lines=True)


ui.page("Model card")
names = model.names() or [model.DEFAULT]
titles = model_choice.labels()
picked = (
    st.selectbox("Model", names, format_func=lambda name: titles.get(name, name), width=320)
    if len(names) > 1
    else names[0]
)
with ui.guard():
    draw(picked)
