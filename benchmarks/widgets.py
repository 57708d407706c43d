"""Widgets and texts in Streamlit's messages, read and answered as the page's own scripts do; for `visitor`."""

from streamlit.proto.WidgetStates_pb2 import WidgetState

FIELDS = {  # kind of element: the field of its state
    "button_group": "string_array_value", "slider": "double_array_value", "selectbox": "string_value",
    "checkbox": "bool_value", "number_input": "double_value",
}  # fmt: skip
SAID = {"body", "label", "content", "caption", "alt", "title", "help", "options", "name"}  # what a person reads


def initial(kind, widget):
    """The value that a browser takes over from the server: what a callback has set, else the default."""
    if kind == "slider":
        return list(widget.value if widget.set_value else widget.default)
    if kind == "selectbox":
        default = widget.options[widget.default] if widget.HasField("default") else None
        return widget.raw_value if widget.set_value else default
    if kind == "button_group":
        return list(widget.raw_values) if widget.set_value else [full(widget.options[i]) for i in widget.default]
    if kind == "number_input" and not (widget.set_value or widget.HasField("default")):
        return None
    return widget.value if widget.set_value else widget.default


def chosen(kind, widget, value):
    """What a visitor asks for as the widget sends it: full texts of options, two ends of a slider."""
    if kind == "button_group":
        return [option(widget, text) for text in ([value] if isinstance(value, str) else value)]
    if kind == "slider":
        return value if isinstance(value, (tuple, list)) else (value,)
    return value


def state(identity, kind, value):
    """The message that tells the server what stands in a widget."""
    state = WidgetState(id=identity)
    if kind in ("slider", "button_group"):
        field = getattr(state, FIELDS[kind])
        field.SetInParent()
        field.data.extend(value)
    else:
        setattr(state, FIELDS[kind], value)
    return state


def full(option):
    """The text of an option as the script knows it, its icon in front."""
    return " ".join(filter(None, (option.content_icon, option.content)))


def option(widget, text):
    """The full text of the one option that is, or else begins, ends or holds, this text."""
    options = [full(option) for option in widget.options]
    for fits in (str.__eq__, str.startswith, str.endswith, str.__contains__):
        if found := [option for option in options if fits(option, text)]:
            if len(found) == 1:
                return found[0]
            break
    raise LookupError(f"no single option {text!r}; there are {[option[-60:] for option in options]}")


def said(message):
    """What a person reads of an element: strings."""
    for field, value in message.ListFields():
        for one in value if isinstance(value, (list, tuple)) or hasattr(value, "extend") else (value,):
            if isinstance(one, str):
                if field.name in SAID:
                    yield one
            elif hasattr(one, "ListFields"):
                yield from said(one)
