"""The bytes of some photos of a data set, wherever it lies, without reading its whole table.

read(store.open_stored("utkface"), ["25_1_0_2017….jpg.chip.jpg"])    # {file: bytes as stored}
"""

import bisect
import functools

from pyarrow import parquet

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
        names, offsets, sizes = _places(stored.table_path, stored.table_path.stat().st_mtime_ns)
        places = {}
        for file in files:
            row = bisect.bisect_left(range(len(names)), file, key=lambda row: names[row].as_py())
            if row < len(names) and names[row].as_py() == file and offsets[row] >= 0:
                places[file] = int(offsets[row]), int(sizes[row])
        found = {}
        with open(stored.table_path.with_name(store.PHOTOS), "rb") as photos:
            for file, (offset, size) in sorted(places.items(), key=lambda place: place[1]):
                photos.seek(offset)
                found[file] = photos.read(size)
                if len(found[file]) != size:
                    raise ValueError(f"{store.PHOTOS} ends too early")
    except (OSError, ValueError, OverflowError) as error:
        raise BadDataset(
            f"the photos of the stored data set {stored.name} cannot be read: {error}. Look at it with "
            f"`python -m agesex dataset check {stored.name}`, or import it again."
        ) from error
    return found


@functools.lru_cache(
    maxsize=4
)  # of a million photos 60 MB, which a page of a gallery would else read each time
def _places(path, _changed):
    """(names, sorted; offsets, −1 where there are no bytes; sizes) of the photos of a table."""
    table = parquet.read_table(path, columns=["file", "offset", "bytes"]).combine_chunks()
    numbers = [table[name].fill_null(-1).to_numpy() for name in ("offset", "bytes")]
    return table["file"].chunk(0) if len(table) else [], *numbers
