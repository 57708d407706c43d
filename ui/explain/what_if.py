"""What if: cover a part of the face (here), or change light, sharpness and angle (`disturb`)."""

import streamlit as st

import ui
from agesex import charts
from agesex.explain import cover, regions
from agesex.explain import fill as fills
from ui import linked
from ui.explain import before_after, disturb

TRIES = {"cover": "Cover it", "change": "Light, blur, turn"}
RECTANGLE = "rectangle"
PARTS = {**{name: name.capitalize() for name in regions.REGIONS}, RECTANGLE: "A rectangle"}
COVERED = (
    "Covering makes a picture that the model was never taught: part of what changes is the strangeness of the "
    "patch, not the loss of what it hides. The blurred copy is the gentlest fill, because light and colour stay."
)
ALONE = (
    "Each region is covered alone, and the changes do not add up. The regions are those of an average aligned "
    "face, not of this one, and they differ in size. One face is one example."
)


def draw(scene):
    """Draw the view."""
    tried = linked.remembered(
        st.segmented_control, "What to try", TRIES, format_func=TRIES.get, default="cover", required=True,
        key="try", label_visibility="collapsed",
    )  # fmt: skip
    if tried == "cover":
        _cover(scene)
    else:
        disturb.draw(scene)


def _cover(scene):
    parts = linked.remembered(
        _many, "Cover the …", list(PARTS), format_func=PARTS.get, key="cover", default=("mouth",), parse=_parts
    )
    rectangle = _rectangle() if RECTANGLE in parts else None
    fill = linked.remembered(
        st.segmented_control, "Fill it with", list(fills.FILLS), key="fill", default="blur", required=True
    )
    masks = {name: regions.masks()[name] for name in parts if name != RECTANGLE}
    if rectangle is not None:
        masks[RECTANGLE] = rectangle
    if masks:
        name, mask = _listed(list(masks)), sum(map(_float, masks.values())).clip(0, 1)
        (effect,) = cover.effects(scene.model, scene.crop, {name: mask}, fill)
        before_after.two(
            scene, effect.words, effect.before, effect.crop, effect.after,
            f"The face, its {name} covered ({fill})", "**Covered**",
        )  # fmt: skip
    else:
        before_after.two(scene, "nothing is covered: choose a part", scene.answer)
    st.caption(f"{COVERED} {before_after.honest(scene)}")
    _all_regions(scene, fill)


def _rectangle():
    """The mask of the free rectangle, or None where it has no area."""
    left, right = st.columns(2)
    across, down = (
        linked.remembered(
            column.slider, title, 0, 100, key=key, default=default, step=5, format="%d %%",
            parse=linked.pair(0, 100),
        )
        for column, title, key, default in (
            (left, "From left to right", "across", (25, 75)), (right, "From top to bottom", "down", (10, 40)),
        )
    )  # fmt: skip
    if across[0] == across[1] or down[0] == down[1]:
        st.caption("This rectangle has no area. Pull its edges apart.")
        return None
    return cover.rectangle(across[0] / 100, down[0] / 100, across[1] / 100, down[1] / 100)


def _all_regions(scene, fill):
    """The bars of all regions, and where the regions lie."""
    found = scene.kept(
        ("all regions", fill), lambda: cover.regions_effects(scene.model, scene.crop, fill)
    )
    table = cover.table(found)
    note = f"Every region, filled with {_filling(fill)}. {ALONE}"
    left, right = st.columns([3, 2], gap="large")
    with left:
        ui.figure(_largest_age(found), before_after.public(scene, charts.effect_years(table)), note)
    with right:
        if not scene.hide_sex:
            ui.figure(
                _largest_sex(found), charts.effect_p_female(table),
                "“Female” and “male” are the two labels of the data set.",
            )  # fmt: skip
        outlines = scene.kept("outlines", lambda: regions.outlines(scene.crop))
        st.image(outlines, alt="The face with the borders and names of the regions", width=420)
        st.caption("The regions of an average aligned face.")


def _largest_age(found):
    """The largest and the smallest change of the age, a sentence."""
    ranked = sorted(found, key=lambda effect: abs(effect.years))
    if not round(abs(ranked[-1].years)):
        return "No region changes the age by more than half a year"
    return f"The largest change comes {ranked[-1].words}; the smallest {ranked[0].words}"


def _largest_sex(found):
    """The largest change of the probability of female, a sentence."""
    effect = max(found, key=lambda effect: abs(effect.p_female))
    if abs(effect.p_female) < 0.005:
        return "No region changes the probability of “female” by a point of 100"
    return f"The largest change comes {effect.sex_words}"


def _filling(fill):
    return {"blur": "a blurred copy", "grey": "grey", "average face": "the average face"}[fill]


def _many(label, options, **kwargs):
    """Pills of which several may be chosen: a tuple, in the order of the options."""
    chosen = st.pills(label, options, selection_mode="multi", **kwargs)
    return tuple(option for option in options if option in chosen)


def _parts(text):
    """The parts that an address names, e.g. "eyes-mouth"."""
    named = text.split("-") if text else []
    if not set(named) <= set(PARTS):
        raise ValueError(text)
    return tuple(name for name in PARTS if name in named)


def _float(mask):
    return mask.astype("float32")


def _listed(names):
    """Names as a list in words, e.g. “eyes, nose and mouth”."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
