"""The tables of a card in Markdown: all figures, and groups worst first."""

import pandas as pd

from agesex import findings, metrics
from agesex.model_card.amounts import number, promised
from agesex.model_card.wording import BASELINES, PARTS


def beside(metric, row):
    """What a figure has to be seen beside: its baseline, or what was promised; "" if nothing."""
    if metric == "coverage":
        return f"Promised: {promised()}"
    if row["baseline"] is None:
        return ""
    return f"{BASELINES[metric].capitalize()}: {findings.amount(metric, row['baseline'], 2)}"


def figure_table(figures):
    """All figures of a card as a Markdown table, with what the rows mean below it."""
    lines = ["| | value | 95 % | baseline |", "|---|--:|--:|--:|"]
    for name, rows in figures.items():
        lines.append(f"| **{PARTS.get(name, name)}**, n = {rows['mae']['n']:,} | | | |")
        for metric, row in rows.items():
            lines.append(f"| {metrics.NAMES[metric]} | {_cells(metric, row)} | {_baseline(metric, row)} |")
    return "\n".join(lines) + (
        "\n\nYears unless in %. Baseline: always the median age, or the larger sex, of the training faces. "
        "On the published list they are those aged 21–60, and “cut to 21–60” is how others report it. "
        "Validation chose between the last weights and their average; the network has seen the training "
        "faces."
    )


def group_table(card):
    """Age error and sex accuracy of every group of test faces, worst first; one Markdown table each."""
    frame, blocks = pd.DataFrame(card["groups"]), []
    for metric in ("mae", "sex_accuracy"):
        lines = [f"| {metrics.NAMES[metric]} | value | 95 % | n |", "|---|--:|--:|--:|"]
        for by in ("age band", "sex", "race", "sex and race"):
            rows = frame[(frame.by == by) & (frame.metric == metric)]
            small = rows[rows.n < metrics.MIN_GROUP].to_dict("records")
            lines.append(f"| **by {by}** | | | |")
            for row in findings.ranked(rows, metric).to_dict("records") + small:
                lines.append(f"| {row['group']} | {_cells(metric, row)} | {row['n']:,} |")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + (
        f"\n\nTest faces. Groups under {metrics.MIN_GROUP} faces have no interval and stand last. Race is one "
        "of five coarse codes, sex one of two labels."
    )


def _cells(metric, row):
    """Value and interval as two table cells."""
    value = findings.amount(metric, row["value"], 2).removesuffix(" years")
    return f"{value} | {findings.interval(metric, number(row['low']), number(row['high']), 2)}"


def _baseline(metric, row):
    value = number(row["baseline"])
    return "" if pd.isna(value) else findings.amount(metric, value, 2).removesuffix(" years")
