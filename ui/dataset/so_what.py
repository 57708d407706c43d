"""So what: three sentences about who is rare, what the model does there, and the way to see it."""

import streamlit as st

import ui
from agesex import findings_dataset, labels
from agesex.census import ALL_AGES, EVERYBODY, who
from agesex.errors import AgeSexError
from agesex.metrics import MIN_GROUP
from ui import loaders
from ui.dataset import clicks, filters

UNKNOWN_TO_SLICES = ("splits", "flags", "copies", "sources", "taken", "measures")  # filters of the page


def draw(faces, choice):
    """Draw the sentences of the chosen photos, each with a link to its slice of Metrics.

    Args:
        faces: `agesex.census.Faces`.
        choice: `agesex.census.Choice`.
    """
    told = sentences(faces, choice)
    if not told:
        return
    with st.container(border=True, key="so_what"):
        st.markdown("**So what**")
        for text, address in told:
            left, right = st.columns([5, 1], vertical_alignment="center", gap="small")
            left.markdown(text)
            with right:
                ui.link("Metrics", "See the slice", query_params=address)
        left_out = [filters.NAMES[name].lower() for name in UNKNOWN_TO_SLICES if getattr(choice, name) != getattr(EVERYBODY, name)]
        if len(choice.races) > 1:
            left_out.append("race code")
        beyond = f" They leave out what else is chosen here: {', '.join(left_out)}." if left_out else ""
        st.caption(
            "The figures are those of the default model on its test faces, of the ages, sex and race code chosen "
            f"here.{beyond} Being rare is one reason among others: the groups differ in age as well, so a rare one "
            "may even be the easier one."
        )


def sentences(faces, choice):
    """[(sentence, {key of the address: value} of the slice), …], those that the choice allows to say.

    A slice knows ages, sex and race code: what else is chosen it leaves out.
    """
    if faces.totals(choice)["photos"] < MIN_GROUP:
        return []
    rows = who.cells(faces, choice, "band", "sex").rename(columns={"first": "band", "second": "sex"})
    rows = rows[rows.sex != "unknown"]
    bands = rows.groupby("band", as_index=False).n.sum()
    races = who.cells(faces, choice, "race", "sex").groupby("first", as_index=False).n.sum()
    races = races.rename(columns={"first": "race"}).query("race != 'unknown'")
    found = []
    if len(bands) > 1:
        text, band = findings_dataset.rarest_ages(bands)
        found.append((text, "mae", {"ages": clicks.band_ages(band)}))
    if len(races) > 1:
        text, race = findings_dataset.rarest_race(races)
        found.append((text, "mae", {"race": race}))
    if rows.sex.nunique() > 1 and rows.groupby("band").n.sum().ge(MIN_GROUP).any():
        text, band, sex = findings_dataset.rarest_sex(rows)
        found.append((text, "sex_accuracy", {"ages": clicks.band_ages(band), "sex": sex}))
    within = {"ages": choice.ages} if choice.ages != ALL_AGES else {}
    if len(choice.sexes) == 1 and choice.sexes[0] in labels.SEXES:
        within["sex"] = choice.sexes[0]
    if len(choice.races) == 1 and choice.races[0] in labels.RACES:
        within["race"] = choice.races[0]
    found = [(text, what, {**within, **part}) for text, what, part in found]
    try:
        sha = ui.read_card()["sha256"]
        return [(f"{text}. {_asked(sha, what, part)}.", _address(**part)) for text, what, part in found]
    except AgeSexError:  # without a model there is no consequence to show
        return []


def _asked(sha, what, part):
    """`_consequence`, computed once per server for each part of the test faces."""
    options = (what, *sorted(part.items()))
    return loaders.answer((sha,), "test", "dataset.so_what", options, lambda: _consequence(what, **part))


def _consequence(what, ages=None, race=None, sex=None):
    test = ui.read_predictions()
    part = test = test[test.split == "test"]
    if ages:
        part = part[part.age.between(*ages)]
    if race:
        part = part[part.race == race]
    if sex:
        part = part[part.sex == sex]
    return findings_dataset.consequence(what, _figure(part, what), _figure(test, what), len(part), sex)


def _figure(rows, what):
    if what == "mae":
        return float((rows.age_pred.astype(float) - rows.age).abs().mean())
    return float(((rows.p_female >= 0.5) == (rows.sex == "female")).mean())


def _address(ages=None, race=None, sex=None):
    """The address of a slice, see `ui.metrics.slice`."""
    ages = ages or (0, labels.MAX_AGE)
    address = {"view": "slice", "slice_ages": f"{ages[0]}-{ages[1]}"}
    if race:
        address["slice_race"] = race
    if sex:
        address["slice_sex"] = sex
    return address
