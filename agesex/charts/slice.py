"""The chart of a slice: its figures beside those of all other faces."""

import pandas as pd

from agesex import findings_groups as words
from agesex.charts.dots import dots
from agesex.metrics.overall import HEADLINE, HEADLINE_SHARES

SLICE, REST = "the slice", "all others"
YEARS = tuple(name for name in HEADLINE if name not in (*HEADLINE_SHARES, *words.PLAIN, "mse"))


def slice_dots(rows, metrics, *, kind):
    """Two dots per figure, the slice's filled and that of all other faces hollow.

    Args:
        rows: result of `slices.against_rest`.
        metrics: names of `overall.HEADLINE` of one unit: `YEARS` or `overall.HEADLINE_SHARES`.
        kind: the name of `KINDS` that gives the colour.
    """
    long = []
    for metric in metrics:
        row = rows.loc[metric]
        for series, start in ((SLICE, ""), (REST, "rest_")):
            low, high, n = (row[f"{start}{end}"] for end in ("low", "high", "n"))
            value = row["rest" if start else "value"]
            long.append(
                {
                    "label": HEADLINE[metric], "series": series, "value": value, "low": low, "high": high,
                    "n": int(n), "pale": n < words.MIN_GROUP, "kind": kind,
                    "text": words.amount(metric, value), "between": words.between(metric, low, high),
                }
            )  # fmt: skip
    shares = metrics[0] in HEADLINE_SHARES
    shown = pd.DataFrame(long).dropna(subset=["value"])
    return dots(
        shown, "share of faces" if shares else "years", share=shares, series=(SLICE, REST), counted=False
    )
