"""How fast the command line scores aligned faces, and the compiled model against plain Keras.

    python benchmarks/predict.py [FOLDER_OF_ALIGNED_FACES]

Prints a table: the whole command `agesex predict --aligned` over 1,000 files, start included, and one
face or 64 through the compiled forward pass beside Keras' own `model.predict` on the same faces in the
same run. Without a folder it draws the faces itself.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that the command above works in a checkout without installing
FILES = 1000


def main(folder=None):
    """Measure and print."""
    with tempfile.TemporaryDirectory() as scratch:
        photos = Path(scratch) / "photos"
        photos.mkdir()
        for i, photo in enumerate(_photos(folder)):
            (photos / f"{i:04d}.jpg").write_bytes(photo)
        seconds = _command(photos, Path(scratch) / "out.csv")
    print(f"{'whole command, aligned files':38}{FILES:>8,} files {seconds:8.1f} s "
          f"{FILES / seconds:8.0f} faces/s")  # fmt: skip
    for faces, ours, single, keras in _forward():
        print(f"{f'forward pass, {faces} at once':38}{ours * 1e3:8.1f} ms, without the mirror image "
              f"{single * 1e3:.1f} ms, Keras predict (one image) {keras * 1e3:.1f} ms: "
              f"{keras / single:.1f} times as fast")  # fmt: skip


def _photos(folder):
    if folder:
        found = sorted(Path(folder).glob("*.jpg"))[:FILES]
        if len(found) < FILES:
            sys.exit(f"{folder} holds {len(found)} .jpg files, {FILES} are needed")
        yield from (path.read_bytes() for path in found)
        return
    rng = np.random.default_rng(0)
    for _ in range(FILES):
        picture = cv2.resize(rng.integers(0, 255, (12, 12, 3), np.uint8), (200, 200))
        yield cv2.imencode(".jpg", picture)[1].tobytes()


def _command(photos, out):
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "agesex", "predict", photos, "--aligned", "--output", out],
        check=True,
        cwd=ROOT,
    )
    return time.perf_counter() - start


def _forward():
    """(faces, seconds of the model as it is, of it without the mirror image, of Keras) per call."""
    from agesex import faces, model

    loaded = model.load()
    single = model.Model(loaded.name, loaded.card | {"mirror": False}, loaded.network)
    rng = np.random.default_rng(0)
    for n, rounds in ((1, 60), (64, 7)):
        crops = rng.integers(0, 255, (n, 200, 200, 3), np.uint8)
        small = faces.resize(crops, loaded.input_size).astype(np.float32)
        calls = (
            lambda photos=crops: loaded.forward(photos),
            lambda photos=crops: single.forward(photos),
            lambda photos=small: loaded.network.predict(photos, verbose=0),
        )
        times = [[] for _ in calls]
        for _ in range(rounds):  # in turn, so that all meet the same machine
            for call, seconds in zip(calls, times, strict=True):
                call()  # the one before has filled the caches with weights of its own
                start = time.perf_counter()
                call()
                seconds.append(time.perf_counter() - start)
        yield n, *(statistics.median(seconds[1:]) for seconds in times)  # the first one warms up


if __name__ == "__main__":
    main(*sys.argv[1:2])
