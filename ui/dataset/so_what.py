"""So what: up to three sentences about who is rare and worse off by the model, with the way to see it."""

import numpy as np
import pandas as pd
import streamlit as st

import ui
from agesex import findings_dataset, labels
from agesex.census import ALL_AGES, EVERYBODY, harm, who
from agesex.errors import AgeSexError
from ui.dataset import clicks, filters

UNKNOWN_TO_SLICES = ("splits", "flags", "copies", "sources", "taken", "measures", "apart")  # filters of the page
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
        st.markdown("**So what**")
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
        beyond = " They leave out which race codes are chosen here." if len(choice.races) > 1 else ""
        st.caption(
            "Errors are those of the default model on its test photos (of UTKFace), of the ages, sex and race code "
            f"chosen here; everybody else is the rest of the test photos.{beyond} A group is said where it has less than "
            "an equal share of the photos and its error is larger than chance explains (5 %, over all groups that were "
            "looked at). Being rare is one reason among others: the groups differ in age as well."
        )


def sentences(faces, choice):
    """Who is rare among the chosen photos and worse off.

    A slice knows ages, sex and race code: what else is chosen it leaves out.

    Returns:
        [(sentence, {key of the address: value} of the slice), …]: age by age and sex, sex by age and sex, either by
        race code; what chance would explain is left out. None where there are no predictions.
    """
    try:
        test = _tested(ui.read_predictions())
    except AgeSexError:
        return None
    whole = faces.totals(choice)["photos"]
    named = _named_from()
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


def _races(faces, choice, whole):
    """Likewise of race codes."""
    rows = who.cells(faces, choice, "race", "sex").groupby("first", as_index=False).n.sum()
    rows = rows[rows["first"].isin(list(labels.RACES))]
    ages = {"ages": choice.ages} if choice.ages != ALL_AGES else {}
    return [
        (n, {"race": race, **ages, **_within(choice, "sexes", "sex")})
        for race, n in rows[rows.n < whole / max(1, len(rows))].itertuples(index=False)
    ]


def _within(choice, name, key):
    """What is chosen of a field, as far as a slice can say it: one group."""
    chosen = getattr(choice, name)
    return {key: chosen[0]} if len(chosen) == 1 and chosen[0] != "unknown" else {}


def _tested(rows):
    """Labels, errors and duplicate groups of the test photos as arrays: some dozens of groups are looked at in a run."""
    rows = rows[rows.split == "test"]
    return {
        "age": rows.age.to_numpy(int), "sex": rows.sex.to_numpy(str), "race": rows.race.to_numpy(str),
        "group": pd.factorize(rows.group)[0],
        "error in age": np.abs(rows.age_pred.to_numpy(float) - rows.age.to_numpy(float)),
        "error in sex": ((rows.p_female >= 0.5) != (rows.sex == "female")).to_numpy(float),
    }  # fmt: skip


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
