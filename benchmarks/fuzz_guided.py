"""Mutants that look for code not yet reached: Atheris (libFuzzer) over the same targets as benchmarks/fuzz.py.

    pip install atheris            # Linux, no part of any list of requirements
    python benchmarks/fuzz_guided.py [--runs 20000] [--seed 1] [--kinds PNG TIFF zip ...] [--corpus DIR]

`agesex` is instrumented, and a mutant that reaches a new edge becomes the seed of others; every second mutant
is libFuzzer's own, every second one knows the format (`tests/fuzzing/mutate.py`). Prints how often each target
came to each outcome, and how many edges and seeds there are in the end; stops with exit status 1 at the first crash, hang over
5 s, over 3 GB of memory or exception outside AgeSexError, whose mutant is then in the current folder.
"""

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]  # so that the command works in a checkout

with atheris.instrument_imports(include=["agesex"]):
    from fuzzing import packs, pictures, structure, structure_packs, targets
    from fuzzing.mutate import LARGEST, mutate

    from agesex import archives, dataset, images  # noqa: F401

import numpy as np  # noqa: E402

KINDS = (*pictures.FORMATS, *(kind for kind in packs.KINDS if kind != "mat"))  # .mat is read by another process
SECONDS, MEGABYTES = 5, 3000


def main():
    """Run; libFuzzer ends the process."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--corpus", type=Path, help="folder of seeds, which is added to")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    corpus = args.corpus or folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for kind in args.kinds:
        for i, data in enumerate(_source(kind)[0].files(kind)):
            (corpus / f"{kind}-{i}").write_bytes(bytes([KINDS.index(kind)]) + data)
    tried, outcomes = Counter(), Counter()
    tools = contextlib.ExitStack()
    one = tools.enter_context(targets.Targets(folder / "work", detector=False))

    def target(data):
        tried["mutants"] += 1
        if data and KINDS[data[0] % len(KINDS)] in args.kinds:
            kind = KINDS[data[0] % len(KINDS)]
            for name, outcome, said in one.try_out(kind, data[1:], tried["mutants"]):
                outcomes[name, outcome] += 1
                if outcome in targets.BAD:
                    raise AssertionError(f"{kind}, {name}: {outcome}: {said}")
        if tried["mutants"] == args.runs:
            _report(tried, outcomes)
            shutil.rmtree(folder, ignore_errors=True)

    atheris.Setup(
        [sys.argv[0], f"-runs={args.runs}", f"-seed={args.seed}", f"-timeout={SECONDS}", f"-rss_limit_mb={MEGABYTES}",
         f"-max_len={LARGEST}", "-print_final_stats=1", "-verbosity=1", str(corpus)],
        target, custom_mutator=_mutator,
    )  # fmt: skip
    one.warm_up()
    atheris.Fuzz()


def _source(kind):
    return (pictures, structure.EDITS) if kind in pictures.FORMATS else (packs, structure_packs.EDITS)


def _mutator(data, max_size, seed):
    """A changed copy: the first byte, which says the form, stays."""
    if not data:
        return b"\0"
    kind, rng = KINDS[data[0] % len(KINDS)], np.random.default_rng(seed)
    source, edits = _source(kind)
    if seed % 2:
        changed = mutate(bytes(data[1:]), rng, edits[kind], source.files(kind))
    else:
        changed = atheris.Mutate(bytes(data[1:]), max_size - 1)
    return bytes(data[:1]) + changed[: max_size - 1]


def _report(tried, outcomes):
    print(f"\n{'target':28}{'outcome':24}{'times':>8}")
    for (name, outcome), n in sorted(outcomes.items()):
        print(f"{name:28}{outcome:24}{n:8,}")
    print(f"\n{tried['mutants']:,} mutants, seeds among them", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("AGESEX_WARMUP", "0")
    main()
