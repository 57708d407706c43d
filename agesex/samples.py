"""Faces that need no committing of anyone's photo: one public-domain portrait and average faces.

for sample in samples.all():
sample.title, sample.photo, sample.note
"""

import functools
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agesex import images

FOLDER = Path(__file__).parent / "data" / "average_faces"
AVERAGE_NOTE = (
    "Drawn from {n:,} people; nobody in particular is shown. Smoothing makes the old look younger, so no "
    "interval is given."
)


@dataclass(frozen=True)
class Sample:
    """A picture to try the model on.

    Attributes:
        key: a short name for links, e.g. "astronaut" or "20-29_female".
        title: what a person reads.
        note: where it comes from and its caveat.
        photo: uint8 (H, W, 3).
        average: True for an average face: already aligned, and its interval means nothing.
    """

    key: str
    title: str
    note: str
    photo: np.ndarray
    average: bool


@functools.lru_cache(maxsize=1)
def all():
    """Every sample, the portrait first; a tuple of Sample."""
    return (_astronaut(), *(_average(cell) for cell in index()))


def get(key):
    """The sample of a key; raises KeyError that lists the keys."""
    found = {sample.key: sample for sample in all()}
    if key not in found:
        raise KeyError(f"no sample {key!r}; there are {list(found)}")
    return found[key]


def index():
    """What is known of each average face: dicts with file, low, high (years), sex, n, of."""
    return json.loads((FOLDER / "index.json").read_text())


def average_picture(cell):
    """The picture of one entry of `index`: uint8 (200, 200, 3)."""
    return images.decode(FOLDER / cell["file"])


def _average(cell):
    who = (
        {"female": "women", "male": "men"}
        if cell["low"] >= 20
        else {"female": "girls", "male": "boys"}
    )
    years = f"{cell['low']}–{cell['high']}" if cell["high"] < 100 else f"{cell['low']}+"
    return Sample(
        cell["file"].removesuffix(".webp"),
        f"Average of {cell['n']} {who[cell['sex']]} aged {years}",
        AVERAGE_NOTE.format(n=cell["n"]),
        average_picture(cell),
        average=True,
    )


def _astronaut():
    from skimage import data

    return Sample(
        "astronaut",
        "Eileen Collins, astronaut, aged 36",
        "NASA portrait of 1993, public domain; carried by the package scikit-image.",
        data.astronaut(),
        average=False,
    )
