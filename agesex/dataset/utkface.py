"""Index a copy of UTKFace (folder, tar or zip) as a table, and give out its photos.

    dataset = open_dataset("UTKFace.tar.gz")
    dataset.table       # one row per well-named file: file, age, sex, race, stamp, split, group
    dataset.malformed   # the other names, each with the reason
    for file, data in dataset.photos(): ...

Splits come from a committed manifest, `agesex/data/utkface_splits.csv`; a file that it does not name
is `unseen`, which changes nothing else. An import, which reads the photos, sees more: a copy of a photo that the
manifest names follows it, see `copies`.
"""

import hashlib
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pandas as pd

from agesex import labels
from agesex.dataset import folder
from agesex.dataset.tar_heads import TarInfo
from agesex.errors import BadDataset, BadLabel

MANIFEST = Path(__file__).parents[1] / "data" / "utkface_splits.csv"
SPLITS = ("train", "validation", "calibration", "test", "dropped", "unseen")
PICTURES = (".jpg", ".jpeg", ".png")
ARCHIVES = (".tar", ".tar.gz", ".tgz", ".zip")


@dataclass(frozen=True)
class Dataset:
    """An indexed copy of UTKFace.

    Attributes:
        path: the folder or archive.
        table: DataFrame, one row per photo sorted by file name: file, age (years), sex, race, stamp,
            split (one of `SPLITS`), group (the first file of its duplicate group; its own name if it
            is alone), published (True on the published ages-21–60 test list).
        malformed: list of BadLabel, the pictures whose names are no labels.
    """

    path: Path
    table: pd.DataFrame
    malformed: list[BadLabel]

    def photos(self, files=None) -> Iterator[tuple[str, bytes]]:
        """Yield (file name, bytes as stored), sorted for a folder, in its own order for an archive.

        Args:
            files: names to yield; all of the table without it.

        Raises:
            BadDataset: the folder or archive went away or is broken.
        """
        wanted = set(self.table.file if files is None else files)
        for name, read in _members(self.path):
            if name in wanted:
                wanted.discard(name)
                yield name, read()


def open_dataset(path, manifest=MANIFEST):
    """Index a copy of UTKFace without decoding a picture.

    Args:
        path: a folder (searched recursively), or a .tar, .tar.gz, .tgz or .zip of it.
        manifest: CSV of splits, or None to leave every row `unseen`.

    Returns:
        Dataset.

    Raises:
        BadDataset: nothing is there, the archive is broken, or no file has a UTKFace name.
    """
    path = Path(path).expanduser()
    names = [name for name, _ in _members(path)]
    if twice := [name for name, n in Counter(names).items() if n > 1]:
        raise BadDataset(
            f"{path} holds {len(twice)} file names twice, for example {twice[0]!r}. Expected every "
            f"name once. Point to the folder of one copy only."
        )
    found, malformed = labels.parse_all(sorted(names))
    if not found:
        seen = f"{len(malformed)} pictures with other names" if malformed else "no picture at all"
        raise BadDataset(
            f"{path} is not a copy of UTKFace: found {seen}. Expected files like "
            f"25_1_2_20170116193245364.jpg.chip.jpg (the “aligned & cropped” set)."
        )
    return Dataset(path, with_splits(_label_table(found), manifest), malformed)


def known():
    """The labels of every photo that the committed manifest names, without a copy of the data set.

    Returns:
        DataFrame like `Dataset.table`, sorted by file name.
    """
    manifest = read_manifest()
    found, _ = labels.parse_all(manifest.file)
    return with_splits(_label_table(found))


def with_splits(table, manifest=MANIFEST):
    """Add split, group and published to a table that has `file`."""
    if manifest is None:
        return table.assign(split="unseen", group=table.file, published=False)
    splits = read_manifest(manifest).set_index("file")
    rows = splits.reindex(table.file)
    return table.assign(
        split=rows.split.fillna("unseen").to_numpy(str),
        group=rows.group.fillna(rows.index.to_series()).to_numpy(str),
        published=rows.published.eq(True).to_numpy(bool),
    )


def read_manifest(path=MANIFEST):
    """Read a split manifest.

    Returns:
        DataFrame: file, split, group (never empty), published (bool).

    Raises:
        BadDataset: no such file, or not a manifest.
    """
    try:
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise BadDataset(
            f"the split manifest {path} cannot be read: {error}. Restore it from the repository or "
            f"make it with `python -m training.prepare`."
        ) from error
    if list(rows.columns) != ["file", "split", "group", "published"]:
        raise BadDataset(
            f"{path} is no split manifest: expected the columns file, split, group, published; "
            f"received {', '.join(rows.columns)}."
        )
    rows["group"] = rows.group.where(rows.group != "", rows.file)
    rows["published"] = rows.published == "1"
    return rows


def inventory_hash(contents):
    """SHA-256 over sorted (name, SHA-256 of content); it names one exact copy of a data set.

    Args:
        contents: dict file name -> hexadecimal SHA-256 of its bytes.
    """
    lines = "".join(f"{name}\t{contents[name]}\n" for name in sorted(contents))
    return hashlib.sha256(lines.encode()).hexdigest()


def _label_table(found):
    return pd.DataFrame(
        [(file, label.age, label.sex, label.race, label.stamp) for file, label in found.items()],
        columns=["file", "age", "sex", "race", "stamp"],
    )


def _members(path):
    """(base name, function that reads it) for every picture below a folder or in an archive."""
    if path.is_dir():
        for _, file, found in sorted(folder.files(path), key=lambda each: each[1]):
            if file.name.lower().endswith(PICTURES) and isinstance(found, int):
                yield file.name, file.read_bytes
        return
    if not path.exists():
        raise BadDataset(
            f"there is no {path}. Expected a folder, .tar.gz or .zip of UTKFace. Check the path."
        )
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for info in archive.infolist():
                    if not info.is_dir() and _is_picture(info.filename):
                        yield PurePosixPath(info.filename).name, lambda i=info: archive.read(i)
            return
        with tarfile.open(path, tarinfo=TarInfo) as archive:
            for member in archive:
                if member.isfile() and _is_picture(member.name):
                    yield (
                        PurePosixPath(member.name).name,
                        lambda m=member: archive.extractfile(m).read(),
                    )
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError) as error:
        raise BadDataset(
            f"{path} cannot be read to its end: {error}. Expected a whole {', '.join(ARCHIVES)} "
            f"file. Download it again or unpack it yourself and point to the folder."
        ) from error


def _is_picture(name):
    path = PurePosixPath(name)
    return path.name.lower().endswith(PICTURES) and not path.name.startswith("._")
