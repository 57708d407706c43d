"""Dataset: who is in the data set, what is wrong with it, and what that does to a model.

Drawn from the labels that the repository carries; no copy of the photos is needed.
"""

import streamlit as st

import ui
from agesex import census, charts, findings, labels

RACE_NOTE = "Race is one of five coarse codes that annotators chose; it is never predicted for a visitor."
SEX_NOTE = "Sex is what annotators wrote down (0 male, 1 female)."
OLDEST = 116  # years, the oldest label


def chosen(table):
    """The filters; returns the rows that they leave and what was asked for."""
    with st.container(border=True, key="filters"):
        # In a container of its own each row of pills wraps on a narrow screen.
        first, second, third = (place.container() for place in st.columns([1, 2.2, 2.8]))
        sexes = first.pills("Sex", sorted(labels.SEXES), selection_mode="multi")
        races = second.pills("Race code", labels.RACES, selection_mode="multi")
        splits = third.pills("Split", charts.KINDS[2:], selection_mode="multi")
        ages = st.slider("Age, years", 0, OLDEST, (0, OLDEST))
        rows = census.choose(table, sexes=sexes, races=races, splits=splits, ages=ages)
        st.caption(
            f"Showing {len(rows):,} of {len(table):,} photos. Nothing picked means all; what you pick "
            "applies to the whole page."
        )
    return rows, sexes, ages


def counts(rows, facts):
    """The row of counts."""
    total = census.totals(rows)
    with st.container(horizontal=True, key="counts"):
        for name, value, help_text in (
            ("Photos", total["photos"], "Aligned and cropped faces of UTKFace, 200×200 pixels."),
            ("Female", total["female"], SEX_NOTE),
            ("Male", total["male"], SEX_NOTE),
            (
                "Have a copy",
                total["copies"],
                "Photos that share a group of near-duplicates with another one shown: re-encoded, resized "
                "or mirrored copies.",
            ),
            ("Dropped", total["dropped"], "Copies of published test photos; never used."),
            (
                "Malformed",
                facts["malformed"],
                "Files of the whole data set whose names are no labels; left out.",
            ),
        ):
            st.metric(name, f"{value:,}", help=help_text, border=True, width=165)


def ages(rows, shown):
    """The age histogram, whole or in panels."""
    st.subheader("How old they are", anchor=False)
    with st.container(horizontal=True):
        width = st.segmented_control(
            "Years per bar", [1, 5, 10], default=1, help="1 year shows which ages annotators preferred."
        )
        panels = st.segmented_control("Panels", ["none", "race", "split"], default="none")
    note = f"n = {len(rows):,} photos. {SEX_NOTE} The ages were estimated by a program and checked by a person."
    width = width or 1
    if panels in (None, "none"):
        chart = charts.age_histogram(census.age_counts(rows, width=width))
        return ui.figure(findings.ages(rows), chart, f"{note} {EFFECT_OF_AGES}")
    for name in labels.RACES if panels == "race" else charts.KINDS[2:]:
        part = rows[rows[panels] == name]
        if not part.empty:
            bars = census.age_counts(part, width=width)
            chart = charts.age_histogram(bars, height=170, ages=(shown[0], shown[1] + 1))
            ui.figure(f"{name}: {findings.ages(part)}", chart, f"n = {len(part):,} photos.")
    return st.caption(f"{SEX_NOTE} {RACE_NOTE}")


EFFECT_OF_AGES = (
    "What it does to a model: where photos are few, guesses are pulled to where they are many."
)


def races(rows):
    """Race and sex: counts, and the ages of each group."""
    st.subheader("Race codes and sex", anchor=False)
    table = census.race_by_sex(rows)
    left, right = st.columns(2, gap="large")
    with left:
        ui.figure(
            findings.races(table),
            charts.race_by_sex(table),
            f"n = {len(rows):,} photos. {RACE_NOTE} What it does to a model: a group with few photos is "
            "learned less well, and its errors are known less exactly.",
        )
    with right:
        spread = census.age_spread(rows)
        ui.figure(
            findings.age_spread(spread),
            charts.age_spread(spread),
            f"n = {len(rows):,} photos. Dot: median; thick: middle half; thin: middle 80 %. What it does to "
            "a model: an error that differs between two groups may come from their ages.",
        )
    with st.expander("The counts as a table"):
        st.table(findings.texts(table, share=findings.percent))


def splits(rows):
    """How the photos were dealt."""
    st.subheader("Who trains, who tests", anchor=False)
    table = census.split_table(rows)
    ui.figure(
        findings.splits(table),
        charts.split_ages(census.split_ages(rows)),
        f"n = {len(rows):,} photos. The whole published test list (ages 21–60) is in test; of the other ages "
        "a fifth. Training teaches, validation chooses, calibration sets the intervals, test is only "
        "reported. Dropped: copies of test photos.",
    )
    columns = {"n": "photos", "women": "female", "median": "median age", "listed": "aged 21–60"}
    texts = findings.texts(table, women=findings.percent, listed=findings.percent)
    st.table(texts.rename(columns=columns), hide_index=True)


def defects(rows, table, facts):
    """What is wrong with the labels."""
    st.subheader("What is wrong with it", anchor=False)
    groups = census.copies(table[table.group.isin(rows.group)])
    ui.figure(
        findings.copies(groups),
        charts.disagreements(census.disagreements(groups)),
        f"n = {len(groups):,} groups of near-duplicates with a photo shown ({facts['duplicate_groups']:,} "
        "groups in all), by the difference of their oldest and youngest label. What it does to a model: part of "
        "its error is the labels' own (how much cannot be read off here, for photos with copies are no random "
        "sample), and a copy in both training and test would flatter it; here no group is in both.",
    )
    st.markdown(
        "**Where the labels come from.** Age, sex and race were estimated by a program (DEX) and checked by "
        "a person. Nobody in the photos was asked. Sex is 0 or 1; race is White, Black, Asian, Indian or "
        "“Others”, which lumps everybody else together. Ages are whole years, and some are far more "
        "frequent than their neighbours.\n\n"
        f"**Malformed names.** The label of a photo is its file name, and {facts['malformed']} names are no "
        "labels. They are reported and left out, never guessed:"
    )
    _, malformed = labels.parse_all(facts["malformed_names"])
    st.markdown(
        "\n".join(
            f"- `{error.name}`: {error.reason}."
            + (f" Probably meant: `{error.mending}`" if error.mending else " What was meant cannot be told.")
            for error in malformed
        )
    )


def draw():
    """The whole page."""
    facts, table = ui.dataset_facts(), ui.label_table()
    rows, sexes, shown = chosen(table)
    if rows.empty:
        st.info("No photo fits these filters. Take one of them back.", icon=":material/filter_alt_off:")
        return
    counts(rows, facts)
    ages(rows, shown)
    races(rows)
    st.subheader("Average faces", anchor=False)
    ui.average_faces(sexes, shown)
    st.caption("They are averages over all race codes and all splits but the dropped copies.")
    splits(rows)
    defects(rows, table, facts)


ui.page("Dataset")
with ui.guard():
    draw()
