"""Charts of a page: built once for the same rows, checked in tests, never by a way that is slow."""

import ast

import pandas as pd
import pytest

from agesex import charts as real
from ui import charts

CHANNELS = {"x", "y", "x2", "y2", "detail", "order", "text", "tooltip", "color", "shape", "size", "row", "column"}


@pytest.fixture
def rows():
    return pd.DataFrame({"disagreement": ["none", "age"], "n": [3, 1]})


def test_a_chart_is_built_once_for_the_same_rows_and_again_for_others(monkeypatch, rows):
    built = []
    monkeypatch.setattr(real, "disagreements", lambda rows, real=real.disagreements: built.append(1) or real(rows))
    first = charts.spec(charts.disagreements(rows))
    assert charts.spec(charts.disagreements(rows.copy())).keys() == first.keys() and len(built) == 1
    other = charts.spec(charts.disagreements(rows.assign(n=[3, 2])))
    assert len(built) == 2 and list(other["datasets"]) != list(first["datasets"])


def test_the_rows_come_with_the_chart_under_the_name_that_it_uses(rows):
    found = charts.spec(real.disagreements(rows))
    (name,) = found["datasets"]
    assert name in str({key: value for key, value in found.items() if key != "datasets"})
    assert found["datasets"][name].n.tolist() == [3, 1]


def test_what_a_visitor_does_with_a_chart_does_not_reach_the_next_one(rows):
    charts.spec(charts.disagreements(rows))["datasets"].clear()
    assert charts.spec(charts.disagreements(rows))["datasets"]


def test_an_unknown_chart_is_an_error_when_it_is_drawn():
    with pytest.raises(AttributeError, match="no_such_chart"):
        charts.spec(charts.no_such_chart())


def test_charts_are_checked_against_the_schema_only_where_that_is_asked_for(monkeypatch):
    import altair as alt

    wrong = alt.Chart(pd.DataFrame({"a": [1]})).mark_bar().encode(x=alt.X("a:Q", stack="aslant"))
    monkeypatch.delenv("AGESEX_CHECK_CHARTS")
    assert charts.spec(wrong)
    monkeypatch.setenv("AGESEX_CHECK_CHARTS", "1")
    with pytest.raises(alt.utils.schemapi.SchemaValidationError):
        charts.spec(wrong)


def test_no_page_draws_past_the_cache_of_charts(root):
    files = [*root.glob("pages/*.py"), *root.glob("ui/**/*.py"), root / "app.py"]
    assert len(files) > 20
    assert not [file.name for file in files if "st.altair_chart" in file.read_text("utf-8")]


def test_no_channel_is_given_as_bare_text(root):
    """Altair hashes its whole schema for each such text, 2 to 3 ms a time."""

    def bare(node):
        return isinstance(node, ast.JoinedStr) or isinstance(getattr(node, "value", None), str)

    def found(source):
        return [
            f"{keyword.arg} in line {value.lineno}"
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "encode"
            for keyword in node.keywords
            if keyword.arg in CHANNELS
            for value in getattr(keyword.value, "elts", [keyword.value])
            if bare(value)
        ]

    assert found('alt.Chart(d).encode(x="a:Q", y=alt.Y("b"), tooltip=["c", alt.Tooltip("d")])') == [
        "x in line 1", "tooltip in line 1",
    ]  # fmt: skip
    files = list((root / "agesex" / "charts").glob("*.py"))
    assert len(files) > 10
    assert {file.name: where for file in files if (where := found(file.read_text("utf-8")))} == {}
