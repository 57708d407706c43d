"""The folders of models, and what is read from them without TensorFlow; every file is checked as it is read.

    names()                             # every folder that is there
    usable, broken = sorted_out()       # those whose card can be read, and what is wrong with the others
    read_card("mobile"), read_predictions("mobile"), read_history("mobile"), read_stress("mobile")
"""

import hashlib
import json
import os
from pathlib import Path

import pandas as pd

from agesex import card_rules, table_rules
from agesex.errors import AgeSexError, BadModel, ModelMissing

DEFAULT = "mobile"
FORMAT = 1  # of card.json
FILES = ("model.keras", "card.json", "history.csv", "predictions.parquet")
REMEDY = "Restore it, or make it again with `python -m training.evaluate`."
_ASIDE = (".part", ".old")  # what a stopped `training.evaluate` leaves


def names():
    """Names of all models that are there, the default first, the others sorted."""
    return _folders_with("card.json")


def sorted_out():
    """The models that can be used, and the others.

    Returns:
        (names whose card can be read, in the order of `names`; {name: one sentence} of the folders whose card
        is broken or missing).
    """
    usable, broken = [], {}
    for name in names():
        try:
            read_card(name)
            usable.append(name)
        except AgeSexError as error:
            broken[name] = str(error)
    for name in _folders_with("model.keras"):
        if name not in usable and name not in broken:
            broken[name] = (
                f"The folder {name} holds model.keras but no card.json: expected {', '.join(FILES)}. Restore "
                f"the folder, or make it again with `python -m training.evaluate`."
            )
    return usable, broken


def _folders_with(file):
    found = {
        path.parent.name
        for root in roots()
        if root.is_dir()
        for path in root.glob(f"*/{file}")
        if path.parent.suffix not in _ASIDE
    }
    return sorted(found, key=lambda name: (name != DEFAULT, name))


def roots():
    """Folders in which models are looked for, in order."""
    package = Path(__file__).parent
    named = os.environ.get("AGESEX_MODELS")
    return [Path(named).expanduser()] if named else [package.parent / "models", package / "_models"]


def folder(name):
    """The folder of a model.

    Raises:
        ModelMissing: there is none of that name.
    """
    for root in roots():
        if (root / name / "card.json").is_file() and Path(name).name == name:
            return root / name
    there = ", ".join(names()) or "none"
    raise ModelMissing(
        f"There is no model {name!r}. Models that are there: {there}. Choose one of them, or set "
        f"AGESEX_MODELS to the folder that holds it (`python -m agesex doctor` shows where it looks)."
    )


def file_of(name, file):
    """The path of a file of a model; raises ModelMissing where it is not there."""
    path = folder(name) / file
    if not path.is_file():
        raise ModelMissing(
            f"The model {name!r} lacks {file}. Expected {', '.join(FILES)} in its folder. Restore the "
            f"folder from the repository."
        )
    return path


def hash_of(path):
    """Hexadecimal SHA-256 of a file."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def read_card(name):
    """card.json of a model as a dict, checked by `card_rules`; raises ModelMissing or BadModel."""
    path = folder(name) / "card.json"
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise BadModel(f"The file {name}/card.json is no model card: {error}. {REMEDY}") from error
    if not isinstance(card, dict):
        raise BadModel(
            f"The file {name}/card.json is no model card: expected a table of entries, received "
            f"{card_rules.short(card)}. {REMEDY}"
        )
    if card.get("format", FORMAT) != FORMAT:
        raise BadModel(
            f"The file {name}/card.json has the card format {card_rules.short(card['format'])}, this version "
            f"reads {FORMAT}. Update agesex, or use a model made for it."
        )
    if wrong := card_rules.wrong(card):
        raise BadModel(f"The file {name}/card.json {wrong}. {REMEDY}")
    return card


def read_history(name):
    """history.csv of a model: one row per epoch; raises ModelMissing or BadModel."""
    table = _table(name, "history.csv", pd.read_csv, {"epoch", "size"})
    if wrong := table_rules.history(table):
        raise BadModel(f"The file {name}/history.csv {wrong}. Restore it.")
    return table.dropna(axis="columns", how="all")  # what was never recorded


def read_predictions(name):
    """predictions.parquet of a model: one row per evaluated face; see `training.evaluate`.

    Raises:
        ModelMissing: no such model, or no such file.
        BadModel: a column is missing, or a value is none or cannot be true (see `table_rules`).
    """
    table = _table(name, "predictions.parquet", pd.read_parquet, set(table_rules.PREDICTIONS))
    if wrong := table_rules.predictions(table):
        raise BadModel(f"The file {name}/predictions.parquet {wrong}. {REMEDY}")
    return table


def read_stress(name):
    """stress.json of a model: a DataFrame with a row per fault and strength; see `training.stress`.

    Returns:
        DataFrame, or None where the table was never made, or for other weights.

    Raises:
        ModelMissing: no such model.
        BadModel: the file cannot be read, or a value is no number.
    """
    path = folder(name) / "stress.json"
    if not path.is_file():
        return None
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        table = pd.DataFrame(facts["rows"])
        wrong = table_rules.stress(table)
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
        raise BadModel(
            f"The file {name}/stress.json cannot be read: {error}. Restore it, or make it again with "
            f"`python -m training.stress {name}`."
        ) from error
    if wrong:
        raise BadModel(
            f"The file {name}/stress.json {wrong}. Restore it, or make it again with "
            f"`python -m training.stress {name}`."
        )
    return table if facts.get("sha256") == read_card(name)["sha256"] else None


def _table(name, file, read, needed):
    path = file_of(name, file)
    try:
        table = read(path)
    except (ValueError, OSError) as error:
        raise BadModel(f"The file {name}/{file} cannot be read: {error}. Restore it.") from error
    if missing := sorted(needed - set(table.columns)):
        raise BadModel(f"The file {name}/{file} lacks the columns {', '.join(missing)}. {REMEDY}")
    return table
