"""What the operations share: what lies in a folder, a hash of it, variables of the environment."""

import hashlib
import os
from pathlib import Path


def names_in(folder):
    """What lies in a folder, so that nothing is left over."""
    return sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*"))


def hashed(*texts):
    return hashlib.sha256("\0".join(texts).encode("utf-8", "backslashreplace")).hexdigest()


class environment:
    """Variables of the environment, for a while."""

    def __init__(self, **values):
        self._values = {name: str(value) for name, value in values.items()}

    def __enter__(self):
        self._before = {name: os.environ.get(name) for name in self._values}
        os.environ.update(self._values)

    def __exit__(self, *error):
        for name, value in self._before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
