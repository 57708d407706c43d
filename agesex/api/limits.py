"""How much at once: requests, bytes, seconds.

    with limits.slot() as slot:              # 429 when too many are under way
        slot.hold(len(chunk))                # 429 when all together hold too much
        await slot.run(work(), seconds)      # 503 when it takes too long

A thread cannot be stopped. After a time-out the slot stays taken until its work has really ended, so
that a server that is too slow takes on less, not more.
"""

import asyncio
import contextlib
import logging

from agesex.api.problems import Refused

RETRY = {"Retry-After": "1"}

log = logging.getLogger("agesex.api")


class Slot:
    """One request that was taken on."""

    def __init__(self, limits):
        """See `Limits.slot`."""
        self._limits, self._held, self._task = limits, 0, None
        self.late = False  # work looks at it before each photo

    def hold(self, size):
        """Account for bytes that this request keeps in memory; raises Refused (429)."""
        if self._limits.held + size > self._limits.max_held:
            raise Refused(
                429, "busy", "Too much at once",
                "The server holds as many photos as it may. Try again in a moment.", RETRY,
            )  # fmt: skip
        self._held += size
        self._limits.held += size

    async def run(self, work, seconds):
        """The result of a coroutine; raises Refused (503) after some seconds."""
        self._task = asyncio.ensure_future(work)
        done, _ = await asyncio.wait({self._task}, timeout=seconds)
        if done:
            return self._task.result()
        self.late = True
        raise Refused(
            503, "too-slow", "It took too long",
            f"No answer within {seconds:g} seconds. Send fewer or smaller photos, or try again later.", RETRY,
        )  # fmt: skip

    def leave(self):
        """Free the slot now, or when its work has ended."""
        if self._task is None or self._task.done():
            self._free()
        else:
            self.late = True
            self._task.add_done_callback(self._ended)

    def _ended(self, task):
        self._free()
        if not task.cancelled() and task.exception():
            log.warning("work that came too late failed: %r", task.exception())

    def _free(self):
        self._limits.taken -= 1
        self._limits.held -= self._held


class Limits:
    """What all requests share; lives on the event loop, so it needs no lock.

    Attributes:
        taken: requests that are under way.
        held: bytes that they keep.
    """

    def __init__(self, max_waiting, max_held):
        """See `Settings`."""
        self.max_waiting, self.max_held = max_waiting, max_held
        self.taken = self.held = 0

    @contextlib.contextmanager
    def slot(self):
        """A place for one request; raises Refused (429) when there is none."""
        if self.taken >= self.max_waiting:
            raise Refused(
                429, "busy", "Too much at once",
                f"{self.taken} requests are under way, and no more are taken on. Try again in a moment.",
                RETRY,
            )  # fmt: skip
        self.taken += 1
        slot = Slot(self)
        try:
            yield slot
        finally:
            slot.leave()
