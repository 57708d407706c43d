"""What the entries of a card.json must be: a table of path -> what is expected and its check.

wrong(card)     # "" or 'has parameters "many": expected a whole number above 0'
"""

import json
import math

from agesex.metrics.figures import NAMES, SHARES

PARTS = ("test", "test_21_60", "test_21_60_clamped", "test_10_and_over", "validation", "train")
LISTED = 20  # missing entries that are named
_NOTHING = object()


def _number(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _whole(value, least=0):
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _share(value):
    return _number(value) and 0 <= value <= 1


def _texts(value):
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _stages(value):
    return isinstance(value, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(map(_number, pair)) for pair in value
    )


def _finished(value):
    return isinstance(value, dict) and all(
        isinstance(row, dict) and all(map(_number, row.values())) for row in value.values()
    )


def _splits(value):
    return isinstance(value, dict) and all(map(_whole, value.values()))


def _bands(value):
    """A quantile may be infinite: too few faces for its level."""
    return isinstance(value, list) and bool(value) and all(
        isinstance(band, dict)
        and _number(band.get("from"))
        and isinstance(band.get("quantiles"), dict)
        and band["quantiles"].keys() == value[0]["quantiles"].keys() != set()
        and all(map(_level, band["quantiles"]))
        and all(isinstance(q, int | float) and q >= 0 for q in band["quantiles"].values())
        for band in value
    )  # fmt: skip


def _level(text):
    try:
        return 0 < float(text) < 1 and f"{float(text):g}" == text
    except ValueError:
        return False


def _groups(value):
    return isinstance(value, list) and all(
        isinstance(row, dict)
        and all(isinstance(row.get(key), str) for key in ("by", "group", "metric"))
        and all(key in row and (row[key] is None or _number(row[key])) for key in ("value", "low", "high"))
        and _whole(row.get("n"))
        for row in value
    )


def _or_none(check):
    return lambda value: value is None or check(value)


TEXT = ("a text", lambda value: isinstance(value, str) and bool(value.strip()))
ANY_TEXT = ("a text", lambda value: isinstance(value, str))
TABLE = ("a table of entries", lambda value: isinstance(value, dict))
FLAG = ("true or false", lambda value: isinstance(value, bool))
COUNT = ("a whole number", _whole)
ABOVE = ("a whole number above 0", lambda value: _whole(value, 1))
NUMBER = ("a number", _number)
POSITIVE = ("a number from 0", lambda value: _number(value) and value >= 0)
SCALE = ("a number above 0", lambda value: _number(value) and value > 0)
SHARE = ("a number from 0 to 1", _share)
TEXTS = ("a list of texts", _texts)
MAYBE = ("a number, or null where there is none", _or_none(_number))

NEEDED = {
    "name": TEXT, "title": TEXT, "sha256": TEXT, "format": ABOVE, "input_size": ABOVE, "parameters": ABOVE,
    "size_bytes": ABOVE, "keras": TEXT, "license": TEXT,
    "training.recipe": TABLE, "training.recipe.network": ANY_TEXT, "training.recipe.init": ANY_TEXT,
    "training.recipe.stages": ("a list of [pixels, epochs]", _stages),
    "training.command": TEXT, "training.seconds": POSITIVE, "training.trained": TEXT, "training.backend": TEXT,
    "data.source": TEXT, "data.photos": COUNT, "data.malformed": COUNT, "data.duplicate_groups": COUNT,
    "data.photos_in_groups": COUNT, "data.inventory_sha256": TEXT, "data.manifest_sha256": TEXT,
    "data.splits": ("a table of splits with whole numbers", _splits),
    "calibration.temperature": SCALE, "calibration.n": COUNT,
    "calibration.unsure.threshold": SHARE, "calibration.unsure.accuracy": SHARE,
    "calibration.unsure.answered": SHARE, "calibration.unsure.n": COUNT, "calibration.unsure.split": TEXT,
    "calibration.unsure.ages": TEXT,
    "calibration.interval.method": TEXT, "calibration.interval.min_sd": POSITIVE,
    "calibration.interval.bands": ("a list of bands, each with from and the same quantiles", _bands),
}  # fmt: skip
OPTIONAL = {  # cards made before they were invented have none
    "mirror": FLAG, "training.recipe.about": ANY_TEXT, "training.remarks": TEXTS, "training.finish": TABLE,
    "training.finish.kept": TEXT,
    "training.finish.validation": ("a table of weights, each with numbers", _finished), "data.malformed_names": TEXTS, "calibration.interval.power": POSITIVE,
    "calibration.unsure.min_age": POSITIVE,
    "groups": ("a list of rows with by, group, metric, value, low, high and n", _groups),
    "sex.calibration.value": MAYBE, "sex.calibration.low": MAYBE, "sex.calibration.high": MAYBE,
    "sex.calibration.floor": MAYBE, "sex.calibration.bins": COUNT, "sex.calibration.n": COUNT,
    "sex.answered.ages": TEXT,
    **{f"sex.answered.{part}.{entry}": rule
       for part in ("share", "accuracy", "infants") for entry, rule in (("value", MAYBE), ("n", COUNT))},
}  # fmt: skip


def _figure(metric, entry):
    """The rule of one entry of a figure; what is a mean over no face is null."""
    if entry == "n":
        return COUNT
    if entry == "baseline":
        return MAYBE
    expected, check = SHARE if metric in SHARES else NUMBER if metric == "bias" else POSITIVE
    return f"{expected}, or null where there is none", _or_none(check)


FIGURES = {
    f"figures.{part}.{metric}.{entry}": _figure(metric, entry)
    for part in PARTS for metric in NAMES for entry in ("value", "low", "high", "n", "baseline")
}  # fmt: skip


def wrong(card):
    """What is wrong with a card.

    Args:
        card: dict as read from card.json.

    Returns:
        The end of a sentence that begins with the file's name: the entry, what was received and what was
        expected; "" where nothing is wrong.
    """
    missing, faults = [], []
    for path, (expected, check) in (NEEDED | OPTIONAL | FIGURES).items():
        place, value = _at(card, path)
        if value is _NOTHING:
            missing += [] if path in OPTIONAL else [place]
        elif place != path:
            faults.append(f"has {place} {short(value)}: expected a table of entries")
        elif not check(value):
            faults.append(f"has {path} {short(value)}: expected {expected}")
    if not missing and not faults:
        faults = [_valueless(card, part, metric) for part in PARTS for metric in NAMES]
    faults = [text for text in dict.fromkeys(faults) if text]
    if faults:
        return faults[0] + (f" (and {len(faults) - 1} more wrong)" if len(faults) > 1 else "")
    found = sorted(set(missing))
    rest = f" and {len(found) - LISTED} more" if len(found) > LISTED else ""
    return f"lacks {', '.join(found[:LISTED])}{rest}" if found else ""


def _at(card, path):
    """(path, its value), or (the way to it, what lies there) where that is no table, or is missing."""
    value, done = card, []
    for key in path.split("."):
        if not isinstance(value, dict):
            break
        done.append(key)
        value = value.get(key, _NOTHING)
        if value is _NOTHING:
            break
    return ".".join(done), value


def _valueless(card, part, metric):
    row = card["figures"][part][metric]
    if row["n"] and row["value"] is None:
        return f"has figures.{part}.{metric}.value null: expected a number for {row['n']:,} faces"
    return ""


def short(value):
    """A value as it stands in the file, cut to what a sentence can carry."""
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= 40 else f"{text[:37]}…"
