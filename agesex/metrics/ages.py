"""How good the age is: by exact age, in groups of years, within k years, and how the errors are spread.

    error_by_age(test)                    # a window that moves over the true age
    age_groups(test, width=10).matrix     # true group against the group that was said
    cumulative_scores(test)               # CS@1 … CS@15 for all, women and men
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from agesex.metrics.figures import check
from agesex.metrics.overall import FORMULAS, HEADLINE_SHARES, sums
from agesex.metrics.resampling import MIN_GROUP, divided, ends, totals

KINDS = ("all", "female", "male")
OLDEST = 80  # years: from here on the faces are too few for groups of 5, 10 or 20 years
WIDTHS = (5, 10, 20)  # years


@dataclass(frozen=True)
class AgeGroups:
    """True age group against the group that was said.

    Attributes:
        names: of the groups, the youngest first, e.g. "20–29"; the last one is open.
        matrix: DataFrame, one row per pair of groups: true, said, n, share (of the faces of the true
            group; NaN where it is empty), low, high (of the share), faces (of the true group), pale.
        accuracy: DataFrame indexed by "exact" and "within one group": value, low, high, n, pale.
    """

    names: tuple
    matrix: pd.DataFrame
    accuracy: pd.DataFrame


def error_by_age(table, metric="mae", *, reach=2, draws=1000, seed=0):
    """A figure for each exact true age, over a window of neighbouring ages.

    A flat window, so that `n` is a plain count: the figure at 30 is that of all faces of 28 to 32 years.
    Near the ends the window is cut.

    Args:
        table: as for `overall.measure`.
        metric: a name of `overall.FORMULAS`, i.e. of every headline figure but median and ROC area.
        reach: years on either side of the age; 0 for the age alone.
        draws: bootstrap draws.
        seed: of the draws.

    Returns:
        DataFrame, one row per kind (all, female, male) and age with a face in its window: kind, age, value,
        low, high (NaN under 30 faces), n (faces in the window), n_exact (of that very age), pale.

    Raises:
        KeyError: a column is missing.
        BadModel: a value is missing.
        ValueError: there is no such metric of a window.
    """
    if metric not in FORMULAS:
        raise ValueError(f"unknown metric {metric!r}; expected one of {list(FORMULAS)}")
    parts, formula = FORMULAS[metric]
    values = sums(table)[list(dict.fromkeys(["n", *parts]))]
    at = [values.columns.get_loc(part) for part in parts]
    if table.empty:
        ages = np.arange(0)
    else:
        ages = np.arange(int(table.age.min()), int(table.age.max()) + 1)
    place = table.age.to_numpy(int) - (ages[0] if len(ages) else 0)
    cells = place + len(ages) * (table.sex == "male").to_numpy(int)  # the women's first
    count = len(ages)

    def moved(total):  # (…, 2 · ages, parts) -> (…, 3, ages, parts): women and men, and both together
        total = total.reshape(*total.shape[:-2], 2, count, total.shape[-1])
        found = total.copy(order="K")
        for step in range(1, min(reach + 1, count)):  # quicker than a product with a matrix of ones near its diagonal
            found[..., step:, :] += total[..., :-step, :]
            found[..., :-step, :] += total[..., step:, :]
        return np.concatenate([found.sum(axis=-3, keepdims=True), found], axis=-3)

    exact = np.zeros((2 * len(ages), values.shape[1]))
    np.add.at(exact, cells, values.to_numpy())
    again = moved(totals(values, cells, table.group, cells_n=2 * len(ages), draws=draws, seed=seed))
    found = moved(exact)
    n = found[..., 0].astype(int)
    value = formula(*np.moveaxis(found[..., at], -1, 0))
    share = value if metric in HEADLINE_SHARES else None
    low, high = ends(formula(*np.moveaxis(again[..., at], -1, 0)), n, share=share)
    own = exact[:, 0].reshape(2, -1)
    rows = pd.DataFrame(
        {
            "kind": np.repeat(KINDS, len(ages)),
            "age": np.tile(ages, len(KINDS)),
            "value": value.ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
            "n": n.ravel(),
            "n_exact": np.concatenate([own.sum(axis=0), *own]).astype(int),
            "pale": n.ravel() < MIN_GROUP,
        }
    )
    return rows[rows.n > 0].reset_index(drop=True)


def age_groups(table, width=10, *, draws=1000, seed=0):
    """True age groups against those that were said.

    Args:
        table: needs age, age_pred (years), group.
        width: of a group, one of `WIDTHS`; from 80 years on there is one open group.
        draws: bootstrap draws.
        seed: of the draws.

    Returns:
        AgeGroups.

    Raises:
        KeyError: a column is missing.
        BadModel: a value is missing.
        ValueError: the width is none of `WIDTHS`.
    """
    if width not in WIDTHS:
        raise ValueError(f"the width of an age group is one of {WIDTHS}, received {width}")
    check(table, ("age", "age_pred", "group"))
    count = OLDEST // width + 1
    names = (*(f"{left}–{left + width - 1}" for left in range(0, OLDEST, width)), f"{OLDEST}+")
    true, said = (
        np.clip(table[name].to_numpy(float) // width, 0, count - 1).astype(int)
        for name in ("age", "age_pred")
    )
    cells = true * count + said
    n = np.bincount(cells, minlength=count**2).reshape(count, count)
    one = np.ones((len(table), 1))
    again = totals(one, cells, table.group, cells_n=count**2, draws=draws, seed=seed).reshape(-1, count, count)
    faces = np.repeat(n.sum(axis=1, keepdims=True), count, axis=1)
    share = divided(n, faces)
    low, high = ends(divided(again, again.sum(axis=2, keepdims=True)), faces, share=share)
    matrix = pd.DataFrame(
        {
            "true": np.repeat(names, count),
            "said": np.tile(names, count),
            "n": n.ravel(),
            "share": share.ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
            "faces": faces.ravel(),
            "pale": faces.ravel() < MIN_GROUP,
        }
    )
    everybody = np.ones((len(table), 1), bool)
    accuracy = _within(np.abs(true - said), 2, everybody, table.group, draws, seed)
    return AgeGroups(names, matrix, accuracy.set_index(pd.Index(["exact", "within one group"])))


def cumulative_scores(table, most=15, *, draws=1000, seed=0):
    """Share of faces whose age is within k years, for k = 1 to `most`.

    Args:
        table: needs age, age_pred (years), sex, group.
        most: the largest k, years.
        draws: bootstrap draws.
        seed: of the draws.

    Returns:
        DataFrame: kind (all, female, male), k, value, low, high (NaN under 30 faces), n, pale.

    Raises:
        KeyError: a column is missing.
        BadModel: a value is missing.
    """
    check(table, ("age", "age_pred", "sex", "group"))
    steps = np.maximum(np.ceil(_errors(table).abs().to_numpy()).astype(int), 1) - 1
    masks = np.column_stack([here for _, here in _kinds(table)])
    rows = _within(steps, most, masks, table.group, draws, seed)
    rows.insert(0, "kind", np.repeat(KINDS, most))
    rows.insert(1, "k", np.tile(np.arange(1, most + 1), len(KINDS)))
    return rows


def error_distribution(table, *, width=1, draws=1000, seed=0):
    """How often each error occurs.

    Args:
        table: needs age, age_pred (years), sex, group.
        width: of a bin, years; a bin holds its left edge, and 0 is one.
        draws: bootstrap draws.
        seed: of the draws.

    Returns:
        DataFrame: kind (all, female, male), start, end (years; negative: guessed too young), n, share of
        the kind, low, high (of the share; NaN where the kind has under 30 faces), faces (of the kind);
        every bin between the lowest and the highest error has a row.

    Raises:
        KeyError: a column is missing.
        BadModel: a value is missing.
    """
    check(table, ("age", "age_pred", "sex", "group"))
    place = np.floor(_errors(table).to_numpy() / width).astype(int)
    first, count = (place.min(), np.ptp(place) + 1) if len(place) else (0, 0)
    start = (first + np.arange(count)) * width
    masks = np.column_stack([here for _, here in _kinds(table)]).astype(float)
    again = totals(masks, place - first, table.group, cells_n=max(1, count), draws=draws, seed=seed)
    parts = []
    for column, (kind, here) in enumerate(_kinds(table)):
        n = np.bincount(place[here] - first, minlength=count)
        share, faces = divided(n, here.sum()), np.full(count, int(here.sum()))
        drawn = again[:, :count, column]
        low, high = ends(divided(drawn, drawn.sum(axis=1, keepdims=True)), faces, share=share)
        rows = {"kind": kind, "start": start, "end": start + width, "n": n, "share": share}
        parts.append(pd.DataFrame(rows | {"low": low, "high": high, "faces": faces}))
    return pd.concat(parts, ignore_index=True)


def _errors(table):
    return table.age_pred.astype(float) - table.age


def _kinds(table):
    """Pairs of a name of `KINDS` and its (n,) mask."""
    return [(kind, np.full(len(table), kind == "all") | (table.sex == kind).to_numpy()) for kind in KINDS]


def _within(steps, count, masks, groups, draws, seed):
    """Shares of the faces that are 0, at most 1, … at most count − 1 steps off, under each mask.

    Args:
        steps: (n,) int, how far off each face is.
        count: number of shares.
        masks: (n, m) bool.
        groups: (n,) duplicate groups.
        draws: bootstrap draws.
        seed: of the draws.

    Returns:
        DataFrame, m · count rows, the masks outermost: value, low, high, n, pale.
    """
    cells, values = np.minimum(steps, count), masks.astype(float)
    exact = np.zeros((count + 1, values.shape[1]))
    np.add.at(exact, cells, values)
    found = exact.cumsum(axis=0).T  # (m, count + 1), the last column is everybody
    again = totals(values, cells, groups, cells_n=count + 1, draws=draws, seed=seed)
    again = np.swapaxes(again.cumsum(axis=1), 1, 2)
    n = np.repeat(found[:, -1:], count, axis=1).astype(int)
    value = divided(found[:, :-1], n)
    low, high = ends(divided(again[..., :-1], again[..., -1:]), n, share=value)
    rows = {"value": value, "low": low, "high": high, "n": n, "pale": n < MIN_GROUP}
    return pd.DataFrame({name: values.ravel() for name, values in rows.items()})
