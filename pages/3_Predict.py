"""Predict: a photo in, every face with an age interval and a sex out."""

import streamlit as st

import ui
import ui.photo
from agesex import charts, words

CHART = (
    "Blue: how the model spreads its answer over the ages from 0 to 100; the line is the mean, the "
    "age above."
)
SHADED = "Shaded: the interval."
LABELS = (
    "“Age” and “sex” are what the model learned from: the ages of UTKFace are partly estimates of a "
    "program that people checked, and sex is one of two values that its annotators wrote down. "
    "“Such faces” are faces of that data set; other photos may be harder."
)


def main():
    """Draw the page."""
    ui.page("Predict")
    photo = ui.photo.choose()
    if photo is None:
        return
    with ui.guard():
        draw(photo, ui.photo.look(photo, whole=ui.photo.wants_whole(photo)))


def draw(photo, seen):
    """The photo on the left, one card per face on the right."""
    left, right = st.columns([5, 6], gap="large")
    with left.container(key="photo"):
        st.image(seen.picture, alt=describe(photo, seen), width="stretch", output_format="JPEG")
        st.caption(f"**{ui.plain(photo.title)}**  \n{ui.plain(photo.note)}")
        for note in seen.notes:
            st.caption(f":material/info: In this file, {ui.plain(note)}.")
        if seen.faces:
            count = words.faces(len(seen.faces))
            st.caption(f"{count.capitalize()}, found and answered in {seen.seconds:.2f} seconds.")
    with right:
        if not seen.faces:
            no_face(photo)
        else:
            with st.container(key="faces"):
                for i in range(len(seen.faces)):
                    card(photo, seen, i)
            if seen.whole and not photo.average:
                whole_taken(photo)
            st.caption(CHART if photo.average else f"{CHART} {SHADED}")
            st.caption(LABELS)
            ui.link("Explain", "Where did it look?")


def card(photo, seen, i):
    """The answer for one face."""
    answer = seen.answers[i]
    with st.container(border=True, key=f"face_{i}"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.image(seen.faces[i].crop, alt=f"Face {i + 1} as the model sees it", width=112)
            with st.container(gap="xxsmall"):
                if len(seen.faces) > 1:
                    st.caption(f"Face {i + 1}")
                st.subheader(words.age(answer), anchor=False)
                st.markdown(f"**{words.sex(answer).capitalize()}**")
        sure = "No interval: nobody in particular is shown."
        if not photo.average:
            sure = f"{words.interval(answer)}."
        st.markdown(f"{sure}  \n{words.certainty(answer).capitalize()}.")
        st.altair_chart(charts.age_distribution(answer, interval=not photo.average))


def no_face(photo):
    """What to do when the detector finds nothing."""
    st.warning(
        "**No face was found in this picture.** The detector needs eyes, nose and mouth, upright and "
        "at least 20 pixels wide; masks, strong profiles and drawings often fail.",
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


def whole_taken(photo):
    """Say that nobody searched, and offer the way back."""
    st.warning(
        "No search: the whole picture (of a wide or tall one the middle square) was taken for a "
        "face. The model answers for anything; without a face the answer means nothing.",
        icon=":material/crop_free:",
    )
    st.button(
        "Search for faces instead", key="search", on_click=ui.photo.toggle_whole, args=(photo,)
    )


def describe(photo, seen):
    """The photo in words for those who do not see it."""
    return f"{photo.title}; {words.faces(len(seen.faces))} boxed and numbered from left to right"


main()
