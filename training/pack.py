"""Read a training pack (see `training.prepare`): labels, and the original JPEG bytes decoded.

    pack = Pack("packs/utkface")
    crops = pack.decode(pack.table.head(9))     # uint8 (9, 200, 200, 3)

A pack is memory-mapped; labels, splits and offsets are `pack.table`.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from agesex import images
from agesex.errors import BadDataset


class Pack:
    """A pack folder, memory-mapped.

    Attributes:
        path: of the folder.
        table: DataFrame with file, age, sex, race, split, group, published, offset, length.
        facts: dict, what `training.prepare` recorded (inventory and manifest hashes, counts).
    """

    def __init__(self, path):
        """Open the pack.

        Args:
            path: the folder that `training.prepare` wrote.

        Raises:
            BadDataset: it is not there or not whole.
        """
        self.path = path = Path(path)
        try:
            self.table = pd.read_parquet(path / "index.parquet")
            self.facts = dict(json.loads((path / "splits.json").read_text()))
            self._bytes = np.memmap(path / "photos.bin", np.uint8, "r")
        except (OSError, ValueError, TypeError) as error:
            raise BadDataset(
                f"{path} is not a training pack: {error}. Expected index.parquet, splits.json and "
                f"photos.bin. Make it with `python -m training.prepare UTKFACE --out {path}`."
            ) from error
        end = int((self.table.offset + self.table.length).max())
        if len(self._bytes) != end:
            raise BadDataset(
                f"{path / 'photos.bin'} has {len(self._bytes):,} bytes, expected {end:,}. Run "
                f"`python -m training.prepare` again."
            )

    def photo(self, row):
        """The original bytes of one row of the table."""
        return self._bytes[row.offset : row.offset + row.length].tobytes()

    def decode(self, rows):
        """Decode some rows of the table.

        Returns:
            uint8 array (n, 200, 200, 3), RGB, in the order of `rows`.
        """
        crops = np.empty((len(rows), 200, 200, 3), np.uint8)
        for i, row in enumerate(rows.itertuples()):
            crops[i] = images.decode(self.photo(row))
        return crops
