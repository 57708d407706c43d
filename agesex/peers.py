"""What others reach with UTKFace: figures that were published, or measured with the released weights.

    peers.read()                               # all of data/peers.csv
    peers.beside(cards)                        # our models among them, on the published 21–60 list
    peers.among(cards, "test")                 # our models among those that were measured on faces of all ages

Published figures are their authors' own claims, without an interval. Two rows compare only where they are of
the same faces.
"""

from pathlib import Path

import pandas as pd

from agesex.metrics.resampling import wilson

FILE = Path(__file__).parent / "data" / "peers.csv"
SPEEDS = Path(__file__).parent / "data" / "speeds.csv"  # benchmarks/models.py --write
KINDS = ("published", "measured by us", "trained on this test set")
OURS = "of this app"  # the kind of our own models
LIST = "ages 21–60, published list"
LISTED = 3287  # faces of that list
CUT = "test_21_60_clamped"  # the part of a card that compares with it
PARTS = {  # part of a card: what its faces are called
    "test": "all ages, the test faces of this app", "test_21_60": LIST, CUT: LIST,
}  # fmt: skip
ALWAYS = "Always median and larger sex"
_MEASURED = {LIST: LISTED, "all ages, 2,000 random photos": 2000}  # faces behind what we measured
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
    return among(cards, CUT)


def among(cards, part, constant=None):
    """Our models and the peers that were measured on faces of the same ages, the smallest age error first.

    Args:
        cards: list of one dict or more as in card.json.
        part: a name of `PARTS`. Beside our figures on all test faces stand those of others on faces of all ages,
            which are other faces; beside uncut ones on the published list those of others that were not cut.
        constant: figures of always saying the median age and the larger sex on these faces, see `guessed`.

    Returns:
        DataFrame as of `beside`. What we measured has its n, and Wilson's interval of the sex accuracy in
        sex_low and sex_high; single predictions of those systems were not kept, so their age error has none.
    """
    took = speeds()
    rows = pd.DataFrame([_ours(card, took.get(card["sha256"]), part) for card in cards])
    others = read()
    if part == "test":
        others = others[others.faces.str.startswith("all ages")]
    else:
        others = others[others.faces == LIST]
    if part != CUT:
        others = others[others.protocol != "cut to 21–60"]
    counted = others.kind != KINDS[0]
    others = others.assign(n=others.faces.map(_MEASURED).where(counted).astype(float))
    low, high = wilson(others.sex_accuracy, others.n)
    others = others.assign(sex_low=low, sex_high=high)
    if constant:
        others = others[~others.system.str.startswith("Always")]
        rows = pd.concat([rows, pd.DataFrame([constant | {"faces": PARTS[part]}])], ignore_index=True)
    found = pd.concat([rows, others], ignore_index=True)
    return found.sort_values("mae", kind="stable", ignore_index=True)


def guessed(rows, train, *, draws=1000):
    """Always saying the median age and the larger sex, as a row for `among`, with intervals.

    Args:
        rows: the faces, as for `metrics.overall.measure`.
        train: training faces, of which median and larger sex are taken.
        draws: bootstrap draws.

    Returns:
        dict; empty without faces.
    """
    from agesex.metrics import overall

    if rows.empty or train.empty:
        return {}
    female = float(train.sex.mode().iloc[0] == "female")
    said = rows.assign(age_pred=float(train.age.median()), p_female=female)
    found = overall.measure(said, [0] * len(said), 1, ("mae", "cs5", "sex_accuracy"), draws=draws)
    mae, cs5, sex = (overall.one(found, name) for name in ("mae", "cs5", "sex_accuracy"))
    return {
        "system": ALWAYS, "protocol": "as it is", "kind": KINDS[1], "source": "the labels of these faces",
        "mae": mae["value"], "low": mae["low"], "high": mae["high"], "n": float(mae["n"]), "cs5": cs5["value"],
        "cs5_low": cs5["low"], "cs5_high": cs5["high"], "sex_accuracy": sex["value"], "sex_low": sex["low"],
        "sex_high": sex["high"],
    }  # fmt: skip


def speeds():
    """Milliseconds for one face by the SHA-256 of the weights, all timed in one run; a dict."""
    rows = pd.read_csv(SPEEDS)
    return dict(zip(rows.sha256, rows.ms, strict=True))


def _ours(card, ms, part=CUT):
    """One of our models as a row."""
    figures = card["figures"][part]
    size = card.get("size_bytes")
    row = dict.fromkeys(_COLUMNS, float("nan")) | {
        "system": card["title"],
        "faces": PARTS[part],
        "protocol": "cut to 21–60" if part == CUT else "as it is",
        "mae": figures["mae"]["value"],
        "cs5": figures["cs5"]["value"],
        "sex_accuracy": figures["sex_accuracy"]["value"],
        "parameters": float(card["parameters"]),
        "size_mb": float("nan") if size is None else size / 1e6,
        "kind": OURS,
        "source": f"models/{card['name']}/card.json",
    }
    ends = {
        f"{start}{end}": float("nan") if figures[metric][end] is None else figures[metric][end]
        for metric, start in (("mae", ""), ("cs5", "cs5_"), ("sex_accuracy", "sex_"))
        for end in ("low", "high")
    }
    return row | ends | {"n": float(figures["mae"]["n"]), "ms": float("nan") if ms is None else ms}
