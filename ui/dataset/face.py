"""One face: its label, its copies, what the model says of it, and what the model takes for alike."""

import hashlib

import streamlit as st

import ui
from agesex import findings_dataset_more as words
from agesex.errors import AgeSexError
from ui import at_home, linked
from ui.dataset import about, gallery, photos

NO_PICTURE = "The picture comes with a copy of the photos: see Connect."
WIDTH = 260  # px
FACES = 8  # neighbours
ALIKE = (
    "The last layer of the default model takes nearly the same values for them. It was trained to tell ages "
    "and sexes apart and nothing else: near says nothing about who somebody is, and they need not look alike "
    "to a person. Copies of this photo are left out."
)
LEARNT = (
    "The model was trained on this photo with this label, so its error here says little about photos that it "
    "does not know."
)
NOT_ASKED = "the committed answers are of the photos that the split names; `python -m training.evaluate` asks"


def draw(faces, dataset, file):
    """Draw the face.

    Args:
        faces: `agesex.census.Faces`.
        dataset: name of the data set; None for the first one that has the file.
        file: name of the photo.
    """
    one = faces.one(file, dataset)
    st.button("Back", icon=":material/arrow_back:", key="close_face", on_click=gallery.close_face)
    if one is None:
        st.info(
            f"There is no photo {ui.plain(file)} in this data set. It may be in one that is not connected "
            "here.",
            icon=":material/image_not_supported:",
        )
        return
    st.html(gallery.LOOK)
    left, right = st.columns([1, 2], gap="large")
    content = _content(faces, one)
    with left, st.container(key="the_face"):
        if content is None:
            st.caption(at_home.NOT_SHOWN if photos.withheld(faces) else NO_PICTURE)
        else:
            st.image(content, alt=f"Photo labelled {gallery.labelled(one)}", width=WIDTH)
            _explain(one, content)
    with right:
        st.subheader(f"Labelled {gallery.labelled(one)}", anchor=False)
        _label(one)
        _quality(one)
        _model(one)
    _copies(faces, one)
    _neighbours(faces, one)


def _content(faces, one):
    try:
        return photos.full(faces, one["dataset"], one["file"])
    except AgeSexError as error:
        st.caption(ui.plain(str(error)))
        return None


def _label(one):
    race = "No race code" if one["race"] == "unknown" else f"Race code {one['race']}"
    taken = f", collected {one['taken']:%d %B %Y}" if one["taken"] is not None else ""
    st.markdown(
        f"{race}, split **{one['split']}**{taken}.  \n{ui.plain(one['file'])}  \nSource: {one['source']}"
        + (f", data set {one['dataset']}" if one["dataset"] != one["source"] else "")
        + "."
    )


def _quality(one):
    said = words.quality(one)
    if said:
        st.markdown(_unbroken(f"**As a picture.** {said}."))


def _model(one):
    found = _predicted(one)
    if found is None:
        if one["source"] == about.TABLED:
            why = "it is a copy that no model uses" if one["split"] == "dropped" else NOT_ASKED
            st.markdown(f"**The model.** No answer about this photo: {why}.")
        return
    st.markdown(_unbroken(f"**The model.** {words.predicted(found)}."))
    if one["split"] == "train":
        st.caption(LEARNT)
    if (doubt := _doubt(one)) is not None:
        st.markdown(_unbroken(f"**The label.** {words.doubted(doubt)}."))


def _predicted(one):
    """What the default model said: a row as a dict, or None."""
    if one["source"] != about.TABLED:
        return None
    try:
        rows = ui.read_predictions()
    except AgeSexError:
        return None
    rows = rows[rows.file == one["file"]]
    return None if rows.empty else rows.iloc[0].to_dict()


def _doubt(one):
    from agesex import suspects

    try:
        rows = suspects.read()
    except AgeSexError:
        return None
    if rows is None or one["source"] != about.TABLED:
        return None
    mine = rows[rows.file == one["file"]]
    if mine.empty:
        return None
    ranks = {
        f"{name}_rank": int((rows[f"{name}_score"] < mine[f"{name}_score"].iloc[0]).sum()) + 1
        for name in ("age", "sex")
    }
    return {**mine.iloc[0].to_dict(), **ranks, "n": len(rows), "sex": one["sex"], "age": one["age"]}


def _copies(faces, one):
    rows = faces.copies_of(one["file"], one["dataset"])
    if rows.empty:
        return
    st.subheader("The same photo again", anchor=False)
    st.markdown(f"{words.copies_of(one, rows)}.")
    gallery.draw(faces, rows, key="copies", text=_copy)
    st.caption("Near-duplicates: re-encoded, resized or mirrored copies of one photo, labelled anew.")


def _copy(row):
    return f"{gallery.labelled(row)}  \n{row['race']}, {row['split']}"


def _neighbours(faces, one):
    from agesex import face_map

    if one["source"] != about.TABLED:
        return
    try:
        found = face_map.read()
        near = None if found is None else found.neighbours(one["file"], FACES)
    except AgeSexError:  # a photo that came later, or another data set
        return
    if near is None:
        return
    rows = gallery.rows_of(faces, near.file, one["dataset"])
    if rows.empty:
        return
    st.subheader("What the model takes for alike", anchor=False)
    gallery.draw(faces, rows, key="near")
    st.caption(ALIKE)


def _unbroken(text):
    return text.replace(" %", "\u00a0%")


def _explain(one, photo):
    """The way to Explain: by address where it finds the face by itself, else with the photo."""
    if (address := explain_address(one["file"])) is not None:
        ui.link("Explain", "Open in Explain", query_params=address)
        return
    st.button(
        "Open in Explain", icon=":material/visibility:", key="to_explain", on_click=_take_along,
        args=(one, photo),
        help="Explain then shows it like a photo that you uploaded, in your session only.",
    )  # fmt: skip
    if st.session_state.pop("go_explain", False):
        st.switch_page("pages/4_Explain.py")


def explain_address(file):
    """Where Explain shows a face of the connected copy (see `ui.dataset_face`); None without one."""
    data = ui.utkface()
    if data is None:
        return None
    mine = data.table[data.table.file == file]
    if mine.empty:
        return None
    row = mine.iloc[0]
    same = data.table[(data.table.age == row.age) & (data.table.sex == row.sex)]
    number = int((same.file < file).sum()) + 1
    return {
        "source": "data set", "ages": f"{row.age}-{row.age}", "labelled": row.sex, "number": str(number),
    }  # fmt: skip


def _take_along(one, photo):
    from ui.photo import Photo, held, hold

    key = hashlib.sha256(photo).hexdigest()
    said = gallery.labelled(one)
    note = f"From the connected data set {one['dataset']}, labelled {said}. Split: {one['split']}."
    mine = Photo(
        key,
        f"A face labelled {said}",
        note,
        "upload",
        photo,
        aligned=one["source"] == "utkface",
    )
    hold([mine, *held()])
    linked.put("source", "upload")
    st.session_state["go_explain"] = True
