"""Train a recipe on a pack; resumable.

    python -m training.train --recipe mobile --pack packs/utkface --init INIT_FOLDER

Writes runs/<recipe>/: `model.keras` (the last weights or their average, whichever validation
prefers), `history.csv` (one row per epoch, of the raw weights), `train.json` (recipe, command, data)
and a checkpoint, from which the same command continues after a stop. Runs on any Keras backend:
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
from training import files, networks
from training.batches import Batches
from training.finish import compiled, finish, save_aside
from training.fused import fused
from training.pack import Pack
from training.prepare import PACK
from training.recipes import RECIPES, with_inception


class Keeper(keras.callbacks.Callback):
    """Writes a checkpoint and the history after every epoch, each aside first, then renamed.

    A checkpoint carries the number of its epoch, and the history decides which one counts: a stop at any
    moment leaves a history and the checkpoint that belongs to it.
    """

    def __init__(self, folder, size, history):
        """Continue `history`, a list of rows."""
        super().__init__()
        self.folder, self.size, self.history = folder, size, history
        self.started = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        """Write checkpoint and history; the checkpoint before is deleted last."""
        seconds, self.started = time.monotonic() - self.started, time.monotonic()
        row = {"epoch": epoch + 1, "size": self.size, "seconds": round(seconds, 1)}
        self.history.append(row | {name: round(float(v), 5) for name, v in logs.items()})
        save_aside(self.model, checkpoint(self.folder, epoch + 1))
        table = pd.DataFrame(self.history).to_csv(index=False)
        files.write(self.folder / "history.csv", table)
        remove_others(self.folder, epoch + 1)


def checkpoint(folder, epoch):
    """Path of the checkpoint after an epoch, counted from 1."""
    return folder / f"checkpoint-{epoch:03d}.keras"


def remove_others(folder, epoch):
    """Delete every checkpoint but one; a run that was killed may have left some."""
    for path in set(folder.glob("checkpoint-*.keras")) - {checkpoint(folder, epoch)}:
        path.unlink(missing_ok=True)


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
        BadModel: starting weights or checkpoint are not usable, the folder holds another run, or
            cannot be written.
        BadDataset: the pack has no training or validation photos.
    """
    if recipe.init not in ("", "imagenet"):
        _starting_file(recipe, init)  # before minutes of work
    parts = {name: pack.table[pack.table.split == name] for name in ("train", "validation")}
    if any(part.empty for part in parts.values()):
        raise BadDataset("the pack has no training or no validation photos. Run prepare again.")
    parts["train"] = parts["train"].iloc[:limit]
    history = _begin(folder, recipe, pack, seed, limit)
    remove_others(folder, len(history))
    done = all((folder / name).exists() for name in ("model.keras", "finish.json"))
    if len(history) >= recipe.epochs and done:
        sys.stderr.write(f"{folder} is finished already; nothing was done.\n")
        return folder / "model.keras"
    keras.utils.set_random_seed(seed)
    crops = {name: pack.decode(part) for name, part in parts.items()}
    targets = {name: _targets(part, merge=name == "train") for name, part in parts.items()}
    steps_per_epoch = max(1, len(parts["train"]) // recipe.batch)

    def batches_of(size, epoch):
        return Batches(crops["train"], *targets["train"], recipe, size, seed, epoch)

    def validation_of(size):
        age, female = targets["validation"]
        return resize(crops["validation"], size), {"age": age, "sex": female}

    model, first = _resume(folder, len(history)), 0
    for stage, (size, epochs) in enumerate(recipe.stages):
        last = first + epochs
        if len(history) < last:
            frozen = stage < recipe.frozen
            phase = recipe.stages[: recipe.frozen] if frozen else recipe.stages[recipe.frozen :]
            steps = steps_per_epoch * sum(epochs for _, epochs in phase)
            model = _at_stage(recipe, size, frozen, model, init, steps)
            model.fit(
                batches_of(size, len(history)),
                validation_data=validation_of(size),
                initial_epoch=len(history),
                epochs=last,
                callbacks=[Keeper(folder, size, history)],
                shuffle=False,  # Batches has its own order, which a resumed run repeats
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
    """The network for a stage, with weights and optimizer state of the previous one.

    A loaded model is built anew as well: Keras does not save which weights are never decayed.
    """
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
        else:  # other weights learn now: fresh moments and, because of them, a warm-up of their own
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
    path = Path(init) / recipe.init
    if not path.is_file():
        raise BadModel(f"the starting weights {path} are not there. Pass --init with their folder.")
    return path


def _begin(folder, recipe, pack, seed, limit):
    """Open the folder of a run and return its history, a list of rows; refuse the run of another recipe."""
    wanted = {
        "recipe": json.loads(json.dumps(asdict(recipe))),
        "seed": seed,
        "limit": limit,
        "manifest_sha256": pack.facts.get("manifest_sha256"),
        "inventory_sha256": pack.facts.get("inventory_sha256"),
    }
    path = folder / "run.json"
    try:
        if not (folder / "history.csv").exists():  # nothing was learned yet
            files.write(path, json.dumps(wanted, indent=2) + "\n")
            return []
        found = dict(json.loads(path.read_text(encoding="utf-8")))
        rows = pd.read_csv(folder / "history.csv").to_dict("records")
    except (OSError, ValueError, TypeError) as error:
        raise BadModel(
            f"the run {folder} cannot be continued: {error}. Delete the folder and start again, or name "
            f"another with --runs."
        ) from error
    other = [name for name in wanted if found.get(name) != wanted[name]]
    if "recipe" in other and isinstance(found.get("recipe"), dict):
        fields = wanted["recipe"]
        other += [f"recipe.{name}" for name in fields if found["recipe"].get(name) != fields[name]]
    if other:
        raise BadModel(
            f"the folder {folder} holds another run: it differs in {', '.join(other)}. Move or delete it, "
            f"or name another folder with --runs."
        )
    return rows


def _resume(folder, epochs):
    """The checkpoint's model, or None at the very start."""
    path = checkpoint(folder, epochs)
    if not epochs:
        return None
    try:
        return keras.saving.load_model(path)
    except (OSError, ValueError) as error:
        raise BadModel(
            f"the checkpoint {path} cannot be loaded: {error}. Delete the folder {folder} and start "
            f"the training again."
        ) from error


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
    command += ["--seed", str(seed)]  # and --pack, where the pack lies elsewhere
    if recipe.init == "imagenet":
        command += ["--backbone", recipe.backbone]
    elif recipe.init:
        command += ["--init", "INIT_FOLDER"]
    facts = {
        "name": name,
        "recipe": asdict(recipe),
        "command": shlex.join(command),
        "trained": datetime.now(UTC).date().isoformat(),
        "seconds": round(float(pd.read_csv(folder / "history.csv").seconds.sum())),
        "finish": json.loads((folder / "finish.json").read_text()),
        "backend": f"{keras.backend.backend()}, Keras {keras.__version__}",
        "data": pack.facts,
    }
    files.write(folder / "train.json", json.dumps(facts, indent=2) + "\n")


def main(argv=None):
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="training.train", description=__doc__.split("\n")[0])
    parser.add_argument("--recipe", choices=RECIPES, required=True)
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--init", type=Path, help="folder of the starting weights")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--seed", type=_seed, default=0, help="a whole number, 0 or more")
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
        if not (folder / "train.json").exists():  # a finished run keeps its date
            write_facts(folder.name, recipe, pack, folder, args.seed)
    except AgeSexError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped; the same command goes on from the last whole epoch.\n")
        return 130
    return 0


def _seed(text):
    """0 to 2**32 − 1; argparse turns the ValueError into its message."""
    seed = int(text)
    if not 0 <= seed < 2**32:
        raise ValueError
    return seed


if __name__ == "__main__":
    sys.exit(main())
