"""Every figure of speed and memory that README.md names, in one go of at most ten minutes.

    python benchmarks/run.py [--write] [--only NAME ...]

Runs the benchmarks one after another in processes of their own, prints what they print, and then the table of the
figures that they keep (benchmarks/figures.py). `--write` puts that table into README.md: only on a quiet machine. A
benchmark that fails or is not through in its time is named, and the exit status is 1. Longer runs of the same
(a million rows, 30 visitors for 30 minutes, 20,000 mutants, 50 kills) are commands of their own, see each file.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import date
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START, END = "<!-- speed:start -->", "<!-- speed:end -->"
PARTS = {  # name: (arguments, seconds that it may take)
    "start": ([], 120),
    "pages": (["--no-browser", "--rounds", "1"], 120),
    "dataset": (["--no-browser", "--rows", "0"], 90),
    "predict": (["--short"], 150),
    "detector": (["--short"], 60),
    "explain": (["--short"], 120),
    "face_api": (["--rounds", "10"], 90),
    "models": ([], 60),
    "api": (["--photos", "800"], 60),
    "load": (["--short"], 150),
    "load_api": (["--minutes", "0.5"], 90),
}


def main():
    """Run, print, write; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    args = parser.parse_args()
    if args.write and len(args.only) < len(PARTS):
        parser.error("--write needs every part: a table of some would lose the others")
    started, missed, rows = time.monotonic(), [], []
    with tempfile.TemporaryDirectory() as folder:
        for name in args.only:
            file = Path(folder) / f"{name}.jsonl"
            print(f"== {name}", flush=True)
            if not _ran(name, file):
                missed.append(name)
            if file.exists():
                rows += [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    table = as_table(rows, f"{time.monotonic() - started:.0f} s")
    print(f"\n{table}")
    if missed:
        print(f"\nnot measured: {', '.join(missed)}", file=sys.stderr)
    elif args.write:
        readme = ROOT / "README.md"
        readme.write_text(replaced(readme.read_text("utf-8"), table), "utf-8")
    return 1 if missed else 0


def as_table(rows, took):
    """The figures as Markdown.

    Args:
        rows: list of (what, figure, beside).
        took: how long it all took.
    """
    lines = ["| What | Figure | Beside it, in the same run |", "|---|--:|---|"]
    lines += [f"| {what} | {figure} | {beside} |" for what, figure, beside in rows]
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("streamlit", "keras", "altair"))
    where = f"{os.cpu_count()} cores ({platform.machine()}), no GPU, Python {platform.python_version()}, {versions}"
    return "\n".join(lines) + f"\n\n`python benchmarks/run.py --write` on {where}, {date.today()}; all of it took {took}."


def replaced(text, table):
    """README.md with another table between the two marks."""
    before, _, rest = text.partition(START)
    _, found, after = rest.partition(END)
    if not found:
        raise SystemExit(f"README.md lacks {START} … {END}")
    return f"{before}{START}\n{table}\n{found}{after}"


def _ran(name, file):
    options, seconds = PARTS[name]
    command = [sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), *options]
    try:
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, "AGESEX_FIGURES": str(file)}, timeout=seconds)
    except subprocess.TimeoutExpired:
        print(f"{name} was not through after {seconds} s", flush=True)
        return False
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
