"""Copies that disagree: one photo with several labels, and what copies do to a test."""

import pandas as pd
import streamlit as st

import ui
from agesex import census, leakage
from agesex import findings_dataset_more as words
from agesex.charts import copies as charts
from agesex.charts.dots import dots
from agesex.findings import percent
from ui.dataset import about, clicks, gallery, photos

GROUPS = 6  # on a page
MEMBERS = 12  # photos of one group


def draw(faces, choice):
    """Draw the part; arguments as of `wrong.draw`."""
    clicks.figure(_of_copies(faces, choice), key="apart", choice=choice, after=clicks.apart)
    groups = faces.groups(choice)
    if len(groups):
        _groups(faces, choice, groups)
    named, n = about.in_tables(faces)
    if named:
        _leakage()
    if named < n:
        st.caption(
            f"What copies do to a test was worked out for the photos of UTKFace that the repository's split names: "
            f"{named:,} of the {n:,} here. `python -m training.leakage` makes it."
        )


@census.kept
def _of_copies(faces, choice):
    groups, free = faces.groups(choice), faces.groups(choice.but("apart"))
    classes = census.disagreements(free.assign(disagreement=census.disagreement(free.years)))
    low, high = choice.apart or census.ALL_AGES
    whole = f" ({len(faces.groups()):,} in all)" if choice != census.EVERYBODY else ""
    return clicks.made(
        words.copies(groups),
        charts.apart(classes.assign(chosen=classes.low.ge(low) & classes.high.le(high))),
        f"n = {words.groups(len(free))} of near-duplicates with a photo shown{whole}, by the difference of "
        f"their oldest and youngest label. {clicks.HOW} What it does to a model: part of its error is the labels' own (how "
        "much cannot be read off here, for photos with copies are no random sample), and a copy in both "
        "training and test would flatter it; in the split of UTKFace no group is in both.",
    )


def _groups(faces, choice, groups):
    st.subheader("The same photo, labelled again", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        start = gallery.pager("groups", len(groups), GROUPS, about=choice)
    shown = groups.iloc[start : start + GROUPS]
    rows = pd.concat([_members(faces, row) for row in shown.itertuples()], ignore_index=True)
    if not photos.sources(faces):
        said = {(row.dataset, row.group): words.group(row) for row in shown.itertuples()}
        gallery.draw(faces, rows, key="groups", text=lambda row: said[row["dataset"], row["group"]])
        return
    pictures = photos.small(faces, rows)
    st.html(gallery.LOOK)
    with st.container(horizontal=True, gap="small"):
        for number, row in enumerate(shown.itertuples()):
            mine = rows[(rows.dataset == row.dataset) & (rows.group == row.group)]
            with st.container(border=True, width="content", key=f"gallery_group_{number}", gap="xsmall"):
                st.markdown(f"**{words.group(row)}**")
                with st.container(horizontal=True, gap="xsmall", width="content"):
                    for one in mine.to_dict("records"):
                        address = pictures.get((one["dataset"], one["file"]))
                        gallery.button(faces, one, address, key=f"group_{number}", text=_member)
                    if row.n > len(mine):
                        st.caption(f"… and {row.n - len(mine):,} more", width="content")
    st.caption(
        "Groups whose labels differ most come first: two sexes, then years. Under each photo: age, sex, race "
        f"code, split. The photos of a group are shown (at most {MEMBERS}), whatever the filters leave of it."
    )


def _members(faces, group):
    return faces.ask(
        f'SELECT {", ".join(gallery.CARD)} FROM faces WHERE dataset = ? AND "group" = ? '
        "ORDER BY place LIMIT ?",
        [group.dataset, group.group, MEMBERS],
    )


def _member(row):
    return f"**{gallery.labelled(row)}**  \n{row['race']}, {row['split']}"


def _leakage():
    facts = leakage.read()
    if facts is None:
        st.caption("The figures about leakage are not there. `python -m training.leakage` makes them.")
        return
    st.subheader("What copies do to a test", anchor=False)
    mine = facts["this_split"]
    rows = [
        {
            "label": f"random {percent(row['train'], 0)} / {percent(row['test'], 0)}", "value": row["mean"],
            "low": row["low"],
            "high": row["high"], "n": round(row["test"] * facts["photos"]), "kind": "train",
            "between": f"{percent(row['low'])} to {percent(row['high'])} of 95 in 100 splits",
        }
        for row in facts["random"]
    ]  # fmt: skip
    rows.append(
        {
            "label": "this split", "value": mine["share"], "low": None, "high": None, "n": mine["test"],
            "kind": "test", "between": "counted, not drawn",
        }
    )  # fmt: skip
    table = pd.DataFrame(rows).astype({"low": float, "high": float})
    table = table.assign(pale=False, text=[percent(value) for value in table.value])
    ui.figure(
        words.leakage(facts),
        dots(table, "test photos with a copy in train", share=True, zero=True),
        f"n = {facts['photos_in_groups']:,} photos in {facts['groups']:,} groups of copies, of "
        f"{facts['photos']:,}; {facts['random'][0]['draws']:,} random splits each, lines: 95 % of them. What "
        "it does to a model: on a photo that it was trained on it seems better than it is.",
    )
    noise = facts["labels"]
    st.markdown(f"#### {words.label_noise(noise).replace(' %', chr(160) + '%')}")
    st.caption(
        f"n = {noise['pairs']:,} pairs of copies in {noise['groups']:,} groups; whole groups are drawn for "
        f"the intervals. {percent(noise['age_differs']['value'])} differ in age at all, "
        f"{percent(noise['race_disagrees']['value'])} in race code. Two labels of one photo cannot both be "
        "right, so on average the labels of these photos are at least half as wrong as they differ; an error "
        "that both share is not seen."
    )
