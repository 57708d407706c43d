"""Lesson: guess first, then the answer, the map, covering a part, and the check that can fail the map.

The step, the guess and the choices live in the address, so back, reload and a shared link keep them
(for samples and faces of a connected data set; a visitor's photo is in no address).
"""

import functools
import random
from dataclasses import dataclass

import streamlit as st

import ui
from agesex import annotate, explain, samples, words
from agesex.explain import cover, findings, regions, sanity
from ui import linked
from ui.explain import map_view
from ui.explain.lesson_notes import for_teachers, note

STEPS = ("Guess", "Answer", "Map", "Cover", "Check")
EXPECTED = {"older": "older", "same": "the same age", "younger": "younger"}
WIDTHS = [1, 2.6]  # of the face and of the rest: the whole face is on the first screen of a projector
UNSAID = "?"  # the slider before anybody has moved it


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
    _guess_of(scene)  # the guess stays in the address after the first step, too
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
    (_guess, _answer, _map, _cover, _check)[step - 1](scene, board)


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
    return linked.held("step", default=1, parse=linked.whole(1, len(STEPS)), shared=_public())


def _public():
    """Whether a link may lead into this lesson: not where it is about a visitor's own photo."""
    return linked.value("source", "samples") not in ("upload", "camera")


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


def _guess_of(scene):
    """(age or `UNSAID`, sex or None) that was guessed; kept in the address after the first step, too."""
    shared = _public()
    age = linked.held("guess", default=UNSAID, parse=linked.whole(0, 100), shared=shared)
    if scene.hide_sex:
        return age, None
    both = _one_of(["female", "male"])
    return age, linked.held("guess_sex", default=None, parse=both, shared=shared)


def _one_of(names):
    return {name: name for name in names}.__getitem__


def _face(scene, board):
    board.face.image(scene.crop, alt="The face, cut out as the model sees it", width="stretch")


def _guess(scene, board):
    _face(scene, board)
    with board.main:
        average = scene.photo.average
        question = "How old are the people of this average face?" if average else "How old is this person?"
        st.subheader(question, anchor=False)
        linked.remembered(
            st.select_slider, "Your guess, years", [UNSAID, *range(101)], key="guess", default=UNSAID,
            parse=linked.whole(0, 100), shared=_public(), label_visibility="collapsed",
        )  # fmt: skip
        if not scene.hide_sex:
            linked.remembered(
                st.segmented_control, "And which sex does its label say?", ["female", "male"],
                key="guess_sex", default=None, shared=_public(),
            )  # fmt: skip
    board.below.caption(
        "The model's answer is still hidden. Move the slider, and say what your guess rests on before you "
        "go on."
    )


def _answer(scene, board):
    age, sex = _guess_of(scene)
    _face(scene, board)
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


def _map(scene, board):
    _face(scene, board)
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
        _two(pictures)
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


def _two(pictures):
    """Two pictures side by side: (picture, alt text, caption) each."""
    for column, (picture, alt, text) in zip(st.columns(2), pictures, strict=True):
        column.image(picture, alt=alt, width="stretch", output_format="PNG")
        column.caption(text)


def _cover(scene, board):
    with board.main:
        st.subheader("What happens if we cover a part?", anchor=False)
        part = linked.remembered(
            st.pills, "Cover the …", list(regions.REGIONS), key="lesson_part", default="mouth", required=True,
            moved=functools.partial(linked.reset, "expected"),  # another part: say anew what you expect
        )  # fmt: skip
        expected = linked.remembered(
            st.segmented_control, "What will the model say then?", list(EXPECTED), format_func=EXPECTED.get,
            key="expected", default=None, shared=_public(),
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


def _check(scene, board):
    _face(scene, board)
    target, method = linked.held("target", default="older", parse=_one_of(scene.targets)), "grad-cam"
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
        _two(pictures)
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
