"""A face before and after something was done to it, its answers, and what they do not promise."""

import altair as alt
import streamlit as st

from agesex import words

UNTOUCHED = "The interval was fitted on untouched faces. It promises nothing for a face that is covered or disturbed"
NO_CERTAINTY = "The certainty about the sex was fitted on untouched photos of single people, which this is not."
NOBODY = "No interval: nobody in particular is shown."


def two(scene, title, before, crop=None, after=None, alt_text="", caption=""):
    """The change in words over the face before and after.

    Args:
        scene: a `scene.Scene`.
        title: what was changed and what it did, a sentence.
        before: Prediction for the face as it is.
        crop: uint8 (200, 200, 3), the changed face; without it the face stands alone.
        after: Prediction for it.
        alt_text: the changed face in words.
        caption: what stands below it.
    """
    st.markdown(f"#### {title[0].upper()}{title[1:]}")
    left, right = st.columns(2)
    with left:
        st.image(scene.crop, alt="The face as it is", width=340, output_format="PNG")
        _answer(scene, before, "**As it is**")
    if crop is not None:
        with right:
            st.image(crop, alt=alt_text, width=340, output_format="PNG")
            _answer(scene, after, caption, "Read as an untouched face: ")
        st.caption("The change is counted before the ages are rounded.")


def _answer(scene, answer, title, reading=""):
    """Age, interval and certainty of one answer."""
    st.caption(title)
    st.subheader(words.age(answer), anchor=False)
    lines = [NOBODY if scene.photo.average else f"{reading}{words.interval(answer)}."]
    if not scene.hide_sex:
        lines.append(f"{words.sex(answer).capitalize()}: {words.certainty(answer)}.")
    st.markdown("  \n".join(lines))


def honest(scene):
    """What interval and certainty do not promise, in a sentence; nothing where none of them is shown."""
    if scene.photo.average:
        return "" if scene.hide_sex else NO_CERTAINTY
    return f"{UNTOUCHED}." if scene.hide_sex else f"{UNTOUCHED}; nor does the certainty about the sex."


def public(scene, chart):
    """A layered chart without what this scene does not show: sex where it is hidden, intervals of nobody.

    Args:
        scene: a `scene.Scene`.
        chart: alt.LayerChart of tables with the columns p_female, low and high.

    Returns:
        alt.LayerChart; the columns are gone from its data and tooltips, too.
    """
    hidden = {"p_female"} if scene.hide_sex else set()
    if scene.photo.average:
        hidden |= {"low", "high"}
    return _without(chart, hidden) if hidden else chart


def _without(chart, columns):
    layers = []
    for layer in chart.copy(deep=True).layer:
        encoding = layer.encoding
        if any(_field(encoding[axis]) in columns for axis in ("x", "y", "x2", "y2")):
            continue
        if encoding.tooltip is not alt.Undefined:
            encoding.tooltip = [tip for tip in encoding.tooltip if tip.shorthand not in columns]
        layer.data = layer.data.drop(columns=list(columns), errors="ignore")
        layers.append(layer)
    return alt.layer(*layers).properties(height=chart.height)


def _field(channel):
    """The column that a channel shows, or None."""
    return None if channel is alt.Undefined else channel.shorthand.split(":")[0]
