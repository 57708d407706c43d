"""The last three steps of the lesson: the map, covering a part, and the check that can fail the map."""

import functools

import streamlit as st

import ui
from agesex import annotate, explain
from agesex.explain import cover, findings, regions, sanity
from ui import linked
from ui.explain import map_view
from ui.explain.lesson_board import face, one_of, public, two
from ui.explain.lesson_notes import note

EXPECTED = {"older": "older", "same": "the same age", "younger": "younger"}


def maps(scene, board):
    """Draw two maps of the face."""
    face(scene, board)
    with board.main:
        target = map_view.target_picker(scene)
        coarse = scene.explained(target, "grad-cam")
        fine = scene.explained(target, "smoothgrad")
        pictures = (
            (explain.overlay(scene.crop, fine, 0.7), "The face with a gradient map",
             "**SmoothGrad**, a gradient map: bright where the answer moves when the pixel changes."),
            (explain.overlay(scene.crop, coarse, 0.6), "The face with a Grad-CAM map",
             f"**Grad-CAM**: hot where the last grid speaks for “{target}”."),
        )  # fmt: skip
        two(pictures)
        if coarse.empty:
            st.info(ui.plain(coarse.note), icon=":material/info:")
    rows, columns = coarse.raw.shape
    with board.below:
        st.markdown(f"The model says **{scene.says()}**.")
        left, right = st.columns(2)
        with left:
            note("gradient")
        with right:
            note("grad-cam", grid=f"{rows}×{columns}")


def covering(scene, board):
    """Draw the question what the model says without a part, and the answer."""
    with board.main:
        st.subheader("What happens if we cover a part?", anchor=False)
        part = linked.remembered(
            st.pills, "Cover the …", list(regions.REGIONS), key="lesson_part", default="mouth", required=True,
            moved=functools.partial(linked.reset, "expected"),  # another part: say anew what you expect
        )  # fmt: skip
        expected = linked.remembered(
            st.segmented_control, "What will the model say then?", list(EXPECTED), format_func=EXPECTED.get,
            key="expected", default=None, shared=public(),
        )  # fmt: skip
    effect = scene.kept(
        ("lesson", part),
        lambda: cover.effects(scene.model, scene.crop, {part: regions.masks()[part]}, "blur")[0],
    )
    board.face.image(
        effect.crop, alt=f"The face without the {part}", width="stretch", output_format="PNG"
    )
    with board.main:
        if expected is None:
            st.caption("Say what you expect first; then the answer is shown.")
            return
        for column, (title, answer) in zip(
            st.columns(2), (("Before", effect.before), ("After", effect.after)), strict=True
        ):
            with column.container(border=True):
                st.caption(title)
                st.subheader(f"{answer.age:.1f} years", anchor=False)
        st.markdown(f"**{effect.words[0].upper()}{effect.words[1:]}.** {_hit(expected, effect)}")
    board.below.caption(
        "The covered part is the photo itself, blurred: a black patch would be a picture that the model "
        "has never seen the like of. One face is one example; try others before you believe a rule."
    )


def _hit(expected, effect):
    came = "same" if not round(abs(effect.years)) else "older" if effect.years > 0 else "younger"
    return "As you expected." if came == expected else f"You expected “{EXPECTED[expected]}”."


def check(scene, board):
    """Draw the map beside that of a model that has forgotten everything."""
    face(scene, board)
    target, method = linked.held("target", default="older", parse=one_of(scene.targets)), "grad-cam"
    if target not in scene.targets:
        target = "older"
    with board.main:
        st.subheader("What is left when the model forgets?", anchor=False)
        with st.spinner("Throwing away what was learned, layer by layer …", show_time=True):
            steps = scene.kept(
                ("lesson check", target), lambda: sanity.sanity(scene.model, scene.crop, target, method)
            )
        learned, last = scene.explained(target, method), steps[-1]
        pictures = [
            (annotate.cells(raw), f"Grad-CAM {title}", f"Grad-CAM **{title}**")
            for raw, title in (
                (learned.raw, "with what the model has learned"),
                (last.raw, "with random weights everywhere"),
            )
        ]  # fmt: skip
        two(pictures)
        st.markdown(f"**{findings.agreement(last.rank_correlation, sanity.LIMIT)}.**")
        if meaning := _meaning(last.rank_correlation):
            st.markdown(meaning)
    with board.below:
        st.caption(
            "A rank correlation of 1 means the same order of cells, 0 none, −1 the reverse. One face and one "
            "throw of the dice; “Trust it?” shows the figures over many faces and five throws, and other "
            "checks."
        )
        st.button(
            "More checks for this face", icon=":material/verified:", key="to_trust", on_click=linked.put,
            args=("view", "trust"),
        )  # fmt: skip
        note("pretty")


def _meaning(alike):
    """What a rank correlation with random weights says about a map; nothing where there is none."""
    if alike != alike:
        return ""
    if alike > sanity.LIMIT:
        return "The map has hardly changed: for this face it shows the photo rather than the model."
    return (
        "The map has changed, so the photo alone does not make it. Whether it is right is another question."
    )
