"""How fast a photo becomes an answer, what it leaves in memory, and how that compares.

    python benchmarks/predict.py [--aligned FOLDER_OF_ALIGNED_FACES] [--photos FOLDER_OF_PHOTOS]

Prints a table, every line beside its peer in the same run:
- 200 photos of 640×480 with one face, from the file's bytes to the answer, beside the usual way: the package
  mtcnn on the photo as it is, the box cut out, Keras' eager `model.predict`;
- an aligned JPEG to its answer, beside the model's own forward pass;
- one face or 64 through the compiled forward pass, beside `model.predict`;
- what 2,000 predictions leave in memory, beside 2,000 times `model.predict`;
- the whole command `agesex predict --aligned` over 1,000 files, start included.
Without folders it draws the faces itself.
"""

import argparse
import gc
import io
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import psutil
from figures import keep

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]  # so that the command above works in a checkout
FILES, PHOTOS, PREDICTIONS = 1000, 200, 2000


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--aligned", help="folder with 1,000 aligned faces, .jpg")
    parser.add_argument("--photos", help="folder with photos, .jpg")
    parser.add_argument("--short", action="store_true", help="fewer photos, and no memory of model.predict")
    args = parser.parse_args()
    _photo_to_answer(args.photos, 60 if args.short else PHOTOS)
    _aligned_to_answer(args.aligned)
    _passes()
    _memory(args.aligned, 500 if args.short else PREDICTIONS, beside=not args.short)
    _whole_command(args.aligned)


def _photo_to_answer(folder, count):
    """The page's way and the usual way, photo by photo in turn."""
    from mtcnn import MTCNN
    from photos import photos

    from agesex import faces, images, model, predict

    loaded, usual, found = model.load(), MTCNN(), 0
    names = "decode", "find", "predict", "in all", "usual way"
    times = {name: [] for name in names}
    for photo in photos(folder, count, (640, 480)):
        data = cv2.imencode(".jpg", photo[..., ::-1])[1].tobytes()
        clock = [time.perf_counter()]
        picture = images.decode(io.BytesIO(data))
        clock.append(time.perf_counter())
        faces_found = faces.find(picture)
        clock.append(time.perf_counter())
        predict.predict(faces_found, loaded)
        clock.append(time.perf_counter())
        found += bool(faces_found)
        for name, seconds in zip(names, [*np.diff(clock), clock[-1] - clock[0]], strict=False):
            times[name].append(seconds)
        start = time.perf_counter()
        _usual_way(data, usual, loaded)
        times["usual way"].append(time.perf_counter() - start)
    parts = {name: statistics.median(seconds) * 1e3 for name, seconds in times.items()}
    keep("a photo of 640×480 to an answer", f"{parts['in all']:.0f} ms",
         f"mtcnn and `model.predict`: {parts['usual way']:.0f} ms, {parts['usual way'] / parts['in all']:.1f} times as long")  # fmt: skip
    print(f"{f'{count} photos of 640×480 to an answer':38}{parts['in all']:8.1f} ms (decode {parts['decode']:.1f}, "
          f"find {parts['find']:.1f}, predict {parts['predict']:.1f}); a face in {found}; mtcnn and model.predict: "
          f"{parts['usual way']:.1f} ms, {parts['usual way'] / parts['in all']:.1f} times as long")  # fmt: skip


def _usual_way(data, detector, loaded):
    photo = cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), 1), cv2.COLOR_BGR2RGB)
    for face in detector.detect_faces(photo):
        x, y, width, height = (max(round(float(side)), 0) for side in face["box"])
        crop = cv2.resize(photo[y : y + height + 1, x : x + width + 1], (loaded.input_size,) * 2)
        loaded.network.predict(crop[None].astype(np.float32), verbose=0)


def _aligned_to_answer(folder):
    from agesex import faces, images, model, predict

    loaded, ours, own = model.load(), [], []
    for data in list(_photos(folder))[:300]:
        start = time.perf_counter()
        face = faces.aligned(images.decode(io.BytesIO(data)))
        predict.predict([face], loaded)
        middle = time.perf_counter()
        loaded.forward(face.crop[None])
        own.append(time.perf_counter() - middle)
        ours.append(middle - start)
    ours, own = (statistics.median(seconds[20:]) * 1e3 for seconds in (ours, own))
    keep("an aligned JPEG to an answer", f"{ours:.1f} ms", f"the forward pass alone {own:.1f} ms")
    print(f"{'aligned JPEG to an answer':38}{ours:8.1f} ms, forward pass alone {own:.1f} ms: "
          f"{ours - own:.1f} ms on top")  # fmt: skip


def _passes():
    for faces, ours, single, keras in _forward():
        keep(f"forward pass, {faces} at once, without the mirror image", f"{single * 1e3:.1f} ms",
             f"Keras' `predict` {keras * 1e3:.1f} ms: {keras / single:.1f} times as long")  # fmt: skip
        print(f"{f'forward pass, {faces} at once':38}{ours * 1e3:8.1f} ms, without the mirror image "
              f"{single * 1e3:.1f} ms, Keras predict (one image) {keras * 1e3:.1f} ms: "
              f"{keras / single:.1f} times as fast")  # fmt: skip


def _memory(folder, count, *, beside=True):
    """Growth of this process over many predictions of varying numbers of faces."""
    from photos import photos

    from agesex import faces, images, model, predict

    loaded = model.load()
    files = list(_photos(folder))[:50]
    scenes = [cv2.imencode(".jpg", photo[..., ::-1])[1].tobytes() for photo in photos(None, 10, (640, 480))]

    def ours(i):
        if i % 20 == 0:
            predict.predict(faces.find(images.decode(io.BytesIO(scenes[i // 20 % 10]))), loaded)
        else:
            crops = [faces.aligned(images.decode(io.BytesIO(files[(i + j) % 50]))) for j in range(1 + i % 3)]
            predict.predict(crops, loaded)

    def keras(i):
        loaded.network.predict(np.zeros((1, *(loaded.input_size,) * 2, 3), np.float32), verbose=0)

    grown = []
    for call in (ours, keras) if beside else (ours,):
        for i in range(300):
            call(i)
        before = _resident()
        for i in range(count):
            call(i)
        grown.append(_resident() - before)
    peer = f"model.predict {grown[1]:+.1f} MB" if beside else ""
    keep(f"memory after {count:,} predictions", f"{grown[0]:+.0f} MB", peer)
    print(f"{f'memory after {count:,} predictions':38}{grown[0]:+8.1f} MB{', ' * beside}{peer}")


def _resident():
    """Resident memory of this process in MB, after a collection."""
    gc.collect()
    return psutil.Process().memory_info().rss / 2**20


def _whole_command(folder):
    with tempfile.TemporaryDirectory() as scratch:
        photos = Path(scratch) / "photos"
        photos.mkdir()
        for i, photo in enumerate(_photos(folder)):
            (photos / f"{i:04d}.jpg").write_bytes(photo)
        seconds = _command(photos, Path(scratch) / "out.csv")
    keep(f"`agesex predict --aligned` over {FILES:,} files, start included", f"{FILES / seconds:.0f} faces/s")
    print(f"{'whole command, aligned files':38}{FILES:>8,} files {seconds:8.1f} s "
          f"{FILES / seconds:8.0f} faces/s")  # fmt: skip


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
    main()
