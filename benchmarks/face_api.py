"""The same photo by face-api.js under Node: how much sooner or later is its answer there?

    python benchmarks/face_api.py [--rounds 30]

Installs @vladmandic/face-api and TensorFlow.js for WebAssembly into a folder of its own (npm; 330 MB, the first time
only) and times, in turn with this app: the portrait of the samples as a JPEG of 640×480 to age and sex (there: SSD,
68 landmarks, age-gender net; here: MTCNN, alignment, the default model), and the network of age and sex alone. Without
Node or without npm's registry it says so and ends with status 0: a peer that is not there is no failure.
The two do not answer equally well: README and the page Metrics say how well.
"""

import argparse
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from figures import keep
from platformdirs import user_cache_path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that the command above works in a checkout
PACKAGES = ("@vladmandic/face-api@1.7.15", "@tensorflow/tfjs@4", "@tensorflow/tfjs-backend-wasm@4", "jpeg-js@0.4")
FOLDER = user_cache_path("agesex") / "face-api"
SIZE = (640, 480)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    if missing := _missing():
        print(f"face-api.js is not measured: {missing}")
        return
    photo = _portrait()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.jpg"
        path.write_bytes(photo)
        before, between = _theirs(path, rounds), _ours(photo, rounds)
        after = _theirs(path, rounds)  # once more: the machine may have changed meanwhile
    theirs = {name: (before[name] + after[name]) / 2 for name in ("photo", "net")}
    assert before["faces"] == after["faces"] == 1, "the portrait shows one face"
    for name, what in (("photo", "the portrait, 640×480, to age and sex"), ("net", "age and sex of one aligned face")):
        ratio = theirs[name] / between[name]
        print(f"{what:42}{between[name]:8.1f} ms   face-api.js {theirs[name]:8.1f} ms ({ratio:.1f} ×)")
        keep(what, f"{between[name]:.1f} ms", f"face-api.js under Node (WebAssembly): {theirs[name]:.1f} ms, {ratio:.1f} times as long")


def _missing():
    """What is missing, as a sentence; None when the packages are installed."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "there is no Node with npm here."
    if (FOLDER / "node_modules" / "@vladmandic").is_dir():
        return None
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "package.json").write_text('{"private": true}\n', "utf-8")
    done = subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES],
        cwd=FOLDER, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    if done.returncode:
        shutil.rmtree(FOLDER)
        return f"npm could not install it: {done.stderr.strip().splitlines()[-1:]}"
    return None


def _portrait():
    from skimage import data

    picture = data.astronaut()
    frame = np.full((SIZE[1], SIZE[0], 3), 128, np.uint8)
    frame[:, 80:560] = cv2.resize(picture, (480, 480), interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", frame[..., ::-1])[1].tobytes()


def _theirs(path, rounds):
    script = Path(__file__).with_suffix(".mjs")
    done = subprocess.run(["node", script, FOLDER, path, str(rounds)], capture_output=True, text=True, check=True,
                          env={**os.environ, "NODE_NO_WARNINGS": "1"}, timeout=300)  # fmt: skip
    return json.loads(done.stdout.strip().splitlines()[-1])


def _ours(photo, rounds):
    """Medians, milliseconds."""
    from agesex import faces, images, model, predict

    loaded = model.load()
    (face,) = faces.find(images.decode(io.BytesIO(photo)))

    def whole():
        (found,) = faces.find(images.decode(io.BytesIO(photo)))
        predict.predict([found], loaded)

    return {"photo": _timed(whole, rounds), "net": _timed(lambda: loaded.forward(face.crop[None]), rounds)}


def _timed(call, rounds):
    times = []
    for _ in range(rounds + 2):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times[2:]) * 1e3


if __name__ == "__main__":
    main()
