"""Faces as a gallery whose photos open on a click; a table where no copy of the photos is connected.

gallery.draw(faces, faces.page(choice), key="page")
"""

from pathlib import Path

import streamlit as st

from ui import at_home, linked
from ui.dataset import photos

LOOK = Path(__file__).with_name("gallery.css")
KEY, BACK = "face", "back"  # in the address: which face is open, and the view that it was opened from
COLUMNS = {  # of the table: what stands in for the photos
    "file": "file", "age": "labelled age", "sex": "sex", "race": "race code", "split": "split",
    "copies": "copies", "flags": "flags",
}  # fmt: skip

CARD = (
    "place", "dataset", "file", "age", "sex", "race", "split", "source", '"group"', "copies", "years_apart",
    "sexes_apart", "flags",
)  # fmt: skip


def draw(faces, rows, *, key, text=None):
    """Draw the gallery.

    Args:
        faces: `agesex.census.Faces`.
        rows: as of `faces.page`.
        key: of the gallery, its own on the page.
        text: function (row as a dict) -> Markdown under the photo; age and sex without it.

    Returns:
        bool: whether there were photos.
    """
    shown = photos.small(faces, rows)
    if not shown:
        _table(faces, rows, key, text)
        return False
    st.html(LOOK)
    with st.container(horizontal=True, gap="small", key=f"gallery_{key}"):
        for row in rows.to_dict("records"):
            button(faces, row, shown.get((row["dataset"], row["file"])), key=key, text=text)
    return True


def button(faces, row, address, *, key, text=None):
    """One photo that opens on a click; `address` is its data URI, or None."""
    said = labelled(row)
    picture = f"![Photo labelled {said}]({address})" if address else ":material/no_photography:"
    st.button(
        f"{picture} {text(row) if text else said}", key=f"face_{key}_{row['dataset']}_{row['file']}",
        type="tertiary",
        on_click=open_face, args=(faces, row["dataset"], row["file"]), wrap=True,
    )  # fmt: skip


def pager(key, n, per_page, *, about):
    """Buttons to turn the pages of a gallery.

    Args:
        key: of the page's number, in the address.
        n: faces in all.
        per_page: of them.
        about: what decides on the order of the faces; another one leads back to the first page.

    Returns:
        int: how many faces come before the page.
    """
    kept = st.session_state.setdefault("pages_about", {})
    if kept.get(key, about) != about and not linked.moved():
        linked.put(key, 1)
    kept[key] = about
    pages = max(1, -(-n // per_page))
    if linked.value(key, 1) > pages:
        linked.put(key, pages)
    if pages == 1:
        return 0
    now = linked.remembered(
        st.number_input,
        f"Page of {pages:,}",
        1,
        pages,
        key=key,
        default=1,
        parse=linked.whole(1, pages),
        width=150,
    )
    for name, icon, to in (("Previous", "left", now - 1), ("Next", "right", now + 1)):
        st.button(
            name, icon=f":material/chevron_{icon}:", key=f"{key}_{name}", disabled=not 1 <= to <= pages,
            on_click=linked.put, args=(key, to),
        )  # fmt: skip
    return (now - 1) * per_page


def rows_of(faces, files, dataset):
    """Rows as of `faces.page` of some files of a data set, in the order of the files; others are left out."""
    files = list(files)
    if not files:
        return faces.page(limit=0)
    rows = faces.ask(
        f"SELECT {', '.join(CARD)} FROM faces WHERE dataset = ? AND file IN ({', '.join('?' * len(files))})",
        [dataset, *files],
    )
    order = {file: place for place, file in enumerate(files)}
    return rows.sort_values("file", key=lambda column: column.map(order), ignore_index=True)


def labelled(row):
    """The label of a face in words: "25, female"."""
    return f"{row['age']}, {row['sex']}" if row["sex"] != "unknown" else f"{row['age']}"


def open_face(faces, dataset, file):
    """Show one face, from a callback."""
    linked.put(BACK, linked.value("view", "pictures"))
    linked.put(KEY, f"{dataset}:{file}" if len(faces.datasets) > 1 else file)
    linked.put("view", "pictures")


def close_face():
    """Go back to where the face was opened, from a callback."""
    linked.put(KEY, None)
    linked.put("view", linked.value(BACK, "pictures"))
    linked.put(BACK, "pictures")


def asked(faces):
    """The face that the address or a click asks for.

    Returns:
        (data set or None, file), or None where none is asked for.
    """
    said = linked.held(KEY, default=None, parse=str)
    if said is None:
        return None
    first, colon, rest = said.partition(":")
    return (first, rest) if colon and first in faces.datasets else (None, said)


def _table(faces, rows, key, text):
    """The same faces in words; a click on a row opens one."""
    shown = rows[list(COLUMNS)].rename(columns=COLUMNS)
    if text:
        shown.insert(
            0, "about", [text(row).replace("  \n", ", ").replace("*", "") for row in rows.to_dict("records")]
        )
    turn = st.session_state.setdefault("table_turns", {}).setdefault(key, 0)
    place = f"rows_{key}_{turn}"

    def picked():
        chosen = st.session_state[place]["selection"]["rows"]
        if chosen:
            st.session_state["table_turns"][key] += 1  # or the row would be found chosen on the way back
            row = rows.iloc[chosen[0]]
            open_face(faces, row.dataset, row.file)

    st.dataframe(shown, hide_index=True, key=place, on_select=picked, selection_mode="single-row")
    how = at_home.NOT_SHOWN if photos.withheld(faces) else "Pictures come with a copy of the photos: see Connect."
    st.caption(f"A click at the left end of a row opens the face. {how}")
