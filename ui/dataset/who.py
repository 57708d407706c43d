"""Who: how many, how old, of which sex and race code, in which split, since when, and what the photos are like."""

from functools import partial

import streamlit as st

import ui
from agesex import findings_dataset, formats
from agesex.census import kept, who
from agesex.charts import who as drawn
from agesex.dataset import store
from ui import linked
from ui.dataset import about, clicks, photo_figures, shares, so_what, together
from ui.dataset.order import ordered

NOTES = {"race": about.races, "sex": about.sexes}
NONE = "nothing"
PANEL = 170  # px
TAKEN_AWAY = ("file", "age", "sex", "race", "split", "source", "group", "copies", "flags")  # columns of the CSV


def draw(faces, choice):
    """Draw the view.

    Args:
        faces: `agesex.census.Faces`.
        choice: `agesex.census.Choice`.
    """
    total = faces.totals(choice)
    _counts(faces, choice, total)
    so_what.draw(faces, choice)
    _ages(faces, choice)
    left, right = st.columns(2, gap="large")
    with left:
        _pyramid(faces, choice)
    with right:
        _boxes(faces, choice)
    together.draw(faces, choice)
    photo_figures.draw(faces, choice)


def _counts(faces, choice, total):
    with st.container(horizontal=True, vertical_alignment="center", key="counts"):
        for name, value, help_text in (
            ("Photos", total["photos"], "Photos that the filters leave."),
            ("Female", total["female"], about.sexes(faces)),
            ("Male", total["male"], about.sexes(faces)),
            ("Sex unknown", total["unknown"], "The source says nothing about the sex."),
            (
                "Have a copy",
                total["copies"],
                "Photos that share a group of near-duplicates with another one, shown or not: re-encoded, resized "
                "or mirrored copies.",
            ),
            ("Dropped", total["dropped"], "Copies of published test photos; never used."),
            ("Left out before", _malformed(), "Files whose names are no labels, or that are no pictures; see What is wrong."),
        ):
            if value or name != "Sex unknown":
                st.metric(name, f"{value:,}", help=help_text, border=True, width=165)
        st.download_button(
            "CSV of the selection", partial(_csv, faces, choice), "faces.csv", "text/csv", key="csv_selection",
            icon=":material/download:", on_click="ignore", help="A row per photo: file, labels, split, copies, flags",
        )  # fmt: skip


def _malformed():
    """Files that were refused by the imports; without any, those that are known of UTKFace."""
    stored = [store.open_stored(name).facts for name in store.names()]
    if stored:
        return sum(sum(facts.get("refused", {}).values()) for facts in stored)
    data = ui.connected()
    return ui.dataset_facts()["malformed"] if data is None else len(data.malformed)


def _csv(faces, choice):
    rows = faces.rows(choice, TAKEN_AWAY)
    named = {column: rows[column].astype(str).map(formats.no_formula) for column in ("file", "group")}
    return rows.assign(**named).to_csv(index=False, lineterminator="\r\n")  # or a \r in a name is not quoted


def _ages(faces, choice):
    st.subheader("How old they are", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        width = linked.remembered(
            st.segmented_control, "Years per bar", list(who.WIDTHS), default=1, required=True, key="bar",
            help="1 year shows which ages the labels prefer.",
        )  # fmt: skip
        by = linked.remembered(
            st.segmented_control, "By", ["sex", "race", "split", NONE], default="sex", required=True, key="ages_by"
        )
        wanted = linked.remembered(
            st.toggle, "Shares", key="shares", default=False, parse=linked.flag,
            help="The share of each group instead of its number",
        )  # fmt: skip
    figures, note = _of_ages(faces, choice, width, by, wanted)
    for key, figure in figures:
        clicks.figure(figure, key=key, choice=choice, after=partial(clicks.ages, width))
    if note:
        st.caption(note)


@kept
def _of_ages(faces, choice, width, by, wanted):
    """The charts of the ages.

    Args:
        faces: as of `draw`.
        choice: as of `draw`.
        width: of a bar, years.
        by: a field, or `NONE`.
        wanted: whether shares are wanted.

    Returns:
        ([(key, `clicks.Figure`), …], what stands below all of them or None).
    """
    field = None if by == NONE else by
    found = who.age_counts(faces, choice.but("ages"), width=width, by=field)
    large, said = shares.large(found, "name")
    in_shares = wanted and not large.empty
    found = large if in_shares else found
    half = ", half pale: bars of which it keeps a part, drawn whole" if width > 1 else ""
    note = f"n = {faces.totals(choice)['photos']:,} photos chosen; pale: ages that the filter leaves out{half}. {clicks.STROKE}"
    if wanted:
        note += f" {said}" if in_shares else f" Counts, for no group has {findings_dataset.FEW} photos."
    rows = found.assign(part=clicks.of_ages(choice, found.start, found.end - 1))
    rows = rows.assign(chosen=rows.part > 0)
    span = 0, faces.oldest + 1
    if by in ("race", "split") and not (by == "split" and in_shares):
        return _panels(rows, by, span, in_shares), f"{note} {_note(faces, by)}"
    chart = drawn.age_bars(rows, by=field, shares=in_shares, span=span)
    title = findings_dataset.ages(who.frequent(faces, choice))
    notes = f"{_note(faces, by)} {about.ages(faces)}"
    effect = "What it does to a model: where photos are few, guesses are pulled to where they are many."
    return [("ages", clicks.made(title, chart, f"{note} {notes} {effect}"))], None


def _panels(rows, by, span, in_shares):
    """A chart per group: five colours on top of each other cannot be told apart."""
    found = []
    for name in ordered(by, rows.name):
        part = rows[rows.name == name]
        said = findings_dataset.most_frequent(part[part.chosen]) if part.chosen.any() else "none of these ages"
        chart = drawn.age_bars(part, shares=in_shares, height=PANEL, span=span)
        note = f"n = {part[part.chosen].n.sum():,} photos."
        found.append((f"ages_{name}", clicks.made(f"{name}: {said}", chart, note)))
    return found


def _note(faces, by):
    """What the groups of a field are, in this data."""
    return NOTES[by](faces) if by in NOTES else ""


def _pyramid(faces, choice):
    if (figure := _of_pyramid(faces, choice)) is not None:
        clicks.figure(figure, key="pyramid", choice=choice, after=clicks.sex_and_ages)


@kept
def _of_pyramid(faces, choice):
    found = who.pyramid(faces, choice.but("ages", "sexes"))
    if found.empty:
        return None
    part = clicks.of_ages(choice, found.start, found.end - 1) * clicks.part(choice, "sex", found.sex)
    rows = found.assign(chosen=part > 0, part=part)
    return clicks.made(
        findings_dataset.pyramid(found), drawn.pyramid(rows),
        f"n = {found.n.sum():,} photos of every age and of both sexes; pale: not chosen, half pale: chosen in part. A click is a filter of age "
        f"and sex. {about.sexes(faces)}",
    )  # fmt: skip


def _boxes(faces, choice):
    by = linked.remembered(
        st.segmented_control, "Ages by", ["race", "sex", "split"], default="race", required=True, key="boxes_by"
    )
    clicks.figure(_of_boxes(faces, choice, by), key="boxes", choice=choice, after=partial(clicks.group, by))


@kept
def _of_boxes(faces, choice, by):
    found = who.boxes(faces, choice.but(clicks.FIELDS[by]), by)
    names = getattr(choice, clicks.FIELDS[by])
    order = ordered(by, found.name)
    found = found.set_index("name").loc[order].reset_index()
    rows = found.assign(chosen=found.name.isin(names) if names else True)
    return clicks.made(
        findings_dataset.boxes(found, by), drawn.boxes(rows),
        f"n = {found.n.sum():,} photos. Thick: middle half; thin: middle 90 %; white: median; diamond: mean. "
        "What it does to a model: an error that differs between two groups may come from their ages. "
        f"{_note(faces, by)} {clicks.HOW}",
    )  # fmt: skip
