"""Many photos at once: results as they come, one sentence for each that fails, one looked at closely."""

import pandas as pd
import streamlit as st

import ui
import ui.photo
from agesex import formats, images, score, words
from agesex.errors import AgeSexError
from ui.predict import downloads
from ui.predict.settings import answers

SHOWN = {
    "file": "Photo", "face": "Face", "age": "Age", "age_low": "from", "age_high": "to", "sex": "Sex",
    "p_female": "P(female)", "error": "Why not",
}  # fmt: skip
NO_FACE = (
    "In {} no face was found. Try a sharper or larger photo, or look at it closely and cut the face out by "
    "hand."
)
_YEARS = st.column_config.NumberColumn(format="%.1f")
FORMATS = {
    "Age": _YEARS, "from": _YEARS, "to": _YEARS, "P(female)": st.column_config.NumberColumn(format="%.2f"),
}  # fmt: skip
SAID = 3  # failures with a sentence of their own
EVERY = 3  # photos between two drawings of the table


def draw(photos, settings):
    """Answer for all photos, then let one be chosen.

    Args:
        photos: list of `ui.photo.Photo`.
        settings: `ui.predict.settings.Settings`.

    Returns:
        The Photo to look at closely, or None where none gave an answer.
    """
    bar, place = st.progress(0.0, text="…"), st.empty()
    rows, good, failed = [], [], []
    for number, photo in enumerate(photos, start=1):
        bar.progress(number / len(photos), text=f"{number} of {len(photos)} photos")
        try:
            found = rows_of(photo, settings)
        except AgeSexError as error:
            failed.append(str(error))
            found = [score.failed(photo.title, error)]
        else:
            if found[0]["error"]:
                failed.append(found[0]["error"])
            good.append(photo)
        rows += found
        if number % EVERY == 0 or number == len(photos):
            place.dataframe(
                _table(rows), hide_index=True, width="stretch", placeholder="", column_config=FORMATS
            )
    bar.empty()
    faces = sum(row["error"] is None for row in rows)
    st.markdown(f"**{len(photos)} photos, {words.faces(faces)}.**")
    for sentence in failed[:SAID]:
        st.warning(ui.plain(sentence), icon=":material/error:")
    if more := len(failed[SAID:]):
        st.warning(
            f"{more} more gave no answer; the table says why (“Why not”).", icon=":material/error:"
        )
    downloads.draw(rows)
    if not good:
        return None
    names = {photo.key: f"{i}. {photo.title}" for i, photo in enumerate(photos, 1) if photo in good}
    now = st.session_state.get("look_at")
    if now not in names:
        st.session_state["look_at"] = next(iter(names))
    chosen = st.selectbox("Look closely at", list(names), format_func=names.get, key="look_at")
    return next(photo for photo in good if photo.key == chosen)


def rows_of(photo, settings, name=None):
    """The rows of one photo, as the command line gives them (see `agesex.score`), and how they were got.

    Args:
        photo: a `ui.photo.Photo`.
        settings: `ui.predict.settings.Settings`.
        name: another model than the chosen one.

    Raises:
        AgeSexError: the photo cannot be read.
    """
    seen = ui.photo.look(photo, whole=ui.photo.wants_whole(photo))
    if not seen.faces:
        return [score.failed(photo.title, NO_FACE.format(images.quoted(photo.title)))]
    name = name or settings.name
    found = answers(photo, seen, name, settings)
    how = {"model": name, "level": settings.level, "threshold": settings.threshold_of(name)}
    return [
        score.row(photo.title, number, face, answer) | how
        for number, (face, answer) in enumerate(zip(seen.faces, found, strict=True), start=1)
    ]


def _table(rows):
    table = pd.DataFrame(rows)[list(SHOWN)].rename(columns=SHOWN)
    table["Why not"] = table["Why not"].fillna("")
    table["Photo"] = table["Photo"].map(formats.no_formula)  # the table has a download of its own
    return table
