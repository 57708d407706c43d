"""How a model bears what UTKFace does not show: each fault at three strengths, on validation faces.

    python -m training.stress                      # every model of models/, writes its stress.json
    python -m training.stress --run runs/mobile    # a finished run that has no folder yet

Prints, for each fault, MAE, bias and sex accuracy, and what the fault costs in MAE against the same
faces untouched (paired, so its interval is narrow). The Metrics page shows the table.
"""

import argparse
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from agesex import faces, metrics, model
from agesex.errors import AgeSexError
from training import degradations as faults
from training import files
from training.fit_template import locate
from training.pack import Pack
from training.prepare import PACK
from training.runs import check_data, check_splits, read_run

CLEAN, ALIGNED = "none", "found and re-aligned"
BIAS_GOAL = 1.5  # years, for every fault
COST_GOALS = {  # years of MAE that a fault may cost
    ("shift", "5 %"): 0.2,
    ("scale", "5 %"): 0.2,
    ("rotation", "8°"): 0.2,
    ("grey", "full"): 0.4,
    ("low resolution", "half"): 0.5,
}


def _signs(rng):
    return rng.choice([-1, 1], 2)


def _shift(part):
    return lambda crop, rng: faults.move(crop, shift=_signs(rng) * part)


def _scale(part):
    return lambda crop, rng: faults.move(crop, scale=1 + _signs(rng)[0] * part)


def _rotation(degrees):
    return lambda crop, rng: faults.move(crop, angle=_signs(rng)[0] * degrees)


def _grey(part):
    return lambda crop, rng: cv2.addWeighted(faults.grey(crop), part, crop, 1 - part, 0)


def _cast(part):
    """Warm or cool light: red and blue move apart."""

    def apply(crop, rng):
        sign = _signs(rng)[0]
        return faults.tone(crop, gain=(1 + sign * part, 1, 1 - sign * part))

    return apply


def _scan(black, white, sigma):
    """A soft, yellowed, grainy print: black is lifted, white lowered, blue fades most."""

    def apply(crop, rng):
        crop = faults.noise(faults.blur(crop, sigma), 4 * sigma, rng, grain=0.8)
        return faults.fade(crop, (black, black, black), (white, 0.96 * white, 0.85 * white))

    return apply


def _occlusion(part):
    """A mid-grey square somewhere within the face."""

    def apply(crop, rng):
        left, top = rng.uniform(0.1, 0.9 - part, 2)
        return faults.occlude(crop, (left, top, left + part, top + part), (127, 127, 127))

    return apply


FAULTS = {  # name -> {strength: (crop, rng) -> crop}
    "shift": {"2.5 %": _shift(0.025), "5 %": _shift(0.05), "10 %": _shift(0.1)},
    "scale": {"2.5 %": _scale(0.025), "5 %": _scale(0.05), "10 %": _scale(0.1)},
    "rotation": {"4°": _rotation(4), "8°": _rotation(8), "16°": _rotation(16)},
    "grey": {"a third": _grey(1 / 3), "two thirds": _grey(2 / 3), "full": _grey(1.0)},
    "low resolution": {
        name: lambda crop, rng, part=part: faults.low_resolution(crop, part)
        for name, part in (("three quarters", 0.75), ("half", 0.5), ("a quarter", 0.25))
    },
    "blur": {
        f"{sigma} px": lambda crop, rng, sigma=sigma: faults.blur(crop, sigma)
        for sigma in (1, 2, 3)
    },
    "noise": {
        f"{sigma} levels": lambda crop, rng, sigma=sigma: faults.noise(crop, sigma, rng)
        for sigma in (5, 10, 20)
    },
    "JPEG": {
        f"quality {quality}": lambda crop, rng, quality=quality: faults.jpeg(crop, quality)
        for quality in (50, 25, 10)
    },
    "darkness": {
        f"{part:.0%} of the light".replace("%", " %"): (
            lambda crop, rng, part=part: faults.tone(crop, brightness=part, contrast=part)
        )
        for part in (0.75, 0.5, 0.3)
    },
    "colour cast": {"10 %": _cast(0.1), "20 %": _cast(0.2), "30 %": _cast(0.3)},
    "faded scan": {
        "light": _scan(20, 235, 0.7),
        "medium": _scan(45, 215, 1.2),
        "strong": _scan(70, 190, 1.8),
    },
    "occlusion": {"15 %": _occlusion(0.15), "25 %": _occlusion(0.25), "35 %": _occlusion(0.35)},
    "mirror": {"": lambda crop, rng: crop[:, ::-1].copy()},
}


def conditions(crops, seed=0):
    """Every fault and strength, applied.

    Args:
        crops: uint8 (n, 200, 200, 3).
        seed: of the random directions, places and noise; each face has its own.

    Yields:
        (fault, strength, uint8 (n, 200, 200, 3)), the untouched faces first.
    """
    yield CLEAN, "", crops
    for fault, strengths in FAULTS.items():
        for strength, apply in strengths.items():
            yield fault, strength, np.stack(
                [apply(crop, np.random.default_rng((seed, i))) for i, crop in enumerate(crops)]
            )


def realigned(crops):
    """Faces found again in their own crops and aligned as a visitor's photo is.

    Returns:
        (crops, found): uint8 (n, 200, 200, 3), untouched where no face was found, and bool (n,).
    """
    result, found = crops.copy(), np.zeros(len(crops), bool)
    for i, crop in enumerate(crops):
        landmarks = locate(crop)
        if np.isfinite(landmarks).all():
            result[i] = faces.align(crop, landmarks)
            found[i] = True
    return result, found


def measure(rows, output, clean, fault, strength):
    """One row of the table.

    Args:
        rows: DataFrame with age, sex, group of n faces.
        output: `agesex.model.Output` of the n degraded faces.
        clean: Output of the same faces untouched.
        fault: its name.
        strength: its strength.

    Returns:
        dict: fault, strength, n, mae, bias (each with _low and _high), sex_accuracy, and cost,
        cost_low, cost_high: the paired difference in MAE to the untouched faces; years, intervals of 95 %.
        bias_change with bias_change_low and bias_change_high, sex_change with sex_low and sex_high: the paired
        differences in bias and in sex_accuracy, likewise.
    """
    age = rows.age.to_numpy(float)
    error, before = output.age - age, clean.age - age
    cost = np.abs(error) - np.abs(before)
    female = (rows.sex == "female").to_numpy()
    right, was_right = (output.sex_logit >= 0) == female, (clean.sex_logit >= 0) == female
    change = right.astype(float) - was_right
    pushed = error - before
    draws = metrics.bootstrap(np.column_stack([cost, error, change, pushed, np.abs(error)]), rows.group)
    low, high = np.percentile(draws, [2.5, 97.5], axis=0)
    values = {
        "mae": np.abs(error).mean(),
        "mae_low": low[4],
        "mae_high": high[4],
        "bias": error.mean(),
        "sex_accuracy": right.mean(),
        "cost": cost.mean(),
        "cost_low": low[0],
        "cost_high": high[0],
        "bias_low": low[1],
        "bias_high": high[1],
        "bias_change": pushed.mean(),
        "bias_change_low": low[3],
        "bias_change_high": high[3],
        "sex_change": change.mean(),
        "sex_low": low[2],
        "sex_high": high[2],
    }
    rounded = {name: round(float(value), 3) for name, value in values.items()}
    return {"fault": fault, "strength": strength, "n": len(rows)} | rounded


def stress(networks, pack, *, detector=True, progress=None):
    """Measure some models on the same degraded validation faces.

    Args:
        networks: dict of name -> `agesex.model.Model`.
        pack: an open `training.pack.Pack`.
        detector: also find and align every face anew; some 0.1 s each.
        progress: called with a line of text per condition.

    Returns:
        dict of name -> DataFrame, see `measure`.
    """
    check_splits(pack, validation=1)
    rows = pack.table[pack.table.split == "validation"].reset_index(drop=True)
    crops = pack.decode(rows)
    clean, tables = {}, {name: [] for name in networks}
    for fault, strength, changed in conditions(crops):
        for name, network in networks.items():
            output = network.forward(changed)
            clean.setdefault(name, output)
            tables[name].append(measure(rows, output, clean[name], fault, strength))
        if progress:
            progress(f"{fault} {strength}")
    if detector:
        changed, found = realigned(crops)
        for name, network in networks.items() if found.any() else ():
            before = model.Output(clean[name].age_probabilities[found], clean[name].sex_logit[found])
            row = measure(rows[found], network.forward(changed[found]), before, ALIGNED, "")
            tables[name].append(row)
    return {name: pd.DataFrame(table) for name, table in tables.items()}


def write(folder, sha256, table):
    """Write stress.json, aside first: the hash of the weights, the split, and the rows."""
    facts = {"sha256": sha256, "split": "validation", "rows": table.to_dict("records")}
    files.write(folder / "stress.json", json.dumps(facts, indent=0) + "\n")


def judged(table):
    """The table with `goal` and `reached` as text, for printing."""

    def judge(row):
        said = []
        goal = COST_GOALS.get((row.fault, row.strength))
        if goal is not None:
            said.append(f"cost ≤ {goal}: {'yes' if row.cost <= goal else 'NO'}")
        if row.fault != CLEAN:
            said.append(f"|bias| ≤ {BIAS_GOAL}: {'yes' if abs(row.bias) <= BIAS_GOAL else 'NO'}")
        return "; ".join(said)

    return table.assign(goals=[judge(row) for row in table.itertuples()])


def main(argv=None):
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="training.stress", description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="models of the registry; all of them without it")
    parser.add_argument("--run", type=Path, help="a finished run instead")
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--no-detector", action="store_true", help="leave out the detector's row")
    args = parser.parse_args(argv)
    if args.run and args.names:
        parser.error("either names of models or --run, not both")
    try:
        pack = Pack(args.pack)
        if args.run:
            run = read_run(args.run)
            check_data(run.facts["data"], pack, f"the run {run.folder.name}")
            networks, folders = {run.folder.name: run.model}, {run.folder.name: run.folder}
        else:
            names = args.names or model.names()
            for name in names:
                check_data(model.read_card(name)["data"], pack, f"the model {name}")
            networks = {name: model.load(name) for name in names}
            folders = {name: model.folder(name) for name in names}
        tables = stress(
            networks,
            pack,
            detector=not args.no_detector,
            progress=lambda line: sys.stderr.write(f"{line}\n"),
        )
        for name, table in tables.items():
            write(folders[name], networks[name].sha256, table)
    except AgeSexError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for name, table in tables.items():
        sys.stdout.write(f"\n{name}, validation faces\n{judged(table).to_string(index=False)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
