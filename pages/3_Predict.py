"""Predict: photos in, every face with an age interval and a sex out."""

import streamlit as st

import ui
import ui.photo
from agesex import labels, words
from ui import kiosk
from ui.predict import batch, card, crop, downloads, settings

CHART = (
    "Blue: how the model spreads its answer over the ages from 0 to 100; the line is the mean, the "
    "age above."
)
SHADED = "Shaded: the interval."
LABELS = (
    f"“Age” and “sex” are labels that the model learned from. {labels.ORIGIN} Sex is one of two values. "
    "“Such faces” are faces of that data set; other photos may be harder."
)


def main():
    """Draw the page."""
    ui.page("Predict")
    photo = ui.photo.choose(many=True)
    kiosk.watch()
    with ui.guard():
        chosen = settings.choose()
        if photo is None:
            return
        if photo.mine and len(ui.photo.held()) > 1:
            photo = batch.draw(ui.photo.held(), chosen)
            if photo is None:
                return
            ui.photo.look_at(photo)
        draw(photo, ui.photo.look(photo, whole=ui.photo.wants_whole(photo)), chosen)


def draw(photo, seen, chosen):
    """The photo on the left, one card per face on the right."""
    found = {name: settings.answers(photo, seen, name, chosen) for name in chosen.models if seen.faces}
    left, right = st.columns([5, 6], gap="large")
    with left.container(key="photo"):
        st.image(seen.picture, alt=describe(photo, seen), width="stretch", output_format="JPEG")
        st.caption(f"**{ui.plain(photo.title)}**  \n{ui.plain(photo.note)}")
        for note in seen.notes:
            st.caption(f":material/info: In this file, {ui.plain(note)}.")
        if seen.faces:
            count = words.faces(len(seen.faces))
            st.caption(f"{count.capitalize()}, found and answered in {seen.seconds:.2f} seconds.")
            if len(ui.photo.held()) < 2 or not photo.mine:
                rows = [row for name in found for row in batch.rows_of(photo, chosen, name)]
                downloads.draw(rows, seen.picture)
    with right:
        if not seen.faces:
            no_face(photo)
        else:
            with st.container(key="faces"):
                for i in range(len(seen.faces)):
                    card.draw(photo, seen, i, found)
            if seen.whole and not photo.aligned:
                whole_taken(photo, seen)
            st.caption(CHART if photo.average else f"{CHART} {SHADED}")
            st.caption(LABELS)
            ui.link("Explain", "Where did it look?")


def no_face(photo):
    """What to do when the detector finds nothing."""
    st.warning(
        "**No face was found in this picture.** The whole of it was searched. The detector needs eyes, nose "
        "and mouth, upright and at least 20 pixels wide; masks, strong profiles and drawings often fail. Try "
        "a sharper or larger photo, or one of the ways below.",
        icon=":material/search_off:",
    )
    st.write("Is there one anyway, filling the picture? Then the search can be left out:")
    st.button(
        "Treat the whole picture as a face",
        icon=":material/crop_free:",
        key="whole_picture",
        on_click=ui.photo.toggle_whole,
        args=(photo,),
    )
    crop.draw(photo)


def whole_taken(photo, seen):
    """Say that nobody searched, and offer the way back."""
    taken = "the whole picture (of a wide or tall one the middle square)" if seen.whole is True else "your square"
    st.warning(
        f"No search: {taken} was taken for a face. The model answers for anything; without a face the answer "
        "means nothing.",
        icon=":material/crop_free:",
    )
    st.button(
        "Search for faces instead", key="search", on_click=ui.photo.toggle_whole, args=(photo,)
    )


def describe(photo, seen):
    """The photo in words for those who do not see it."""
    return f"{photo.title}; {words.faces(len(seen.faces))} boxed and numbered from left to right"


main()
