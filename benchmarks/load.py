"""Many visitors at once: does everybody get an answer, how soon, and does the server's memory stay as it is?

    python benchmarks/load.py [--visitors 30] [--minutes 30] [--short]

Starts a fresh server (`python -m ui`) and lets visitors (benchmarks/visitor.py: Streamlit's own protocol over real
websockets) come, look and leave, each with photos of 1 to 4 MB of its own and 5 to 15 s of thought between two
clicks. Before them one visitor is alone. Prints seconds from the click until the page is drawn (for an upload: from
its start until the answer stands there), errors, visitors who were asked to come back, and the server's memory from
minute 5 to the end. The visitors run on the same cores as the server, which costs the server what is printed.
Goal: no error, 95 % of the answers to an upload within 2 s, at most 5 % more memory after 30 minutes.
"""

import argparse
import asyncio
import os
import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that the command above works in a checkout

from agesex import samples  # noqa: E402
from benchmarks.figures import keep  # noqa: E402
from benchmarks.load_photos import MB, photos, with_comment  # noqa: E402
from benchmarks.server import serve  # noqa: E402
from benchmarks.visitor import Broken, Visitor  # noqa: E402

WARM = 300  # seconds after which memory counts
EVERY = 10  # seconds between two looks at the memory
ALONE = 6  # visits of the visitor who is alone
BUSY = "Too many photos at once"
FILTERS = (("of_sex", ("female",)), ("of_sex", ("male",)), ("of_age", (20, 29)), ("of_age", (30, 60)),
           ("of_race", ("Asian",)), ("of_split", ("test",)))  # fmt: skip
SPLITS = ("test", "validation", "train")


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--short", action="store_true", help="6 visitors, one minute, quicker thoughts")
    args = parser.parse_args()
    visitors, minutes, thought = (6, 1, (0.5, 3)) if args.short else (args.visitors, args.minutes, (5, 15))
    print(f"load average before: {_load_average()}; {os.cpu_count()} cores", flush=True)
    own = photos(visitors, 1, 4)
    sizes = sorted(len(one) / MB for one in own)
    print(f"{visitors} photos of {sizes[0]:.1f} to {sizes[-1]:.1f} MB", flush=True)
    with serve() as (address, process):
        asyncio.run(_measure(address, process, own, minutes * 60, thought))


async def _measure(address, process, own, seconds, thought):
    alone, memory = Log(), []
    async with Visitor(address) as first:  # who waits for TensorFlow
        print(f"first visitor's Predict, TensorFlow included: {await first.open('Predict'):.1f} s", flush=True)
    for number in range(ALONE):
        await _visit(address, alone, own[number % len(own)], number, random.Random(number), (0.2, 0.4))
    started, together = time.monotonic(), Log()
    watching = asyncio.create_task(_watch(process, memory))
    async with asyncio.TaskGroup() as group:
        for number in range(len(own)):
            group.create_task(_stay(address, together, own, number, started + seconds, thought))
    watching.cancel()
    _report(alone, together)
    _keep(alone, together, len(own))
    _report_cores(memory)
    _report_memory(memory)


async def _watch(process, memory):
    """(seconds, MB, seconds of work of the server, of the visitors, of the whole machine), every ten seconds."""
    started, own = time.monotonic(), psutil.Process()
    while True:
        work = [sum(one.cpu_times()[:2]) for one in (process, own)]
        busy = psutil.cpu_times()
        memory.append((time.monotonic() - started, process.memory_info().rss / MB, *work,
                       busy.user + busy.nice + busy.system))  # fmt: skip
        await asyncio.sleep(EVERY)


async def _stay(address, log, own, number, until, thought):
    """One seat: visitor after visitor, each a new session, until the time is over."""
    dice = random.Random(number)
    await asyncio.sleep(dice.uniform(0, thought[1]))
    visits = 0
    while time.monotonic() < until:
        visits += 1
        await _visit(address, log, own[number], 1000 * number + visits, dice, thought, until)


async def _visit(address, log, data, number, dice, thought, until=float("inf")):
    """Open, sample, upload, Grad-CAM, filter, split."""
    own = with_comment(data, f"visit {number}")
    what = "connect"

    async def act(kind, call, *args):
        nonlocal what
        if time.monotonic() > until:
            raise Over
        what = kind
        seconds = await call(*args)
        if visitor.alerts("ERROR"):
            raise Broken(f"{visitor.alerts('ERROR')}")
        if any(BUSY in one for one in visitor.alerts("WARNING")):
            log.busy[kind] += 1
        else:
            log.seconds[kind].append(seconds)
            if time.monotonic() > log.warm_at:
                log.later[kind].append(seconds)
        await asyncio.sleep(dice.uniform(*thought))

    try:
        async with Visitor(address) as visitor:
            await act("open", visitor.open, "Overview")
            await act("page Predict", visitor.open, "Predict")
            await act("sample", visitor.set, "sample", dice.choice(samples.all()).title)
            await act("click on Upload", visitor.set, "source", "Upload")
            busy = log.busy["upload"]
            await act("upload", visitor.upload, "upload_0_many", f"photo {number}.jpg", own)
            if log.busy["upload"] == busy:
                log.answered(data, visitor, number)
            await act("Explain, Grad-CAM", visitor.open, "Explain")
            await act("Grad-CAM, other", visitor.set, "target", dice.choice(("Younger", "Female", "Male")))
            await act("page Dataset", visitor.open, "Dataset")
            await act("filter", visitor.set, *dice.choice(FILTERS))
            await act("page Metrics", visitor.open, "Metrics")
            await act("split", visitor.set, "split", dice.choice(SPLITS))
    except Over:
        return
    except Exception as error:
        log.errors.append((what, f"{type(error).__name__}: {error}"[:300]))
        await asyncio.sleep(dice.uniform(*thought))


class Over(Exception):
    """The measurement is over, in the middle of a visit."""


class Log:
    """What was measured: seconds by kind of action, refusals by kind, errors, and answers by photo.

    `later` holds the seconds of what began when the server was warm and the visitors no longer came all at once.
    """

    def __init__(self):
        """Nothing yet."""
        self.later, self.warm_at = defaultdict(list), time.monotonic() + WARM
        self.seconds, self.busy, self.errors, self._said = defaultdict(list), Counter(), [], {}

    def answered(self, data, visitor, number):
        """Check that the answer stands there, to this visitor's own photo, and is that of the visit before."""
        (said,) = [text for text in visitor.texts("heading") if "year" in text] or [""]
        if not said or f"photo {number}" not in visitor.text() or self._said.setdefault(data, said) != said:
            raise Broken(f"another answer: {said!r}, before {self._said.get(data)!r}")


def _report(alone, together):
    print(f"\n{'seconds':20}{'n':>6}{'p50':>7}{'p95':>7}{'max':>7}{'p95 later':>11}{'alone':>8}{'p95 / alone':>12}{'busy':>6}")
    for kind, seconds in together.seconds.items():
        p50, p95 = np.percentile(seconds, [50, 95])
        later = np.percentile(together.later[kind], 95) if together.later[kind] else float("nan")
        one = statistics.median(alone.seconds[kind]) if alone.seconds[kind] else float("nan")
        print(f"{kind:20}{len(seconds):6}{p50:7.2f}{p95:7.2f}{max(seconds):7.2f}{later:11.2f}{one:8.2f}{p95 / one:12.1f}"
              f"{together.busy[kind]:6}")  # fmt: skip
    for name, log in (("alone", alone), ("together", together)):
        print(f"errors, {name}: {len(log.errors)}")
        for (kind, message), times in Counter(log.errors).most_common(8):
            print(f"    {times} × {kind}: {message}")


def _keep(alone, together, visitors):
    switches = {kind: statistics.median(times) for kind, times in alone.seconds.items() if kind.startswith("page ")}
    if switches:
        slowest = max(switches, key=switches.get)
        keep("a switch to another page, a visitor alone, at the websocket", f"{statistics.median(switches.values()):.2f} s",
             f"slowest: {slowest.removeprefix('page ')} {switches[slowest]:.2f} s; goal 0.3 s")  # fmt: skip
    for kind, what in (("upload", "a photo of 1 to 4 MB to its answer"), ("page Metrics", "the page Metrics")):
        seconds = together.seconds[kind]
        if len(seconds) > 1:
            one = f"a visitor alone: {statistics.median(alone.seconds[kind]):.2f} s; " if alone.seconds[kind] else ""
            keep(f"{visitors} visitors at once: {what}, 95 of 100 times within", f"{np.percentile(seconds, 95):.2f} s",
                 f"{one}{len(together.errors)} errors in {sum(map(len, together.seconds.values())):,} clicks")  # fmt: skip


def _report_cores(memory):
    first, last = memory[0], memory[-1]
    seconds = (last[0] - first[0]) * os.cpu_count() or 1
    server, visitors, machine = ((last[i] - first[i]) / seconds for i in (2, 3, 4))
    print(f"work of {os.cpu_count()} cores: server {server:.0%}, these visitors {visitors:.0%}, "
          f"other processes {max(machine - server - visitors, 0):.0%}; load average {_load_average()}")  # fmt: skip


def _report_memory(memory):
    shown = [f"{seconds / 60:.0f} min {size:,.0f}" for seconds, size, *_ in memory[:: max(len(memory) // 10, 1)]]
    print(f"memory of the server, MB: {', '.join(shown)}; most {max(one[1] for one in memory):,.0f}")
    minute = 60 // EVERY
    warm = [size for seconds, size, *_ in memory if seconds >= WARM]
    if len(warm) < 2 * minute:
        print("growth: needs more than seven minutes")
        return
    before, after = (statistics.mean(part) for part in (warm[:minute], warm[-minute:]))
    print(f"growth from minute {WARM // 60} to the end, each the mean of a minute: {before:,.0f} to {after:,.0f} MB, "
          f"{after / before - 1:+.1%}")  # fmt: skip


def _load_average():
    return " ".join(f"{one:.1f}" for one in os.getloadavg())


if __name__ == "__main__":
    main()
