"""Sentences of the view about making: curves, networks, photos that were lost.

    learning(ends, "age_mae")      # "Validation mean absolute age error of the released weights: best …"
"""

from agesex import findings, making
from agesex.findings_groups import amount, described


def learned(history, measure):
    """How far validation came and when it was best, for any loss; a model's history."""
    best = making.best_epoch(history, measure)
    name = making.MEASURES[measure].lower()
    if best is None:
        return f"The {name} on validation was not recorded"
    first, last = history.iloc[0], int(history.epoch.iloc[-1])
    if int(best.epoch) == int(first.epoch) and len(history) > 1:
        return (
            f"Validation {name}: best at epoch {int(best.epoch)} of {last}, {best[f'val_{measure}']:.2f}; "
            f"{history[f'val_{measure}'].iloc[-1]:.2f} at the last"
        )
    return (
        f"Validation {name}: from {first[f'val_{measure}']:.2f} to {best[f'val_{measure}']:.2f} at epoch "
        f"{int(best.epoch)} of {last}"
    )


def overfitting(history, measure):
    """The last epoch on training and validation photos, and the best one; a model's history."""
    best, last = making.best_epoch(history, measure), history.iloc[-1]
    if best is None:
        return "Validation was not recorded"
    values = [_value(measure, row) for row in (last[measure], last[f"val_{measure}"], best[f"val_{measure}"])]
    return (
        f"Last epoch: train {values[0]}, validation {values[1]}; best {values[2]} at epoch {int(best.epoch)} of "
        f"{int(last.epoch)}"
    )


def ended(history, measure, released):
    """`overfitting`, and what the released weights reach (result of `making.released`, or None)."""
    text = overfitting(history, measure)
    return f"{text}. Released: {end(measure, released)}" if released else text


def _value(measure, value):
    metric = {"age_mae": "mae", "sex_accuracy": "cs5"}.get(measure)
    return amount(metric, value) if metric else f"{value:.2f}"


def learning(ends, measure):
    """Which model ended best on validation.

    Args:
        ends: {title: result of `making.released`}; models without one are left out.
        measure: a name of `making.MEASURES`.
    """
    ends = {title: end for title, end in ends.items() if end}
    name = making.MEASURES[measure].lower()
    if not ends:
        return f"No card says which {name} the released weights reach on validation"
    sign = -1 if measure == "sex_accuracy" else 1
    order = sorted(ends, key=lambda title: sign * ends[title]["value"])
    best, worst = order[0], order[-1]
    text = f"Validation {name} of the released weights: best {best}, {end(measure, ends[best])}"
    return text if best == worst else f"{text}; weakest {worst}, {end(measure, ends[worst])}"


def end(measure, row):
    """What released weights reach, with interval and n; result of `making.released`."""
    metric = {"age_mae": "mae", "sex_accuracy": "cs5"}.get(measure)
    return described(metric, row, 2) if metric else f"{row['value']:.2f} (n = {row['n']:,})"


def network(found):
    """What a network is; an `architecture.Architecture`."""
    rows = found.drawn()
    side = found.input[0]
    return (
        f"{len(rows)} layers with a kernel and {found.parameters / 1e6:.1f} million parameters do "
        f"{found.flops / 1e6:,.0f} million operations on a face of {side}×{side} pixels"
    )


def grids(rows):
    """Where the parameters and the work sit; rows of `Architecture.by_grid`."""
    heavy, busy = (rows.loc[rows[name].idxmax()] for name in ("parameters_share", "work_share"))
    return (
        f"Most parameters sit at {_grid(heavy.grid)} ({findings.percent(heavy.parameters_share, 0)}), most of "
        f"the work at {_grid(busy.grid)} ({findings.percent(busy.work_share, 0)})"
    )


def _grid(name):
    return "the layers without a grid" if name == "no grid" else f"the grid of {name}"


def lost(rows):
    """How many of the photos teach; rows of `making.funnel`."""
    files, taught = int(rows.n.iloc[0]), int(rows.n.iloc[-1])
    return (
        f"{taught:,} of {files:,} files teach the model ({findings.percent(taught / files, 0)}); the others are "
        "held back to choose, to calibrate and to test, or were left out"
    )
