"""Turns at work that the processor cannot do for everybody at once: in the order of arrival, and bounded.

    turns = Turns(at_once=2, most=24)
    with turns.turn(lambda place, seconds: print(f"{place} before you, about {seconds:.0f} s")):
        …                                       # at most two threads are here
    # Busy, where 24 wait already: nobody is put into a queue that leads nowhere

A thread that has a turn may ask again inside it, and goes on at once.
"""

import collections
import contextlib
import math
import statistics
import threading
import time

from agesex.errors import Busy

REMEMBERED = 20  # pieces of work whose median says how long one takes
UNKNOWN = 1.0  # seconds that one is taken to last before any was done


class Turns:
    """See the file's head; safe from several threads."""

    def __init__(self, at_once, most):
        """Nobody is here yet.

        Args:
            at_once: threads that work side by side.
            most: threads that wait.
        """
        self._at_once, self._most = at_once, most
        self._working, self._waiting = 0, collections.deque()
        self._lasted = collections.deque(maxlen=REMEMBERED)
        self._changed = threading.Condition()
        self._mine = threading.local()

    @property
    def waiting(self):
        """Threads that wait."""
        with self._changed:
            return len(self._waiting)

    def expected(self, place):
        """How long somebody waits.

        Args:
            place: threads before this one that wait as well.

        Returns:
            Seconds, from the median of the last pieces of work.
        """
        with self._changed:
            lasts = statistics.median(self._lasted) if self._lasted else UNKNOWN
        return lasts * math.ceil((place + 1) / self._at_once)

    @contextlib.contextmanager
    def turn(self, waits=lambda place, seconds: None, *, every=0.25):
        """Wait for a turn and keep it for the block.

        Args:
            waits: called with the number of those before and the seconds that are left, every so often while
                waiting; what it raises ends the wait.
            every: seconds between two calls.

        Raises:
            Busy: too many wait already.
        """
        if getattr(self._mine, "has", False):
            yield
            return
        self._queue_up(waits, every)
        self._mine.has, started = True, time.monotonic()
        try:
            yield
        finally:
            self._mine.has = False
            with self._changed:
                self._working -= 1
                self._lasted.append(time.monotonic() - started)
                self._changed.notify_all()

    def _queue_up(self, waits, every):
        ticket = object()
        with self._changed:
            if self._free() and not self._waiting:
                self._working += 1
                return
            full = len(self._waiting) >= self._most
            if not full:
                self._waiting.append(ticket)
        if full:
            seconds = self.expected(self._most)
            raise Busy(
                f"Too many photos at once: {self._most} wait already. One that came now would wait for about "
                f"{max(1, round(seconds))} s. Nothing is lost; try again then.",
                seconds,
            )
        try:
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._is_next(ticket), every)
                    if self._is_next(ticket):
                        self._working += 1
                        return
                    place = self._waiting.index(ticket)
                waits(place, self.expected(place))
        finally:
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _is_next(self, ticket):
        return self._free() and self._waiting[0] is ticket

    def _free(self):
        return self._working < self._at_once
