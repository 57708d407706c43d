"""One queue for every face: what waits is answered together, in one forward pass.

    queue = Queue()
    output = await asyncio.wrap_future(queue.put(model, crops))     # model.Output of these crops
    queue.close()                                                   # answers what waits, then stops

One thread takes what is there, up to `model.BATCH` faces. While it works the next ones gather, so a busy
server fills its batches by itself. Only where a photo is just being decoded (`coming`) does it wait, and
for `linger` seconds at most; a single client loses nothing.
"""

import collections
import contextlib
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field

import numpy as np

from agesex.model import BATCH, Output


@dataclass(eq=False)  # arrays have no single truth value
class Job:
    """Faces of one photo, and where their answer goes."""

    model: object
    crops: np.ndarray
    future: Future = field(default_factory=Future)


class Queue:
    """See the file's head; safe from several threads.

    Attributes:
        depth: faces that wait.
    """

    def __init__(self, linger=0.003, on_batch=lambda faces: None):
        """Start the thread.

        Args:
            linger: seconds to wait for photos that are on their way.
            on_batch: called with the number of faces of each forward pass.
        """
        self._linger, self._on_batch = linger, on_batch
        self._jobs, self._coming, self._closed = collections.deque(), 0, False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="forward-queue", daemon=True)
        self._thread.start()

    @property
    def depth(self):
        """Faces that wait."""
        with self._changed:
            return sum(len(job.crops) for job in self._jobs)

    @contextlib.contextmanager
    def coming(self):
        """A photo is being made ready: worth waiting for."""
        with self._changed:
            self._coming += 1
        try:
            yield
        finally:
            with self._changed:
                self._coming -= 1
                self._changed.notify()

    def put(self, model, crops):
        """Ask for the answer about some faces.

        Args:
            model: a `model.Model`.
            crops: uint8 (n, 200, 200, 3), n at least 1.

        Returns:
            concurrent.futures.Future of `model.Output`.

        Raises:
            RuntimeError: the queue was closed.
        """
        job = Job(model, crops)
        with self._changed:
            if self._closed:
                raise RuntimeError("the queue is closed")
            self._jobs.append(job)
            self._changed.notify()
        return job.future

    def close(self):
        """Answer what waits, then stop."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _work(self):
        while batch := self._batch():
            batch = [job for job in batch if job.future.set_running_or_notify_cancel()]
            if not batch:
                continue
            try:
                crops = np.concatenate([job.crops for job in batch])
                self._on_batch(len(crops))
                output = batch[0].model.forward(crops)
            except BaseException as error:  # it belongs to those who wait, and the thread must live
                for job in batch:
                    job.future.set_exception(error)
                continue
            start = 0
            for job in batch:
                end = start + len(job.crops)
                part = Output(output.age_probabilities[start:end], output.sex_logit[start:end])
                job.future.set_result(part)
                start = end

    def _batch(self):
        """Jobs of one model that fit into one pass; [] when the queue was closed and is empty."""
        with self._changed:
            while not self._jobs and not self._closed:
                self._changed.wait()
            until = time.monotonic() + self._linger
            while self._jobs and self._coming and not self._closed and self._waiting() < BATCH:
                left = until - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            taken, left, faces = [], collections.deque(), 0
            for job in self._jobs:
                fits = not taken or job.model is taken[0].model and faces + len(job.crops) <= BATCH
                (taken if fits else left).append(job)
                faces += len(job.crops) if fits else 0
            self._jobs = left
            return taken

    def _waiting(self):
        return sum(len(job.crops) for job in self._jobs)
