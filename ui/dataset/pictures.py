"""Pictures: the faces that the filters leave, page by page; a click shows all that is known of one."""

import random

import streamlit as st

from ui import at_home, linked
from ui.dataset import about, averages, face, gallery, photos, wrong
from ui.dataset import map as map_view

PER_PAGE = 40
VIEWS = ("pictures", "faces", "wrong")  # that have photos to open
SEEDS = 2000  # orders at random
ORDERS = {  # of `Faces.orders`: what it is called, whether the highest come first at first, how it is written
    "random": ("at random", False, None),
    "file": ("file name", False, None),
    "age": ("labelled age", False, None),
    "error": ("model's error", True, "off by {:.0f}"),
    "age_pred": ("model's guess of the age", False, "guess {:.0f}"),
    "age_score": ("doubt about the age", False, "{:.3f}"),
    "sex_score": ("doubt about the sex", False, "{:.3f}"),
    "disagreement": ("years between the labels of its copies", True, "{:.0f} apart"),
    "copies": ("copies", True, "{:.0f} copies"),
    "taken": ("date", False, "{:%d %b %Y}"),
    "brightness": ("brightness", False, "{:.0f}"),
    "contrast": ("contrast", False, "{:.0f}"),
    "sharpness": ("sharpness", False, "{:.2f}"),
    "colour": ("colourfulness", False, "{:.0f}"),
    "blur": ("blur", True, "{:.1f} px"),
    "light": ("light on the face", False, "{:.0f}"),
    "burnt": ("burnt-out part of the face", True, "{:.0%}"),
    "bytes": ("size of the file", False, "{:,.0f} bytes"),
}
HINT = (
    "Pictures need a copy of the data set on this computer; the repository carries none, because UTKFace may "
    "not be redistributed. Connect says how to get one. Until then: average faces of the chosen ages and sexes, "
    "and all that is known of each photo."
)

NO_PICTURES = (
    "This data set holds labels only: it was imported without its pictures. Import it again from a folder that has "
    "them. Until then: all that is known of each photo."
)


def draw(faces, choice):
    """Draw the view.

    Args:
        faces: `agesex.census.Faces`.
        choice: `agesex.census.Choice`.
    """
    if wanted := gallery.asked(faces):
        _remember()
        face.draw(faces, *wanted)
        return
    connected, withheld = bool(photos.sources(faces)), photos.withheld(faces)
    if withheld:
        st.info(at_home.NOT_SHOWN, icon=":material/hide_image:")
    elif not connected:
        st.info(HINT if about.of_utkface(faces) else NO_PICTURES, icon=":material/hide_image:")
        st.button(
            "Connect a copy",
            icon=":material/link:",
            key="go_connect",
            on_click=linked.put,
            args=("view", "connect"),
        )
    n = faces.totals(choice)["photos"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        order, down, seed = _order(faces)
        start = gallery.pager("page", n, PER_PAGE, about=(choice, order, down, seed))
    rows = faces.page(choice, order, start, PER_PAGE, down=down, seed=seed)
    st.caption(f"Photos {start + 1:,}–{start + len(rows):,} of {n:,}. A click opens the face.")
    gallery.draw(faces, rows, key="page", text=_text(order))
    st.caption(
        "Under each photo its label, age and sex. Labels may be wrong (see What is wrong), and nobody in the photos "
        "was asked."
    )
    if not connected and about.of_utkface(faces):
        averages.made_before(choice, "Average faces of the chosen ages and sexes")


def _remember():
    """Keep the place that a face was opened from in its address, for the way back after a reload."""
    back = linked.held(gallery.BACK, default="pictures", parse={name: name for name in VIEWS}.__getitem__)
    if back == "faces":
        map_view.remember()
    if back == "wrong":
        wrong.remember()
    linked.held("order", default="random", parse={name: name for name in ORDERS}.__getitem__)
    linked.held("turned", default=False, parse=linked.flag)
    linked.held("seed", default=0, parse=linked.whole(0, SEEDS))
    linked.held("page", default=1, parse=linked.whole(1, 10**6))


def _order(faces):
    there = [name for name in ORDERS if name in faces.orders()]
    order = linked.remembered(
        st.selectbox, "Order", there, format_func=lambda name: ORDERS[name][0], key="order", default="random",
        width=290, moved=_first_way,
    )  # fmt: skip
    if order == "random":
        seed = linked.held("seed", default=0, parse=linked.whole(0, SEEDS))
        st.button("Others", icon=":material/casino:", key="others", on_click=_others)
        return order, False, seed
    first = ORDERS[order][1]
    turned = linked.remembered(
        st.toggle,
        "Lowest first" if first else "Highest first",
        key="turned",
        default=False,
        parse=linked.flag,
    )
    return order, first != turned, 0


def _first_way():
    linked.reset("turned", False)


def _others():
    linked.put("seed", random.randint(1, SEEDS))


def _text(order):
    form = ORDERS[order][2]

    def text(row):
        value = row["value"]
        if form is None or value is None or value != value:
            return gallery.labelled(row)
        return f"{gallery.labelled(row)}  \n{form.format(value)}"

    return text
