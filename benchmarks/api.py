"""How much of the model's own rate is left when the faces come over HTTP.

    python benchmarks/api.py [--clients 16] [--photos 1600]

Starts `agesex serve` on a free port and lets clients in a process of their own send aligned JPEGs, one a request,
each waiting for its answer. In the same run, in turn, the model itself answers batches of 64 of the same faces
in memory. Prints both rates, their share, and the times of the requests. Goal: at least 60 %.
"""

import argparse
import http.client
import json
import multiprocessing
import re
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import cv2
import numpy as np
from figures import keep

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that the command above works in a checkout without installing
BOUNDARY = "agesexbenchmark"
ROUNDS = 5  # of both, in turn, so that they meet the same machine


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--photos", type=int, default=1600)
    args = parser.parse_args()
    photos = [_photo(seed) for seed in range(64)]
    crops = np.stack([cv2.imdecode(np.frombuffer(p, np.uint8), cv2.IMREAD_COLOR) for p in photos])
    from agesex import model

    loaded = model.load()
    loaded.forward(crops)
    with _server() as port:
        spawned = multiprocessing.get_context("spawn")
        with spawned.Pool(1) as pool:  # the clients' own interpreter, so that they do not share its lock
            each = args.photos // ROUNDS // args.clients
            pool.apply(_clients, (port, photos, args.clients, 4))  # warms up
            own, api, times = [], [], []
            for _ in range(ROUNDS):
                own.append(_own(loaded, crops))
                rate, seconds = pool.apply(_clients, (port, photos, args.clients, each))
                api.append(rate)
                times += seconds
        passes = _passes(port)
    ours, theirs = statistics.median(own), statistics.median(api)
    p50, p95 = np.percentile(times, [50, 95]) * 1000
    keep(f"API, aligned faces, {args.clients} clients", f"{theirs:.0f} faces/s",
         f"the model itself, 64 at once: {ours:.0f} faces/s; {theirs / ours:.0%} of it")  # fmt: skip
    keep("API, one request, median and 95th percentile", f"{p50:.0f} ms, {p95:.0f} ms")
    print(f"{'the model, batches of 64 in memory':42}{ours:8.0f} faces/s")
    print(f"{f'API, aligned, {args.clients} clients':42}{theirs:8.0f} faces/s")
    print(f"{'share':42}{theirs / ours:8.0%}  (rounds {min(a / b for a, b in zip(api, own, strict=True)):.0%} to "
          f"{max(a / b for a, b in zip(api, own, strict=True)):.0%})")  # fmt: skip
    print(f"{'a request, median and 95th percentile':42}{p50:8.0f} ms {p95:.0f} ms")
    print(f"{'faces per forward pass, mean':42}{passes:8.1f}")


def _photo(seed):
    """A smooth picture as large as a UTKFace crop, as JPEG."""
    small = np.random.default_rng(seed).integers(0, 255, (12, 12, 3), np.uint8)
    return cv2.imencode(".jpg", cv2.resize(small, (200, 200)))[1].tobytes()


def _own(loaded, crops, rounds=5):
    start = time.perf_counter()
    for _ in range(rounds):
        loaded.forward(crops)
    return rounds * len(crops) / (time.perf_counter() - start)


class _server:
    """The command in a process of its own, from its first ready answer on."""

    def __enter__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "agesex", "serve", "--port", "0"],
            cwd=ROOT, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        port = int(re.search(r":(\d+)/", self._process.stderr.readline())[1])
        threading.Thread(target=self._process.stderr.read, daemon=True).start()
        while _get(port, "/healthz/ready")[0] != 200:
            time.sleep(0.2)
        return port

    def __exit__(self, *error):
        self._process.terminate()
        self._process.wait()


def _get(port, path):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except ConnectionRefusedError:
        return 0, b""


def _passes(port):
    text = _get(port, "/metrics")[1].decode()
    total, count = (
        float(re.search(rf"^agesex_batch_faces_{name} (\S+)", text, re.M)[1]) for name in ("sum", "count")
    )
    return total / count


def _clients(port, photos, clients, each):
    """(photos per second, seconds of each request) of some threads, one connection each."""
    bodies = [
        (f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=files; filename=a.jpg\r\n\r\n").encode()
        + photo + f"\r\n--{BOUNDARY}--\r\n".encode()
        for photo in photos
    ]  # fmt: skip
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    seconds, failed = [], []

    def client(number):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for i in range(each):
            start = time.perf_counter()
            connection.request(
                "POST", "/v1/predict?aligned=true", bodies[(number + i) % len(bodies)], headers
            )  # fmt: skip
            answer = connection.getresponse()
            said = answer.read()
            if answer.status != 200:
                failed.append(json.loads(said))
            seconds.append(time.perf_counter() - start)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise RuntimeError(f"{len(failed)} requests failed, e.g. {failed[0]}")
    return clients * each / (time.perf_counter() - start), seconds


if __name__ == "__main__":
    main()
