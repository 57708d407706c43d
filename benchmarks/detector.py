"""What the detector finds: the main face of ordinary photos, and small faces in large ones.

    python benchmarks/detector.py [FOLDER_OF_PHOTOS]

First every photo of the folder: how many have a face, and which have none. Then photos of 4,000×3,000 pixels
with one face of 1.5 to 5 % of the width on a soft background (from the folder, or the free portrait without one):
share found and median time, beside a search at full resolution by the same network in the same run.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]  # so that the command above works in a checkout

import cv2  # noqa: E402
from figures import keep  # noqa: E402
from photos import background, portrait, read, scaled  # noqa: E402

SIZE, SHARES, EACH, FULL = (4000, 3000), (0.015, 0.02, 0.03, 0.05), 40, 3
SEEN = 0.5  # a find counts where it shares this much of the union with the box that was put there


def main(folder=None, each=EACH):
    """Measure and print."""
    from agesex import faces

    faces.find(np.zeros((480, 640, 3), np.uint8))
    sources = _ordinary(Path(folder)) if folder else None
    for share in SHARES:
        found, seconds, sizes = 0, [], []
        for i in range(each):
            photo, box = _large(np.random.default_rng(i), share, sources)
            started = time.perf_counter()
            boxes = [face.box for face in faces.find(photo)]
            seconds.append(time.perf_counter() - started)
            hit = [other for other in boxes if _overlap(box, other) > SEEN]
            found += bool(hit)
            sizes += [other[2] for other in hit[:1]]
        print(f"4,000×3,000, face {share:.1%} wide   found {found:3} of {each}   "
              f"{statistics.median(seconds) * 1e3:6.0f} ms")  # fmt: skip
        ours = statistics.median(seconds)
    times = []
    for i in range(FULL):
        photo, _ = _large(np.random.default_rng(i), 0.02, sources)
        started = time.perf_counter()
        faces.detector.detect(photo)
        times.append(time.perf_counter() - started)
    keep("faces of a photo of 4,000×3,000", f"{ours * 1e3:.0f} ms",
         f"the same network at full resolution {statistics.median(times) * 1e3:.0f} ms")  # fmt: skip
    print(f"the same network at full resolution        {statistics.median(times) * 1e3:6.0f} ms")


def _ordinary(folder):
    """Print what is found in the photos; returns [(photo, box of its largest face)]."""
    from agesex import faces

    paths, sources, sure = sorted(folder.glob("*.jpg")), [], 0
    for path in paths:
        photo = read(path)
        found = faces.find(photo)
        if not found:
            print(f"no face: {path.name}")
            continue
        main_face = faces.largest(found)
        sure += main_face.confidence >= 0.97
        sources.append((photo, main_face.box))
    print(f"ordinary photos: a face in {len(sources)} of {len(paths)}, {sure} of them sure (0.97)")
    return sources


def _large(rng, share, sources):
    """(photo, box): a large photo with one face of that share of its width."""
    photo = background(rng, SIZE)
    if not sources:
        from photos import FACE, PATCH

        width = round(share * SIZE[0])
        factor = width / FACE[2]
        patch = portrait(rng, tuple(round(side * factor) for side in PATCH[2:]), FACE[2] / PATCH[2])
        inner = np.array([FACE[0] - PATCH[0], FACE[1] - PATCH[1], *FACE[2:]]) * factor
    else:
        source, box = sources[rng.integers(len(sources))]
        factor = share * SIZE[0] / box[2]
        patch, inner = scaled(source, factor), np.array(box) * factor
    height, width = patch.shape[:2]
    left = rng.integers(0, SIZE[0] - width + 1)
    top = rng.integers(0, SIZE[1] - height + 1)
    photo[top : top + height, left : left + width] = patch
    return cv2.GaussianBlur(photo, (0, 0), 0.7), inner + [left, top, 0, 0]


def _overlap(a, b):
    """Intersection over union of two boxes (x, y, width, height)."""
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(w, 0) * max(h, 0)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--short", action="store_true", help="6 large photos of each kind")
    asked = parser.parse_args()
    main(asked.folder, each=6 if asked.short else EACH)
