"""Trust it?: three checks of one map, and below them how its method did over many faces."""

import numpy as np
import streamlit as st

import ui
from agesex import charts, explain
from agesex.explain import curves, fill, findings, sanity, stability
from agesex.explain.explanation import displayed
from ui import linked
from ui.explain import map_view, trust_report

STRENGTH = 0.6  # of the colours on small pictures
INTRO = (
    "A map is a claim: these places matter to the answer. Each check below can prove that claim wrong for "
    "this photo. None of them can prove that the map shows everything."
)
SEARCHED = (
    "The horizontal axis is the share of the pixels, taken in the order of the map; a cell of a coarse map "
    "goes as a whole, and what is equally hot goes at once. Random order is a mean of {seeds} draws. The "
    "test shows the model patched photos of a kind that it was never taught on, so an answer may go beyond "
    "both ends: cost more than all, or less than nothing. It is one photo; over many, see below."
)
CURVES = {
    "deletion": "The photo is blurred away, in three orders. A good order falls soon.",
    "insertion": "The blurred copy is made sharp again, in three orders. A good order rises soon.",
}
RANDOMISED = (
    "Adebayo et al. 2018: the weights are drawn anew from the head downwards, in a copy of the model, and "
    "the same method explains the copy. This is **one** draw, so the figure moves from draw to draw; the "
    "report below takes the mean of {seeds}. Rank correlation compares the order of the places, similarity "
    "(SSIM) the pictures. A low correlation is necessary for a map that tells of the model; it is not "
    "enough."
)
SHIFTED = (
    "Each map is moved back before it is compared; borders are left out. A steady map may still be wrong, "
    "for it may be steady about something that does not matter."
)
BY_CONSTRUCTION = (
    " This model answers with the mean of the face and its mirror image, so “mirrored” is 1 by "
    "construction and says nothing."
)


def draw(scene):
    """Draw the view."""
    target, method, layer = _controls(scene)
    found = scene.explained(target, method, layer)
    _claim(scene, found)
    if found.empty:
        said = f"{ui.plain(found.note)} An empty map claims nothing that could be checked."
        st.info(said, icon=":material/info:")
    else:
        _order(scene, found)
        _random_weights(scene, found)
        _stability(scene, found)
    trust_report.draw(scene.name, scene.hide_sex)


def _controls(scene):
    """Returns target, method, layer: those of the view Map."""
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="options")
    with row:
        target = map_view.target_picker(scene)
    method = map_view.method_picker(explain.usable(scene.model.network))
    with row:
        layer = map_view.layer_picker(scene, target, method) if explain.METHODS[method].layer else None
    return target, method, layer


def _claim(scene, found):
    title = explain.METHODS[found.method].title
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.image(scene.crop, alt="The face", width=150, output_format="PNG")
        overlay = explain.overlay(scene.crop, found, STRENGTH)
        st.image(overlay, alt=f"The face with the map of {title} towards “{found.target}”", width=150,
                 output_format="PNG")  # fmt: skip
        with st.container(width=420):
            st.markdown(
                f"**The map that is checked:** {title} towards “{found.target}”. The model says "
                f"{scene.says()}."
            )
            st.caption(INTRO)


def _order(scene, found):
    with st.container(border=True):
        st.subheader("Does the answer follow the map?", anchor=False)
        side, difference = _side(scene, found.target)
        least = curves.MINIMUM[explain.unit(side)]
        if difference < least:
            st.markdown(f"**{findings.untestable(difference, least, side)}.**")
            return
        tested = found if side == found.target else scene.explained(side, found.method, found.layer)
        evidence = None if tested.empty else _evidence(scene, tested)
        if evidence is None:
            st.markdown(f"**This test cannot be made: the map towards “{side}” is empty.**")
        else:
            st.markdown(f"**{findings.order(evidence)}.**")
        if side != found.target:
            st.info(
                f"The test is made towards “{side}” with the map for it, not towards “{found.target}”: this "
                f"face lies more on the side of “{side}” than its blurred copy does, and only towards that "
                "side is there something to lose.",
                icon=":material/swap_horiz:",
            )
        if evidence is None:
            return
        rows = charts.curve_rows(evidence)
        for column, measure in zip(st.columns(2, gap="large"), ("deletion", "insertion"), strict=True):
            with column:
                ui.figure(getattr(findings, measure)(evidence), charts.curves(rows, measure), CURVES[measure])
        st.caption(f"{findings.areas(evidence)}. {SEARCHED.format(seeds=len(curves.SEEDS))}")


def _side(scene, target):
    """(the target on whose side the face lies against its blurred copy, by how much)."""
    question = next(name for name, both in curves.QUESTIONS.items() if target in both)

    def compute():
        photo = displayed(scene.model, scene.crop)
        score = curves.scorer(scene.model, curves.QUESTIONS[question][0])
        full, none = score(np.stack([photo, fill.blurred(photo)]))
        return curves.side_of(full, none, question), abs(float(full - none))

    return scene.kept(("side", question), compute)


def _evidence(scene, found):
    with st.spinner("Blurring the photo bit by bit …", show_time=True):
        return scene.kept(
            ("curves", found.target, found.method, found.layer),
            lambda: curves.report(scene.model, scene.crop, found.raw, found.target),
        )


def _random_weights(scene, found):
    with st.container(border=True):
        st.subheader("Does the map need what the model has learnt?", anchor=False)
        wanted = linked.remembered(
            st.toggle, "Run the random-weights check", key="randomise", default=False, parse=linked.flag,
            help="Draws the weights of a copy of the model anew, step by step. It takes some seconds.",
        )  # fmt: skip
        if not wanted:
            st.caption(
                "A copy of the model forgets everything that it has learnt, and the same method explains "
                "the copy. If the map stays the same, it never told of the model. It takes some seconds."
            )
            return
        steps = _steps(scene, found)
        st.markdown(f"**{findings.sanity(steps, sanity.LIMIT)}.**")
        with st.container(horizontal=True, gap="small"):
            _small(scene.crop, found, "**As trained**", "The map of the model as it was trained")
            for step in steps:
                again = explain.from_raw(step.raw, found.target, found.method, found.layer)
                _small(scene.crop, again, _alike(step, again), f"The map with random weights: {step.title}")
        st.caption(RANDOMISED.format(seeds=sanity.SEEDS))


def _steps(scene, found):
    bar = st.progress(0.0, "Drawing weights anew …")
    steps = scene.kept(
        ("sanity", found.target, found.method, found.layer),
        lambda: sanity.sanity(
            scene.model, scene.crop, found.target, found.method, layer=found.layer,
            progress=lambda share: bar.progress(share, "Drawing weights anew …"),
        ),
    )  # fmt: skip
    bar.empty()
    return steps


def _small(crop, found, text, alt):
    with st.container(width=150, gap="xsmall"):
        st.image(explain.overlay(crop, found, STRENGTH), alt=alt, width="stretch", output_format="PNG")
        st.caption(text)


def _alike(step, again):
    """What stands below the map of one step."""
    start = f"**Random: {step.title}** ({100 * step.share:.0f} % of the weights)"
    if again.empty:
        return f"{start}; the map is empty"
    if np.isnan(step.rank_correlation):
        return f"{start}; there is no correlation with a map that is the same everywhere"
    both = f"rank correlation {step.rank_correlation:.2f}, similarity {step.similarity:.2f}".replace("-", "−")
    return f"{start}; {both}"


def _stability(scene, found):
    with st.container(border=True):
        st.subheader("Does the map hold still?", anchor=False)
        with st.spinner("Explaining hardly changed photos …", show_time=True):
            values = scene.kept(
                ("stability", found.target, found.method, found.layer),
                lambda: stability.stability(
                    scene.model, scene.crop, found.target, found.method, layer=found.layer
                ),
            )
        given = (stability.MIRRORED,) if scene.model.mirror else ()
        ui.figure(
            findings.stability(values, given),
            charts.map_stability(values),
            SHIFTED + (BY_CONSTRUCTION if given else ""),
        )
