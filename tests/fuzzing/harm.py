"""Targets that do harm, so that a test sees whether it is noticed; see `worker.serve`."""

import os

from fuzzing import targets, worker


class _Harmful:
    def __init__(self, harm):
        self.harm, self.before = harm, None

    def try_out(self, kind, data, number):
        self.before("a target")
        outcome, _, said = targets.judged(self.harm)
        return [("a target", outcome, said)]


def crash(pipe, seed, folder, detector):
    """End the process by a signal."""
    worker.serve(pipe, seed, _Harmful(os.abort))


def hang(pipe, seed, folder, detector):
    """Never answer."""

    def forever():
        while True:
            pass

    worker.serve(pipe, seed, _Harmful(forever))


def memory(pipe, seed, folder, detector):
    """Hold more than may be held."""
    worker.serve(pipe, seed, _Harmful(lambda: b"x" * (2**30 + 2**27) and None))


def other(pipe, seed, folder, detector):
    """Raise what nobody foresaw."""
    worker.serve(pipe, seed, _Harmful(lambda: {}["nothing"]))
