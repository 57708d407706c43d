"""How a model came to be, as tables: its curves beside those of others, its recipe, where photos were lost.

    funnel(card["data"])        # files found … photos that teach
    recipe(card)                # what, value
    experiments()               # {heading: Markdown}, where the repository is there
"""

from pathlib import Path

import pandas as pd

from agesex.errors import BadModel

EXPERIMENTS = Path(__file__).parents[1] / "training" / "EXPERIMENTS.md"
MEASURES = {
    "age_mae": "Mean absolute age error",
    "sex_accuracy": "Sex accuracy",
    "loss": "Loss",
    "age_loss": "Loss of the age",
    "sex_loss": "Loss of the sex",
}
_FIELDS = {
    "about": "What it is",
    "network": "Network",
    "backbone": "Backbone",
    "init": "Starting weights",
    "widths": "Channels",
    "grey": "Sees no colour",
    "separate": "A network per answer",
    "hidden": "Hidden units",
    "dropout": "Dropout",
    "frozen": "Stages with a still backbone",
    "batch": "Photos per step",
    "rate": "Peak learning rate",
    "warmup": "Warm-up steps",
    "weight_decay": "Weight decay (AdamW)",
    "clip": "Largest gradient norm",
    "ema": "Decay of the averaged weights",
    "l2": "L2 penalty of the kernels",
    "sigma": "Width of the age target, years",
    "l1": "Weight of the absolute error in the age loss",
    "smoothing": "Label smoothing of the sex",
    "degrade": "Photos are spoilt for training",
    "balance": "Balance of ages (0 as they come, 1 all alike)",
    "mirror": "Answers with the mean over face and mirror image",
}


def best_epoch(history, measure):
    """The row (Series) of the epoch that was best on validation; None where none has a figure."""
    rows = history.dropna(subset=[f"val_{measure}"]) if f"val_{measure}" in history else history[:0]
    if rows.empty:
        return None
    values = rows[f"val_{measure}"]
    return rows.loc[values.idxmax() if measure == "sex_accuracy" else values.idxmin()]


def released(card, measure):
    """What the weights of the folder reach on validation; an epoch's own weights may be others.

    Args:
        card: dict as in card.json.
        measure: a name of `MEASURES`.

    Returns:
        dict value, low, high, n, or None. Age error and sex accuracy are those of the card, which answers as the
        app does (a mirrored photo included); a loss has no interval (low and high are None).
    """
    figures = card["figures"].get("validation", {})
    metric = {"age_mae": "mae", "sex_accuracy": "sex_accuracy"}.get(measure)
    if metric:
        return figures.get(metric)
    finish = card["training"].get("finish", {})
    value = finish.get("validation", {}).get(finish.get("kept"), {}).get(measure)
    if value is None or "mae" not in figures:
        return None
    return {"value": value, "low": None, "high": None, "n": figures["mae"]["n"]}


def all_curves(histories):
    """The curves of several models as one table.

    Args:
        histories: {title: history}, see `model.read_history`.

    Returns:
        DataFrame: model, and the columns of the histories.

    Raises:
        BadModel: there is none.
    """
    if not histories:
        raise BadModel(
            "No model has recorded this figure on training and validation faces: expected a column of each in "
            "history.csv. Choose another figure, or train with `python -m training.train`."
        )
    return pd.concat([table.assign(model=title) for title, table in histories.items()], ignore_index=True)


def span(rows, measure):
    """The ends of an axis on which the curves of several models can be seen, wild first epochs cut off.

    Args:
        rows: result of `all_curves`.
        measure: a name of `MEASURES`.

    Returns:
        (lowest, highest).
    """
    values = rows[[measure, f"val_{measure}"]].stack()
    ends = values.quantile([0.05, 1] if measure == "sex_accuracy" else [0, 0.95])
    gap = 0.05 * (ends.iloc[1] - ends.iloc[0])
    return float(ends.iloc[0] - gap), float(ends.iloc[1] + gap)


def funnel(data):
    """What became of the files of the data set.

    Args:
        data: the part "data" of a card.

    Returns:
        DataFrame in the order of the cuts: step, kind (a name of `charts.KINDS`, "" for all), n, start, end
        (files; where its bar begins and ends).

    Raises:
        BadModel: the card does not say how the photos were dealt.
    """
    dealt = data["splits"]
    if "train" not in dealt:
        raise BadModel("The card does not say how many photos trained the model. Restore card.json.")
    files = data["photos"] + data.get("malformed", 0)
    cuts = [
        ("names that are no labels", "dropped", data.get("malformed", 0)),
        ("copies of test photos, dropped", "dropped", dealt.get("dropped", 0)),
        ("held back to test", "test", dealt.get("test", 0)),
        ("held back to calibrate", "calibration", dealt.get("calibration", 0)),
        ("held back to choose (validation)", "validation", dealt.get("validation", 0)),
    ]
    rows, left = [("files found", "", files, 0, files)], files
    for step, kind, n in cuts:
        rows.append((step, kind, n, left - n, left))
        left -= n
    rows.append(("photos that teach", "train", dealt["train"], 0, dealt["train"]))
    return pd.DataFrame(rows, columns=["step", "kind", "n", "start", "end"])


def recipe(card):
    """How a model was trained.

    Args:
        card: dict as in card.json.

    Returns:
        DataFrame of text: what, value; what the recipe leaves empty is left out.
    """
    training = card["training"]
    said = training["recipe"]
    stages = [f"{epochs} epochs at {size} px" for size, epochs in said.get("stages", ())]
    rows = [("Stages", ", then ".join(stages))] if stages else []
    rows += [(title, _text(said[name])) for name, title in _FIELDS.items() if said.get(name)]
    kept = training.get("finish", {}).get("kept")
    rows += [("Weights that were kept", f"{kept}, of the last epoch")] if kept else []
    rows += [
        ("Command", training["command"]),
        ("Trained", f"{training['trained']}, in {training['seconds'] / 60:,.0f} minutes"),
        ("With", training["backend"]),
        *(("Remark", remark) for remark in training.get("remarks", ())),
    ]
    return pd.DataFrame(rows, columns=["what", "value"])


def experiments(path=EXPERIMENTS):
    """What was tried: {heading: Markdown}; {} where the file is not there, as in an installed package."""
    if not Path(path).is_file():
        return {}
    parts = Path(path).read_text(encoding="utf-8").split("\n## ")[1:]
    return {part.partition("\n")[0]: part.partition("\n")[2].strip() for part in parts}


def _text(value):
    if value is True:
        return "yes"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
