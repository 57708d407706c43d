"""The bytes of some photos of a data set, wherever it lies, without reading its whole table.

    read(store.open_stored("utkface"), ["25_1_0_2017….jpg.chip.jpg"])    # {file: bytes as stored}
"""

import pandas as pd

from agesex.dataset import store
from agesex.dataset.utkface import Dataset
from agesex.errors import BadDataset


def there(data):
    """Whether a data set has pictures at all; some are tables of labels only.

    Args:
        data: `store.Stored`, or `Dataset`.
    """
    if isinstance(data, Dataset):
        return True
    try:
        return data.table_path.with_name(store.PHOTOS).stat().st_size > 0
    except OSError:
        return False


def read(data, files):
    """Read some photos.

    Args:
        data: `store.Stored`, or a `Dataset` that is read where it lies.
        files: their names.

    Returns:
        dict file -> bytes as stored; a photo that the data set has no bytes of is left out.

    Raises:
        BadDataset: the bytes cannot be read.
    """
    files = list(dict.fromkeys(files))
    if not files:
        return {}
    return _in_place(data, files) if isinstance(data, Dataset) else _stored(data, files)


def _in_place(data, files):
    """A folder is not searched for files that lie in it plainly."""
    if data.path.is_dir():
        found = {}
        for file in files:
            try:
                found[file] = (data.path / file).read_bytes()
            except OSError:
                break
        else:
            return found
    return dict(data.photos(files))


def _stored(stored, files):
    try:
        places = pd.read_parquet(
            stored.table_path, columns=["file", "offset", "bytes"], filters=[("file", "in", files)]
        ).dropna()
        found = {}
        with open(stored.table_path.with_name(store.PHOTOS), "rb") as photos:
            for file, offset, size in places.sort_values("offset").itertuples(index=False):
                photos.seek(int(offset))
                found[file] = photos.read(int(size))
                if len(found[file]) != size:
                    raise ValueError(f"{store.PHOTOS} ends too early")
    except (OSError, ValueError, OverflowError) as error:
        raise BadDataset(
            f"the photos of the stored data set {stored.name} cannot be read: {error}. Look at it with `python -m "
            f"agesex dataset check {stored.name}`, or import it again."
        ) from error
    return found
