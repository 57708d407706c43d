"""How long every model takes for a face, all of them in turn in one run.

    python benchmarks/models.py [--write]

Prints, for each model, the median milliseconds for one face and for one of 64 at once (with the mirror image where
the model uses it), and the ratio to the default model. `--write` keeps them in agesex/data/speeds.csv, which the
page Metrics shows: write only on a quiet machine.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from figures import keep

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that the command works in a checkout
ROUNDS = 15


def main():
    """Measure, print, and write where that is asked for."""
    from agesex import model, peers

    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    models = [model.load(name) for name in model.names()]
    times = {(one.name, n): [] for one in models for n in (1, 64)}
    rng = np.random.default_rng(0)
    for n in (1, 64):
        crops = rng.integers(0, 255, (n, 200, 200, 3), np.uint8)
        for turn in range(ROUNDS + 1):  # in turn, so that all meet the same machine
            for one in models:
                one.forward(crops)  # the one before has filled the caches with weights of its own
                start = time.perf_counter()
                one.forward(crops)
                if turn:  # the first one warms up
                    times[one.name, n].append((time.perf_counter() - start) * 1e3 / n)
    rows = pd.DataFrame([
        {
            "model": one.name, "sha256": one.sha256, "ms": statistics.median(times[one.name, 1]),
            "ms_of_64": statistics.median(times[one.name, 64]), "cores": os.cpu_count(),
        }
        for one in models
    ])  # fmt: skip
    own = rows.set_index("model").loc[model.DEFAULT]
    for row in rows.itertuples():
        print(f"{row.model:14} one face {row.ms:6.1f} ms ({row.ms / own.ms:.2f} times the default)   "
              f"of 64 at once {row.ms_of_64:6.2f} ms ({row.ms_of_64 / own.ms_of_64:.2f})")  # fmt: skip
    keep(f"one face through the default model, of {len(rows)} models", f"{own.ms:.1f} ms",
         ", ".join(f"{row.model} {row.ms / own.ms:.2f} ×" for row in rows.itertuples() if row.model != own.name))  # fmt: skip
    if args.write:
        rows.round({"ms": 1, "ms_of_64": 2}).to_csv(peers.SPEEDS, index=False)


if __name__ == "__main__":
    main()
