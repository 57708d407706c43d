"""Model card: what the model was trained on, where it fails, what it must not be used for."""

import streamlit as st

import ui
from agesex import model, model_card


def draw(name):
    """The card of one model, and the licence of its weights."""
    card = ui.full_card(name)
    st.download_button(
        "Download this card",
        model_card.markdown(card),
        file_name=f"MODEL_CARD_{name}.md",
        mime="text/markdown",
        icon=":material/download:",
        on_click="ignore",
    )
    st.subheader(card["title"], anchor=False)
    st.markdown(model_card.summary(card))
    for heading, text in model_card.sections(card).items():
        if heading in (model_card.FIGURES, model_card.GROUPS):
            with st.expander(heading):
                st.markdown(text)
        else:
            st.markdown(f"### {heading}\n\n{text}")
    with ui.guard(), st.expander("Licence of the weights", expanded=True):
        st.code(model_card.license_text(name), language=None, wrap_lines=True)


ui.page("Model card")
names = model.names() or [model.DEFAULT]
picked = st.selectbox("Model", names, width=320) if len(names) > 1 else names[0]
with ui.guard():
    draw(picked)
