"""Any face of a copy of UTKFace (imported, or named by AGESEX_DATASET), by age, sex and number."""

import hashlib
import random

import streamlit as st

import ui
from agesex import labels
from ui import linked

ANY = "any sex"
NOTE = "From the connected copy of UTKFace, labelled {label}. Split: {split}. " + labels.ORIGIN


def choose(hide=()):
    """Draw the picker.

    Args:
        hide: what nobody should read off it: "sex", "age".

    Returns:
        ui.photo.Photo, or None where no face has these labels.
    """
    from ui.photo import Photo

    data = ui.utkface()
    table = data.table
    with st.container(horizontal=True, vertical_alignment="bottom", key="dataset_face"):
        low, high = 0, int(table.age.max())
        ages = linked.remembered(
            st.slider, "Labelled age, years", low, high, key="ages", default=(20, 60),
            parse=linked.pair(low, high), width=260,
        )  # fmt: skip
        sex = ANY
        if "sex" not in hide:
            sex = linked.remembered(
                st.segmented_control, "Labelled sex", [ANY, "female", "male"], key="labelled", default=ANY,
                required=True,
            )  # fmt: skip
        rows = table[table.age.between(*ages) & ((sex == ANY) | (table.sex == sex))]
        if rows.empty:
            st.caption("No face has these labels. Choose other ages.")
            return None
        number = linked.remembered(
            st.number_input, f"Which of {len(rows):,}", 1, len(rows), key="number", default=1,
            parse=linked.whole(1, len(rows)), width=160,
        )  # fmt: skip
        st.button(
            "Another one", icon=":material/casino:", key="another", on_click=_another, args=(len(rows),)
        )
    row = rows.iloc[min(number, len(rows)) - 1]
    with st.spinner("Reading the photo …"):
        ((_, content),) = data.photos([row.file])
    age, labelled = f"{row.age} years", "" if "sex" in hide else f", {row.sex}"
    title = "A face of the data set" if "age" in hide else f"A face labelled {age}{labelled}"
    label = "age hidden" if "age" in hide else f"{age}{labelled}"
    note = NOTE.format(label=label, split=row.split)
    st.caption(note)
    return Photo(hashlib.sha256(content).hexdigest(), title, note, "data set", content, aligned=True)


def _another(count):
    linked.put("number", random.randint(1, count))
