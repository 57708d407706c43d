"""Failures: the faces furthest off, the surest mistakes, and what the labels themselves disagree about."""

import streamlit as st

import ui
from agesex import (
    census,
    findings_dataset_more,
    findings_failures,
    findings_groups,
    labels,
    leakage,
    metrics,
)
from agesex.errors import AgeSexError
from agesex.metrics import BAND_NAMES, MIN_GROUP, slices, worst
from ui import charts, linked
from ui.metrics import failures_cards, tables

ANY = "any"
DIRECTIONS = {"both": "both ways", "old": "too old", "young": "too young"}
LISTED = 50  # faces in the table
EITHER = (
    "A face stands here because label and model disagree; either may be wrong. One photo and its copies stand here "
    "once. A list of the worst says nothing of how often that happens: see Fairness."
)
NO_FLOOR = (
    "Copies are photos that were found again, re-encoded, resized or mirrored, and labelled anew. They are no "
    "random sample of the photos, so this is **no floor** of the error for everybody; it shows that labels of "
    "the very same picture differ."
)


def draw(choice):
    """Draw the view."""
    asked = _filters()
    rows = choice.measured(_fitting, **asked)
    st.caption(f"n = {len(rows):,} of {len(choice.rows()):,} {choice.split} faces fit the filters.")
    if rows.empty:
        st.info("No face fits these filters. Take one of them back.", icon=":material/filter_alt_off:")
    else:
        _errors(choice, asked)
        _mistakes(choice, asked)
    _copies(choice)


def _filters():
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="failure_filters"):
        sex = linked.remembered(
            st.segmented_control, "Labelled sex", [ANY, *sorted(labels.SEXES)], key="fail_sex", default=ANY,
            required=True,
        )  # fmt: skip
        race = linked.remembered(
            st.selectbox, "Race code", [ANY, *labels.RACES], key="fail_race", default=ANY, width=150
        )
        band = linked.remembered(
            st.selectbox, "Labelled age", [ANY, *BAND_NAMES], key="fail_band", default=ANY, width=150
        )
        direction = linked.remembered(
            st.segmented_control, "Age guessed", list(DIRECTIONS), format_func=DIRECTIONS.get,
            key="direction", default="both", required=True,
        )  # fmt: skip
    return {"sex": sex, "race": race, "band": band, "direction": direction}


def _fitting(rows, sex, race, band, direction):
    """The faces that the filters leave."""
    mask = slices.select(rows, sex=None if sex == ANY else sex, race=None if race == ANY else race)
    if band != ANY:
        mask &= (rows.band == band).to_numpy()
    if direction != "both":
        off = (rows.age_pred - rows.age).to_numpy(float)
        mask &= off > 0 if direction == "old" else off < 0
    return rows[mask]


def _largest(rows, **asked):
    return worst.largest_errors(_fitting(rows, **asked), LISTED)


def _surest(rows, **asked):
    return worst.sure_mistakes(_fitting(rows, **asked), LISTED)


def _about(choice, asked):
    """What a list of faces is of: the filters that are set, in words."""
    said = [f"guessed too {value}" if name == "direction" else value for name, value in asked.items()
            if value not in (ANY, "both")]  # fmt: skip
    return tables.of(choice, both=True, who=" ".join(said) or "all faces")


def _errors(choice, asked):
    st.subheader("Furthest off in age", anchor=False)
    rows = _beside(choice, choice.measured(_largest, **asked))
    said = failures_cards.verdicts("age")
    st.markdown(f"**{findings_failures.worst(rows, said)}.**")
    failures_cards.draw(rows, failures_cards.error, "age", said)
    st.caption(EITHER)
    with st.expander(f"The {len(rows)} furthest off as a table"):
        tables.table(rows, "worst", about=_about(choice, asked), columns=_columns(choice))


def _mistakes(choice, asked):
    st.subheader("Surest of the wrong sex", anchor=False)
    rows = _beside(choice, choice.measured(_surest, **asked))
    said = failures_cards.verdicts("sex")
    st.markdown(f"**{findings_failures.mistakes(rows, said)}.**")
    if rows.empty:
        return
    failures_cards.draw(rows, failures_cards.mistake, "sex", said)
    st.caption("Sex is the label, 0 or 1; here, too, label or model may be wrong.")
    with st.expander(f"The {len(rows)} surest mistakes as a table"):
        tables.table(rows, "sure_mistakes", about=_about(choice, asked), columns=_columns(choice))


def _beside(choice, rows):
    """The rows with what the model beside says about the same photos."""
    if not choice.other:
        return rows
    other = choice.other_rows().set_index("file")[["age_pred", "p_female"]].reindex(rows.file)
    return rows.assign(
        **{f"{name}_{choice.other}": other[name].to_numpy() for name in ("age_pred", "p_female")}
    )


def _columns(choice):
    config = {
        "file": st.column_config.TextColumn("file", width="medium"),
        "age": "labelled age", "group": None,
        "p_female": st.column_config.NumberColumn("p(female)", format="%.3f"),
        "confidence": st.column_config.NumberColumn(format="%.3f"),
    }  # fmt: skip
    titles = {"age_pred": "guess", "age_low": "90 % from", "age_high": "to", "error": "error"}
    config |= {
        name: st.column_config.NumberColumn(title, format="%+.1f" if name == "error" else "%.1f")
        for name, title in titles.items()
    }
    if choice.other:
        config[f"age_pred_{choice.other}"] = st.column_config.NumberColumn("other: guess", format="%.1f")
        config[f"p_female_{choice.other}"] = st.column_config.NumberColumn("other: p(female)", format="%.3f")
    return config


@st.cache_data(max_entries=1, show_spinner=False)
def _all_copies():
    table = ui.label_table()
    return worst.copies(table), census.copies(table)


def _noise():
    """How far two labels of one photo lie apart; None where that is not known."""
    try:
        facts = leakage.read()
    except AgeSexError as error:
        st.caption(ui.plain(str(error)))
        return None
    return facts and facts["labels"]


def _on_copies(rows):
    """The error on photos that have a copy in the split; None where they are too few."""
    rows = rows[rows.group.duplicated(keep=False)]
    return metrics.summary(rows).loc["mae"].to_dict() if len(rows) >= MIN_GROUP else None


def _copies(choice):
    st.subheader("Label or model? Disagreement among copies of one photo", anchor=False)
    noise = _noise()
    if noise:
        st.markdown(f"**{findings_dataset_more.label_noise(noise)}.**".replace(" %", "\u00a0%"))
    found, groups = _all_copies()
    here = choice.measured(worst.copies)
    error = choice.measured(_on_copies)
    note = f"n = {found.mean['n']:,} groups of copies in the whole data set, by oldest less youngest label."
    if noise:
        note += f" The sentence at the top is of pairs (n = {noise['pairs']:,}): three copies make three pairs, but one group."
    if here.mean["n"]:
        note += (
            f" In the {choice.split} split: n = {here.mean['n']:,} groups, mean "
            f"{findings_groups.amount('mae', here.mean['value'])}, median "
            f"{findings_groups.amount('mae', here.median)}."
        )
    if error:
        error = error | {"n": int(error["n"])}
        note += (
            f" {choice.title} is off by {findings_groups.described('mae', error)} on those photos of the "
            "split; that is an error against one label, the other figure a difference of two."
        )
    ui.figure(
        findings_failures.copies(found), charts.disagreements(census.disagreements(groups)), f"{note} {NO_FLOOR}"
    )
    with st.expander(f"All {len(found.groups):,} groups of copies"):
        tables.table(found.groups, "copies", columns={"group": st.column_config.TextColumn("first file")})
