"""May a new model take the place of the default? Decided on the validation faces of both.

    python -m training.promote runs/mobile      # then: python -m training.evaluate --run runs/mobile

Compares candidate and default face by face (paired bootstrap over groups of duplicates), overall and in
every group of 100 faces or more. The candidate is refused where a group gets worse beyond the interval
of the difference, and where neither figure of all faces together gains at all. Whether a gain lies beyond its own
interval is said, and decides nothing. The answer and its reasons are printed and kept in promotion.json beside the run; `training.evaluate` asks for it. Test faces are not
looked at.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from agesex import findings, intervals, metrics, model, model_files
from agesex.errors import AgeSexError, BadDataset
from training import files
from training.calibrate import calibrate
from training.pack import Pack
from training.prepare import PACK
from training.runs import check_data, check_splits, forward, read_run

MIN_ROWS = 100  # faces; smaller groups are listed but decide nothing
JUDGED = {"mae": -1, "sex_accuracy": 1}  # metric -> which direction is better
GROUPINGS = {
    "age band": ["band"],
    "sex": ["sex"],
    "race": ["race"],
    "sex and race": ["sex", "race"],
}


def compare(candidate, default, *, draws=2000, seed=0):
    """Paired differences, candidate minus default.

    Args:
        candidate: predictions table (see `training.calibrate.calibrate`) of the candidate.
        default: the same of the default; only files in both are compared.
        draws: of the bootstrap.
        seed: of the draws.

    Returns:
        DataFrame: by, group, metric, n, default, candidate, change, low, high (95 % of the change), verdict
        ("better", "worse", "the same", or "too few" under 100 faces).

    Raises:
        BadDataset: they have no face in common.
    """
    default = default.set_index("file")
    candidate = candidate.set_index("file")
    files = candidate.index.intersection(default.index).sort_values()
    if files.empty:
        raise BadDataset(
            "candidate and default share no validation face. Expected two models of one manifest. "
            "Train the candidate on a pack of the same data set."
        )
    candidate, default = candidate.loc[files], default.loc[files]
    new, old = metrics.per_face(candidate), metrics.per_face(default)
    candidate = candidate.assign(band=metrics.age_band(candidate.age))
    parts = [("all", "all faces", np.ones(len(files), bool))]
    for by, columns in GROUPINGS.items():
        names = candidate[columns].astype(str).agg(", ".join, axis=1)
        parts += [(by, name, (names == name).to_numpy()) for name in sorted(names.unique())]
    rows = []
    for by, name, here in parts:
        change = (new - old).loc[here, list(JUDGED)].to_numpy()
        groups = candidate.group[here]
        low, high = np.percentile(
            metrics.bootstrap(change, groups, draws=draws, seed=seed), [2.5, 97.5], axis=0
        )
        for place, (metric, better) in enumerate(JUDGED.items()):
            row = {
                "by": by,
                "group": name,
                "metric": metric,
                "n": int(here.sum()),
                "default": old.loc[here, metric].mean(),
                "candidate": new.loc[here, metric].mean(),
                "change": change[:, place].mean(),
                "low": low[place],
                "high": high[place],
            }
            rows.append(row | {"verdict": _verdict(row, better)})
    return pd.DataFrame(rows)


def _verdict(row, better):
    if row["n"] < MIN_ROWS:
        return "too few"
    if better * row["low"] > 0 and better * row["high"] > 0:
        return "better"
    return "worse" if better * row["low"] < 0 and better * row["high"] < 0 else "the same"


def decide(table):
    """Whether the candidate is let through, and why.

    Args:
        table: result of `compare`.

    Returns:
        (bool, list of str): the reasons of a refusal, or what was gained.
    """
    worse = table[table.verdict == "worse"]
    if not worse.empty:
        return False, [f"worse: {_words(row)}" for row in worse.to_dict("records")]
    overall = table[table.by == "all"]
    rows = overall.to_dict("records")
    if rows[0]["n"] < MIN_ROWS:
        return False, [f"too few faces: {rows[0]['n']}, expected {MIN_ROWS} or more"]
    gains = [JUDGED[row["metric"]] * row["change"] for row in rows]
    if max(gains) <= 0:
        return False, [f"no gain: {_words(row)}" for row in rows]
    names = {True: "gain within the interval", False: "no gain, within the interval"}
    return True, [
        f"{'better' if row['verdict'] == 'better' else names[gain > 0]}: {_words(row)}"
        for row, gain in zip(rows, gains, strict=True)
    ]


def _words(row):
    digits = 3 if row["metric"] == "mae" else 4
    return (
        f"{metrics.NAMES[row['metric']].lower()} of {row['group']}: "
        f"{findings.amount(row['metric'], row['default'], 2)} → "
        f"{findings.amount(row['metric'], row['candidate'], 2)}, change {row['change']:+.{digits}f} "
        f"({row['low']:+.{digits}f} to {row['high']:+.{digits}f}; n = {row['n']:,})"
    )


def promote(run, pack, name=model.DEFAULT):
    """Compare a finished run with a model of the registry and write the run's promotion.json.

    Args:
        run: folder of the run.
        pack: an open Pack.
        name: the model that it would replace.

    Returns:
        (bool, list of str, DataFrame): see `decide` and `compare`.

    Raises:
        BadModel, ModelMissing, BadDataset: run, model or pack are not usable.
    """
    run = read_run(run)
    check_data(run.facts["data"], pack, f"the run {run.folder.name}")
    check_splits(pack, validation=metrics.MIN_GROUP, calibration=intervals.MIN_ROWS)
    for root in model_files.roots():
        if Path(name).name == name:
            files.recover(root / name)  # a `training.evaluate` that was killed may have left it aside
    card, default = model.read_card(name), model.read_predictions(name)
    rows = pack.table[pack.table.split.isin(["validation", "calibration"])]
    table, _ = calibrate(rows, forward(run.model, pack, rows))
    found = compare(table[table.split == "validation"], default[default.split == "validation"])
    promoted, reasons = decide(found)
    kept = {
        "promoted": promoted,
        "reasons": reasons,
        "candidate": {"name": run.facts["name"], "sha256": run.model.sha256},
        "default": {"name": name, "sha256": card["sha256"]},
        "split": "validation",
        "rows": found.round(4).to_dict("records"),
    }
    files.write(run.folder / "promotion.json", json.dumps(kept, indent=1) + "\n")
    return promoted, reasons, found


def main(argv=None):
    """Run the command; exit status 0 if promoted, 2 if refused, 1 if it could not be decided."""
    parser = argparse.ArgumentParser(prog="training.promote", description=__doc__.split("\n")[0])
    parser.add_argument("run", type=Path, help="folder of the finished run")
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--default", default=model.DEFAULT, help="compare with (%(default)s)")
    args = parser.parse_args(argv)
    try:
        promoted, reasons, table = promote(args.run, Pack(args.pack), args.default)
    except AgeSexError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(table.round(3).to_string(index=False) + "\n\n")
    sys.stdout.write(f"{'PROMOTED' if promoted else 'REFUSED'}\n- " + "\n- ".join(reasons) + "\n")
    return 0 if promoted else 2


if __name__ == "__main__":
    sys.exit(main())
