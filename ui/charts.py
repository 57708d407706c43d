"""The charts of `agesex.charts` as a page asks for them: each is built once for the same rows, for all visitors.

    from ui import charts

    ui.figure(title, charts.roc(points, split="test"), note)      # builds nothing that was built before

Altair takes 10 to 60 ms to build and check a chart, and a page draws up to eight after every click. What is asked
again comes from a cache; what is new is not checked against Vega-Lite's schema (half of the time), neither the whole
nor its parts, unless AGESEX_CHECK_CHARTS is set, as it is in the tests.
"""

import hashlib
import os
import pickle
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field

import streamlit as st

TRANSFORMER = "agesex"
_one_at_a_time = threading.Lock()  # the settings of Altair are those of all threads


@dataclass(frozen=True)
class Asked:
    """A chart that was asked for and not built yet.

    Attributes:
        name: of a function of `agesex.charts`.
        args: its arguments; rows, words and numbers.
        options: dict of its options.
    """

    name: str
    args: tuple
    options: dict = field(default_factory=dict)

    def spec(self):
        """The chart as Vega-Lite, see `spec`."""
        return _known(self.name, self.args, self.options)

    def build(self):
        """The alt.Chart itself."""
        from agesex import charts

        return getattr(charts, self.name)(*self.args, **self.options)


def __getattr__(name):
    """A function with the arguments of `agesex.charts.<name>` that gives an `Asked`."""
    if name.startswith("_"):
        raise AttributeError(name)
    return lambda *args, **options: Asked(name, args, options)


def spec(chart):
    """What a browser needs to draw a chart.

    Args:
        chart: alt.Chart or Asked.

    Returns:
        dict of Vega-Lite for `st.vega_lite_chart`, its rows under "datasets" as DataFrames.
    """
    return chart.spec() if isinstance(chart, Asked) else _spec(chart)


@st.cache_data(max_entries=512, show_spinner=False)
def _known(name, args, options):
    with _settings():
        chart = Asked(name, args, options).build()
    return _spec(chart)


def _spec(chart):
    import altair as alt

    rows = {}

    def named(data):
        if not hasattr(data, "columns"):
            return alt.default_data_transformer(data)
        name = hashlib.sha1(pickle.dumps(data), usedforsecurity=False).hexdigest()
        rows[name] = data
        return {"name": name}

    with _settings():
        alt.data_transformers.register(TRANSFORMER, named)
        with alt.data_transformers.enable(TRANSFORMER), alt.theme.enable("none"):
            found = chart.to_dict(validate=_checked())
    return found | {"datasets": found.get("datasets", {}) | rows}


def _checked():
    return bool(os.environ.get("AGESEX_CHECK_CHARTS"))


@contextmanager
def _settings():
    """Altair as it is needed in the block, by one thread at a time."""
    from altair.utils import schemapi

    with _one_at_a_time, schemapi.debug_mode(_checked()):
        yield
