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
import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

from agesex import intervals, metrics, model
from agesex.errors import AgeSexError, BadDataset, BadModel
from agesex.model import FORMAT, hash_of
from agesex.predict import probability
from training import files, targets
from training.pack import Pack
from training.prepare import PACK
from training.runs import check_data, check_splits, forward, read_run

LEVEL = 0.9
SEX_GOAL = 0.975  # accuracy wanted among the answered faces of 4 years or older
ANSWER_GOAL = 0.92  # share of them that should get an answer
MIN_SEX_AGE = 4  # years; below it sex is near chance, and the app says “unsure”
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
    files.check_replaceable(target, model.FILES + ("stress.json",), "a model")
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


def calibrate(rows, output):
    """Fit on the calibration rows, choose on the validation rows, and predict every row.

    Args:
        rows: DataFrame with file, split, group, published, age, sex, race.
        output: `agesex.model.Output` of the same n faces.

    Returns:
        (table, calibration): the predictions table (one row per face: labels, age_pred, age_sd,
        age_low, age_high in years, sex_logit, p_female) and the card's calibration part.
    """
    table = rows[["file", "split", "group", "published", "age", "sex", "race"]].reset_index(
        drop=True
    )
    table = table.assign(
        age_pred=output.age, age_sd=output.age_sd, sex_logit=output.sex_logit
    ).astype({"age": "int16", "split": "category", "sex": "category", "race": "category"})
    fitted = table[table.split == "calibration"]
    temperature = fit_temperature(fitted.sex_logit, fitted.sex == "female")
    spec = intervals.fit(fitted.age, fitted.age_pred, fitted.age_sd)
    table["age_low"], table["age_high"] = intervals.apply(spec, table.age_pred, table.age_sd, LEVEL)
    table["p_female"] = probability(table.sex_logit, temperature)
    chosen = choose_threshold(table[table.split == "validation"])
    years = ["age_pred", "age_sd", "age_low", "age_high", "sex_logit", "p_female"]
    table[years] = table[years].astype(np.float32)
    return table, {
        "split": "calibration",
        "n": len(fitted),
        "temperature": round(temperature, 4),
        "unsure": chosen,
        "interval": spec,
    }


def fit_temperature(logit, female):
    """The temperature T that makes sigmoid(logit / T) most likely; a float in 0.2…5."""
    logit, sign = np.asarray(logit, float), np.where(female, 1.0, -1.0)

    def loss(log_t):
        return np.logaddexp(0, -sign * logit / np.exp(log_t)).mean()

    return float(np.exp(minimize_scalar(loss, bounds=np.log([0.2, 5]), method="bounded").x))


def choose_threshold(validation):
    """The threshold at which the named sexes are right often enough (ages 4 and over).

    Where several thresholds reach the accuracy and still answer enough faces, the middle one is taken, so
    that neither goal is met by a hair; where none answers enough, the lowest that is accurate.

    Returns:
        dict: threshold, goal, accuracy and answered (shares) on validation, n. If no threshold up to
        0.99 reaches the accuracy, the best one is taken and `reached` is False.

    Raises:
        BadDataset: validation has too few such faces.
    """
    older = validation[validation.age >= MIN_SEX_AGE]
    # the app answers no face that looks younger, whatever its probability
    sure = np.maximum(older.p_female, 1 - older.p_female).where(older.age_pred >= MIN_SEX_AGE, 0)
    right = (older.p_female >= 0.5) == (older.sex == "female")
    rows = []
    for threshold in np.round(np.arange(0.5, 0.991, 0.01), 2):
        answered = sure >= threshold
        if answered.sum() >= metrics.MIN_GROUP:
            rows.append((float(right[answered].mean()), float(answered.mean()), float(threshold)))
    reached = [row for row in rows if row[0] >= SEX_GOAL]
    if not rows:
        raise BadDataset(
            f"validation has too few faces of {MIN_SEX_AGE} years or older with a clear sex: expected "
            f"{metrics.MIN_GROUP}. Prepare the pack from a larger data set."
        )
    both = [row for row in reached if row[1] >= ANSWER_GOAL]
    accuracy, answered, threshold = (both[len(both) // 2 :] or reached or [max(rows)])[0]
    return {
        "threshold": threshold,
        "goal": SEX_GOAL,
        "reached": bool(reached),
        "accuracy": round(accuracy, 3),
        "answered": round(answered, 3),
        "n": len(older),
        "split": "validation",
        "ages": f"{MIN_SEX_AGE} and over",
        "min_age": MIN_SEX_AGE,
    }


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
