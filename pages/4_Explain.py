"""Explain: where the model looks, and whether that picture can be trusted."""

import streamlit as st

import ui
import ui.photo
from ui import linked
from ui.explain import compare, groups, lesson, map_view, scene, trust, what_if

VIEWS = {
    "map": ("Map", map_view.draw),
    "trust": ("Trust it?", trust.draw),
    "what-if": ("What if", what_if.draw),
    "compare": ("Compare", compare.draw),
    "groups": ("Groups", None),  # needs no face
    "lesson": ("Lesson", lesson.draw),
}


def main():
    """Draw the page."""
    ui.page("Explain")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="views"):
        view = linked.remembered(
            st.segmented_control, "View", list(VIEWS), format_func=lambda name: VIEWS[name][0],
            default="map", required=True, key="view",
        )  # fmt: skip
        name, hide_sex = scene.settings()
    with ui.guard():
        if view == "groups":
            groups.draw(name, hide_sex)
            return
        lesson_hides = lesson.begin(hide_sex) if view == "lesson" else ()
        hide = {*lesson_hides, *(("sex",) if hide_sex else ())}
        with st.expander("Choose another face", key="other_face") if folded(view) else st.container():
            photo = ui.photo.choose(hide=hide)
        if photo is None:
            return
        about = scene.of(photo, name, hide_sex, quiet=bool(lesson_hides))
        if about:
            VIEWS[view][1](about)


def folded(view):
    """Whether the choice of a face is folded away: in the lesson, once a guess is made."""
    return view == "lesson" and lesson.started()


main()
