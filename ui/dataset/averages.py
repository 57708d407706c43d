"""Averages: what the photos of a group have in common, and where two groups differ."""

import base64
import io
from dataclasses import replace
from itertools import product

import streamlit as st
from PIL import Image

import ui
from agesex import averages, samples
from agesex import findings_dataset_more as words
from agesex.census import EVERYBODY, UNKNOWN, Choice
from agesex.dataset import SPLITS, pictures
from agesex.errors import AgeSexError
from agesex.labels import RACES, SEXES
from agesex.metrics import BAND_NAMES
from ui import linked
from ui.dataset import clicks, filters, gallery, photos
from ui.loaders import average_pictures

CARRIED, CHOSEN = "carried", "chosen"
FROM = {CARRIED: "the repository's pictures", CHOSEN: "photos of the selection"}
FIELDS = {"band": "age", "sex": "sex", "race": "race code", "split": "split"}
GROUPS = {"band": BAND_NAMES, "sex": tuple(sorted(SEXES)), "race": RACES, "split": SPLITS}
OF = {"band": "ages", "sex": "sexes", "race": "races", "split": "splits"}  # attributes of Choice
HONOURED = ("ages", "sexes")  # filters that the repository's pictures follow
PER_CELL = 100  # photos, drawn by a seed; a table has up to 45 cells
ANY = "any"
FOG = (
    "A mean of photos shows nobody in particular, and what is common in the photos rather than how people "
    "look: light, make-up, hair and pose are in it, and the smoothing makes the old look younger."
)
SHARPENED = (
    "These pictures are means of the 64 photos of a band that are most alike, sharpened afterwards: their "
    "difference shows the typical more than the average, and chance cannot be told from it here."
)


def draw(faces, choice):
    """Draw the view.

    Args:
        faces: `agesex.census.Faces`.
        choice: `agesex.census.Choice`.
    """
    st.html(gallery.LOOK)
    source = CARRIED
    aligned = _aligned(faces, choice)
    if photos.readable(faces) and faces.totals(aligned)["photos"]:
        source = linked.remembered(
            st.segmented_control, "Averages of", list(FROM), format_func=FROM.get, key="averages_of",
            default=CARRIED if choice == EVERYBODY else CHOSEN,
            required=True,
        )  # fmt: skip
    else:
        st.caption("With a copy of the photos, averages of any two groups can be made here: see Connect.")
    if source == CARRIED:
        _carried(choice)
    else:
        _table(faces, aligned)
        _pair(faces, aligned)


def _aligned(faces, choice):
    """The choice without photos whose eyes lie anywhere."""
    there = [name for name in faces.options()["sources"] if name in averages.ALIGNED]
    names = tuple(name for name in there if not choice.sources or name in choice.sources)
    return replace(choice, sources=names or ("none",))


def unheeded(choice):
    """Which filters the repository's pictures do not follow, in a sentence; "" where they follow all that are set."""
    names = [filters.said(choice, name) for name in choice.active() if name not in HONOURED]
    if not names:
        return ""
    are = "is" if len(names) == 1 else "are"
    return (
        f"{' and '.join(names)} {are} not taken into account here: these pictures were made in advance, of everybody of these "
        "ages and sexes. Averages of just what is chosen are made of the photos themselves."
    )


def made_before(choice, heading):
    """The repository's pictures of the chosen ages and sexes, below a heading that says what else they leave aside."""
    left_aside = unheeded(choice)
    st.subheader(f"{heading}, of everybody" if left_aside else heading, anchor=False)
    if left_aside:
        st.info(left_aside, icon=":material/filter_alt_off:")
    ui.average_faces([sex for sex in choice.sexes if sex in SEXES], choice.ages)


def _carried(choice):
    made_before(choice, "By age and sex")
    st.caption("They are averages over all race codes and all splits but the dropped copies.")
    st.subheader("Where two of them differ", anchor=False)
    cells = [cell for cell, _ in average_pictures()]
    names = [_cell_name(cell) for cell in cells]
    left, right = st.columns(2)
    with left:
        first = linked.remembered(st.selectbox, "A", names, key="face_a", default=_first(names, "female, 30"))
    with right:
        second = linked.remembered(st.selectbox, "B", names, key="face_b", default=_first(names, "male, 30"))
    if first == second:
        st.info("Choose two different pictures.", icon=":material/info:")
        return
    a, b = (_read_cell(cells[names.index(name)]) for name in (first, second))
    _difference(a, b, f"A ({first})", f"B ({second})", f"{FOG} {SHARPENED}")


def _cell_name(cell):
    years = f"{cell['low']}–{cell['high']}" if cell["high"] < 100 else f"{cell['low']}+"
    return f"{cell['sex']}, {years}"


def _first(names, start):
    return next((name for name in names if name.startswith(start)), names[0])


def _read_cell(cell):
    return averages.Average(samples.average_picture(cell).astype("float32"), None, cell["n"])


def _table(faces, choice):
    """Averages of every pair of groups of two fields."""
    st.subheader("By any two fields", anchor=False)
    fields = [name for name in FIELDS if len(_groups(faces, name)) > 1 or name in ("band", "sex")]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rows, columns = (
            linked.remembered(
                st.selectbox, label, fields, format_func=FIELDS.get, default=default, key=key, width=180
            )
            for label, key, default in (("Rows", "mean_rows", "sex"), ("Columns", "mean_columns", "band"))
        )
    if rows == columns:
        st.info("Choose two different fields.", icon=":material/info:")
        return
    with st.spinner("Averaging the photos …"):
        cells = _cells(_key(faces), choice, rows, columns, faces)
    if not cells:
        st.info(
            f"No group of these two fields has {averages.LEAST} photos among those chosen. Take a filter "
            "back.",
            icon=":material/group_off:",
        )
        return
    down = [name for name in GROUPS[rows] if any(row == name for row, _ in cells)]
    across = [name for name in GROUPS[columns] if any(column == name for _, column in cells)]
    drawn = [
        f'<figure style="--band:{across.index(column) + 1};--row:{down.index(row) + 1}">'
        f'<img src="{address}" alt="Average face, {row}, {column}">'
        f"<figcaption>{row}, {column}<br>{n:,} of {of:,}</figcaption></figure>"
        for (row, column), (address, n, of) in cells.items()
    ]
    st.html(f'<div class="faces">{"".join(drawn)}</div>')
    st.caption(
        f"Means of up to {PER_CELL} photos of each group, drawn at random by a fixed seed (numbers below); "
        f"groups of fewer than {averages.LEAST} are left out, so that nobody can be made out. {FOG}"
    )


def _groups(faces, field):
    if field == "band":
        return BAND_NAMES
    return [name for name in faces.options()[OF[field]] if name != UNKNOWN]


@st.cache_data(max_entries=16, show_spinner=False)
def _cells(key, choice, rows, columns, _faces):
    """{(row, column): (data URI, photos averaged, photos of the group)}; `key` says which data."""
    found = {}
    for row, column in product(_groups(_faces, rows), _groups(_faces, columns)):
        group = _narrowed(_narrowed(choice, rows, row), columns, column)
        of = group and _faces.totals(group)["photos"]
        if not of or of < averages.LEAST:
            continue
        try:
            mean = _mean(_faces, group, PER_CELL)
        except AgeSexError:  # too few of them can be read
            continue
        found[row, column] = (_address(mean.shown), mean.n, of)
    return found


def _narrowed(choice, field, name):
    """The choice with one group of a field; None where the filters leave nobody of it."""
    if choice is None or name == ANY:
        return choice
    if field == "band":
        low, high = clicks.band_ages(name)
        low, high = max(low, choice.ages[0]), min(high, choice.ages[1])
        return replace(choice, ages=(low, high)) if low <= high else None
    there = getattr(choice, OF[field])
    return replace(choice, **{OF[field]: (name,)}) if not there or name in there else None


def _mean(faces, choice, most):
    """The average of up to `most` of the chosen photos."""
    rows = faces.rows(choice, ("dataset", "file"), most)
    read = []
    for name, data in photos.readable(faces).items():
        read += pictures.read(data, rows.file[rows.dataset == name]).values()
    return averages.average(read)


@st.cache_data(max_entries=32, show_spinner="Averaging the photos …")
def _kept(key, choice, _faces):
    """`_mean` of at most `averages.MOST` photos, kept by `key` and choice."""
    return _mean(_faces, choice, averages.MOST)


def _key(faces):
    return tuple((name, photos.state(data)) for name, data in photos.readable(faces).items())


def _pair(faces, choice):
    """Two groups chosen by hand, and their difference."""
    st.subheader("Where two groups differ", anchor=False)
    left, right = st.columns(2, gap="large")
    with left:
        first, said_a = _side(faces, choice, "a", "A", "female")
    with right:
        second, said_b = _side(faces, choice, "b", "B", "male")
    if first == second:
        st.info("A and B are the same group. Choose another one.", icon=":material/info:")
        return
    found = []
    for group, name in ((first, f"A ({said_a})"), (second, f"B ({said_b})")):
        n = 0 if group is None else faces.totals(group)["photos"]
        if n < averages.LEAST:
            st.info(
                f"{name} has {n:,} of the chosen photos; an average takes at least {averages.LEAST}, so that "
                "it shows nobody in particular. Choose a larger group, or take a filter back.",
                icon=":material/group_off:",
            )
            return
        found.append((_kept(_key(faces), group, faces), n, name))
    (a, n_a, name_a), (b, n_b, name_b) = found
    drawn = f"A: {a.n:,} of {n_a:,} photos, B: {b.n:,} of {n_b:,}, at random by a fixed seed. "
    _difference(a, b, name_a, name_b, drawn + FOG)


def _side(faces, choice, key, name, sex):
    """The widgets of one group: (Choice or None, what it is called)."""
    st.markdown(f"**{name}**")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        asked = {
            "sex": linked.remembered(
                st.selectbox, "Sex", [ANY, *sorted(SEXES)], key=f"{key}_sex", default=sex, width=120
            ),
            "band": linked.remembered(
                st.selectbox, "Age", [ANY, *BAND_NAMES], key=f"{key}_band", default=ANY, width=120
            ),
            "race": linked.remembered(
                st.selectbox, "Race code", [ANY, *RACES], key=f"{key}_race", default=ANY, width=130
            ),
        }
    group = choice
    for field, value in asked.items():
        group = _narrowed(group, field, value)
    said = ", ".join(value for value in asked.values() if value != ANY)
    return group, said or ("the selection" if choice != Choice() else "everybody")


def _difference(a, b, name_a, name_b, note):
    found = averages.difference(a, b)
    region, value = averages.furthest(found)
    chance, limit = averages.chance(a, b), averages.limit_of(found)
    st.markdown(f"#### {words.averages_differ(name_a, name_b, region, value, chance)}")
    parts = ((a.shown, name_a), (b.shown, name_b), (averages.diverging(found, limit), "A − B"))
    with st.container(horizontal=True, gap="medium"):
        for picture, name in parts:
            with st.container(width=230, gap="xsmall"):
                st.image(picture, width=230, alt=name)
                st.caption(name)
    st.html(
        f'<div class="key-of-colours">A darker by {limit}<i></i>'
        f"A lighter by {limit} grey levels or more</div>"
    )
    st.caption(note)


def _address(picture):
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "WEBP", quality=85)
    return f"data:image/webp;base64,{base64.b64encode(out.getvalue()).decode()}"
