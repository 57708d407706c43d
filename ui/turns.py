"""How the sessions of one server share its processor: quick answers in one row, long ones in another.

    with turns.turn("quick"):
        …                                   # a photo's faces and answers
    turns.answers(found, model)             # in one forward pass with the faces of other visitors

Without it, thirty photos at once would be searched side by side on two cores, each thirty times as slowly and each
with its own memory.
"""

import contextlib

import numpy as np
import streamlit as st

from agesex import forward_queue, predict, threads
from agesex.turns import Turns

LANES = {  # side by side, and how many more may wait
    "quick": (threads.CORES, 24),
    "long": (1, 8),  # seconds to half a minute each, such as the checks of Explain
}
NEXT = "Your photo is next."
WAITS = "Other photos come first: {place} {are} before yours, about {seconds:.0f} s."


@st.cache_resource(show_spinner=False)
def _lanes():
    return {name: Turns(*limits) for name, limits in LANES.items()}


@st.cache_resource(show_spinner=False)
def _queue():
    return forward_queue.Queue()


@contextlib.contextmanager
def turn(lane):
    """Wait for a turn; the visitor sees how many come first.

    Args:
        lane: a name of `LANES`.

    Raises:
        Busy: too many wait already.
    """
    place = st.empty()

    def say(before, seconds):
        are = "is" if before == 1 else "are"
        text = WAITS.format(place=before, are=are, seconds=max(1, seconds)) if before else NEXT
        place.info(text, icon=":material/hourglass_top:")

    with _lanes()[lane].turn(say):
        place.empty()
        yield


def answers(found, model):
    """`predict.predict`, in one pass with whatever other visitors ask at the same moment.

    Args:
        found: list of `faces.Face`.
        model: a `model.Model`.

    Returns:
        list of `predict.Prediction`, one per face.
    """
    return predict.from_output(output(found, model), model.card["calibration"]) if found else []


def output(found, model):
    """The network's raw output for at least one face (`agesex.model.Output`), asked for as by `answers`."""
    return _queue().put(model, np.stack([face.crop for face in found])).result()
