"""The API with many connections at once: errors, refusals, seconds, photos a second, and memory.

    python benchmarks/load_api.py [--connections 64] [--minutes 5]

Starts `agesex serve` and sends it photos of 0.2 to 4 MB, one a request, on as many connections, each waiting for
its answer and sending the next one at once; who is refused (429, 503) waits as long as Retry-After says. Every answer
must be one face, of the same age as the same photo got before. The clients run on the same cores. Goal: no error
and no more than 5 % more memory from the end of the first minute to the end.
"""

import argparse
import asyncio
import contextlib
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import numpy as np
import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that the command above works in a checkout

from benchmarks.figures import keep  # noqa: E402
from benchmarks.load_photos import MB, photos, with_comment  # noqa: E402

PHOTOS = 32  # different ones
WARM = 60  # seconds after which memory counts
EVERY = 5  # seconds between two looks at the memory


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--minutes", type=float, default=5)
    args = parser.parse_args()
    before = " ".join(f"{one:.1f}" for one in os.getloadavg())
    own = photos(PHOTOS, 0.2, 4)
    with _server() as (port, process):
        log, memory, seconds = asyncio.run(_measure(port, process, own, args))
    sizes = sorted(len(one) / MB for one in own)
    if not log.seconds:
        sys.exit(f"no answer at all: {dict(log.errors)}")
    p50, p95 = np.percentile(log.seconds, [50, 95])
    print(f"{args.connections} connections, photos of {sizes[0]:.1f} to {sizes[-1]:.1f} MB, {seconds:.0f} s on "
          f"{os.cpu_count()} cores; load average before: {before}")  # fmt: skip
    print(f"answers           {len(log.seconds):7}   {len(log.seconds) / seconds:.1f} photos/s")
    print(f"seconds           p50 {p50:.2f}   p95 {p95:.2f}   max {max(log.seconds):.2f}")
    print(f"refused           429: {log.refused[429]}   503: {log.refused[503]}   "
          f"without Retry-After: {log.refused['bare']}")  # fmt: skip
    keep(f"API, {args.connections} connections with photos of {sizes[0]:.1f} to {sizes[-1]:.1f} MB",
         f"{len(log.seconds) / seconds:.1f} photos/s",
         f"p95 {p95:.1f} s; {sum(log.errors.values())} errors, {log.refused[429] + log.refused[503]:,} asked to come back")  # fmt: skip
    print(f"errors            {sum(log.errors.values())}   {dict(log.errors.most_common(4)) or ''}")
    warm = [size for when, size in memory if when >= WARM]
    if len(warm) < 12:
        print("memory            needs two minutes")
        return
    first, last = statistics.mean(warm[:6]), statistics.mean(warm[-6:])
    print(f"memory, MB        {first:,.0f} after {WARM} s, {last:,.0f} at the end ({last / first - 1:+.1%}; means of "
          f"30 s), most {max(size for _, size in memory):,.0f}")  # fmt: skip


class Log:
    """Seconds of the answers, refusals by status, errors by what they said, the age that each photo got."""

    def __init__(self):
        """Nothing yet."""
        self.seconds, self.refused, self.errors, self.ages = [], Counter(), Counter(), {}


async def _measure(port, process, own, args):
    log, memory, started = Log(), [], time.monotonic()
    until = started + 60 * args.minutes

    async def watch():
        while True:
            memory.append((time.monotonic() - started, process.memory_info().rss / MB))
            await asyncio.sleep(EVERY)

    watching = asyncio.create_task(watch())
    limits = httpx.Limits(max_connections=args.connections, max_keepalive_connections=args.connections)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=120, limits=limits) as client:
        await asyncio.gather(*(_connection(client, log, own, i, until) for i in range(args.connections)))
    watching.cancel()
    return log, memory, time.monotonic() - started


async def _connection(client, log, own, number, until):
    sent = 0
    while time.monotonic() < until:
        sent += 1
        which = (number + 7 * sent) % len(own)
        data = with_comment(own[which], f"{number} {sent}")
        started = time.perf_counter()
        try:
            answer = await client.post("/v1/predict", files={"files": (f"{number}.jpg", data)})
            if answer.status_code in (429, 503):
                log.refused[answer.status_code] += 1
                log.refused["bare"] += "retry-after" not in answer.headers
                await asyncio.sleep(float(answer.headers.get("retry-after", 1)))
                continue
            answer.raise_for_status()
            (face,) = answer.json()["results"][0]["faces"]
            if abs(log.ages.setdefault(which, face["age"]) - face["age"]) > 0.05:
                raise ValueError("another age for the same photo")
            log.seconds.append(time.perf_counter() - started)
        except Exception as error:
            log.errors[f"{type(error).__name__}: {error}"[:120]] += 1
            await asyncio.sleep(1)


@contextlib.contextmanager
def _server():
    """The command in a process of its own, once it is ready; yields its port and its psutil.Process."""
    command = [sys.executable, "-m", "agesex", "serve", "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        port = int(re.search(r":(\d+)/", process.stderr.readline())[1])
        threading.Thread(target=process.stderr.read, daemon=True).start()
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"http://127.0.0.1:{port}/healthz/ready").status_code == 200:
                    break
            time.sleep(0.2)
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


if __name__ == "__main__":
    main()
