"""What the model imagines: pictures that were changed until the model said what was asked for."""

import streamlit as st

from agesex import imagined, words
from agesex.explain import fill
from ui import linked

CAVEAT = (
    "These are pictures of the model's habits, not of people. A program changed the start picture, step by "
    "step, until the model said what was asked for; whatever moves the answer is in it, whether a person "
    "would see a face there or not. Nobody in particular is shown, and nothing follows from it about "
    "people of that age."
)
ALONG = (
    " Only one answer was asked for at a time, and the other one moves along: an old picture may read as "
    "another sex than the start, a “male” one as another age."
)
STARTS = {"average face": "From the average face", "noise": "From noise"}
START = {
    "average face": "Each began as the average face, about which the model says {age}. What was changed "
    "is enough to move the answer there.",
    "noise": "Each began as noise, about which the model says {age}. No face was given: the answer is "
    "reached all the same, whether a person sees a face or not.",
}
MISSING = "There are none for these weights. `python -m training.imagine {name}` makes them."


def draw(name, hide_sex):
    """Draw the pictures of a model.

    Args:
        name: folder of the model.
        hide_sex: True leaves out what was asked for as a sex, and what is said about it.

    Raises:
        BadModel: a picture cannot be read.
    """
    st.subheader("What does the model think people of an age look like?", anchor=False)
    found = [picture for picture in imagined.read(name) if not (hide_sex and not _years(picture))]
    if not found:
        st.caption(MISSING.format(name=name))
        return
    starts = [start for start in STARTS if start in {picture.start for picture in found}]
    start = linked.remembered(
        st.segmented_control, "Where the pictures began", starts, format_func=STARTS.get, default=starts[0],
        required=True, key="start", label_visibility="collapsed",
    )  # fmt: skip
    shown = [picture for picture in found if picture.start == start]
    st.markdown(f"**{CAVEAT if hide_sex else CAVEAT + ALONG}**")
    with st.container(horizontal=True, gap="small", key="imagined"):
        if start == "average face":
            with st.container(width=170, gap="xsmall"):
                st.image(fill.average_face(), alt="The average face", width="stretch", output_format="PNG")
                st.caption(f"**The start.** {_says(shown[0].start_age, shown[0].start_p_female, hide_sex)}")
        for picture in shown:
            _picture(picture, hide_sex)
    st.caption(START[start].format(age=words.years(shown[0].start_age)))


def _picture(picture, hide_sex):
    with st.container(width=170, gap="xsmall"):
        alt = f"What the model was brought to take for “{picture.target}”, {STARTS[picture.start].lower()}"
        st.image(picture.load(), alt=alt, width="stretch", output_format="PNG")
        st.caption(f"**Asked for: {picture.target}.** {_says(picture.age, picture.p_female, hide_sex)}")


def _says(age, p_female, hide_sex):
    """What the model says about one picture."""
    said = f"It says {words.years(age)}"
    return f"{said}." if hide_sex else f"{said}, female {round(100 * p_female)} of 100."


def _years(picture):
    """Whether an age was asked for, not a sex."""
    return picture.target.endswith(("year", "years"))
