"""Train a recipe on a pack; resumable.

    python -m training.train --recipe mobile --pack packs/utkface --init INIT_FOLDER

Writes runs/<recipe>/: `model.keras` (the last weights or their average, whichever validation
prefers), `history.csv` (one row per epoch, of the raw weights), `train.json` (recipe, command, data)
and `checkpoint.keras`, from which the same command continues after a stop. Runs on any Keras backend:
KERAS_BACKEND=tensorflow, jax or torch.
"""

import argparse
import json
import shlex
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from agesex.errors import AgeSexError, BadDataset, BadModel
from agesex.faces import resize
from training import networks
from training.batches import Batches
from training.finish import compiled, finish, save_aside
from training.fused import fused
from training.pack import Pack
from training.prepare import PACK
from training.recipes import RECIPES, with_inception


class Keeper(keras.callbacks.Callback):
    """Writes the history and a checkpoint after every epoch, each aside first, then renamed."""

    def __init__(self, folder, size, history):
        """Continue `history`, a list of rows."""
        super().__init__()
        self.folder, self.size, self.history = folder, size, history
        self.started = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        """Append to the history and write the checkpoint."""
        seconds, self.started = time.monotonic() - self.started, time.monotonic()
        row = {"epoch": epoch + 1, "size": self.size, "seconds": round(seconds, 1)}
        self.history.append(row | {name: round(float(v), 5) for name, v in logs.items()})
        # the checkpoint first: a history without its checkpoint could not be continued
        save_aside(self.model, self.folder / "checkpoint.keras")
        aside = self.folder / "history.csv.part"
        try:
            pd.DataFrame(self.history).to_csv(aside, index=False)
            aside.replace(self.folder / "history.csv")
        except OSError as error:
            raise BadModel(
                f"{self.folder / 'history.csv'} could not be written: {error}. Make room or correct the "
                f"permissions; the same command then goes on from the epoch before."
            ) from error


def train(recipe, pack, folder, *, init=None, seed=0, limit=None, verbose=2):
    """Train all stages of a recipe, continuing where an earlier call stopped.

    Args:
        recipe: a Recipe.
        pack: an open `training.pack.Pack`.
        folder: where the run is kept.
        init: folder of the starting weights; needed if the recipe names some.
        seed: decides order, augmentation and fresh weights.
        limit: use so many training photos only (for tests).
        verbose: as for `keras.Model.fit`.

    Returns:
        Path of the saved model.

    Raises:
        BadModel: starting weights or checkpoint are not usable.
        BadDataset: the pack has no training or validation photos.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(seed)
    parts = {name: pack.table[pack.table.split == name] for name in ("train", "validation")}
    if any(part.empty for part in parts.values()):
        raise BadDataset("the pack has no training or no validation photos. Run prepare again.")
    parts["train"] = parts["train"].iloc[:limit]
    crops = {name: pack.decode(part) for name, part in parts.items()}
    targets = {name: _targets(part, merge=name == "train") for name, part in parts.items()}
    steps_per_epoch = max(1, len(parts["train"]) // recipe.batch)

    def batches_of(size, epoch):
        return Batches(crops["train"], *targets["train"], recipe, size, seed, epoch)

    def validation_of(size):
        age, female = targets["validation"]
        return resize(crops["validation"], size), {"age": age, "sex": female}

    history = _read_history(folder)
    model, first = _resume(folder, len(history)), 0
    for stage, (size, epochs) in enumerate(recipe.stages):
        last = first + epochs
        if len(history) < last:
            frozen = stage < recipe.frozen
            model = _at_stage(recipe, size, frozen, model, init, steps_per_epoch * recipe.epochs)
            model.fit(
                batches_of(size, len(history)),
                validation_data=validation_of(size),
                initial_epoch=len(history),
                epochs=last,
                callbacks=[Keeper(folder, size, history)],
                verbose=verbose,
            )
            # fit() ends by overwriting the weights with their average; the checkpoint has both.
            model = _resume(folder, len(history))
        first = last
    finish(
        model, batches_of(recipe.size, recipe.epochs), validation_of(recipe.size), recipe, folder
    )
    return folder / "model.keras"


def _targets(part, *, merge):
    """Ages and P(female), (n,) each; with `merge`, copies of one photo share their mean label.

    Two copies of one photo differ by 4 years on average in UTKFace, and 6.5 % of them in sex.
    """
    table = part[["group"]].assign(age=part.age.astype(float), female=part.sex == "female")
    table["female"] = table.female.astype(float)
    if merge:
        table[["age", "female"]] = table.groupby("group")[["age", "female"]].transform("mean")
    return table.age.to_numpy(np.float32), table.female.to_numpy(np.float32)


def _at_stage(recipe, size, frozen, previous, init, steps):
    """The network for a stage, with weights and optimizer state of the previous one."""
    if (
        previous is not None
        and previous.input_shape[1] == size
        and _is_frozen(previous) == frozen
    ):
        return previous
    weights = None
    if previous is None and recipe.init:
        weights = recipe.init if recipe.init == "imagenet" else _starting_file(recipe, init)
    network = fused(networks.build(recipe, size, weights))
    if recipe.frozen:
        networks.freeze(network, frozen)
    model = compiled(network, recipe, steps)
    if previous is not None:
        model.set_weights(previous.get_weights())
        model.optimizer.build(model.trainable_variables)
        if _is_frozen(previous) == frozen:
            pairs = zip(model.optimizer.variables, previous.optimizer.variables, strict=True)
            for new, old in pairs:
                new.assign(old)
        else:  # other weights learn now: fresh moments, but the schedule goes on
            model.optimizer.iterations.assign(previous.optimizer.iterations)
            averages = model.optimizer._model_variables_moving_average
            for average, variable in zip(averages, model.trainable_variables, strict=True):
                average.assign(variable)
    return model


def _is_frozen(model):
    """Whether the first layer that ever learns holds still."""
    return not next(layer for layer in model.layers if layer.weights and layer.name != "grey").trainable


def _starting_file(recipe, init):
    if init is None:
        raise BadModel(f"this recipe starts from {recipe.init}: pass --init with its folder.")
    return Path(init) / recipe.init


def _resume(folder, epochs):
    """The checkpoint's model, or None at the very start."""
    path = folder / "checkpoint.keras"
    if not epochs:
        return None
    try:
        return keras.saving.load_model(path)
    except (OSError, ValueError) as error:
        raise BadModel(
            f"the checkpoint {path} cannot be loaded: {error}. Delete the folder {folder} and start "
            f"the training again."
        ) from error


def _read_history(folder):
    path = folder / "history.csv"
    return pd.read_csv(path).to_dict("records") if path.exists() else []


def write_facts(name, recipe, pack, folder, seed):
    """Record in train.json how a finished run was made: recipe, command, date, time, data.

    Args:
        name: of the model.
        recipe: its Recipe.
        pack: the open Pack that it was trained on.
        folder: of the run.
        seed: as for `train`.
    """
    command = ["python", "-m", "training.train", "--recipe", name.removesuffix("-inception")]
    command += ["--seed", str(seed)]
    if recipe.init == "imagenet":
        command += ["--backbone", recipe.backbone]
    elif recipe.init:
        command += ["--init", "INIT_FOLDER"]
    facts = {
        "name": name,
        "recipe": asdict(recipe),
        "command": shlex.join(command),
        "trained": datetime.now(UTC).date().isoformat(),
        "seconds": round(sum(row["seconds"] for row in _read_history(folder))),
        "finish": json.loads((folder / "finish.json").read_text()),
        "backend": f"{keras.backend.backend()}, Keras {keras.__version__}",
        "data": pack.facts,
    }
    (folder / "train.json").write_text(json.dumps(facts, indent=2) + "\n")


def main(argv=None):
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="training.train", description=__doc__.split("\n")[0])
    parser.add_argument("--recipe", choices=RECIPES, required=True)
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--init", type=Path, help="folder of the starting weights")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--backbone", choices=["inception"], help="for `transfer`: InceptionV3 instead of MobileNetV2"
    )
    args = parser.parse_args(argv)
    recipe, folder = RECIPES[args.recipe], args.runs / args.recipe
    if args.backbone and recipe.network != "imagenet":
        parser.error(f"--backbone belongs to the recipe transfer, not to {args.recipe}")
    if args.backbone:
        recipe, folder = with_inception(recipe), args.runs / f"{args.recipe}-{args.backbone}"
    try:
        pack = Pack(args.pack)
        train(recipe, pack, folder, init=args.init, seed=args.seed)
    except AgeSexError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    write_facts(folder.name, recipe, pack, folder, args.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
