"""So what: up to three sentences about who is rare and worse off by the model, with the way to see it."""

import numpy as np
import pandas as pd
import streamlit as st

import ui
from agesex import findings_dataset, labels, model
from agesex.census import ALL_AGES, EVERYBODY, harm, kept, who
from agesex.errors import AgeSexError
from ui import model_tables
from ui.dataset import clicks, filters

UNKNOWN_TO_SLICES = ("splits", "flags", "copies", "sources", "taken", "measures", "apart")  # filters of the page
HEAD = "So what: who is rare among these photos, and worse off by the model"
BEYOND = (
    "Errors are known by age, sex and race code. Here {chosen} is chosen, too: who is rare among these photos says nothing "
    "about those errors, so nothing is said."
)
NOBODY = (
    "No group that is rare among these photos has a larger error on the model's test photos than everybody else, "
    "beyond chance."
)


def draw(faces, choice):
    """Draw the sentences of the chosen photos, each with a link to its slice of Metrics.

    Args:
        faces: `agesex.census.Faces`.
        choice: `agesex.census.Choice`.
    """
    with st.container(border=True, key="so_what"):
        st.markdown(f"**{HEAD}**")
        n = faces.totals(choice)["photos"]
        if n < findings_dataset.FEW:
            st.markdown(f"{findings_dataset.few(n, 'who is rare among them')}.")
            return
        beyond = [filters.NAMES[name].lower() for name in UNKNOWN_TO_SLICES
                  if getattr(choice, name) != getattr(EVERYBODY, name)]  # fmt: skip
        if beyond:
            st.markdown(BEYOND.format(chosen=" and ".join(beyond)))
            return
        told = sentences(faces, choice)
        if told is None:
            st.caption("Without the predictions of the default model there is no consequence to show.")
            return
        for text, address in told:
            left, right = st.columns([5, 1], vertical_alignment="center", gap="small")
            left.markdown(text)
            with right:
                ui.link("Metrics", "See the slice", query_params=address)
        if not told:
            st.markdown(NOBODY)
        if said := common(faces, choice):
            st.markdown(said)
        beyond = " They leave out which race codes are chosen here." if len(choice.races) > 1 else ""
        st.caption(
            "Errors are those of the default model on its test photos (of UTKFace), of the ages, sex and race code "
            f"chosen here; everybody else is the rest of the test photos.{beyond} Rare is a group with less than "
            "an equal share of the photos, worse off one whose error is larger than chance explains (5 %, over all groups "
            "that were looked at); all groups stand under Fairness on Metrics. Being rare is one reason among others: the groups differ in age as well."
        )


def sentences(faces, choice):
    """Who is rare among the chosen photos and worse off.

    A slice knows ages, sex and race code: what else is chosen it leaves out.

    Returns:
        [(sentence, {key of the address: value} of the slice), …]: age by age and sex, sex by age and sex, either by
        race code; what chance would explain is left out. None where there are no predictions.
    """
    try:
        return _told(faces, choice, _state(), _named_from())
    except AgeSexError:
        return None


def common(faces, choice):
    """Which race code is furthest behind in age, in a sentence, where it is not rare, as Fairness would name it; else ""."""
    try:
        return _common(faces, choice, _state())
    except AgeSexError:
        return ""


@kept
def _common(faces, choice, state):
    test, whole = _tested(state), faces.totals(choice)["photos"]
    rare, groups = _races(faces, choice, whole), _races(faces, choice, whole, rare=False)
    found = [harm.apart(test["error in age"], _inside(test, **part), test["group"]) for _, part in groups]
    place = harm.worst(found)
    if place is None or groups[place] in rare or len(groups) < 2:
        return ""
    n, part = groups[place]
    people = findings_dataset.people(part.get("ages"), part.get("sex"), part.get("race"))
    return f"{findings_dataset.common_harm(people, n, whole, found[place])}."


def _state():
    """What tells the predictions from others: their sentences are not those of these."""
    return model_tables.stamp(model.DEFAULT, "predictions.parquet")


@kept
def _told(faces, choice, state, named):
    """`sentences` of the predictions of that state, by a model that names a sex from an age on."""
    test = _tested(state)
    whole = faces.totals(choice)["photos"]
    by_age, by_race = _ages_and_sexes(faces, choice, whole), _races(faces, choice, whole)
    told = []
    for groups, asked in ((by_age, ["age"]), (by_age, ["sex"]), (by_race, ["age", "sex"])):
        pairs = [
            (what, n, part) for n, part in groups for what in asked
            if what == "age" or part.get("ages", ALL_AGES)[1] >= named
        ]  # fmt: skip
        found = [harm.apart(test[f"error in {what}"], _inside(test, **part), test["group"]) for what, _, part in pairs]
        place = harm.worst(found)
        if place is not None:
            what, n, part = pairs[place]
            people = findings_dataset.people(part.get("ages"), part.get("sex"), part.get("race"))
            told.append((f"{findings_dataset.harm(people, n, whole, what, found[place])}.", _address(**part)))
    return told


def _named_from():
    """The age from which on the model names a sex, years: of younger faces it says “unsure”."""
    try:
        return ui.read_card()["calibration"]["unsure"].get("min_age", 0)
    except (AgeSexError, KeyError):
        return 0


def _ages_and_sexes(faces, choice, whole):
    """[(photos, slice), …] of age bands and sexes that have less than an equal share."""
    rows = who.cells(faces, choice, "band", "sex")
    rows = rows[rows.second.isin(list(labels.SEXES))]
    found = []
    for band, sex, n in rows[rows.n < whole / max(1, len(rows))].itertuples(index=False):
        low, high = clicks.band_ages(band)
        ages = max(low, choice.ages[0]), min(high, choice.ages[1])
        found.append((n, {"ages": ages, "sex": sex, **_within(choice, "races", "race")}))
    return found


def _races(faces, choice, whole, *, rare=True):
    """Likewise of race codes; of all of them, rare or not, where that is asked for."""
    rows = who.cells(faces, choice, "race", "sex").groupby("first", as_index=False).n.sum()
    rows = rows[rows["first"].isin(list(labels.RACES))]
    ages = {"ages": choice.ages} if choice.ages != ALL_AGES else {}
    return [
        (n, {"race": race, **ages, **_within(choice, "sexes", "sex")})
        for race, n in rows[(rows.n < whole / max(1, len(rows))) | (not rare)].itertuples(index=False)
    ]


def _within(choice, name, key):
    """What is chosen of a field, as far as a slice can say it: one group."""
    chosen = getattr(choice, name)
    return {key: chosen[0]} if len(chosen) == 1 and chosen[0] != "unknown" else {}


@st.cache_resource(max_entries=2, show_spinner=False)
def _tested(state):
    """Labels, errors and duplicate groups of the test photos as arrays: some dozens of groups are looked at in a run."""
    rows = ui.read_predictions()
    rows = rows[rows.split == "test"]
    found = {
        "age": rows.age.to_numpy(int), "sex": rows.sex.to_numpy(str), "race": rows.race.to_numpy(str),
        "group": pd.factorize(rows.group)[0],
        "error in age": np.abs(rows.age_pred.to_numpy(float) - rows.age.to_numpy(float)),
        "error in sex": ((rows.p_female >= 0.5) != (rows.sex == "female")).to_numpy(float),
    }  # fmt: skip
    for column in found.values():
        column.setflags(write=False)  # all visitors share them
    return found


def _inside(test, ages=ALL_AGES, race=None, sex=None):
    inside = (test["age"] >= ages[0]) & (test["age"] <= ages[1])
    if race:
        inside &= test["race"] == race
    if sex:
        inside &= test["sex"] == sex
    return inside


def _address(ages=None, race=None, sex=None):
    """The address of a slice, see `ui.metrics.slice`."""
    ages = ages or (0, labels.MAX_AGE)
    address = {"view": "slice", "slice_ages": f"{ages[0]}-{ages[1]}"}
    if race:
        address["slice_race"] = race
    if sex:
        address["slice_sex"] = sex
    return address
