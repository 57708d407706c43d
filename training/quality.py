"""Measure how blurred, dark, burnt out, flat or grey every photo of UTKFace is, for filters and lists.

    python -m training.quality UTKFACE            # -> agesex/data/utkface_quality.parquet

UTKFACE is a folder, .tar.gz or .zip of UTKFace, aligned & cropped. The file holds numbers only, no pictures,
and the SHA-256 of the split manifest in its metadata; `agesex.photo_quality` reads it.
"""

import argparse
import hashlib
import io
import itertools
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from agesex import dataset, images, photo_quality
from agesex.dataset import measures
from agesex.errors import AgeSexError, BadDataset, BadImage
from training import files

WORKERS = 2
CHUNK = 500  # photos that are held in memory at once


def main(argv=None):
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="training.quality", description=__doc__.split("\n")[0])
    parser.add_argument("dataset", help="folder, .tar.gz or .zip of UTKFace, aligned & cropped")
    parser.add_argument("--out", type=Path, default=photo_quality.FILE, help="file to write (%(default)s)")
    args = parser.parse_args(argv)
    try:
        rows, unread = measured(dataset.open_dataset(args.dataset))
        write(rows, args.out)
    except AgeSexError as error:
        print(error, file=sys.stderr)
        return 1
    for file, reason in unread.items():
        print(f"{file} was left out: {reason}", file=sys.stderr)
    print(f"{len(rows):,} photos measured, {len(unread):,} left out -> {args.out}")
    print(rows.describe(percentiles=[0.05, 0.5, 0.95]).round(3).to_string())
    return 0


def measured(data):
    """Measure the photos of a data set.

    Args:
        data: a `dataset.Dataset`.

    Returns:
        (rows, unread): DataFrame sorted by file with file and `photo_quality.COLUMNS`, numbers as float32 of
        few digits; and {file: reason} of the photos that could not be read or are not square.

    Raises:
        BadDataset: the folder or archive went away, or not one photo could be read.
    """
    found, unread = {}, {}
    photos = data.photos()
    with ThreadPoolExecutor(WORKERS) as pool:
        while chunk := list(itertools.islice(photos, CHUNK)):
            for (file, _), values in zip(chunk, pool.map(_measure, chunk), strict=True):
                if isinstance(values, BadImage):
                    unread[file] = str(values)
                else:
                    found[file] = values
            print(f"\r{len(found) + len(unread):,} of {len(data.table):,} photos", end="", file=sys.stderr)
    print(file=sys.stderr)
    if not found:
        raise BadDataset(
            f"{data.path} holds no photo that can be measured: {next(iter(unread.values()), 'it is empty')} "
            f"Expected square crops, aligned like those of UTKFace. Point to a whole copy."
        )
    rows = pd.DataFrame.from_dict(found, orient="index", columns=list(photo_quality.COLUMNS))
    rows = rows.round(photo_quality.DIGITS).astype(dict.fromkeys(photo_quality.DIGITS, np.float32))
    return rows.sort_index().rename_axis("file").reset_index(), unread


def write(rows, path, manifest=dataset.MANIFEST):
    """Write the measures, with the hash of the split manifest in the metadata.

    Args:
        rows: DataFrame of `measured`.
        path: the file.
        manifest: CSV of splits.

    Raises:
        BadDataset: there is no manifest.
        BadModel: the disk is full or may not be written; an older file is unchanged.
    """
    dataset.read_manifest(manifest)
    sha256 = hashlib.sha256(Path(manifest).read_bytes()).hexdigest()
    table = pa.Table.from_pandas(rows, preserve_index=False)
    table = table.replace_schema_metadata({**table.schema.metadata, photo_quality.MANIFEST_KEY: sha256})
    buffer = io.BytesIO()
    parquet.write_table(table, buffer, compression="zstd")
    files.write(path, buffer.getvalue())


def _measure(photo):
    """`photo_quality.COLUMNS` of one (file, bytes), or the BadImage that says why there are none."""
    try:
        crop = images.decode(photo[1])
        values = measures.face_measures(crop)
    except BadImage as error:
        return error
    found = measures.measure(crop)
    return (*values, *(getattr(found, name) for name in (*photo_quality.PICTURE, "grey", "flags")))


if __name__ == "__main__":
    sys.exit(main())
