"""Average faces per age band × sex: the pictures of people that the repository may carry.

    python -m training.average_faces UTKFACE      # -> agesex/data/average_faces/*.webp and index.json

Each is the mean of `FACES` aligned photos: of the band's photos (one per duplicate group) those that
resemble the mean of all of them most, which are the frontal and evenly lit ones; averaging thousands
gives fog. An unsharp mask (radius 2, strength 1) works against the blur that is left. Nobody in
particular is shown. Averaging smooths skin, so the old look younger; the pages say so.
"""

import argparse
import json
import sys

import cv2
import numpy as np
from PIL import Image, ImageFilter

from agesex import dataset, images
from agesex.errors import AgeSexError

OUT = dataset.MANIFEST.parent / "average_faces"
BANDS = ((0, 2), (3, 6), (7, 12), (13, 19), (20, 29), (30, 39), (40, 49), (50, 59), (60, 69), (70, 79), (80, 116))  # fmt: skip
FACES = 64  # never under 50, so that nobody in particular can be made out


def average_faces(data, out=OUT):
    """Write one picture per age band and sex.

    Args:
        data: an open `agesex.dataset.Dataset`.
        out: folder of the pictures.

    Returns:
        list of dict: file, low, high (years), sex, n (photos averaged), of (photos of the band).
        Bands with fewer than `FACES` photos are left out.
    """
    table = data.table[data.table.split != "dropped"].drop_duplicates("group")
    cells = {
        (low, high, sex): table.file[table.age.between(low, high) & (table.sex == sex)]
        for low, high in BANDS
        for sex in ("female", "male")
    }
    cells = {cell: files for cell, files in cells.items() if len(files) >= FACES}
    thumbnails = {
        file: _thumbnail(images.decode(photo))
        for file, photo in data.photos(set().union(*cells.values()))
    }
    chosen = {cell: _typical(files.tolist(), thumbnails) for cell, files in cells.items()}
    cell_of = {file: cell for cell, files in chosen.items() for file in files}
    sums = {cell: np.zeros((200, 200, 3)) for cell in chosen}
    for file, photo in data.photos(cell_of):
        sums[cell_of[file]] += images.decode(photo)
    out.mkdir(parents=True, exist_ok=True)
    index = []
    for (low, high, sex), files in chosen.items():
        mean = Image.fromarray(np.round(sums[low, high, sex] / len(files)).astype(np.uint8))
        name = f"{low:02d}-{high:02d}_{sex}.webp"
        sharp = mean.filter(ImageFilter.UnsharpMask(radius=2, percent=100, threshold=0))
        sharp.save(out / name, quality=90, method=6)
        of = len(cells[low, high, sex])
        index.append(
            {"file": name, "low": low, "high": high, "sex": sex, "n": len(files), "of": of}
        )
    (out / "index.json").write_text(json.dumps(index, indent=1) + "\n")
    return index


def _thumbnail(crop):
    """A standardised grey picture of the face's inner part: (200, 200, 3) -> (48 * 48,) float32."""
    grey = cv2.cvtColor(crop[20:180, 30:170], cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (48, 48), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
    return (small - small.mean()) / max(float(small.std()), 1.0)


def _typical(files, thumbnails):
    """The `FACES` files whose thumbnails resemble their common mean most, found in three rounds."""
    pictures = np.stack([thumbnails[file] for file in files])
    best = np.arange(len(files))
    for keep in (max(FACES, len(files) // 2), max(FACES, len(files) // 8), FACES):
        likeness = pictures @ pictures[best].mean(axis=0)
        best = np.argsort(-likeness, kind="stable")[:keep]
    return [files[i] for i in best]


def main(argv=None):
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("dataset", help="folder, .tar.gz or .zip of UTKFace")
    args = parser.parse_args(argv)
    try:
        index = average_faces(dataset.open_dataset(args.dataset))
    except AgeSexError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{len(index)} average faces of {sum(c['n'] for c in index):,} photos\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
