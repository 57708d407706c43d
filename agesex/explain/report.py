"""Read what `training.explain_report` measured: how far each method can be trusted, and average maps.

    report = read("mobile")                     # None where it was never made for these weights
    report.ranking("age")                       # the methods, best first
    report.group("grad-cam", "older", "0–12")   # the average map of children
"""

import json
import zipfile
from dataclasses import dataclass

import numpy as np
import pandas as pd

from agesex import model
from agesex.errors import BadModel
from agesex.explain.methods import METHODS
from agesex.explain.stability import CHANGES

FORMAT = 1
FILE, MAPS = "explain.json", "explain_maps.npz"
EDGES = (0, 13, 20, 30, 40, 50, 60, 200)  # years, left edges
BANDS = ("0–12", "13–19", "20–29", "30–39", "40–49", "50–59", "60+")
ALL = "all"  # both sexes
MIN_GROUP = 50  # faces; an average of fewer shows single faces
AREAS = (
    "deletion", "insertion", "random_deletion", "random_insertion", "blob_deletion", "blob_insertion",
)  # fmt: skip
COMPARED = ("gain", "over_random", "over_blob", "deletion_over_random")
SCORES = (
    *AREAS, *COMPARED, *(f"{name}_{end}" for name in COMPARED for end in ("low", "high")),
    "beats_random", "random_weights", "stability",
)  # fmt: skip
COLUMNS = {"question", "method", "layer", "grid", "default", "n", "random_weights_n", *SCORES, *CHANGES}
GROUP = {"method", "layer", "target", "band", "sex", "n", "empty", "map", "index"}


@dataclass(frozen=True)
class Group:
    """The average map of some faces.

    Attributes:
        method: a name of `METHODS`.
        layer: name of the layer that was looked at.
        target: a name of `TARGETS`.
        band: a name of `BANDS`, by the labelled age.
        sex: "female", "male", as labelled, or "all".
        n: faces in the average, at least `MIN_GROUP`.
        empty: further faces, whose map is empty.
        map: float32 (h, w); every face's map was divided by its own sum, so this adds up to 1.
    """

    method: str
    layer: str
    target: str
    band: str
    sex: str
    n: int
    empty: int
    map: np.ndarray


@dataclass(frozen=True)
class Report:
    """What is known of the explanations of one model.

    Attributes:
        split: whose faces they are.
        n: faces for the curves, of which `left_out` (question -> faces) are too close to their blurred copy.
        left_out: dict of question ("age", "sex") -> faces.
        stability_n: faces of the stability check.
        random_n: faces of the random-weights check, each with `seeds` draws of weights.
        seeds: draws of random weights.
        rows: DataFrame with a row per question, method and layer; see `ranking`.
        groups: list of Group.
    """

    split: str
    n: int
    left_out: dict
    stability_n: int
    random_n: int
    seeds: int
    rows: pd.DataFrame
    groups: list

    def ranking(self, question, *, layers=False):
        """The methods, best first.

        Args:
            question: "age" or "sex".
            layers: also rows of layers that are not a method's default.

        Returns:
            DataFrame, by falling gain: method, title, layer, grid, default, n; the mean areas deletion and
            insertion, and both with random_ and blob_ before them; gain (insertion less deletion),
            over_random and over_blob (gain less that of the rival) and deletion_over_random (random's area
            less the map's), each with _low and _high (95 %); beats_random (share of faces whose gain is
            higher); random_weights (mean rank correlation, of random_weights_n maps that are not
            constant); stability (mean over all changes but the mirror), and a column per name of
            `stability.CHANGES`.
        """
        rows = self.rows[(self.rows.question == question) & (self.rows.default | layers)]
        rows = rows.sort_values("gain", ascending=False, kind="stable").drop(columns="question")
        rows.insert(1, "title", [METHODS[name].title for name in rows.method])
        return rows.reset_index(drop=True)

    def group(self, method, target, band, sex=ALL, layer=None):
        """One Group, or None where faces were too few; the method's first layer without `layer`."""
        for group in self.groups:
            wanted = (method, target, band, sex, layer or group.layer)
            if (group.method, group.target, group.band, group.sex, group.layer) == wanted:
                return group
        return None


def band(ages):
    """Names of `BANDS` for ages in years, as an ordered categorical."""
    return pd.cut(ages, EDGES, right=False, labels=BANDS)


def read(name):
    """The report of a model.

    Args:
        name: of the model.

    Returns:
        Report, or None where it was never made, or for other weights.

    Raises:
        ModelMissing: no such model.
        BadModel: a file cannot be read.
    """
    path = model.folder(name) / FILE
    if not path.is_file():
        return None
    try:
        facts = dict(json.loads(path.read_text(encoding="utf-8")))
        if facts["sha256"] != model.read_card(name)["sha256"]:
            return None
        if facts["format"] != FORMAT:
            raise ValueError(f"its format is {facts['format']}, expected {FORMAT}")
        rows = _table(facts["rows"], COLUMNS)
        if strange := set(rows.method) - set(METHODS):
            raise ValueError(f"unknown methods {sorted(strange)}")
        with np.load(path.with_name(MAPS), allow_pickle=False) as maps:
            if str(maps["sha256"]) != facts["sha256"]:
                raise ValueError(f"{MAPS} belongs to other weights")
            stacks = {key: maps[key].astype(np.float32) for key in maps.files if key != "sha256"}
        groups = [
            Group(**{key: row[key] for key in GROUP - {"map", "index"}}, map=stacks[row["map"]][row["index"]])
            for row in facts["groups"]
        ]
        kept = ("split", "n", "left_out", "stability_n", "random_n", "seeds")
        return Report(**{key: facts[key] for key in kept}, rows=rows, groups=groups)
    except (ValueError, TypeError, KeyError, IndexError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise BadModel(
            f"The file {name}/{FILE} or {name}/{MAPS} cannot be read: {error}. Restore both, or make them "
            f"again with `python -m training.explain_report {name}`."
        ) from error


def _table(rows, needed):
    table = pd.DataFrame(rows)
    if missing := sorted(needed - set(table)):
        raise ValueError(f"columns {missing} are missing")
    # "" for methods of pixels, whose layer is None everywhere else
    table["layer"] = pd.Series([layer or None for layer in table.layer], dtype=object)
    return table.astype(dict.fromkeys((*SCORES, *CHANGES), float))
