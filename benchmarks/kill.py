"""Kill -9 during an import, a training, scoring and a promotion: is anything lost, or used half-written?

    python benchmarks/kill.py [--times 50] [--seed 0] [--only import,score] [--out FILE]

Each operation is measured undisturbed, then killed: half of the times at moments spread over its duration, half
right before one of the changes that it makes to files, spread over their number. What lies there is opened,
listed and checked; then the same command runs to its end, and everything that it leaves, names of files
included, must be what the undisturbed run left (times of the clock aside). Exit status 1 where it is not.
"""

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]  # so that the command works in a checkout
SHARES = {"import": 0.32, "score": 0.32, "train": 0.2, "promote": 0.16}  # of the kills


def main(argv=None):
    """Run, print, and give the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--times", type=int, default=50, help="kills, all operations together")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", help="operations, with commas between")
    parser.add_argument("--out", type=Path, help="JSON of every kill")
    args = parser.parse_args(argv)
    names = args.only.split(",") if args.only else list(SHARES)
    whole = sum(SHARES[name] for name in names)
    found = {}
    for name in names:
        with tempfile.TemporaryDirectory(prefix="agesex-kill-") as folder:
            found[name] = run(name, folder, round(args.times * SHARES[name] / whole), args.seed)
    good = report(found)
    if args.out:
        kept = {name: [{**vars(o), "moment": str(o.moment)} for o in outcomes] for name, (_, outcomes) in found.items()}
        args.out.write_text(json.dumps(kept, indent=1) + "\n")
    return 0 if good else 1


def moments(bench, times, seed):
    """Seeded moments, spread evenly over the time and over the changes."""
    from killing.trial import Moment

    rng, half = random.Random(f"{seed} {bench.name}"), times - times // 2
    by_time = [Moment(seconds=(i + rng.random()) / half * bench.seconds) for i in range(half)]
    few = times // 2
    by_change = [Moment(change=1 + int((i + rng.random()) / few * bench.changes)) for i in range(few)]
    return by_time + by_change


def run(name, folder, times, seed):
    """(bench, outcomes) of one operation."""
    from killing.trial import BAD, Bench, Moment

    bench = Bench(name, folder)
    bench.measure()
    print(f"{name}: {bench.seconds:.1f} s undisturbed, {bench.changes} changes of files", flush=True)
    outcomes = []
    for moment in moments(bench, times, seed):
        last = bench.kill(moment)
        while not last.killed and moment.seconds:  # it was done before: other work had made the measured run slow
            moment = Moment(seconds=moment.seconds * 0.6)
            last = bench.kill(moment)
        outcomes.append(last)
        mark = "BAD " if last.what in BAD else ""
        print(f"  {mark}{name} at {moment}: {'killed' if last.killed else 'was done before'}, kept {last.kept}, "
              f"{last.what} {last.said}", flush=True)  # fmt: skip
    return bench, outcomes


def report(found):
    """Print the table; returns whether all is well."""
    from killing.trial import BAD

    print(f"\n{'operation':10}{'kills':>7}{'too late':>10}{'by time':>9}{'by change':>11}   moments (s){'':9}outcome")
    for name, (bench, outcomes) in found.items():
        by_time = [o.moment.seconds for o in outcomes if o.moment.seconds is not None]
        spread = f"{min(by_time, default=0):.1f} to {max(by_time, default=0):.1f} of {bench.seconds:.1f}"
        counts = "; ".join(f"{n} {what}" for what, n in Counter(o.what for o in outcomes).items())
        killed = sum(o.killed for o in outcomes)
        print(f"{name:10}{killed:7}{len(outcomes) - killed:10}{len(by_time):9}{len(outcomes) - len(by_time):11}"
              f"   {spread:20} {counts}")  # fmt: skip
    return not any(o.what in BAD for _, outcomes in found.values() for o in outcomes)


if __name__ == "__main__":
    sys.exit(main())
