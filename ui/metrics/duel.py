"""Two models on the same faces: who is better where, each difference with its interval."""

import pandas as pd
import streamlit as st

import ui
from agesex import findings, findings_groups, findings_metrics, metrics
from ui import charts
from ui.metrics.tables import ends, of, table, text

GROUPS = ((), ("sex",), ("race",), ("band",))
DRAWS, DRAWS_ALL = 500, 200
NOTE = (
    "The same {split} faces in every draw of the bootstrap ({draws} draws), so what is hard for both "
    "cancels. n beside each name; pale: fewer than 30 faces. Race is one of five coarse codes; ages are "
    "true ages. Several groups are compared: one in twenty would seem decided by chance."
)


def draw(choice, metric):
    """Draw the paired comparison.

    Args:
        choice: a `Choice` with a model beside it.
        metric: a name of `metrics.overall.HEADLINE`.
    """
    first, second = choice.title, choice.other_title
    st.subheader(f"{first} against {second}", anchor=False)
    everything = choice.compared(metrics.versus.compare, draws=DRAWS_ALL)
    rows = groups(choice, metric)
    ui.figure(
        f"{findings_metrics.SHORT[metric]}: {findings_metrics.wins(rows, first, second, 'groups')}",
        charts.differences(rows, metric, first, second),
        NOTE.format(split=choice.split, draws=DRAWS),
    )
    st.markdown(f"#### {findings_metrics.wins(everything, first, second, 'figures')}")
    table(
        named(everything, choice), "two_models", about=of(choice, both=True),
        shown=shown(everything, first, second),
    )
    st.caption(
        f"n = {everything.n.max():,} {choice.split} faces. Difference: {second} − {first}, in brackets the 95 % "
        f"interval of the paired difference ({DRAWS_ALL} draws)."
    )
    with st.expander("The groups of the chart above, as a table"):
        table(
            named(rows, choice), "two_models_by_group", about=of(choice, both=True),
            shown=shown(rows, first, second, by="label"),
        )


def only(choice):
    """For the caption of a chart of one model, where a second one is chosen; "" without one."""
    return f" This chart is of {choice.title} only." if choice.other else ""


def named(rows, choice):
    """Rows of `metrics.versus.compare` with the models' folders in place of "first" and "second"."""
    names = {"first": choice.name, "second": choice.other}
    return rows.assign(better=rows.better.replace(names)).rename(columns=names)


def groups(choice, metric):
    """Paired differences of one figure for all faces and by sex, race and age band: rows with label."""
    parts = []
    for columns in GROUPS:
        rows = choice.compared(metrics.versus.compare, columns=columns, metrics=(metric,), draws=DRAWS)
        names = [
            findings.name_of(row, columns) if columns else "all faces" for row in rows.to_dict("records")
        ]
        parts.append(rows.assign(label=names))
    return pd.concat(parts, ignore_index=True)


def shown(rows, first, second, by=None):
    """Rows of `metrics.versus.compare` for reading: what decides stands first, for narrow screens.

    Args:
        rows: with the metric of each.
        first: title of the first model.
        second: of the other one.
        by: name of the column that says what a row is of; without it that is the figure, and n is left out.
    """
    second_head = second if second != first else f"{second} "  # two models may have one title

    def said(name):
        return lambda row: findings_groups.amount(row["metric"], row[name], 2)

    columns = {
        "group" if by else "figure": by or (lambda row: findings_metrics.BRIEF[row["metric"]]),
        "difference (95 %)": lambda row: ends(row["metric"], "difference", signed=True)(row),
        "better": lambda row: {"first": first, "second": second, "": "undecided"}[row["better"]],
        first: said("first"),
        second_head: said("second"),
    }
    return text(rows, columns | ({"faces": "n"} if by else {}))
