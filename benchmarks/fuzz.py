"""Mutated pictures, archives and tables: does anything crash, hang, eat memory or raise what nobody foresaw?

    python benchmarks/fuzz.py --mutants 20000 [--seed 0] [--first 0] [--workers 2] [--out DIR]

Twelve valid files of each form are drawn (`tests/fuzzing/pictures.py`, `packs.py`) and changed (`mutate`,
`structure`): bits, bytes, blocks, ends, lengths with their sums made right, splices of two. Each mutant goes
through `images.decode_with_notes`, one decoded picture in 20 through `faces.find`, one in 10 through the API;
archives and tables are imported into a fresh home, checked as stored and in place, and .zip also read as albums.

Printed: how many mutants of each form still decode (at least 30 % must), and how often each target came to each
outcome. Exit status 1 after a crash, a hang (over 5 s), over 1 GB of memory, an exception outside AgeSexError, or
too few that decode. With --out each such mutant lies in DIR under its number, and the counts in fuzz.json;
--first N --mutants 1 with the same seed makes mutant N again.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]  # so that the command works in a checkout


def main(argv=None):
    """Run, print, and give the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--mutants", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-detector", action="store_true", help="do not look for faces, which loads TensorFlow")
    parser.add_argument("--out", type=Path, help="folder for bad mutants and fuzz.json")
    args = parser.parse_args(argv)
    from fuzzing.count import run

    os.environ["PYTHONPATH"] = os.pathsep.join([*sys.path[:2], os.environ.get("PYTHONPATH", "")])
    start = time.monotonic()
    found = run(
        range(args.first, args.first + args.mutants), args.seed, workers=args.workers,
        detector=not args.no_detector, out=args.out, say=lambda text: print(text, flush=True),
    )  # fmt: skip
    seconds = time.monotonic() - start
    report(found, seconds)
    if args.out:
        facts = {"seed": args.seed, "first": args.first, "mutants": args.mutants, "seconds": round(seconds)}
        (args.out / "fuzz.json").write_text(json.dumps(facts | found.as_json(), indent=1) + "\n")
    return 0 if found.is_good() else 1


def report(found, seconds):
    """Print the two tables."""
    from fuzzing.count import LEAST

    print(f"\n{'form':10}{'mutants':>9}{'decode':>9}{'share':>8}")
    for kind, n in sorted(found.kinds.items()):
        print(f"{kind:10}{n:9,}{found.decoded[kind]:9,}{found.share(kind):8.1%}")
    total = found.kinds.total()
    print(f"{'all':10}{total:9,}{found.decoded.total():9,}{found.decoded.total() / max(1, total):8.1%}")
    print(f"\n{'target':28}{'outcome':24}{'times':>8}")
    for (target, outcome), n in sorted(found.outcomes.items()):
        print(f"{target:28}{outcome:24}{n:8,}")
    print(f"\n{total:,} mutants in {seconds:,.0f} s; {len(found.bad)} bad outcomes"
          + "".join(f"; fewer than {LEAST:.0%} of {kind} decode" for kind in found.too_few()))  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
