"""Cards of the faces of a list: the photo where it is there, the numbers, and what a look at the label said.

No other picture stands in for a photo: beside a wrong label it would show a mistake that nobody made.
"""

import pandas as pd
import streamlit as st

import ui
from agesex import findings_failures, suspects
from agesex.errors import AgeSexError
from ui import at_home
from ui.metrics import photos

SHOWN = 12
PHOTO = "The pictures are the photos themselves, from the connected copy of UTKFace."
PARTLY = "The pictures are the photos themselves; those of the other cards are not in the connected copy of UTKFace."
NO_PHOTOS = (
    "There are no pictures here: UTKFace may not be passed on, and another face would not show what went wrong. With a "
    "copy of UTKFace on this computer the photos stand here."
)


def verdicts(kind):
    """What an author's look said of labels.

    Args:
        kind: "age" or "sex".

    Returns:
        dict: file -> one of `suspects.VERDICTS`, of the photos that were looked at for this label.
    """
    try:
        rows = suspects.verdicts()
    except AgeSexError as error:
        st.caption(ui.plain(str(error)))
        return {}
    rows = rows[rows.kind == kind]
    return dict(zip(rows.file, rows.verdict, strict=True))


def draw(rows, text, kind, said):
    """Draw the first `SHOWN` faces of a list, with what has to be known before they are looked at.

    Args:
        rows: DataFrame of `worst.largest_errors` or `worst.sure_mistakes`.
        text: function row (dict) -> (head, rest), both Markdown.
        kind: "age" or "sex", the label that is doubted.
        said: result of `verdicts`.
    """
    shown = rows.head(SHOWN)
    found = photos.of(shown)
    st.info(findings_failures.label_or_model(shown, kind, said), icon=":material/help:")
    if not any(found) and kind == "age":  # said once on the page
        st.caption(NO_PHOTOS if at_home.may_see_photos() else at_home.NOT_SHOWN)
        if at_home.may_see_photos():
            ui.link("Dataset", "Connect the photos", query_params={"view": "connect"})
    with st.container(horizontal=True, gap="small", key=f"cards_{kind}"):
        for row, photo in zip(shown.to_dict("records"), found, strict=True):
            with st.container(border=True, width=170, height="stretch", gap="xsmall"):
                if photo:
                    st.image(photo, alt=f"Photo labelled {row['sex']}, {row['age']}", width="stretch")
                verdict = findings_failures.VERDICTS.get(said.get(row["file"]))
                head, rest = text(row)
                st.markdown(head)
                st.caption(rest + (f"  \n*looked at: {verdict}*" if verdict else ""))
    if any(found):
        st.caption(PHOTO if all(found) else PARTLY)


def error(row):
    """A face that is far off in age."""
    way = "old" if row["error"] > 0 else "young"
    return (
        f"**{abs(row['error']):.0f} years too {way}**",
        f"labelled {row['age']}, {row['sex']}, {row['race']}  \n"
        f"guessed {row['age_pred']:.0f} ({row['age_low']:.0f}–{row['age_high']:.0f}){_others(row, 'age_pred')}",
    )


def mistake(row):
    """A face whose sex is taken wrongly."""
    return (
        f"**called {row['said']}, {row['confidence']:.3f}**",
        f"labelled {row['sex']}, {row['age']}, {row['race']}  \nage guessed {row['age_pred']:.0f}"
        f"{_others(row, 'p_female')}",
    )


def _others(row, name):
    """What the model beside says, where there is one."""
    value = next((row[key] for key in row if key.startswith(f"{name}_")), None)
    if value is None or pd.isna(value):
        return ""
    if name == "age_pred":
        return f"; the other model {value:.0f}"
    return f"; the other model: {'female' if value >= 0.5 else 'male'}, {max(value, 1 - value):.3f}"
