"""One operation, killed and run again, compared with a run that nobody disturbed.

    bench = Bench("import", folder)
    bench.measure()                         # seconds and changes of files of a whole run
    bench.kill(Moment(seconds=1.7))         # Outcome
    bench.kill(Moment(change=12))           # right before its 12th change of a file
"""

import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from killing.operations import OPERATIONS

CHILD = Path(__file__).with_name("child.py")
SAME, OTHER, HALF, FAILED, LOST = (
    "the same result", "another result", "half-written, but used", "does not go on", "lost",
)  # fmt: skip
BAD = (OTHER, HALF, FAILED, LOST)


@dataclass(frozen=True)
class Moment:
    """When: after so many seconds, or right before a change of a file by its number."""

    seconds: float | None = None
    change: int | None = None

    def __str__(self):
        """For the log."""
        return f"change {self.change}" if self.change else f"{self.seconds:.2f} s"


@dataclass(frozen=True)
class Outcome:
    """What came of one kill: `what` is `SAME` or one of `BAD`; `killed`, whether it came before the end."""

    moment: Moment
    what: str
    killed: bool
    kept: int
    said: str = ""


class Bench:
    """One operation in one folder."""

    def __init__(self, name, folder, **prepared):
        """Make what the operation reads."""
        self.name, self.operation, self.folder = name, OPERATIONS[name], Path(folder).resolve()
        self.source = self.folder / "source"
        self.source.mkdir(parents=True)
        done = subprocess.run(
            [sys.executable, "-c", _PREPARE, str(CHILD.parents[1]), name, str(self.source), repr(prepared)],
            cwd=CHILD.parents[2], capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr)
        self.seconds = self.changes = self.expected = None

    def measure(self):
        """Run it undisturbed."""
        here = self._begin()
        start = time.monotonic()
        done = self._start(here).wait()
        self.seconds = time.monotonic() - start
        assert done == 0, (self.name, done, (self.folder / "stderr").read_text()[-2000:])
        self.changes = int((self.folder / "count").read_text())
        self.expected = self.operation.result(here)

    def kill(self, moment):
        """Kill it at a moment, look, run the same to its end, compare."""
        here = self._begin()
        process = self._start(here, moment.change)
        try:
            code = process.wait(moment.seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            code = process.wait()
        killed, kept = code == -signal.SIGKILL, 0
        try:
            kept = self.operation.look(here)
        except Exception as error:
            return Outcome(moment, HALF, killed, 0, f"{type(error).__name__}: {error}")
        code = self._start(here).wait()
        if code:
            said = (self.folder / "stderr").read_text(errors="replace").strip()[-400:]
            return Outcome(moment, FAILED, killed, kept, f"exit status {code}: {said}")
        if lost := self.operation.lost(here, kept):
            return Outcome(moment, LOST, killed, kept, lost)
        try:
            same = self.operation.result(here) == self.expected
        except Exception as error:
            return Outcome(moment, OTHER, killed, kept, f"{type(error).__name__}: {error}")
        return Outcome(moment, SAME if same else OTHER, killed, kept, "" if same else self._left(here))

    def _begin(self):
        here = self.folder / "here"  # always the same: some results hold their place
        shutil.rmtree(here, ignore_errors=True)
        self.operation.begin(self.source, here)
        return here

    def _start(self, here, change=None):
        command = [sys.executable, str(CHILD), self.name, str(here), str(self.folder / "count")]
        with open(self.folder / "stderr", "w") as errors:
            return subprocess.Popen(
                command + [str(change)] * bool(change), cwd=CHILD.parents[2], stdout=subprocess.DEVNULL, stderr=errors
            )

    def _left(self, here):
        names = [path.relative_to(here).as_posix() for path in here.rglob("*") if "source" not in path.parts]
        return f"there are {', '.join(sorted(names))[:600]}"


_PREPARE = """
import sys, ast, pathlib
sys.path[:0] = [sys.argv[1], str(pathlib.Path(sys.argv[1]).parent)]
from killing.operations import OPERATIONS
OPERATIONS[sys.argv[2]].prepare(pathlib.Path(sys.argv[3]), **ast.literal_eval(sys.argv[4]))
"""
