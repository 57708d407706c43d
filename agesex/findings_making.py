"""Sentences of the view about making: curves, networks, photos that were lost.

    learning(rows, "age_mae")      # "Best validation mean absolute age error: MobileNet 144, 4.5 years …"
"""

from agesex import findings, making
from agesex.findings_groups import amount


def learned(history, measure):
    """How far validation came and when it was best, for any loss; a model's history."""
    best = making.best_epoch(history, measure)
    name = making.MEASURES[measure].lower()
    if best is None:
        return f"The {name} on validation was not recorded"
    first, last = history.iloc[0], int(history.epoch.iloc[-1])
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


def _value(measure, value):
    metric = {"age_mae": "mae", "sex_accuracy": "cs5"}.get(measure)
    return amount(metric, value) if metric else f"{value:.2f}"


def learning(rows, measure):
    """Which model came furthest on validation; rows of `making.all_curves`, a name of `making.MEASURES`."""
    rising = measure == "sex_accuracy"
    values = rows.groupby("model")[f"val_{measure}"]
    at = (values.idxmax() if rising else values.idxmin()).dropna()
    best = rows.loc[at].sort_values(f"val_{measure}", ascending=not rising)

    def said(row):
        return f"{row['model']}, {_value(measure, row[f'val_{measure}'])} at epoch {row['epoch']}"

    name = making.MEASURES[measure].lower()
    return f"Best validation {name}: {said(best.iloc[0])}; weakest: {said(best.iloc[-1])}"


def network(found):
    """What a network is; an `architecture.Architecture`."""
    rows = found.drawn()
    side = found.input[0]
    return (
        f"{len(rows)} layers with {found.parameters / 1e6:.1f} million parameters do "
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
