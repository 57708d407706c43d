"""Lesson: guess first, then the answer, the map, covering a part, and the check that can fail the map.

The step, the guess and the choices live in the address, so back, reload and a shared link keep them
(for samples and faces of a connected data set; a visitor's photo is in no address).
"""

import random

import streamlit as st

from agesex import samples
from ui import linked
from ui.explain import lesson_guess, lesson_map
from ui.explain.lesson_board import Board, public
from ui.explain.lesson_guess import UNSAID, guess_of
from ui.explain.lesson_notes import for_teachers

STEPS = ("Guess", "Answer", "Map", "Cover", "Check")
DRAWN = (lesson_guess.guess, lesson_guess.answer, lesson_map.maps, lesson_map.covering, lesson_map.check)
WIDTHS = [1, 2.6]  # of the face and of the rest: the whole face is on the first screen of a projector


def hides():
    """What the choice of a face must not give away, a tuple: nothing once the guess is made."""
    return ("age", "sex") if _step() == 1 else ()


def started():
    """Whether the guess has been made."""
    return _step() > 1


def begin():
    """Draw what comes before the face: the steps (those that were reached are open) and notes."""
    step, state = _step(), st.session_state
    reached = state["lesson_reached"] = max(state.get("lesson_reached", 1), step)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="trail"):
        for i, name in enumerate(STEPS, 1):
            st.button(
                f"**{i} {name}**" if i == step else f"{i} {name}", key=f"to_step_{i}", disabled=i > reached,
                type="secondary" if i == step else "tertiary", on_click=linked.put, args=("step", i),
            )  # fmt: skip
        for_teachers()


def draw(scene):
    """Draw the present step."""
    face = f"{scene.photo.key}/{scene.index}"
    before = st.session_state.get("lesson_face")
    st.session_state["lesson_face"] = face
    begun = _step() > 1 or linked.value("guess", UNSAID) != UNSAID
    if begun and before not in (None, face) and not linked.moved():
        _anew()  # another face: guess anew
        st.rerun()
    step = _step()
    guess_of(scene)  # the guess stays in the address after the first step, too
    with st.container(key="lesson"):
        left, right = st.columns(WIDTHS, gap="large")
        with right:
            main = st.container()
            buttons = st.container(horizontal=True, key="steps")
        board = Board(left, main, st.container())
    with buttons:  # before the step, which may take some seconds to compute
        if step > 1:
            st.button(
                "Back", icon=":material/arrow_back:", key="step_back", on_click=linked.put,
                args=("step", step - 1),
            )  # fmt: skip
        st.button(
            _forward_label(step), key="step_next", type="primary", on_click=_forward, args=(step,),
            icon=":material/arrow_forward:" if step < len(STEPS) else ":material/restart_alt:",
        )  # fmt: skip
        if st.session_state.pop("lesson_unsaid", False):
            st.markdown("**Move the slider first.**", width="content")
    DRAWN[step - 1](scene, board)


def _forward_label(step):
    if step == 1:
        return "That is my guess"
    return f"Next: {STEPS[step]}" if step < len(STEPS) else "Another face"


def _forward(step):
    """What the forward button does; it is never disabled, because a disabled button loses the focus."""
    if step == len(STEPS):
        _another()
    elif step == 1 and st.session_state.get("guess", UNSAID) == UNSAID:
        st.session_state["lesson_unsaid"] = True
    else:
        linked.put("step", step + 1)


def _step():
    return linked.held("step", default=1, parse=linked.whole(1, len(STEPS)), shared=public())


def _another():
    """A sample face that is not the present one, from the first step."""
    now = linked.value("sample")
    others = [sample.key for sample in samples.all() if sample.key != now]
    linked.put("source", "samples")
    linked.put("sample", random.choice(others))
    _anew()


def _anew():
    """Nothing is guessed or expected yet."""
    for key, value in (("step", 1), ("guess", UNSAID), ("guess_sex", None), ("expected", None)):
        linked.put(key, value)
    st.session_state["lesson_reached"] = 1
