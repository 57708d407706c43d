"""Light, blur, turn: change the photo step by step, and watch the answer move."""

from dataclasses import replace

import altair as alt
import pandas as pd
import streamlit as st

import ui
from agesex import charts, predict, words
from agesex.explain import cover
from agesex.explain import sweep as sweeps
from ui import linked
from ui.explain import before_after

SWEPT = {name: change.title for name, change in sweeps.CHANGES.items() if not change.labels}
MIRROR = (
    "This model answers with the mean over a face and its mirror image, so mirroring alone changes nothing."
)


def draw(scene):
    """Draw this part of the view."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        values = {name: _control(name, change) for name, change in sweeps.CHANGES.items()}
        moved = {name: value for name, value in values.items() if value != sweeps.CHANGES[name].neutral}
        st.button(
            "Back to the photo", icon=":material/undo:", key="unchanged", on_click=_reset, disabled=not moved
        )
    with right:
        after = scene.answer
        if moved:
            crop = sweeps.changed(scene.crop, values)
            (after,) = predict.predict([replace(scene.face, crop=crop)], scene.model)
            said = ", ".join(_setting(name, value) for name, value in moved.items())
            before_after.two(
                scene, f"{said}: {_difference(scene.answer, after)}", scene.answer, crop, after,
                f"The face, changed: {said}", "**Changed**",
            )  # fmt: skip
        else:
            before_after.two(scene, "nothing is changed yet: move a slider", scene.answer)
        if scene.model.mirror and "mirror" in moved:
            st.caption(MIRROR)
        st.caption(before_after.honest(scene))
    _sweep(scene, values, after)


def _sweep(scene, values, after):
    """One property over its whole range, the others as they are set."""
    name = linked.remembered(
        st.selectbox, "Draw the whole range of …", list(SWEPT), format_func=SWEPT.get, key="sweep",
        default="light", width=330,
    )  # fmt: skip
    change, now = sweeps.CHANGES[name], values[name]
    others = {other: value for other, value in values.items() if other != name}
    table = scene.kept(
        ("sweep", name, tuple(others.items())),
        lambda: sweeps.sweep(scene.model, scene.crop, name, others=others),
    )
    marks = pd.DataFrame({"value": [now], "age": [after.age]})
    mark = alt.Chart(marks).mark_point(size=160, filled=True, opacity=1).encode(x="value:Q", y="age:Q")
    shaded = "" if scene.photo.average else "shaded: its interval. "
    ui.figure(
        _range(change, table),
        before_after.public(scene, charts.sweep(table, change)) + mark,
        f"Line: the age; {shaded}Large dot: as it is set now. Dashed: where this property is left alone. "
        f"{before_after.honest(replace(scene, hide_sex=True))} n = {len(table)} copies of this one face.",
    )


def _control(name, change):
    """The slider or switch of one change; returns its value."""
    if change.labels:
        on = linked.remembered(st.toggle, change.title, key=name, default=False, parse=linked.flag)
        return change.high if on else change.low
    kind = type(change.step)
    return linked.remembered(
        st.slider, f"{change.title}, {change.unit}", kind(change.low), kind(change.high), step=change.step,
        key=name, default=kind(change.neutral), parse=_number(change, kind),
        format="%d" if kind is int else "%.1f",
    )  # fmt: skip


def _reset():
    for name, change in sweeps.CHANGES.items():
        linked.put(name, False if change.labels else type(change.step)(change.neutral))


def _range(change, table):
    """How far the age moves over a sweep, a sentence."""
    low, high = (words.years(value) for value in (table.age.min(), table.age.max()))
    moves = f"stays at {low}" if low == high else f"moves between {low} and {high}"
    ends = f"{change.low:g} to {change.high:g} {change.unit}".replace("-", "−")
    return f"{change.title}, from {ends}: the answer {moves}"


def _difference(before, after):
    """The change of the age in words, as `cover.Effect.words` has it."""
    return cover.Effect("", before, after, None).words.partition(": ")[2]


def _setting(name, value):
    """One change as it is set, e.g. "brightness 60 per cent"."""
    change = sweeps.CHANGES[name]
    title = change.title.partition(",")[0].lower()
    return change.labels[-1] if change.labels else f"{title} {value:g} {change.unit}".replace("-", "−")


def _number(change, kind):
    """A `parse` for the slider of a change."""

    def parse(text):
        value = kind(text)
        if not change.low <= value <= change.high:
            raise ValueError(text)
        return value

    return parse
