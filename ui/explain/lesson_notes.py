"""What the lesson says in plain language: four notes, the consent note, and the cue sheet."""

from pathlib import Path

import streamlit as st

CUE_SHEET = Path(__file__).parents[2] / "docs" / "lesson.md"
CONSENT = """
Ask before a pupil's face is shown to the class: the pupil, and where the law asks for it, the parents. Taking
part is voluntary, and nobody's face has to be the example: the sample faces do as well. The photo stays in
the memory of this computer for this session; it is not stored, not sent anywhere and not in any link.
“Forget this photo” deletes it. A guess about somebody's age or sex can hurt: never let the class vote on a
classmate, and remember that “female” and “male” are labels of a data set, not what a person is.
"""
NOTES = {
    "correlation": (
        "What correlation with age is not",
        "The model has seen photos with an age beside each, and nobody told it what age is. It learned what "
        "*goes along* with that number: skin and hair, but also glasses, make-up, hats, light and the look of old "
        "photographs. None of these makes anybody older. A model that is right most of the time can be right "
        "for reasons that nobody would accept.",
    ),
    "gradient": (
        "What a gradient map is",
        "Take one pixel, make it a little brighter, and see how much the answer moves. Do that for every "
        "pixel: bright in the map means “the answer moves a lot here”. It does not say in which direction, and "
        "not that the model “looks at” that place; edges are nearly always bright.",
    ),
    "grad-cam": (
        "What Grad-CAM is",
        "Deep inside the network the photo has become a coarse grid, here {grid} cells. Each cell holds many "
        "numbers. Grad-CAM adds up those that push the answer in the chosen direction, takes off those that push "
        "against it, and keeps what is left above zero. The soft glow between "
        "the cells is drawn by the computer: the model knows nothing finer than a cell there.",
    ),
    "pretty": (
        "Why a pretty map can be wrong",
        "A map that lights up eyes and mouth looks convincing, because we expect it to. But some methods draw "
        "nearly the same picture for a network that has learned nothing: they show the photo, not the model. "
        "So every map needs a check that it could fail. The one above throws away everything the network has "
        "learned, and draws the map again.",
    ),
}


def note(name, **values):
    """Draw one of `NOTES`, with `values` put in."""
    title, text = NOTES[name]
    with st.container(border=True, key=f"note_{name}"):
        st.markdown(f"**{title}**")
        st.markdown(text.format(**values))


def for_teachers():
    """The consent note and the cue sheet, to be read before a face is chosen."""
    with st.container(horizontal=True, width="content", key="teachers"):
        with st.popover("Before pupils use the camera", icon=":material/front_hand:"):
            st.markdown(CONSENT)
        with st.popover("Cue sheet for the teacher", icon=":material/school:"):
            st.markdown(CUE_SHEET.read_text(encoding="utf-8"))
