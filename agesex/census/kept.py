"""What was found out about a data set is kept for whoever asks next: nearly all visitors ask for the same choices.

    @kept
    def boxes(faces, choice, by): …      # worked out once per data set, choice and field

The answers lie in a `Store` that belongs to the `Faces` they are about and goes with it, so that no data set is ever
shown with the figures of another one. Only what depends on nothing but its arguments may be kept: small aggregates,
no photos, nothing of a visitor.
"""

import functools
import threading
from collections import OrderedDict

import pandas as pd

_NOTHING = object()


class Store:
    """So many answers, those that were asked for last; several threads may use it at once."""

    def __init__(self, most):
        """An empty store.

        Args:
            most: answers that it holds.
        """
        self._most, self._answers, self._lock = most, OrderedDict(), threading.Lock()

    def __len__(self):
        """How many answers there are."""
        return len(self._answers)

    def get(self, key, default=None):
        """The answer under a key, for the asker to change as they like; `default` where there is none."""
        with self._lock:
            if key not in self._answers:
                return default
            self._answers.move_to_end(key)
            return _own(self._answers[key])

    def put(self, key, answer):
        """Keep an answer, and let go of the one that was not asked for for longest."""
        with self._lock:
            self._answers[key] = answer
            self._answers.move_to_end(key)
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)


def kept(function):
    """A function (faces, *args) whose answers are kept in `faces.store`.

    Two visitors who ask at the same time may both work; neither waits for the other or sees half an answer. What is
    raised is not kept.

    Args:
        function: its arguments beside `faces` are hashable. It gives None, numbers, texts, tables, frozen values, or
            tuples, lists and dicts of such.

    Returns:
        The function; tables, lists and dicts that it gives are the asker's own.
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @functools.wraps(function)
    def asked(faces, *args, **options):
        key = name, args, tuple(sorted(options.items()))
        found = faces.store.get(key, _NOTHING)
        if found is _NOTHING:
            answer = function(faces, *args, **options)
            faces.store.put(key, answer)
            found = _own(answer)
        return found

    return asked


def _own(answer):
    """The answer so that no change to it reaches the store; a table is copied when it is written to, by pandas."""
    if isinstance(answer, pd.DataFrame):
        return answer.copy(deep=False)
    if isinstance(answer, dict):
        return {name: _own(value) for name, value in answer.items()}
    if type(answer) in (tuple, list):
        return type(answer)(map(_own, answer))
    return answer
