"""Widgets whose values live in the address: back, reload and a shared link bring them back.

    linked.begin("Explain")                                          # `ui.page` does
    view = linked.remembered(st.pills, "View", VIEWS, key="view", default="map")
    linked.finish()                                                  # `ui.run` does

Streamlit's own `bind="query-params"` writes the labels of options into the address (those of the samples
carry a picture), and forgets a value with its page. Here the keys are written, values outlive a change of
page and are shared by pages, and what stands at its default is left out. Nothing of a visitor's photo is
ever in an address.
"""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx


def begin(page):
    """Take over what the address says, where somebody came by it: a link, a reload, back or forward.

    In every other run the browser's address may be older than what the visitor did last, so it is not read.

    Args:
        page: name of the page; who comes from another page without an address keeps the values.
    """
    state, said = st.session_state, st.query_params.to_dict()
    arrived = state.get("linked_page") != page
    state["linked_page"] = page
    if arrived:  # every page has widgets of its own, even under the same key
        state["linked_told"] = {}
    state["linked_fresh"], state["linked_telling"] = set(), {}
    if _went_back() or (arrived and said and said != state.get("linked_written")):
        state["linked_asked"] = said  # until a run has finished: a click may cut this one short
        state["linked_taken"] = set()
    state["linked_seen"] = {}


def finish():
    """Write the values of the widgets that were drawn into the address."""
    state = st.session_state
    state.pop("linked_asked", None)
    state.setdefault("linked_told", {}).update(state.pop("linked_telling", {}))
    seen = state.get("linked_seen")
    if not seen:
        return
    written = {key: text for key, text in seen.items() if text is not None}
    state["linked_written"] = written
    if written != st.query_params.to_dict():
        st.query_params.from_dict(written)


def remembered(
    widget, *args, key, default, parse=None, text=None, shared=True, private=(), moved=None, **kwargs
):
    """Draw a widget whose value outlives its page and stands in the address.

    A browser names a chosen option by its text. If texts change with what else is chosen, a choice on its way is
    lost: no count belongs in them.

    Args:
        widget: a function of Streamlit, e.g. `st.slider`.
        *args: its arguments; of a choice, the second one holds the options.
        key: name in the session state and in the address.
        default: the value at first; it is left out of the address.
        parse: function str -> value for what the address says, raising ValueError; without it the value
            is one of the options, written as text.
        text: function value -> str for the address, where `parse` reads something else than the value.
        shared: False keeps the value out of the address.
        private: values that no address holds or may ask for.
        moved: function without arguments, called when the visitor has moved this widget.
        **kwargs: more arguments of the widget.

    Returns:
        The value.
    """
    state = st.session_state
    options = list(args[1]) if parse is None or text else None
    public = parse or _one_of([option for option in options if option not in private])
    now = _now(key, default, public, shared)
    if options is not None and now not in options:
        now = default  # e.g. a layer that another model does not have

    def keep():
        if _same(state[key], _kept().get(key, default)):
            return  # another widget was moved, and the browser sent all of them
        put(key, state[key])
        state.setdefault("linked_fresh", set()).add(key)
        state.setdefault("linked_told", {})[key] = state[key]
        if moved:
            moved()

    if _must_tell(key, now, args, kwargs):
        state[key] = state["linked_telling"][key] = now
    now = widget(*args, key=key, on_change=keep, **kwargs)
    _note(key, now, default, shared and now not in private, text)
    return now


def held(key, *, default, parse, shared=True):
    """A value without a widget (set by `put`), that lives in the address like the others.

    Args:
        key: name in the address.
        default: the value at first.
        parse: function str -> value for what the address says, raising ValueError.
        shared: False keeps the value out of the address.

    Returns:
        The value.
    """
    now = _now(key, default, parse, shared)
    _note(key, now, default, shared)
    return now


def put(key, value):
    """Set the value of a widget from a callback, as if the visitor had moved it."""
    _kept()[key] = value
    st.session_state.setdefault("linked_taken", set()).add(key)  # an address no longer decides about it


def reset(key, value=None):
    """Set the value of a widget because another one was moved (see `moved` of `remembered`).

    A slow run may learn of both at once: what the visitor has chosen since the last finished run stays.
    """
    if key not in st.session_state.get("linked_fresh", ()):
        put(key, value)


def value(key, default=None):
    """The value of a widget that may not be drawn in this run."""
    return _kept().get(key, default)


def moved():
    """True in a run whose values come from the address, see `begin`."""
    return st.session_state.get("linked_asked") is not None


def whole(low, high):
    """A `parse` for whole numbers from `low` to `high`, both included."""

    def parse(text):
        number = int(text)
        if not low <= number <= high:
            raise ValueError(text)
        return number

    return parse


def flag(text):
    """A `parse` for switches."""
    return {"yes": True, "no": False}[text]


def pair(low, high):
    """A `parse` for sliders with two ends, written “20-80”."""

    def parse(text):
        start, end = map(whole(low, high), text.split("-"))
        if start > end:
            raise ValueError(text)
        return start, end

    return parse


def _now(key, default, parse, shared):
    """What the address asks for, else what was kept, else the default."""
    kept, asked = _kept(), st.session_state.get("linked_asked")
    if asked is not None and shared:
        taken = st.session_state["linked_taken"]
        if key not in taken:
            kept[key] = _parsed(asked.get(key), parse, default)
            taken.add(key)
    return kept.get(key, default)


def _went_back():
    """True in a run that back or forward started; Streamlit tells by itself only the widgets that it binds."""
    return get_script_run_ctx().is_history_navigation


def _must_tell(key, now, args, kwargs):
    """Whether the browser has to be told the value of a widget.

    Not where the visitor chose it or a finished run has told it: an answer that arrives late would undo
    the next click.
    """
    state, look = st.session_state, kwargs.get("format_func")
    plain = {name: value for name, value in kwargs.items() if not callable(value)}
    drawn = repr((args, plain, look and [look(option) for option in args[1]]))
    before = state.setdefault("linked_drawn", {})
    looks_new = before.get(key) != drawn
    before[key] = drawn
    if looks_new or key not in state or not _same(state[key], now):
        return True
    told = state.get("linked_told", {})
    return key not in told or not _same(told[key], now)


def _same(one, other):
    """Whether two values are the same choice: what a browser sends as a list may have been told as a tuple."""
    return (tuple(one) if isinstance(one, list) else one) == (tuple(other) if isinstance(other, list) else other)


def _note(key, now, default, shared, text=None):
    _kept()[key] = now
    written = (text or _text)(now) if shared and now != default else None
    st.session_state.setdefault("linked_seen", {})[key] = written


def _kept():
    return st.session_state.setdefault("linked_values", {})


def _text(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _parsed(text, parse, default):
    """What an address says, or the default where it says nothing or nonsense."""
    try:
        return default if text is None else parse(text)
    except (ValueError, KeyError):
        return default


def _one_of(options):
    return {str(option): option for option in options}.__getitem__
