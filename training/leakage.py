"""What a random split of UTKFace would leak, and how far the labels of copies disagree.

    python -m training.leakage               # -> agesex/data/utkface_leakage.json

Needs no photo: the split manifest names the copies, the file names carry the labels. The file records the
SHA-256 of the manifest; `agesex.leakage` reads it.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

from agesex import dataset, leakage
from agesex.errors import AgeSexError
from training import files

DRAWS = 1000
DIGITS = 5


def main(argv=None):
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="training.leakage", description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=leakage.FILE, help="file to write (%(default)s)")
    args = parser.parse_args(argv)
    try:
        found = facts(dataset.known())
        sha256 = hashlib.sha256(dataset.MANIFEST.read_bytes()).hexdigest()
        text = json.dumps(found | {"manifest_sha256": sha256}, indent=1)
        files.write(args.out, text + "\n")
    except AgeSexError as error:
        print(error, file=sys.stderr)
        return 1
    print(text)
    return 0


def facts(table, *, draws=DRAWS, seed=0):
    """All figures about the copies of a labelled table.

    Args:
        table: needs file, age, sex, race, split, group; one photo at least has a copy.
        draws: random splits, and bootstrap draws.
        seed: of both.

    Returns:
        dict as `leakage.read` gives it, without the hash; floats of `DIGITS` digits.
    """
    twice = table.group.duplicated(keep=False)
    found = {
        "format": leakage.FORMAT,
        "photos": len(table),
        "groups": int(table.group[twice].nunique()),
        "photos_in_groups": int(twice.sum()),
        "seed": seed,
        "random": [
            leakage.leaked(table.group, train=train, test=test, draws=draws, seed=seed)
            for train, test in leakage.SPLITS
        ],
        "this_split": leakage.copied(table),
        "labels": leakage.label_noise(table, draws=draws, seed=seed),
    }
    return json.loads(json.dumps(found), parse_float=lambda text: round(float(text), DIGITS))


if __name__ == "__main__":
    sys.exit(main())
