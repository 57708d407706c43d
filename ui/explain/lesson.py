"""Lesson: guess first, then the answer, the map, covering a part, and the check that can fail the map.

The step, the guess and the choices live in the address, so back, reload and a shared link keep them
(for samples and faces of a connected data set; a visitor's photo is in no address).
"""

import functools
import random

import streamlit as st

import ui
from agesex import annotate, explain, samples, words
from agesex.explain import cover, regions, sanity
from ui import linked
from ui.explain import map_view
from ui.explain.lesson_notes import for_teachers, note

STEPS = ("Guess", "Answer", "Map", "Cover", "Check")
EXPECTED = {"older": "older", "same": "the same age", "younger": "younger"}
UNSAID = "?"  # the slider before anybody has moved it


def begin(hide_sex):
    """Draw what comes before the choice of a face.

    Args:
        hide_sex: whether sex is hidden in the whole page.

    Returns:
        tuple: what the choice of a face must not give away.
    """
    step = _step()
    for_teachers()
    names = [f"**{i} · {name}**" if i == step else f"{i} · {name}" for i, name in enumerate(STEPS, 1)]
    st.markdown("  →  ".join(names))
    return ("age", "sex") if step == 1 else ()


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
    guess = _guess_of(scene)
    buttons = st.container(horizontal=True, key="steps")  # above the step, so that they stay in sight
    (_guess, _answer, _map, _cover, _check)[step - 1](scene)
    with buttons:
        if step > 1:
            st.button(
                "Back", icon=":material/arrow_back:", key="step_back", on_click=linked.put,
                args=("step", step - 1),
            )  # fmt: skip
        if step < len(STEPS):
            label = "That is my guess" if step == 1 else f"Next: {STEPS[step]}"
            st.button(
                label, icon=":material/arrow_forward:", key="step_next", type="primary",
                on_click=linked.put, args=("step", step + 1), disabled=step == 1 and _unsaid(guess),
            )  # fmt: skip
        else:
            st.button(
                "Another face", icon=":material/restart_alt:", key="step_again", type="primary",
                on_click=_another,
            )  # fmt: skip


def _step():
    return linked.held("step", default=1, parse=linked.whole(1, len(STEPS)), shared=_public())


def _public():
    """Whether a link may lead into this lesson: not where it is about a visitor's own photo."""
    return linked.value("source", "samples") not in ("upload", "camera")


def started():
    """Whether the guess has been made."""
    return _step() > 1


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


def _guess_of(scene):
    """(age or `UNSAID`, sex or None) that was guessed; kept in the address after the first step, too."""
    shared = _public()
    age = linked.held("guess", default=UNSAID, parse=linked.whole(0, 100), shared=shared)
    if scene.hide_sex:
        return age, None
    both = _one_of(["female", "male"])
    return age, linked.held("guess_sex", default=None, parse=both, shared=shared)


def _unsaid(guess):
    return guess[0] == UNSAID


def _one_of(names):
    return {name: name for name in names}.__getitem__


def _guess(scene):
    left, right = st.columns([1, 2], gap="large")
    left.image(scene.crop, alt="The face, cut out as the model sees it", width="stretch")
    with right:
        st.subheader("How old, would you say?", anchor=False)
        who = "the people this face is averaged from" if scene.photo.average else "this person"
        linked.remembered(
            st.select_slider, f"The age of {who}, years", [UNSAID, *range(101)], key="guess", default=UNSAID,
            parse=linked.whole(0, 100), shared=_public(),
        )  # fmt: skip
        if not scene.hide_sex:
            linked.remembered(
                st.segmented_control, "And which label did the annotators write down?", ["female", "male"],
                key="guess_sex", default=None, shared=_public(),
            )  # fmt: skip
        st.caption(
            "The model's answer is still hidden. Move the slider, and say what your guess rests on before you "
            "go on."
        )


def _answer(scene):
    age, sex = _guess_of(scene)
    left, right = st.columns([1, 2], gap="large")
    left.image(scene.crop, alt="The face, cut out as the model sees it", width="stretch")
    with right:
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


def _map(scene):
    target = map_view.target_picker(scene)
    coarse = scene.explained(target, "grad-cam")
    fine = scene.explained(target, "smoothgrad")
    pictures = (
        (scene.crop, "The face", f"It says {scene.says()}."),
        (explain.overlay(scene.crop, fine, 0.7), "The face with a gradient map",
         "**SmoothGrad**, a gradient map: bright where the answer moves when the pixel changes."),
        (explain.overlay(scene.crop, coarse, 0.6), "The face with a Grad-CAM map",
         f"**Grad-CAM**: hot where the last grid speaks for “{target}”."),
    )  # fmt: skip
    for column, (picture, alt, text) in zip(st.columns(3), pictures, strict=True):
        column.image(picture, alt=alt, width="stretch", output_format="PNG")
        column.caption(text)
    if coarse.empty:
        st.info(ui.plain(coarse.note), icon=":material/info:")
    rows, columns = coarse.raw.shape
    left, right = st.columns(2)
    with left:
        note("gradient")
    with right:
        note("grad-cam", grid=f"{rows}×{columns}")


def _cover(scene):
    left, right = st.columns([1, 2], gap="large")
    with right:
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
    left.image(effect.crop, alt=f"The face without the {part}", width="stretch", output_format="PNG")
    with right:
        if expected is None:
            st.caption("Say what you expect first; then the answer is shown.")
            return
        st.markdown(f"#### {effect.words[0].upper()}{effect.words[1:]}")
        st.markdown(
            f"Before: {effect.before.age:.1f} years. After: {effect.after.age:.1f} years. "
            f"{_hit(expected, effect)}"
        )
        st.caption(
            "The covered part is the photo itself, blurred: a black patch would be a picture that the model "
            "has never seen the like of. One face is one example; try others before you believe a rule."
        )


def _hit(expected, effect):
    came = "same" if not round(abs(effect.years)) else "older" if effect.years > 0 else "younger"
    return "As you expected." if came == expected else f"You expected “{EXPECTED[expected]}”."


def _check(scene):
    note("pretty")
    target, method = linked.held("target", default="older", parse=_one_of(scene.targets)), "grad-cam"
    if target not in scene.targets:
        target = "older"
    with st.spinner("Throwing away what was learned, layer by layer …", show_time=True):
        steps = scene.kept(
            ("lesson check", target), lambda: sanity.sanity(scene.model, scene.crop, target, method)
        )
    learned, last = scene.explained(target, method), steps[-1]
    pictures = (
        (learned.raw, "with what the model has learned"), (last.raw, "with random weights everywhere"),
    )  # fmt: skip
    columns = st.columns(3)
    columns[0].image(scene.crop, alt="The face", width="stretch")
    columns[0].caption("The face")
    for column, (raw, title) in zip(columns[1:], pictures, strict=True):
        column.image(
            annotate.cells(raw), alt=f"Grad-CAM {title}", width="stretch", output_format="PNG"
        )
        column.caption(f"Grad-CAM **{title}**")
    alike = last.rank_correlation
    if alike != alike:
        st.markdown("**One of the two maps is empty**, so there is no correlation to be had.")
    elif alike > sanity.LIMIT:
        st.markdown(
            f"**Rank correlation of the two: {alike:.2f}.** The map has hardly changed: for this face it shows "
            "the photo rather than the model."
        )
    else:
        st.markdown(
            f"**Rank correlation of the two: {alike:.2f}.** The map has changed, so the photo alone does not "
            "make it. Whether it is right is another question."
        )
    st.caption(
        "1 means the same order of cells, 0 none. One face and one throw of the dice; “Trust it?” shows the "
        "figures over many faces and five throws, and other checks."
    )
    st.button(
        "More checks for this face", icon=":material/verified:", key="to_trust", on_click=linked.put,
        args=("view", "trust"),
    )  # fmt: skip
