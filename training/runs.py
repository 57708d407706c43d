"""A finished run: the folder that `training.train` leaves for stress, promote and evaluate.

    run = read_run("runs/mobile")
    run.model.forward(crops)          # agesex.model.Model, mirrored as its recipe says
    check_data(run.facts, pack)       # was it trained on the splits of this pack?
"""

import json
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from agesex.errors import BadDataset, BadModel
from agesex.model import BATCH, Model, Output, hash_of
from training import networks  # noqa: F401  (its layers are needed to load some networks)

FACTS = ("name", "recipe", "command", "seconds", "trained", "backend", "data")


@dataclass(frozen=True)
class Run:
    """A finished run.

    Attributes:
        folder: where it lies.
        facts: dict, the content of train.json.
        model: `agesex.model.Model` without calibration.
    """

    folder: Path
    facts: dict
    model: Model

    @property
    def weights(self):
        """Path of model.keras."""
        return self.folder / "model.keras"


def read_run(folder):
    """Open a finished run.

    Raises:
        BadModel: it is not finished or not usable.
    """
    folder = Path(folder).resolve()
    try:
        facts = dict(json.loads((folder / "train.json").read_text(encoding="utf-8")))
        missing = [name for name in FACTS if name not in facts]
        if missing:
            raise ValueError(f"train.json lacks {', '.join(missing)}")
        for name in ("model.keras", "history.csv"):
            if not (folder / name).is_file():
                raise ValueError(f"{name} is missing")
        network = keras.saving.load_model(folder / "model.keras", compile=False)
        card = {
            "input_size": int(network.input_shape[1]),
            "sha256": hash_of(folder / "model.keras"),
            "mirror": bool(facts["recipe"].get("mirror", False)),
        }
        return Run(folder, facts, Model(facts["name"], card, network))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadModel(
            f"{folder} is not a finished run: {error}. Expected train.json, history.csv and model.keras. "
            f"Run `python -m training.train` to its end."
        ) from error


def check_data(data, pack, what):
    """Refuse a pack whose splits are not those that a model was trained on.

    Faces that a model has learned from could be validation or test faces of another manifest.

    Args:
        data: the part `data` of train.json or card.json.
        pack: an open Pack.
        what: the model or run, for the message.

    Raises:
        BadDataset: the manifests differ.
    """
    for name, words in (("manifest_sha256", "split manifest"), ("inventory_sha256", "list of photos")):
        if data.get(name) != pack.facts.get(name):
            raise BadDataset(
                f"the pack does not fit {what}: its {words} has the hash "
                f"{str(pack.facts.get(name))[:12]}…, expected {str(data.get(name))[:12]}…. Prepare the pack "
                f"from the data that the model was trained on, or train again on this one."
            )


def check_splits(pack, **least):
    """Refuse a pack with too few faces in a split.

    Args:
        pack: an open Pack.
        least: number of faces needed, by split.

    Raises:
        BadDataset: the message names the split.
    """
    for name, wanted in least.items():
        n = int((pack.table.split == name).sum())
        if n < wanted:
            raise BadDataset(
                f"the pack has {n} {name} faces, expected {wanted} or more. Prepare it from a larger data set."
            )


def forward(wrapped, pack, rows, progress=None):
    """The output of a model for rows of a pack, in their order.

    Args:
        wrapped: `agesex.model.Model`.
        pack: an open Pack.
        rows: part of its table.
        progress: called with the number of faces done.

    Returns:
        `agesex.model.Output`.
    """
    parts = [wrapped.forward(np.empty((0, 200, 200, 3), np.uint8))]
    for start in range(0, len(rows), 16 * BATCH):
        chunk = rows.iloc[start : start + 16 * BATCH]
        parts.append(wrapped.forward(pack.decode(chunk)))
        if progress:
            progress(start + len(chunk))
    return Output(
        np.concatenate([part.age_probabilities for part in parts]),
        np.concatenate([part.sex_logit for part in parts]),
    )
