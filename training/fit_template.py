"""Fit the alignment template: where this project's detector sees the landmarks in UTKFace's crops.

    python -m training.fit_template DATASET --n 1000

DATASET is a folder, .tar.gz or .zip of UTKFace, aligned & cropped. Prints the lines for `TEMPLATE` in
agesex/faces/align.py, and how well it works: on other photos, the similarity from their landmarks to
the template should change nothing, because they are aligned already; what it does change is the
error of the alignment. Photos of the train split only; about 0.1 s each on two cores.
"""

import argparse
import sys

import cv2
import numpy as np

from agesex import dataset, images
from agesex.errors import AgeSexError
from agesex.faces import SIZE, detector, similarity

MARGIN = 50  # pixels of grey: a crop ends at the chin, the detector looks for whole heads
MIN_CONFIDENCE = 0.9
PARTS = ("left eye", "right eye", "nose", "left corner of the mouth", "right corner of the mouth")


def main(argv=None):
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="training.fit_template", description=__doc__.split("\n")[0]
    )
    parser.add_argument("dataset", help="folder, .tar.gz or .zip of UTKFace, aligned & cropped")
    parser.add_argument("--n", type=int, default=1000, help="photos to fit on (%(default)s)")
    parser.add_argument("--check", type=int, default=300, help="others to check on (%(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    try:
        landmarks, order = collect(args.dataset, args.n + args.check, args.seed)
    except AgeSexError as error:
        print(error, file=sys.stderr)
        return 1
    found = np.isfinite(landmarks[:, 0, 0])
    fitting, checking = found & (order < args.n), found & (order >= args.n)
    template, spread = fit(landmarks[fitting])
    print(f"# {fitting.sum()} of {args.n} photos with a face found, seed {args.seed}")
    for part, (x, y), (dx, dy) in zip(PARTS, template, spread, strict=True):
        print(f"    ({x:.1f}, {y:.1f}),  # {part}, spread {dx:.1f} and {dy:.1f}")
    if checking.any():
        print(f"# on {checking.sum()} of {args.check} other photos, median and 90th percentile:")
        for name, values in residuals(landmarks[checking], template).items():
            print(f"#   {name}: {np.median(values):.2f}, {np.percentile(values, 90):.2f}")
    return 0


def collect(path, n, seed):
    """Landmarks of n random photos of the train split, in pixels of the 200×200 crop.

    Returns:
        (landmarks, order): (m, 5, 2), NaN where no face was found, and the place of each photo in
        the random order, so that the same seed with a larger n only adds photos.
    """
    source = dataset.open_dataset(path)
    files = source.table.file[source.table.split == "train"].to_numpy()  # sorted by name
    files = np.random.default_rng(seed).permutation(files)[:n]
    place = {file: i for i, file in enumerate(files)}
    landmarks, order = [], []
    for file, data in source.photos(files):
        landmarks.append(locate(images.decode(data)))
        order.append(place[file])
        if len(order) % 100 == 0:
            print(f"{len(order)} of {len(files)}", file=sys.stderr)
    return np.array(landmarks), np.array(order)


def locate(crop):
    """(5, 2) landmarks of the face in the middle of an aligned 200×200 crop, NaN without one."""
    sides = [MARGIN] * 4
    padded = cv2.copyMakeBorder(crop, *sides, cv2.BORDER_CONSTANT, value=[127] * 3)
    boxes, landmarks, confidences = detector.detect(padded)
    sure = confidences >= MIN_CONFIDENCE
    if not sure.any():
        return np.full((5, 2), np.nan)
    middles = boxes[sure, :2] + boxes[sure, 2:] / 2 - MARGIN
    nearest = np.linalg.norm(middles - SIZE / 2, axis=1).argmin()
    return landmarks[sure][nearest] - MARGIN


def fit(landmarks):
    """(template, spread), each (5, 2): the median, and 1.48 × the median deviation from it.

    Medians, because a few photos have the wrong face, or a profile, in the middle.
    """
    template = np.median(landmarks, axis=0)
    return template, 1.4826 * np.median(np.abs(landmarks - template), axis=0)


def residuals(landmarks, template):
    """What aligning does to photos that are aligned already.

    Returns:
        dict of name -> (n,): how far the middle of the crop moves (pixels of 200), by how much the
        size (percent) and the direction (degrees) change.
    """
    matrices = np.array([similarity(points, template) for points in landmarks])  # (n, 2, 3)
    middle = np.array([SIZE / 2, SIZE / 2, 1.0])
    turn = np.degrees(np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0]))
    size = np.hypot(matrices[:, 0, 0], matrices[:, 1, 0])
    return {
        "shift of the middle, pixels": np.linalg.norm(matrices @ middle - middle[:2], axis=1),
        "change of size, percent": 100 * np.abs(size - 1),
        "turn, degrees": np.abs(turn),
    }


if __name__ == "__main__":
    sys.exit(main())
