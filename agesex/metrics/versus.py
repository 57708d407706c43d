"""Two models on the same faces: which is better, where, and how surely.

    first, second = (model.read_predictions(name) for name in ("mobile", "cnn"))
    compare(first, second)                           # every headline figure
    compare(first, second, ["race"], ["mae"])        # ... by group

Both models are drawn with the same faces in every draw: what is hard for both cancels.
"""

import numpy as np
import pandas as pd

from agesex.errors import BadModel
from agesex.metrics.figures import age_band, check
from agesex.metrics.overall import HEADLINE, HIGH_IS_GOOD, PROMISE, cell_codes, measure
from agesex.metrics.resampling import MIN_GROUP, ends

LABELS = ("age", "sex", "group")


def compare(first, second, columns=(), metrics=tuple(HEADLINE), *, draws=1000, seed=0):
    """Paired differences of two models.

    Args:
        first: predictions of one model, as for `overall.measure`, and file; rows of one split.
        second: those of the other; faces that only one of them has are left out.
        columns: grouping columns of `first`; none for all faces together; "band" is added from the true
            age if it is missing.
        metrics: names of `overall.HEADLINE`.
        draws: bootstrap draws.
        seed: of the draws.

    Returns:
        DataFrame, one row per group and metric: `columns`, metric, first, second, difference (second −
        first), low, high (95 %; NaN under 30 faces), n, better ("first", "second", or "" where the
        interval does not decide), pale. The bias that is nearer to 0 is the better one, and the coverage
        that is nearer to 90 %.

    Raises:
        KeyError: a column is missing.
        BadModel: a value is missing, a file is named twice, or the two disagree on a label.
        ValueError: a metric is unknown.
    """
    first, second = paired(first, second)
    if "band" in columns and "band" not in first.columns:
        first = first.assign(band=age_band(first.age))
    cells, keys = cell_codes(first, columns)
    one, two = (
        measure(faces, cells, len(keys), tuple(metrics), draws=draws, seed=seed) for faces in (first, second)
    )
    parts = []
    for metric in metrics:
        low, high = ends(two.draws[metric] - one.draws[metric], one.n)
        worse_by = _loss(metric, two.draws[metric]) - _loss(metric, one.draws[metric])
        least, most = ends(worse_by, one.n)
        parts.append(
            keys.assign(
                metric=metric,
                first=one.value[metric],
                second=two.value[metric],
                difference=two.value[metric] - one.value[metric],
                low=low,
                high=high,
                n=one.n,
                better=np.select([least > 0, most < 0], ["first", "second"], ""),
                pale=one.n < MIN_GROUP,
            )
        )
    rows = pd.concat(parts)
    return rows.sort_index(kind="stable").reset_index(drop=True)  # the groups outermost


def paired(first, second):
    """The rows that both tables have, in the same order.

    Args:
        first: needs file, age, sex, group.
        second: likewise.

    Returns:
        (first, second): the tables, cut to common files and indexed alike.

    Raises:
        KeyError: a column is missing.
        BadModel: a file is named twice, or the two disagree on a label.
    """
    for table in (first, second):
        check(table, ("file", *LABELS))
        if table.file.duplicated().any():
            raise BadModel(
                f"The predictions name the file {table.file[table.file.duplicated()].iloc[0]} more than "
                f"once: expected one row for every face. Restore predictions.parquet."
            )
    place = pd.Index(second.file).get_indexer(first.file)
    first = first[place >= 0].reset_index(drop=True)
    second = second.iloc[place[place >= 0]].reset_index(drop=True)
    for name in LABELS:
        # as plain values: two tables may name their categories in different orders
        one, two = (table[name].to_numpy(object) for table in (first, second))
        differ = np.flatnonzero(one != two)
        if len(differ):
            raise BadModel(
                f"The two models were measured on different labels: {name} of {first.file[differ[0]]} is "
                f"{one[differ[0]]} and {two[differ[0]]}. Compare models that were evaluated with the same "
                f"data set."
            )
    return first, second


def _loss(metric, values):
    """What is to be small, in the shape of `values`."""
    if metric == "bias":
        return np.abs(values)
    if metric == "coverage":
        return np.abs(values - PROMISE)
    return -values if metric in HIGH_IS_GOOD else values
