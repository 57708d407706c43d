"""Explain: where the model looks, and whether that picture can be trusted."""

import streamlit as st

import ui
import ui.photo
from agesex import annotate, explain, images, words

TARGETS = {"older": "Older", "younger": "Younger", "female": "Female", "male": "Male"}
METHODS = {"grad-cam": "Grad-CAM", "smoothgrad": "SmoothGrad"}
CAPTIONS = {  # SmoothGrad has no direction, so nothing in it speaks for anything
    "grad-cam": "**What speaks for “{target}”**, by Grad-CAM: regions.",
    "smoothgrad": "**Where a change moves “{target}” most**, up or down, by SmoothGrad: pixels.",
}
WORKING = "Working out where the model looks. SmoothGrad asks it 25 times …"
LEGEND = (
    "Dark: nothing there speaks for it (for Grad-CAM it may speak for the opposite). Bright yellow: the "
    "strongest place **of this map**. "
    "Every map is stretched to its own strongest place, so two maps cannot be compared by colour."
)
TRUST = """
- It shows **where**, not **why**. A hot forehead may mean wrinkles, hair, light or a hat.
- It explains **this model's answer**, right or wrong, not what age or sex looks like.
- Look at the **opposite** too. When “older” and “younger” light up the same place, the map shows a
  place where the model works, not an argument.
- Grad-CAM sees a coarse grid, shown on the right as it is: whatever is finer than one cell of it was
  made up by the smoothing between the cells.
- SmoothGrad has no direction, and edges light up because they are edges.
- Trust it as a **hint to test**: cover the place, take another photo, and see whether the answer moves.
"""


def main():
    """Draw the page."""
    ui.page("Explain")
    photo = ui.photo.choose()
    if photo is None:
        return
    with ui.guard():
        seen = ui.photo.look(photo, whole=ui.photo.wants_whole(photo))
        if seen.faces:
            explained(photo, seen, pick(seen))
        else:
            st.warning(
                "**No face was found in this picture**, so there is nothing to explain. Choose "
                "another one, or tell Predict to treat the whole picture as a face.",
                icon=":material/search_off:",
            )
            ui.link("Predict", "Go to Predict")


def pick(seen):
    """Which of several faces; returns its index, counted from 0."""
    if len(seen.faces) == 1:
        return 0
    left, right = st.columns([2, 3], vertical_alignment="center")
    left.image(seen.picture, alt="The photo, its faces numbered", output_format="JPEG")
    return right.pills(
        "Which face?",
        range(len(seen.faces)),
        format_func=lambda i: f"{i + 1} · {words.age(seen.answers[i])}",
        default=0,
        required=True,
        key="which",
        wrap=True,
    )


def explained(photo, seen, i):
    """One face, one question: the face, the map on it, and the raw map."""
    face, answer = seen.faces[i], seen.answers[i]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="options"):
        target = ui.photo.remembered(
            st.segmented_control, "Towards", TARGETS, format_func=TARGETS.get,
            default="older", required=True, key="target",
        )  # fmt: skip
        method = ui.photo.remembered(
            st.segmented_control, "Method", METHODS, format_func=METHODS.get,
            default="grad-cam", required=True, key="method",
        )  # fmt: skip
        strength = ui.photo.remembered(
            st.slider, "Strength of the colours, %", 0, 100, step=5, default=60, key="strength",
            width=260,
        )  # fmt: skip
    key = ("explain", seen.whole, i, target, method)
    found = ui.photo.kept(photo, key, lambda: compute(face.crop, target, method))
    overlay = explain.overlay(face.crop, found, strength / 100)
    rows, columns = found.raw.shape

    pictures = (
        (face.crop, "The face",
         f"**What the model sees.** It says {words.age(answer)}, {words.sex(answer)}."),
        (overlay, "The map on the face", CAPTIONS[method].format(target=target)),
        (annotate.cells(found.raw), "The raw map",
         f"**The map as computed**, {rows}×{columns} cells, nothing smoothed."),
    )  # fmt: skip
    for column, (picture, alt, text) in zip(st.columns(3), pictures, strict=True):
        column.image(picture, alt=alt, width="stretch", output_format="PNG")
        column.caption(text)
    if found.empty:
        st.info(ui.plain(found.note), icon=":material/info:")
    else:
        legend(found)
    st.download_button(
        "Save the middle picture",
        images.encode_png(overlay),
        f"{target}-{method}.png",
        "image/png",
        icon=":material/download:",
        on_click="ignore",
    )
    with st.container(border=True, key="trust"):
        st.subheader("How far to trust it", anchor=False)
        st.markdown(TRUST)


def compute(crop, target, method):
    """The explanation, with a sign of life while it is computed."""
    with st.spinner(WORKING, show_time=True):
        return explain.explain(ui.load_model(), crop, target, method)


def legend(found):
    """The palette, what it means, and what this map does not say."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("nothing for it", width="content")
        st.image(annotate.scale_bar(), alt="Palette from black to bright yellow", width=220)
        st.caption("most of this map", width="content")
    st.markdown(LEGEND)
    st.markdown(ui.plain(found.note))


main()
