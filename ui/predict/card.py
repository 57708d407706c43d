"""The answer about one face: age, interval, sex, what may disturb it, and how such answers fared."""

import streamlit as st

import ui
from agesex import charts, similar, words
from ui import charts as drawn
from ui import model_choice

NO_INTERVAL = "No interval: nobody in particular is shown."


def draw(photo, seen, i, found):
    """Draw the card of one face.

    Args:
        photo: a `ui.photo.Photo`.
        seen: its `ui.photo.Seen`.
        i: which face, from 0.
        found: dict of a model's name -> its answers about all faces, the chosen model first.
    """
    first, *others = found
    answer = found[first][i]
    said = model_choice.labels() if others else {}
    with st.container(border=True, key=f"face_{i}"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.image(seen.faces[i].crop, alt=f"Face {i + 1} as the model sees it", width=112)
            with st.container(gap="xxsmall"):
                if len(seen.faces) > 1:
                    st.caption(f"Face {i + 1}")
                st.subheader(words.age(answer), anchor=False)
                st.markdown(f"**{words.sex(answer).capitalize()}**")
        _sure(photo, answer)
        for name in others:
            other = found[name][i]
            st.markdown(f"{ui.plain(said[name])}: **{words.age(other)}, {words.sex(other)}**")
            _sure(photo, other)
        for note in seen.advice(i, first):
            cost = "" if note.cost is None else f" (adds about {note.cost:.1f} years to the error)"
            st.markdown(f":material/warning: {ui.plain(note.words[0].upper() + note.words[1:])}{cost}.")
        if not photo.average:
            such = _such(first, answer)
            who = f"{ui.plain(said[first])}. " if others else ""
            st.caption(f"{who}{words.similar(such, answer.level)}")
            _check(photo, i, answer, such.mae.value)


def _sure(photo, answer):
    sure = NO_INTERVAL if photo.average else f"{words.interval(answer)}."
    st.markdown(f"{sure}  \n{words.certainty(answer).capitalize()}.")
    st.vega_lite_chart(drawn.spec(charts.age_distribution(answer, interval=not photo.average)), width="stretch")


def _such(name, answer):
    """How the model fared on test faces that got an answer like this one: a `similar.Similar`."""
    from agesex import metrics

    return _similar(name, metrics.age_band([answer.age])[0], answer.sex, answer)


@st.cache_data(max_entries=256, show_spinner=False)
def _similar(name, band, sex, _answer):
    """Cached by band and sex, on which alone it depends: nothing of a visitor's photo is in it."""
    return similar.like(ui.read_predictions(name), _answer)


def _check(photo, i, answer, typical):
    """The visitor may say what is true; it stays in these two fields."""
    with st.expander("Check yourself"):
        key = f"truth_{photo.key[:12]}_{i}"
        age = st.number_input(
            "True age, years", 0, 116, value=None, key=f"{key}_age", placeholder="not given", width=160
        )
        sex = st.segmented_control("Label that fits", ["female", "male"], key=f"{key}_sex")
        if age is not None:
            st.markdown(words.age_verdict(answer, age, typical))
        if sex:
            st.markdown(words.sex_verdict(answer, sex))
        st.caption("Never needed and never kept: what you enter here stays in these two fields.")
