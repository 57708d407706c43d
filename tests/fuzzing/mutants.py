"""Which mutant has which number: kind and bytes are a function of a seed and a number only.

    kind, data = make(0, 17)
"""

import numpy as np

from fuzzing import packs, pictures, structure, structure_packs
from fuzzing.mutate import mutate

SHARES = {  # of a hundred mutants in a row
    "JPEG": 12, "PNG": 12, "WEBP": 12, "BMP": 11, "TIFF": 12, "GIF": 11,
    "zip": 6, "tar": 6, "tar.gz": 5, "nested": 4, "csv48": 3, "csv48.gz": 2, "fairface": 3, "mat": 1,
}  # fmt: skip
ORDER = tuple(np.random.default_rng(0).permutation([kind for kind, n in SHARES.items() for _ in range(n)]).tolist())
KNOWING = {"PNG": 0.9, "tar": 0.9, "tar.gz": 0.98, "csv48.gz": 0.95, "nested": 0.7, "GIF": 0.7, "TIFF": 0.7, "WEBP": 0.7, "mat": 0.95}  # see `mutate`


def kind_of(number):
    """The form of a mutant, by its number."""
    return ORDER[number % len(ORDER)]


def make(seed, number):
    """One mutant.

    Args:
        seed: of the run.
        number: 0 or more.

    Returns:
        (kind, bytes): kind is one of `SHARES`.
    """
    kind = kind_of(number)
    rng = np.random.default_rng([seed, number])
    source, edits = (pictures, structure.EDITS) if kind in pictures.FORMATS else (packs, structure_packs.EDITS)
    files = source.files(kind)
    data = files[rng.integers(len(files))]
    return kind, mutate(data, rng, edits[kind], files, knowing=KNOWING.get(kind, 0.6))
