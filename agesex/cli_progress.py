"""How far a long command is: one line that is written over on a terminal, else a line now and then.

    [#####     ] 52 % · 11,800 photos · about 20 s left
"""

import collections
import sys
import time

from agesex import console
from agesex.dataset.counting import counted

WIDTH = 10  # signs of the bar
EVERY = 10  # seconds between two lines where nobody can write over one
WINDOW = 30  # seconds over which the speed is taken: photos that were there already go faster
LEAST = 2  # seconds of that before it says how long it takes


class Line:
    """One line on standard error.

    Attributes:
        name: of the data set that was last shown, or "".
    """

    def __init__(self, clock=time.monotonic):
        """`clock` gives seconds."""
        self.clock, self.length, self.name = clock, 0, ""
        self.said = clock()
        self.reached = collections.deque()  # (seconds, share)

    def show(self, report):
        """Say how far an `importing.Report` is."""
        now, self.name = self.clock(), report.name
        left = self._left(now, report.share)
        if sys.stderr.isatty():
            text = shown(report, left)
            sys.stderr.write("\r" + console._encodable(text, sys.stderr).ljust(self.length))
            sys.stderr.flush()
            self.length = len(text)
        elif now - self.said >= EVERY:
            console.say(shown(report, left))
            self.said = now

    def clear(self):
        """Take it away."""
        if self.length:
            sys.stderr.write("\r" + " " * self.length + "\r")
            sys.stderr.flush()
            self.length = 0

    def _left(self, now, share):
        """Seconds that are left at the speed of the last half minute, or None."""
        if share is None or (self.reached and share < self.reached[-1][1]):  # it begins anew
            self.reached.clear()
        if share is None:
            return None
        self.reached.append((now, share))
        while now - self.reached[0][0] > WINDOW and len(self.reached) > 2:
            self.reached.popleft()
        then, before = self.reached[0]
        if now - then < LEAST or share <= before:
            return None
        return (1 - share) * (now - then) / (share - before)


def shown(report, left=None):
    """The text of the line.

    Args:
        report: `importing.Report`.
        left: seconds, or None.
    """
    photos = counted(report.seen, "photo")
    if report.share is None:
        return f"{photos}, {report.bytes / 1e6:,.0f} MB"
    bar = "#" * int(WIDTH * report.share)
    text = f"[{bar:{WIDTH}}] {int(100 * report.share)} % · {photos}"
    return text if left is None else f"{text} · about {_duration(left)} left"


def _duration(seconds):
    if seconds < 60:
        return f"{max(1, round(seconds / 5) * 5) if seconds > 10 else max(1, round(seconds))} s"
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
