"""The models that are in memory: loaded once each, the longest unused one is let go.

loaded.get("mobile")        # in a worker thread; the first time it takes seconds
"""

import collections
import threading

from agesex import model as models
from agesex.api.problems import Refused


class Loaded:
    """See the file's head; safe from several threads."""

    def __init__(self, default=None, keep=2):
        """Remember the default's name; nothing is loaded yet."""
        self.default, self._keep = default or models.DEFAULT, keep
        self._models = collections.OrderedDict()
        self._lock, self._loading = threading.Lock(), threading.Lock()

    def __contains__(self, name):
        """Whether a model is in memory."""
        return name in self._models

    def get(self, name=None):
        """The model.

        Args:
            name: a name of `model.names()`; the default one without it.

        Raises:
            Refused: there is none of that name (422).
            ModelMissing, BadModel: it cannot be used.
        """
        name = self.default if name is None else name
        if found := self._known(name):
            return found
        with self._loading:  # only who needs a new one waits here
            if found := self._known(name):
                return found
            if name != self.default and name not in models.names():
                raise Refused(
                    422, "unknown-model", "There is no such model",
                    f"There is no model of that name. Models that are there: {', '.join(models.names())}.",
                )  # fmt: skip
            model = models.load(name)
            with self._lock:
                self._models[name] = model
                while len(self._models) > self._keep:
                    self._models.popitem(last=False)
            return model

    def _known(self, name):
        with self._lock:
            if name in self._models:
                self._models.move_to_end(name)
            return self._models.get(name)
