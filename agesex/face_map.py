"""A map of the faces of UTKFace: which photos the shipped model takes for alike.

    found = face_map.read()                 # None where the file was never made, or for another model
    found.table                             # file, x, y: one point per photo
    found.neighbours("25_1_0_2017….jpg")    # the eight photos nearest to one: file, distance

Alike means that the last layer before the model's two answers takes nearly the same values. That layer was
trained to tell ages and sexes apart and nothing else: neighbours look alike in what matters for those two
answers. They need not resemble each other to a person, and being close says nothing about who somebody is. On
the map near means alike; how far apart two islands lie, and which way up the map is, mean nothing.

Made by `python -m training.embed UTKFACE`; numbers only, no pictures.
"""

import functools
import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pyarrow import parquet

from agesex import dataset, model
from agesex.errors import BadDataset

FILE = Path(__file__).parent / "data" / "utkface_map.parquet"
FACTS_KEY = "agesex"  # in the metadata of the file: JSON
FORMAT = 1
FACTS = ("model", "model_sha256", "files_sha256", "scale", "recall", "recall_n", "trustworthiness", "method")
WHOLE = 32767  # of int16: x and y lie between −1 and 1


@dataclass(frozen=True, eq=False)
class FaceMap:
    """Points and vectors of the photos.

    Attributes:
        table: DataFrame sorted by file: file, group (of copies), x, y (−1 to 1, without a unit).
        vectors: (n, k) float32, the model's view of each photo, shortened to k numbers.
        facts: dict: model, model_sha256, method and seed of the map, trustworthiness (share of near points
            that are near in the full space too, 0 to 1), recall (of the ten true neighbours, the share that
            the short vectors find), recall_n (photos that it was measured on) …
    """

    table: pd.DataFrame
    vectors: np.ndarray
    facts: dict

    def neighbours(self, face, n=8, exclude_group=True):
        """The photos that the model takes for most alike.

        Args:
            face: a file name, or the number of its row.
            n: how many.
            exclude_group: leave out copies of this photo, and show of every other photo one copy only.

        Returns:
            DataFrame: file, distance (in the model's own units, for comparing with each other only), the
            nearest first; never the photo itself.

        Raises:
            BadDataset: the map has no such photo.
        """
        row = self._row(face)
        # einsum keeps to one thread: on a busy machine BLAS waits for its second one longer than it works
        squared = self._lengths - 2 * np.einsum("ij,j->i", self.vectors, self.vectors[row])
        squared[row] = np.inf
        groups = self._groups
        if exclude_group:
            squared[groups == groups[row]] = np.inf
        # copies take places: a few more than n are sorted, all only if those were not enough
        many = min(len(squared), 4 * n + 16)
        near = np.argpartition(squared, many - 1)[:many] if many < len(squared) else np.arange(len(squared))
        near = near[np.lexsort((near, squared[near]))]
        near = near[np.isfinite(squared[near])]
        if exclude_group:
            near = near[np.sort(np.unique(groups[near], return_index=True)[1])]
        near = near[:n]
        # the length of the vector itself, the same for all, was left out above
        distance = np.sqrt(np.maximum(squared[near] + self._lengths[row], 0))
        return pd.DataFrame({"file": self._files[near], "distance": distance.astype(float)})

    def _row(self, face):
        if isinstance(face, str):
            row = self._rows.get(face, -1)
        else:
            row = int(face) if 0 <= face < len(self.table) else -1
        if row < 0:
            raise BadDataset(
                f"The map of faces has no photo {face!r}. Expected one of the {len(self.table):,} files that "
                f"the split manifest names, or the number of its row. Photos that came later are not on it."
            )
        return row

    @functools.cached_property
    def _files(self):
        return self.table.file.to_numpy(object)  # made once: it takes longer than the search

    @functools.cached_property
    def _lengths(self):
        return np.einsum("ij,ij->i", self.vectors, self.vectors)

    @functools.cached_property
    def _groups(self):
        return pd.factorize(self.table.group)[0]

    @functools.cached_property
    def _rows(self):
        return {file: row for row, file in enumerate(self.table.file)}


def read(path=None, name=model.DEFAULT):
    """Read the map.

    Args:
        path: the file; `FILE` without it.
        name: the model that it should have been made with.

    Returns:
        FaceMap, the same object for the same file. None where there is no such file, or where it was made
        with other weights or for another list of photos.

    Raises:
        BadDataset: the file cannot be read, or is no map.
        ModelMissing: no such model.
    """
    path = FILE if path is None else Path(path)
    if not path.is_file():
        return None
    found = _read(path, path.stat().st_mtime_ns)
    return found if found and found.facts["model_sha256"] == model.read_card(name)["sha256"] else None


def neighbours(face, n=8, exclude_group=True):
    """`FaceMap.neighbours` of the committed map; None where there is none."""
    found = read()
    return None if found is None else found.neighbours(face, n, exclude_group)


@functools.lru_cache(maxsize=2)
def _read(path, _changed):
    """The map of a file, or None if the manifest names other photos now."""
    photos = dataset.read_manifest()[["file", "group"]].sort_values("file", ignore_index=True)
    try:
        stored = parquet.read_table(io.BytesIO(path.read_bytes()))  # a path would be in the message
        facts = dict(json.loads((stored.schema.metadata or {})[FACTS_KEY.encode()]))
        if facts["format"] != FORMAT:
            raise ValueError(f"its format is {facts['format']}, not {FORMAT}")
        if missing := {*FACTS} - {*facts}:
            raise ValueError(f"it does not say {', '.join(sorted(missing))}")
        x, y = (stored[axis].to_numpy().astype(np.float32) / WHOLE for axis in ("x", "y"))
        vectors = _unpacked(stored["vector"]) * np.float32(facts["scale"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BadDataset(
            f"The map of faces, {path.name}, cannot be read: {error}. Restore the file, or make it again "
            f"with `python -m training.embed`."
        ) from error
    if facts["files_sha256"] != dataset.inventory_hash(dict.fromkeys(photos.file, "")):
        return None
    return FaceMap(photos.assign(x=x, y=y), vectors, facts)


def _unpacked(column):
    """Fixed-size binary -> (n, k) int8."""
    return np.frombuffer(b"".join(column.to_pylist()), np.int8).reshape(len(column), -1)
