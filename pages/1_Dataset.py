"""Dataset: who is in the data set, what is wrong with it, and what that does to a model.

Works from the labels that the repository carries; a connected copy of the photos adds the pictures.
"""

import importlib

import streamlit as st

import ui
from ui import dataset, linked
from ui.dataset import filters

VIEWS = {  # in the address: module of ui.dataset, what it is called
    "who": ("who", "Who"),
    "pictures": ("pictures", "Pictures"),
    "averages": ("averages", "Averages"),
    "faces": ("map", "Map"),  # "map" is a view of Explain, and the pages share what was chosen last
    "wrong": ("wrong", "What is wrong"),
    "connect": ("connect", "Connect"),
}


def main():
    """Draw the page; a broken table is one sentence."""
    ui.page("Dataset")
    with ui.guard():
        view = linked.remembered(
            st.segmented_control, "View", list(VIEWS), format_func=lambda name: VIEWS[name][1], default="who",
            required=True, key="view", label_visibility="collapsed",
        )  # fmt: skip
        faces = dataset.faces()
        choice = filters.asked(faces) if view == "connect" else filters.draw(faces)  # an import has nothing to filter
        if view != "connect" and filters.nobody(faces, choice):
            return
        importlib.import_module(f"ui.dataset.{VIEWS[view][0]}").draw(faces, choice)


main()
