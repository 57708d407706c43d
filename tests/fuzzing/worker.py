"""A process that tries mutants, bounded in memory and watched over, and its replacement where it dies.

    with Worker(seed=0) as worker:
        worker.start(range(0, 50))
        worker.answers()               # [Answer(17, "PNG", "images.decode_with_notes", "ok", ""), …]

Hang: over 5 s of processor time, or 20 s by the clock (other work on the machine lengthens that). Memory: the
process, or one that it started, held over 1 GB more than before its first mutant, or was refused 3 GB.
"""

import contextlib
import logging
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass

HANG_CPU, HANG_WALL = 5.0, 20.0  # seconds
MORE = 2**30  # bytes above the base
REFUSED = 3 * 2**30  # bytes above the base, from which on the system refuses
_UNIT = 1024 if sys.platform != "darwin" else 1  # bytes, of ru_maxrss


@dataclass(frozen=True)
class Answer:
    """What came of one mutant at one target."""

    number: int
    kind: str
    target: str
    outcome: str
    said: str


class Worker:
    """One process after another.

    Attributes:
        work: what a process does; see `work`.
    """

    def __init__(self, seed, *, detector=True):
        """`detector`: whether faces are looked for, which loads TensorFlow."""
        self.seed, self.detector = seed, detector
        self._process = self._pipe = None
        self._begin()

    def __enter__(self):
        """Give itself."""
        return self

    def __exit__(self, *error):
        """End the process."""
        self._end()

    def run(self, numbers):
        """Try mutants; yields a list of Answer for each."""
        from fuzzing import mutants
        from fuzzing.targets import CRASH, HANG

        for number in numbers:
            self._pipe.send(number)
            kind, target, start, cpu = mutants.kind_of(number), "before the first", time.monotonic(), self._cpu()
            while True:
                if self._pipe.poll(0.25):
                    try:
                        message = self._pipe.recv()
                    except EOFError:
                        message = None
                    if isinstance(message, str):  # about to begin with a target
                        target, start, cpu = message, time.monotonic(), self._cpu()
                        continue
                    if message is not None:
                        answers, over = message
                        yield [Answer(number, kind, *answer) for answer in answers]
                        if over:
                            self._begin()
                        break
                dead = not self._process.is_alive()
                slow = self._cpu() - cpu > HANG_CPU or time.monotonic() - start > HANG_WALL
                if dead or slow:
                    code = self._process.exitcode
                    self._end()
                    said = f"exit status {code}" if dead else f"{time.monotonic() - start:.1f} s"
                    yield [Answer(number, kind, target, CRASH if dead else HANG, said)]
                    self._begin()
                    break

    def _cpu(self):
        """Seconds of processor time of the process and of those it waited for."""
        try:
            with open(f"/proc/{self._process.pid}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
            return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
        except (OSError, ValueError, IndexError):
            return 0.0

    def _begin(self):
        self._end()
        context = multiprocessing.get_context("spawn")
        self._folder = tempfile.mkdtemp(prefix="agesex-fuzz-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=self.work, args=(theirs, self.seed, self._folder, self.detector), daemon=True
        )
        self._process.start()
        theirs.close()
        if not self._pipe.poll(300) or self._pipe.recv() != "ready":
            raise RuntimeError("the process that tries mutants did not start")

    def _end(self):
        if self._process is None:
            return
        with contextlib.suppress(OSError):
            self._pipe.close()
        self._process.kill()
        self._process.join()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._process = None


def work(pipe, seed, folder, detector):
    """The process: warms up, says "ready", then numbers in, answers out."""
    from fuzzing.targets import Targets

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # libtiff writes a line for every fault
    logging.disable(logging.CRITICAL)
    with Targets(folder, detector=detector) as targets:
        targets.warm_up()
        serve(pipe, seed, targets)


def serve(pipe, seed, targets):
    """Try mutants until nobody asks any more."""
    from fuzzing import mutants
    from fuzzing.targets import MEMORY

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit()
    base = _held()
    targets.before = pipe.send
    pipe.send("ready")
    while True:
        try:
            number = pipe.recv()
        except (EOFError, OSError):
            return
        kind, data = mutants.make(seed, number)
        answers = targets.try_out(kind, data, number)
        over = [f"{(now - then) / 2**20:.0f} MB more" for now, then in zip(_held(), base, strict=True) if now - then > MORE]
        if over:
            answers.append((answers[0][0] if answers else "?", MEMORY, over[0]))
        pipe.send((answers, bool(over)))


def _held():
    """The most bytes that this process, and any that it started, has held."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * _UNIT
    try:  # what getrusage says of a process itself begins with what the one that started it held
        with open("/proc/self/status") as file:
            own = next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
    except OSError:
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT
    return [own, max(own, children)]


def _limit():
    """Refuse what would be far too much, before the machine has to."""
    with contextlib.suppress(OSError, ValueError):
        with open("/proc/self/status") as file:
            base = next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmData"))
        resource.setrlimit(resource.RLIMIT_DATA, (base + REFUSED, resource.getrlimit(resource.RLIMIT_DATA)[1]))


Worker.work = staticmethod(work)
