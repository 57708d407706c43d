"""Two models on the same faces: who is better where, each difference with its interval."""

import pandas as pd
import streamlit as st

import ui
from agesex import charts, findings, findings_groups, findings_metrics, metrics
from ui.metrics.tables import table

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
    left, right = st.columns([3, 2], gap="large")
    with left:
        ui.figure(
            f"{findings_metrics.SHORT[metric]}: {findings_metrics.wins(rows, first, second, 'groups')}",
            charts.differences(rows, metric, first, second),
            NOTE.format(split=choice.split, draws=DRAWS),
        )
    with right:
        st.markdown(f"#### {findings_metrics.wins(everything, first, second, 'figures')}")
        table(everything, "two_models", shown=_shown(everything, first, second))
        st.caption(
            f"n = {everything.n.max():,} {choice.split} faces; in brackets the 95 % interval of the paired "
            f"difference ({DRAWS_ALL} draws)."
        )


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


def _shown(rows, first, second):
    winner = {"first": first, "second": second, "": "undecided"}
    return pd.DataFrame(
        {
            "figure": [findings_metrics.SHORT[metric] for metric in rows.metric],
            first: [
                findings_groups.amount(m, v, 2) for m, v in zip(rows.metric, rows["first"], strict=True)
            ],
            second: [findings_groups.amount(m, v, 2) for m, v in zip(rows.metric, rows.second, strict=True)],
            "difference": [
                findings_metrics.difference(row["metric"], row).rpartition("; ")[0] + ")"
                for row in rows.to_dict("records")
            ],
            "better": rows.better.map(winner),
        }
    )
