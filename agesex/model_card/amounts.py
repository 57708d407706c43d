"""Figures of a card as words: a value with its interval, one face in ten, 90 %."""

from agesex import findings


def described(rows, metric):
    """The figure of one metric with its interval and n; `rows` are those of one part of the card."""
    row = rows[metric]
    return findings.described(metric, {**row, "low": number(row["low"])}, digits=2)


def number(value):
    """NaN for the null of a card."""
    return float("nan") if value is None else value


def promised():
    """The level of the age interval, e.g. “90 %”."""
    return findings.percent(findings.LEVEL, 0)


def one_in(row):
    """10 for a coverage of .9: how many faces per face outside the interval."""
    return f"{1 / max(1e-3, 1 - row['value']):.0f}"
