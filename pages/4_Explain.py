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
    top = st.container(gap="xsmall", key="top")  # close together: the face is to begin on the first screen
    with top, st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="views"):
        view = linked.remembered(
            st.segmented_control, "View", list(VIEWS), format_func=lambda name: VIEWS[name][0],
            default="map", required=True, key="view",
        )  # fmt: skip
        name, hide_sex = scene.settings()
        hide = {*(lesson.hides() if view == "lesson" else ()), *(("sex",) if hide_sex else ())}
        place = scene.place(hide) if view != "groups" else None
    with ui.guard():
        if view == "groups":
            groups.draw(name, hide_sex)
            return
        with top, st.container():
            if view == "lesson":
                lesson.begin()
        with top, st.container(), place or scene.open_place(view == "lesson" and lesson.started()):
            photo = ui.photo.choose(hide=hide)
        if photo is None:
            return
        with top, st.container():  # warnings come and go in here, and shift nothing that follows
            about = scene.of(photo, name, hide_sex, quiet="age" in hide)
        if about:
            VIEWS[view][1](about)


main()
