"""One operation in a process of its own, which may be told to kill itself.

    python tests/killing/child.py import FOLDER COUNT_FILE [NUMBER]

With NUMBER it is gone (SIGKILL) right before its NUMBER-th change of a file, as Python sees them: a file opened
for writing, renamed, shortened or deleted, a folder made or deleted. Without, COUNT_FILE says how many there were.
"""

import os
import signal
import sys
from pathlib import Path

CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.link", "os.symlink"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Counter:
    """Counts the changes below a folder, and kills at one of them."""

    def __init__(self, folder, number=None):
        """Remember where and when."""
        self.folder, self.number, self.n = os.fspath(folder), number, 0

    def __call__(self, event, args):
        """What sys.addaudithook calls."""
        if event == "open":
            path, _, flags = args
            if not (isinstance(flags, int) and flags & WRITES):
                return
        elif event in CHANGES:
            path = args[0]
        else:
            return
        if not isinstance(path, (str, bytes, os.PathLike)) or not os.fsdecode(path).startswith(self.folder):
            return
        self.n += 1
        if self.n == self.number:
            os.kill(os.getpid(), signal.SIGKILL)


def main(name, folder, count_file, number=None):
    """Run it; returns the exit status."""
    root = Path(__file__).resolve().parents[2]
    sys.path[:0] = [str(root), str(root / "tests")]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from killing.operations import OPERATIONS

    counter = Counter(folder, number and int(number))
    sys.addaudithook(counter)
    status = OPERATIONS[name].work(Path(folder))
    Path(count_file).write_text(str(counter.n))
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
