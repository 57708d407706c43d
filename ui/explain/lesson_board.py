"""What the steps of the lesson share: where they draw, the face, and what the address holds of them."""

from dataclasses import dataclass

import streamlit as st

from ui import linked


@dataclass(frozen=True)
class Board:
    """The parts of a step, at the same places in all of them: the forward button keeps the keyboard's focus.

    Attributes:
        face: container of the face, on the left.
        main: container of what the step is about, on the right; the buttons stand below it.
        below: container of what may be read afterwards, over the whole width.
    """

    face: object
    main: object
    below: object


def face(scene, board):
    """Draw the face on the left."""
    board.face.image(scene.crop, alt="The face, cut out as the model sees it", width="stretch")


def two(pictures):
    """Two pictures side by side: (picture, alt text, caption) each."""
    for column, (picture, alt, text) in zip(st.columns(2), pictures, strict=True):
        column.image(picture, alt=alt, width="stretch", output_format="PNG")
        column.caption(text)


def public():
    """Whether a link may lead into this lesson: not where it is about a visitor's own photo."""
    return linked.value("source", "samples") not in ("upload", "camera")


def one_of(names):
    """A parser for `linked`: one of these names."""
    return {name: name for name in names}.__getitem__
