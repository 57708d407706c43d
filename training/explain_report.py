"""How far each explanation method can be trusted, on validation faces, and where the model looks on average.

    python -m training.explain_report                  # the default model, writes its explain.json and maps
    python -m training.explain_report cnn --n 50

Deletion and insertion against random order and a centre blob, stability, the random-weights check, and
average maps by age band and sex; `agesex.explain.report` reads them. It takes long, so every finished part is
written to runs/explain-<name>.jsonl at once, and the command, started again, goes on from there.
"""

import argparse
import io
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from agesex import metrics, model
from agesex.errors import AgeSexError
from agesex.explain import curves, layers, sanity
from agesex.explain import report as reports
from agesex.explain.explanation import displayed
from agesex.explain.stability import CHANGES, MIRRORED, stability
from training import explain_measures as measures
from training import files
from training.journal import Journal
from training.pack import Pack
from training.prepare import PACK
from training.runs import check_data, check_splits

FACES, STABLE, CHECKED = 200, 20, 20  # faces for the curves, for stability, for random weights
PRINTED = (
    "title", "grid", "n", "deletion", "insertion", "gain", "gain_low", "gain_high", "over_random",
    "over_blob", "beats_random", "random_weights", "stability",
)  # fmt: skip
CHUNK = 64  # faces whose maps are added up at once


def measure(wrapped, pack, journal, n=FACES):
    """Do whatever the journal does not hold yet.

    Args:
        wrapped: `model.Model`.
        pack: an open `training.pack.Pack`.
        journal: a `training.journal.Journal`.
        n: faces for the curves.

    Returns:
        DataFrame, the chosen faces.
    """
    check_splits(pack, validation=1)
    table = pack.table[pack.table.split == "validation"].sort_values("file")
    rows = measures.chosen(table, n)
    crops = pack.decode(rows)
    photos = [displayed(wrapped, crop) for crop in crops]

    def steady(i, question):
        target = measures.side(wrapped, photos[i], question)[0]
        pairs = measures.contenders(wrapped.network, question)
        return [stability(wrapped, crops[i], target, *pair) for pair in pairs]

    def added(part, question):
        groups = zip(reports.band(part.age).astype(str), part.sex, strict=True)
        small = np.stack([displayed(wrapped, crop) for crop in pack.decode(part)])
        return measures.measure_groups(wrapped, small, list(groups), question)

    parts = [table.iloc[start : start + CHUNK] for start in range(0, len(table), CHUNK)]
    asked, numbered = list(curves.QUESTIONS), list(enumerate(rows.file))
    journal.run(
        "1 of 4, curves",
        {f"curves|{file}|{q}": (i, q) for i, file in numbered for q in asked},
        lambda at: measures.measure_curves(wrapped, photos[at[0]], at[1], at[0]),
    )
    journal.run(
        "2 of 4, average maps",
        {f"groups|{i}|{q}": (part, q) for i, part in enumerate(parts) for q in asked},
        lambda at: added(*at),
    )
    random = measures.RandomWeights(wrapped, photos[:CHECKED])
    journal.run(
        "3 of 4, random weights",
        {f"random|{seed}|{q}": (seed, q) for q in asked for seed in range(sanity.SEEDS)},
        lambda at: random(*at),
    )
    journal.run(
        "4 of 4, stability",
        {f"stability|{file}|{q}": (i, q) for i, file in numbered[:STABLE] for q in asked},
        lambda at: steady(*at),
    )
    return rows


def table_of(wrapped, rows, done):
    """The rows of explain.json, and how many faces were left out of each question's."""
    table, left_out = [], {}
    for question in curves.QUESTIONS:
        found = [done[f"curves|{file}|{question}"] for file in rows.file]
        kept = np.array([one is not None for one in found])
        left_out[question] = int((~kept).sum())
        areas = np.array([one for one in found if one is not None], float)  # (faces, contenders, 6)
        steady = [done[f"stability|{file}|{question}"] for file in rows.file[:STABLE]]
        random = np.array([done[f"random|{seed}|{question}"] for seed in range(sanity.SEEDS)], float)
        sizes = layers(wrapped.network, curves.QUESTIONS[question][0])
        defaults = set()
        for k, (method, layer) in enumerate(measures.contenders(wrapped.network, question)):
            row = {"question": question, "method": method, "layer": layer or ""}
            row["grid"] = "×".join(map(str, sizes[layer])) if layer else ""
            row["default"] = method not in defaults
            defaults.add(method)
            row |= _scores(areas[:, k] if len(areas) else np.empty((0, 6)), rows.group[kept])
            values = random[..., k][np.isfinite(random[..., k])]
            row |= {"random_weights": _rounded(values), "random_weights_n": len(values)}
            held = {name: [one[k][name] for one in steady] for name in CHANGES}
            unnoticed = [value for name in CHANGES if name != MIRRORED for value in held[name]]
            row |= {"stability": _rounded(unnoticed)}
            table.append(row | {name: _rounded(values) for name, values in held.items()})
    return table, left_out


def _scores(areas, groups):
    """Means and intervals of (faces, 6) areas, see `measure_curves`."""
    means = dict(zip(reports.AREAS, areas.T, strict=True))
    gain, random, blob = (areas[:, i + 1] - areas[:, i] for i in (0, 2, 4))
    columns = {
        "gain": gain,
        "over_random": gain - random,
        "over_blob": gain - blob,
        "deletion_over_random": areas[:, 2] - areas[:, 0],
    }
    row = {"n": len(areas)} | {name: _rounded(values) for name, values in means.items()}
    ends = np.full((2, len(columns)), np.nan)
    if len(areas):
        draws = metrics.bootstrap(np.column_stack(list(columns.values())), groups)
        ends = np.percentile(draws, [2.5, 97.5], axis=0)
    for name, low, high in zip(columns, *ends, strict=True):
        row |= {name: _rounded(columns[name]), f"{name}_low": _rounded(low), f"{name}_high": _rounded(high)}
    return row | {"beats_random": _rounded(gain > random)}


def _rounded(values):
    """The mean of what is finite, four decimals; None where nothing is."""
    values = np.asarray(values, float).ravel()
    values = values[np.isfinite(values)]
    return round(float(values.mean()), 4) if len(values) else None


def groups_of(done):
    """The average maps: rows for explain.json, and the arrays they point into."""
    sums = {}
    for name in sorted((name for name in done if name.startswith("groups|")), key=_numbered):
        for group, (n, empty, raw) in done[name].items():
            *path, sex = group.split("|")
            for who in (sex, reports.ALL):
                row = sums.setdefault((*path, who), [0, 0, 0])
                row[0], row[1], row[2] = row[0] + n, row[1] + empty, row[2] + np.array(raw)
    rows, stacks = [], {}
    for key in sorted(sums):
        (method, layer, target, band, sex), (n, empty, total) = key, sums[key]
        if n >= reports.MIN_GROUP:
            stack = stacks.setdefault(f"{method} {layer}", [])
            rows.append({
                "method": method, "layer": layer, "target": target, "band": band, "sex": sex, "n": n,
                "empty": empty, "map": f"{method} {layer}", "index": len(stack),
            })  # fmt: skip
            stack.append(np.float16(total / n))
    return rows, {name: np.stack(stack) for name, stack in stacks.items()}


def _numbered(name):
    _, number, question = name.split("|")
    return question, int(number)


def write(folder, sha256, facts, stacks):
    """Write explain_maps.npz and explain.json, aside first; both carry the hash of the weights."""
    packed = io.BytesIO()
    np.savez_compressed(packed, sha256=np.array(sha256), **stacks)
    files.write(folder / reports.MAPS, packed.getvalue())
    text = json.dumps({"sha256": sha256, "format": reports.FORMAT} | facts, indent=0, ensure_ascii=False)
    files.write(folder / reports.FILE, text + "\n")


def explain_report(wrapped, pack, folder, runs=Path("runs"), n=FACES):
    """Measure, or go on with it, and write both files.

    Args:
        wrapped: `model.Model`.
        pack: an open `training.pack.Pack`.
        folder: of the model.
        runs: where the journal lies.
        n: faces for the curves.

    Returns:
        DataFrame, the rows of explain.json.
    """
    key = [reports.FORMAT, wrapped.sha256, n, list(measures.NAMES), pack.facts.get("manifest_sha256")]
    journal = Journal(runs / f"explain-{wrapped.name}.jsonl", key)
    rows = measure(wrapped, pack, journal, n)
    table, left_out = table_of(wrapped, rows, journal.done)
    groups, stacks = groups_of(journal.done)
    facts = {
        "split": "validation", "n": len(rows), "left_out": left_out, "stability_n": min(STABLE, len(rows)),
        "random_n": min(CHECKED, len(rows)), "seeds": sanity.SEEDS, "rows": table, "groups": groups,
    }  # fmt: skip
    write(folder, wrapped.sha256, facts, stacks)
    return pd.DataFrame(table)


def main(argv=None):
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="training.explain_report", description=__doc__.split("\n")[0])
    parser.add_argument("name", nargs="?", help="a model of the registry; the default one without it")
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--n", type=int, default=FACES, help=f"faces for the curves ({FACES})")
    args = parser.parse_args(argv)
    if args.n < 1:
        parser.error(f"--n must be 1 or more, received {args.n}")
    name = args.name or model.DEFAULT
    try:
        pack = Pack(args.pack)
        check_data(model.read_card(name)["data"], pack, f"the model {name}")
        explain_report(model.load(name), pack, model.folder(name), args.runs, args.n)
        report = reports.read(name)
    except AgeSexError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for question, left_out in report.left_out.items():
        ranked = report.ranking(question, layers=True)
        print(f"\n{name}, {question}, {report.n} validation faces, {left_out} of them left out\n")
        print(ranked[list(PRINTED)].to_string(index=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
