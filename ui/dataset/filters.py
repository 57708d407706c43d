"""The bar of filters over every view: what is chosen, how many each option leaves, and how to take it back.

    choice = filters.draw(faces)
    filters.put(choice, "sexes")     # in a callback: one filter, e.g. after a click on a chart
    filters.write(choice)            # in a callback: all of them
"""

import datetime
import math
from pathlib import Path

import streamlit as st

from agesex import labels
from agesex.census import ALL_AGES, COPIES, FLAGS, MEASURES, UNFLAGGED, UNKNOWN, Choice, kept
from agesex.census.choice import day
from agesex.dataset import SPLITS
from ui import linked

KEYS = {  # attribute of Choice: its key in the address
    "ages": "of_age", "sexes": "of_sex", "races": "of_race", "splits": "of_split", "flags": "of_flag",
    "copies": "of_copies", "sources": "of_source", "taken": "of_taken", "measures": "of_measure",
    "apart": "of_apart",
}  # fmt: skip
NAMES = {
    "ages": "Age", "sexes": "Sex", "races": "Race code", "splits": "Split", "flags": "Flag", "copies": "Copies",
    "sources": "Source", "taken": "Collected", "measures": "Measure", "apart": "Labels of copies",
}  # fmt: skip
COPY_NAMES = {"only": "has a copy", "without": "has none", "disagreeing": "copies disagree"}
UNITS = {
    "brightness": "brightness", "contrast": "contrast", "sharpness": "sharpness", "colour": "colourfulness",
    "blur": "blur", "light": "light", "burnt": "burnt-out share",
}  # fmt: skip
OPTIONS = {
    "sexes": (*sorted(labels.SEXES), UNKNOWN), "races": (*labels.RACES, UNKNOWN), "splits": SPLITS,
    "flags": (*FLAGS, UNFLAGGED),
}  # fmt: skip
EARLIEST, LATEST = datetime.date(1800, 1, 1), datetime.date(2200, 1, 1)  # of a filter by day
PILL = 'button[data-variant="pills"]'  # not the button of the help beside a label
LOOK = Path(__file__).with_name("filters.css")
_BEFORE = "dataset_before"  # the last choice that left a face


def draw(faces):
    """Draw the bar.

    Args:
        faces: `agesex.census.Faces`.

    Returns:
        agesex.census.Choice.
    """
    choice = asked(faces)
    total = faces.totals(choice)["photos"]
    st.html(LOOK)
    with st.container(border=True, key="filters"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="filters_line"):
            st.markdown(_line(choice, total, faces.n), width="stretch")
            st.toggle("Filters", key="filters_open")
        with st.container(key="filters_body"):
            _bar(faces, choice, total)
    if total:
        st.session_state[_BEFORE] = choice
    return choice


def nobody(faces, choice):
    """Whether no face is left; says so, with a way back."""
    if faces.totals(choice)["photos"]:
        return False
    st.info("No photo fits these filters. Take one of them back.", icon=":material/filter_alt_off:")
    before = st.session_state.get(_BEFORE, Choice())
    st.button(
        "Take back the last filter", icon=":material/undo:", key="undo_filter", on_click=write, args=(before,)
    )
    return True


def write(choice):
    """Set every filter, from a callback."""
    for name in KEYS:
        put(choice, name)


def take_back(choice, name):
    """Take one filter back, from a callback."""
    put(choice.but(name), name)


def said(choice, name):
    """What a filter asks for, in words; for a chip."""
    value = getattr(choice, name)
    if name == "ages":
        return f"{NAMES[name]} {_between(*value)}"
    if name == "copies":
        return f"Photo {COPY_NAMES[value]}" if value != "disagreeing" else "Copies that disagree"
    if name == "apart":
        return f"{NAMES[name]} {_between(*value)} years apart" if value[1] else f"{NAMES[name]} of the same age"
    if name == "taken":
        first, last = (f"{end:%d %b %Y}" for end in value)
        return f"{NAMES[name]} {first}" if first == last else f"{NAMES[name]} {first} – {last}"
    if name == "measures":
        return ", ".join(f"{UNITS[one].capitalize()} {low:g}–{high:g}" for one, low, high in value)
    return f"{NAMES[name]} {', '.join(map(str, value))}"


def _between(low, high):
    return str(low) if low == high else f"{low}–{high}"


def asked(faces):
    """What the address or the last click asks for, without drawing anything; a Choice."""
    sources = tuple(faces.options()["sources"])
    values = {name: linked.held(key, **_held(name, sources)) for name, key in KEYS.items()}
    for name in ("sexes", "races", "splits", "flags", "sources"):
        values[name] = tuple(values[name])  # pills give lists
    values["copies"] = values["copies"] or "all"
    values["taken"] = values["taken"] and tuple(map(day, values["taken"]))
    values["measures"] = tuple(_measure(text) for text in values["measures"])
    return Choice(**values)


def _held(name, sources):
    if name == "ages":
        return {"default": ALL_AGES, "parse": linked.pair(*ALL_AGES)}
    if name == "copies":
        return {"default": None, "parse": {one: one for one in COPIES[1:]}.__getitem__}
    if name == "taken":
        return {"default": None, "parse": _days}
    if name == "measures":
        return {"default": (), "parse": _measures}
    if name == "apart":
        return {"default": None, "parse": linked.pair(*ALL_AGES)}
    return {"default": (), "parse": _named(sources if name == "sources" else OPTIONS[name])}


def _pills(name, counts):
    options = list(counts[name])
    if name == "flags":
        options = [flag for flag in options if counts["flags"][flag] or flag in linked.value(KEYS[name], ())]
    linked.remembered(
        many, NAMES[name], options, key=KEYS[name], default=(), parse=_named(OPTIONS.get(name, options)),
        format_func=lambda option: "no flag" if option == UNFLAGGED else option, wrap=True,
    )  # fmt: skip
    return {name: [counts[name][option] for option in options]}


def _beside(numbers):
    """How many photos each option leaves, as the style that writes the number into its pill.

    Not in the labels: a browser names what is chosen by its label, and a click that was sent before it had the new
    numbers would name labels that exist no more, so that a filter would be lost.

    Args:
        numbers: dict name of a filter -> list of int, one per option.
    """
    rules = [
        f'.st-key-{KEYS[name]} {PILL}:nth-of-type({place})::after {{content: "{number:,}"}}'
        for name, column in numbers.items()
        for place, number in enumerate(column, start=1)
    ]
    st.html(f"<style>{' '.join(rules)}</style>")


def many(label, options, **kwargs):
    """Pills of which several may be chosen: a tuple, in the order of the options."""
    chosen = st.pills(label, options, selection_mode="multi", **kwargs)
    return tuple(option for option in options if option in chosen)


@kept
def _measured(faces):
    """Whether the photos have been measured: without that no face has a flag."""
    return bool(faces.ask("SELECT count(brightness) AS n FROM faces").n.iloc[0])


def _bar(faces, choice, total):
    """Every filter, and what is chosen."""
    counts = faces.options(choice)
    # in a column each, rows of pills wrap on a narrow screen
    first, second, third = st.columns([1, 0.9, 1.9], gap="medium")
    with first:
        linked.remembered(
            st.slider, "Labelled age, years", *ALL_AGES, key=KEYS["ages"], default=ALL_AGES,
            parse=linked.pair(*ALL_AGES),
        )  # fmt: skip
    with second:
        numbers = _pills("sexes", counts)
    with third:
        numbers |= _pills("races", counts)
    first, second = st.columns([1.9, 1.6], gap="medium")
    with first:
        numbers |= _pills("splits", counts)
    with second:
        linked.remembered(
            st.pills, "Copies", list(COPIES[1:]), key=KEYS["copies"], default=None,
            format_func=COPY_NAMES.get, wrap=True,
            help="Near-duplicates: the same photo re-encoded, resized or mirrored. They disagree where age or "
            "sex differs within the group.",
        )  # fmt: skip
    numbers["copies"] = [counts["copies"].get(option, 0) for option in COPIES[1:]]
    if _measured(faces):
        numbers |= _pills("flags", counts)
    if len(counts["sources"]) > 1:
        numbers |= _pills("sources", counts)
    _beside(numbers)
    _chips(choice, total, faces.n)


def _line(choice, total, n):
    """What is chosen, in one line."""
    return " · ".join([f"**{total:,}** of {n:,} photos", *(said(choice, name) for name in choice.active())])


def _chips(choice, total, n):
    """What is chosen, each with a way back."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="chips"):
        st.markdown(f"**{total:,}** of {n:,} photos")
        for name in choice.active():
            st.button(
                said(choice, name), icon=":material/close:", key=f"chip_{name}", on_click=take_back,
                args=(choice, name), help="Take this filter back",
            )  # fmt: skip
        if choice.active():
            st.button(
                "Take back all filters", icon=":material/filter_alt_off:", key="no_filters", type="tertiary",
                on_click=write, args=(Choice(),),
            )  # fmt: skip
        else:
            st.caption("Nothing picked means all. A click on a bar, or a stroke over bars, is a filter, too.")


def put(choice, name):
    """Set one filter to what it is in a choice, from a callback."""
    value = getattr(choice, name)
    if name == "copies":
        value = None if value == "all" else value
    if name == "taken" and value:
        value = tuple(f"{end:%Y%m%d}" for end in value)
    if name == "measures":
        value = tuple(f"{one}_{low!r}_{high!r}" for one, low, high in value)
    linked.put(KEYS[name], value)


def _named(options):
    """A `parse` for names with “-” between them, e.g. "Asian-Black"; a name, too, may hold one: "utkface-wild"."""

    def parse(text):
        rest, found = f"-{text.replace('-', '--')}-", set()
        for name in sorted(options, key=len, reverse=True):
            if (marked := f"-{name.replace('-', '--')}-") in rest:
                rest = rest.replace(marked, "", 1)
                found.add(name)
        if rest:
            raise ValueError(text)
        return tuple(name for name in options if name in found)

    return parse


def _days(text):
    first, last = text.split("-")
    if not EARLIEST <= day(first) <= day(last) <= LATEST:
        raise ValueError(text)
    return first, last


def _measures(text):
    found = tuple(text.split("-"))
    for one in found:
        _measure(one)
    return found


def _measure(text):
    name, low, high = text.split("_")
    if name not in MEASURES or not -math.inf < float(low) <= float(high) < math.inf:
        raise ValueError(text)
    return name, float(low), float(high)
