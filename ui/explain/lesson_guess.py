"""The first two steps of the lesson: the guess, and the answer beside it."""

import streamlit as st

import ui
from agesex import samples, words
from ui import linked
from ui.explain.lesson_board import face, one_of, public
from ui.explain.lesson_notes import note

UNSAID = "?"  # the slider before anybody has moved it


def guess_of(scene):
    """(age or `UNSAID`, sex or None) that was guessed; kept in the address after the first step, too."""
    shared = public()
    age = linked.held("guess", default=UNSAID, parse=linked.whole(0, 100), shared=shared)
    if scene.hide_sex:
        return age, None
    both = one_of(["female", "male"])
    return age, linked.held("guess_sex", default=None, parse=both, shared=shared)


def guess(scene, board):
    """Draw the question."""
    face(scene, board)
    with board.main:
        average = scene.photo.average
        question = "How old are the people of this average face?" if average else "How old is this person?"
        st.subheader(question, anchor=False)
        linked.remembered(
            st.select_slider, "Your guess, years", [UNSAID, *range(101)], key="guess", default=UNSAID,
            parse=linked.whole(0, 100), shared=public(), label_visibility="collapsed",
        )  # fmt: skip
        if not scene.hide_sex:
            linked.remembered(
                st.segmented_control, "And which sex does its label say?", ["female", "male"],
                key="guess_sex", default=None, shared=public(),
            )  # fmt: skip
    board.below.caption(
        "The model's answer is still hidden. Move the slider, and say what your guess rests on before you "
        "go on."
    )


def answer(scene, board):
    """Draw the guess and what the model says."""
    age, sex = guess_of(scene)
    face(scene, board)
    with board.main:
        mine, model = st.columns(2)
        with mine.container(border=True, height="stretch"):
            st.caption("Your guess")
            st.subheader("No guess" if age == UNSAID else words.years(age), anchor=False)
            if sex:
                st.markdown(sex.capitalize())
        with model.container(border=True, height="stretch"):
            st.caption("The model")
            st.subheader(words.age(scene.answer), anchor=False)
            if not scene.photo.average:
                st.markdown(f"{words.interval(scene.answer)}.")
            if not scene.hide_sex:
                st.markdown(f"{words.certainty(scene.answer).capitalize()}.")
        title = scene.photo.title
        if not scene.photo.mine:
            if scene.hide_sex and scene.photo.source == "samples":
                title = ui.sample_title(samples.get(scene.photo.key), ("sex",))
            st.markdown(f"**What is known:** {ui.plain(title)}.")
        else:
            st.markdown("**What is known:** only the person in the photo can say.")
        if age != UNSAID:
            st.markdown(_verdict(age, scene))
    with board.below:
        note("correlation")


def _verdict(age, scene):
    """Guess and answer compared in a sentence."""
    gap = scene.answer.age - age
    if not round(abs(gap)):
        return "You and the model say the same. That does not mean that both are right."
    return (
        f"The model says {words.years(abs(gap))} {'more' if gap > 0 else 'less'} than you. Who has the better "
        "reasons?"
    )
