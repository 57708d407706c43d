"""Data sets of labelled faces: read in place, imported, checked.

    open_dataset("UTKFace.tar.gz").table       # in place: one row per photo, see `utkface`

`utkface` reads a copy of UTKFace where it lies; `known` gives the labels that the repository carries, without
a photo.
"""

from agesex.dataset.utkface import (
    ARCHIVES,
    MANIFEST,
    PICTURES,
    SPLITS,
    Dataset,
    inventory_hash,
    known,
    open_dataset,
    read_manifest,
    with_splits,
)

__all__ = [
    "ARCHIVES", "MANIFEST", "PICTURES", "SPLITS", "Dataset", "inventory_hash", "known", "open_dataset",
    "read_manifest", "with_splits",
]  # fmt: skip
