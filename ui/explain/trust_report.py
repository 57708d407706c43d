"""How each method did over many faces: the ranking that `training.explain_report` measured."""

import pandas as pd
import streamlit as st

import ui
from agesex import charts
from agesex.explain import curves, findings, sanity

MISSING = (
    "How the methods do over many faces has not been measured for these weights. "
    "`python -m training.explain_report {name}` does it."
)
READING = (
    "Better by: the gain (area under insertion less area under deletion) less that of the other order on the "
    "same faces; bars are 95 % intervals. Behind each method stands the number of faces that it could be "
    "measured on."
)
HOME = (
    "**Integrated Gradients plays at home here.** It compares the photo with its blurred copy, and "
    "deletion and insertion move between the very same two pictures."
)
UNITS = {"age": "years", "sex": "logits"}


def draw(name, hide_sex):
    """Draw the ranking of a model's methods.

    Args:
        name: folder of the model.
        hide_sex: True leaves out the question of sex.

    Raises:
        BadModel: the report cannot be read.
    """
    st.subheader("Which method can be trusted more?", anchor=False)
    report = ui.explain_report(name)
    if report is None:
        st.caption(MISSING.format(name=name))
        return
    for question in ["age"] if hide_sex else ["age", "sex"]:
        _question(report, question)


def _question(report, question):
    rows = report.ranking(question).dropna(subset=["over_random"])
    if rows.empty:
        st.caption(f"No method was measured for {question}.")
        return
    rows = rows.sort_values("over_random", ascending=False, kind="stable")
    ui.figure(
        findings.ranking(rows, question), charts.method_intervals(charts.method_rows(rows)),
        f"{_counted(report, question)} {READING}",
    )  # fmt: skip
    st.markdown(f"{findings.losers(rows)} {findings.called_out(rows, sanity.LIMIT)}")
    if "integrated-gradients" in set(rows.method):
        st.markdown(HOME)
    with st.expander(f"All figures for {question}"):
        st.dataframe(_table(report.ranking(question, layers=True)), hide_index=True, width="stretch")
        st.caption(
            "Areas: deletion low, insertion high is good. Beats random: share of faces. Random weights: "
            f"mean rank correlation over {report.random_n:,} faces with {report.seeds} draws each, over "
            f"{sanity.LIMIT:g} is a warning. Stability: mean correlation under small shifts and light noise "
            f"over {report.stability_n:,} faces; the mirrored photo is left out."
        )


def _counted(report, question):
    """How many faces there were, and how many were left out."""
    left = report.left_out[question]
    unit = UNITS[question]
    return (
        f"{report.n:,} {report.split} faces; {left:,} are left out, whose answer differs from that of their "
        f"blurred copy by less than {curves.MINIMUM[unit]:g} {unit}."
    )


def _table(rows):
    """The figures as texts, for reading."""
    columns = {
        "Method": rows.title,
        "Cells": [grid or "pixels" for grid in rows.grid],
        "Faces": [f"{n:,}" for n in rows.n],
        "Deletion": _two(rows.deletion),
        "Insertion": _two(rows.insertion),
        "Gain": [
            f"{gain} ({low} to {high})"
            for gain, low, high in zip(
                _two(rows.gain), _two(rows.gain_low), _two(rows.gain_high), strict=True
            )
        ],
        "Beats random": ["—" if pd.isna(share) else f"{100 * share:.0f} %" for share in rows.beats_random],
        "Random weights": _two(rows.random_weights),
        "Stability": _two(rows.stability),
    }
    return pd.DataFrame(columns)


def _two(values):
    return ["—" if pd.isna(value) else f"{round(value, 2) + 0.0:.2f}".replace("-", "−") for value in values]
