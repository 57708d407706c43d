"""Make a released model folder of a finished run: calibrate, choose, measure.

    python -m training.evaluate --run runs/mobile     # -> models/mobile
    python -m training.evaluate                       # print what every model of models/ reached

The calibration split fits the temperature of the sex probability and the interval quantiles; the
validation split chooses the threshold of “unsure”; the test split is only reported. The folder is
written aside and renamed, so a crash leaves no half-made model. The default model is only replaced by a
run that `training.promote` has let through.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

import keras
import pandas as pd

from agesex import architecture, imagined, intervals, metrics, model
from agesex.errors import AgeSexError, BadModel
from agesex.explain import report as explained
from agesex.model import FORMAT, hash_of
from training import architecture as layers
from training import files, targets
from training.calibrate import calibrate
from training.pack import Pack
from training.prepare import PACK
from training.runs import check_data, check_splits, forward, read_run

LIST_AGES = (21, 60)


def evaluate(run, pack, target):
    """Write the folder of a released model.

    Args:
        run: folder of a finished `training.train`.
        pack: an open Pack, of the data that it was trained on.
        target: the folder to write, e.g. models/mobile; an old one is replaced.

    Returns:
        dict, the card.

    Raises:
        BadModel: the run is not finished or not usable, or the folder cannot be written.
        BadDataset: the pack is not the one of the run, or too small.
    """
    run = read_run(run)
    known = (
        *model.FILES, "stress.json", explained.FILE, explained.MAPS, imagined.FOLDER, architecture.FILE
    )  # fmt: skip
    files.check_replaceable(target, known, "a model")
    facts, path = run.facts, run.weights
    check_data(facts["data"], pack, f"the run {run.folder.name}")
    check_splits(pack, train=1, validation=metrics.MIN_GROUP, calibration=intervals.MIN_ROWS, test=1)
    rows = pack.table[pack.table.split.isin(["train", "validation", "calibration", "test"])]
    output = forward(
        run.model, pack, rows, lambda done: sys.stderr.write(f"\r{done:,} of {len(rows):,} faces")
    )
    sys.stderr.write("\n")
    table, calibration = calibrate(rows, output)
    test = table[table.split == "test"]
    card = {
        "format": FORMAT,
        "name": target.name,
        "title": facts["recipe"].get("title", target.name),
        "sha256": run.model.sha256,
        "input_size": run.model.input_size,
        "mirror": run.model.mirror,
        "parameters": int(run.model.network.count_params()),
        "size_bytes": path.stat().st_size,
        "keras": keras.__version__,
        "license": "models/LICENSE: research data, non-commercial origin",
        "training": {k: v for k, v in facts.items() if k != "data"},
        "data": facts["data"],
        "calibration": calibration,
        "figures": figures(table),
        "groups": metrics.groups(test),
        "sex": {
            "calibration": metrics.calibration_error(test.p_female, test.sex == "female", test.group),
            "answered": metrics.answered(test, calibration["unsure"]),
        },
    }
    files.recover(target)
    stress = _stress_of(run, target)
    aside = target.with_name(target.name + ".part")
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        shutil.copy(path, aside / "model.keras")
        shutil.copy(run.folder / "history.csv", aside / "history.csv")
        if stress:
            (aside / "stress.json").write_text(stress)
        _keep(target, aside, run.model.sha256)
        (aside / architecture.FILE).write_text(
            layers.text(run.model.network, run.model.sha256), encoding="utf-8"
        )
        table.to_parquet(aside / "predictions.parquet", index=False, compression="zstd")
        (aside / "card.json").write_text(json.dumps(card, indent=1) + "\n")
        files.swap(target, aside)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise files.unwritten(f"the folder {target}", error) from error
    return card


def _stress_of(run, target):
    """The text of a stress test of these very weights, of the run or of the old folder; or ""."""
    for folder in (run.folder, target):
        try:
            text = (folder / "stress.json").read_text()
            if json.loads(text)["sha256"] == run.model.sha256:
                return text
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return ""


def _keep(old, new, sha256):
    """Copy what the old folder holds about the same weights: explanations, and imagined pictures."""
    if files.made_from(old / explained.FILE) == sha256:
        for name in (explained.FILE, explained.MAPS):
            if (old / name).is_file():
                shutil.copy(old / name, new / name)
    if files.made_from(old / imagined.FOLDER / imagined.INDEX) == sha256:
        shutil.copytree(old / imagined.FOLDER, new / imagined.FOLDER)


def figures(table):
    """Every published figure, three decimals: {part: {metric: value, low, high, n, baseline}}."""
    train = table[table.split == "train"]
    test = table[table.split == "test"]
    listed = test[test.published]
    parts = {
        "test": test,
        "test_21_60": listed,
        "test_21_60_clamped": metrics.clamped(listed, *LIST_AGES),
        "test_10_and_over": test[test.age >= 10],
        "validation": table[table.split == "validation"],
        "train": train,
    }
    return {
        name: {
            metric: {k: (int(v) if k == "n" else _rounded(v)) for k, v in row.items()}
            for metric, row in metrics.headline(part, train=seen_by(name, train)).iterrows()
        }
        for name, part in parts.items()
    }


def seen_by(part, train):
    """The training faces whose median age and larger sex are the baseline of a part."""
    return train[train.age.between(*LIST_AGES)] if "21_60" in part else train


def _rounded(value):
    return None if pd.isna(value) else round(float(value), 3)


def report(card, stream):
    """Print a card's figures and how they stand to the targets."""
    for part, rows in card["figures"].items():
        stream.write(f"\n{card['name']}, {part}\n{pd.DataFrame(rows).T.to_string()}\n")
    if "sex" in card:  # cards made before the targets have none
        stream.write(f"\n{card['name']}, targets\n{targets.table(card).to_string(index=False)}\n")
        short = targets.undercovered(card)
        stream.write(f"coverage clearly under the promise: {'; '.join(short) or 'no group'}\n")


def main(argv=None):
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="training.evaluate", description=__doc__.split("\n")[0])
    parser.add_argument("--run", type=Path, help="a finished run; without it every model is printed")
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--models", type=Path, help="folder to write into (models)")
    parser.add_argument(
        "--unpromoted", action="store_true", help="replace the default model without a promotion"
    )
    args = parser.parse_args(argv)
    if args.models and not args.run:
        parser.error("--models belongs to --run; to print other models set AGESEX_MODELS to their folder")
    try:
        if args.run is None:
            cards = [model.read_card(name) for name in model.names()]
        else:
            target = (args.models or Path("models")) / args.run.resolve().name
            if target.name == model.DEFAULT and target.exists() and not args.unpromoted:
                check_promotion(args.run, target)
            cards = [evaluate(args.run, Pack(args.pack), target)]
    except AgeSexError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for card in cards:
        report(card, sys.stdout)
    return 0


def check_promotion(run, target):
    """Refuse a run that was not let through against the model that it would replace.

    Raises:
        BadModel: there is no promotion, it was refused, or it belongs to other weights.
    """
    files.recover(target)
    try:
        if hash_of(run / "model.keras") == hash_of(target / "model.keras"):
            return  # it is the default already, and is measured again
        facts = json.loads((run / "promotion.json").read_text())
        wanted = {"candidate": hash_of(run / "model.keras"), "default": hash_of(target / "model.keras")}
        missing = [name for name, sha256 in wanted.items() if facts[name]["sha256"] != sha256]
        if not missing and facts["promoted"]:
            return
        why = f"it compares another {missing[0]}" if missing else "it was refused"
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"there is no promotion of it ({error})"
    raise BadModel(
        f"{run} may not replace the default model {target}: {why}. Run `python -m training.promote {run}` "
        f"first, or say --unpromoted if you mean it."
    )


if __name__ == "__main__":
    sys.exit(main())
