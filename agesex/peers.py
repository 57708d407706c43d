"""What others reach with UTKFace: figures that were published, or measured with the released weights.

    peers.read()                               # all of data/peers.csv
    peers.beside(cards)                        # our models among them, on the published 21–60 list

Published figures are their authors' own claims, without an interval. Two rows compare only where they are of
the same faces.
"""

from pathlib import Path

import pandas as pd

FILE = Path(__file__).parent / "data" / "peers.csv"
SPEEDS = Path(__file__).parent / "data" / "speeds.csv"  # benchmarks/models.py --write
KINDS = ("published", "measured by us", "trained on this test set")
OURS = "of this app"  # the kind of our own models
LIST = "ages 21–60, published list"
CUT = "test_21_60_clamped"  # the part of a card that compares with it
_COLUMNS = (
    "system", "faces", "protocol", "mae", "mae_to", "cs5", "sex_accuracy", "parameters", "size_mb", "kind",
    "source",
)  # fmt: skip


def read():
    """The peers.

    Returns:
        DataFrame: system, faces (which), protocol, mae (years) and mae_to (years, where a range was given),
        cs5 and sex_accuracy (shares), parameters, size_mb, kind (a name of `KINDS`), source; NaN where
        nothing was given.
    """
    return pd.read_csv(FILE)


def beside(cards):
    """Our models and their peers on the published list, the smallest age error first.

    Args:
        cards: list of one dict or more as in card.json; our figures are those of predictions cut to 21–60.

    Returns:
        DataFrame as of `read`, and low, high (95 % of mae; NaN for peers), n (NaN for peers), ms
        (milliseconds for one face, NaN where these weights were not timed).
    """
    took = speeds()
    rows = pd.DataFrame([_ours(card, took.get(card["sha256"])) for card in cards])
    others = read()
    others = others[others.faces == LIST]
    found = pd.concat([rows, others], ignore_index=True)
    return found.sort_values("mae", kind="stable", ignore_index=True)


def speeds():
    """Milliseconds for one face by the SHA-256 of the weights, all timed in one run; a dict."""
    rows = pd.read_csv(SPEEDS)
    return dict(zip(rows.sha256, rows.ms, strict=True))


def _ours(card, ms):
    """One of our models as a row."""
    figures = card["figures"][CUT]
    size = card.get("size_bytes")
    row = dict.fromkeys(_COLUMNS, float("nan")) | {
        "system": card["title"],
        "faces": LIST,
        "protocol": "cut to 21–60",
        "mae": figures["mae"]["value"],
        "cs5": figures["cs5"]["value"],
        "sex_accuracy": figures["sex_accuracy"]["value"],
        "parameters": float(card["parameters"]),
        "size_mb": float("nan") if size is None else size / 1e6,
        "kind": OURS,
        "source": f"models/{card['name']}/card.json",
    }
    ends = {
        end: float("nan") if figures["mae"][end] is None else figures["mae"][end] for end in ("low", "high")
    }
    return row | ends | {"n": float(figures["mae"]["n"]), "ms": float("nan") if ms is None else ms}
