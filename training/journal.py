"""A long computation that may be stopped: one JSON line per finished part, and no part is done twice.

    journal = Journal("runs/explain-mobile.jsonl", key=[sha256, 200])
    journal.run("curves", {"face 1": photo}, compute)
    journal.done["face 1"]
"""

import json
import sys
import time
from pathlib import Path

from training import files


class Journal:
    """What is finished, one JSON line each; lines of other weights or settings are passed over.

    Attributes:
        done: dict of identifier -> value.
    """

    def __init__(self, path, key):
        """Open, and read what is there.

        Args:
            path: of the file.
            key: what a line must have been made with to count.
        """
        self._path, self._key, self.done = Path(path), key, {}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        text = self._path.read_text(encoding="utf-8") if self._path.exists() else ""
        for line in text.splitlines():
            try:
                found = json.loads(line)
                if found["key"] == key:
                    self.done[found["id"]] = found["value"]
            except (ValueError, KeyError, TypeError):
                continue  # the last line of a process that was killed
        if text and not text.endswith("\n"):
            self._write("\n")

    def run(self, title, parts, compute):
        """Compute what is not finished, and say how long it will take.

        Args:
            title: of this part of the work.
            parts: dict of identifier -> argument.
            compute: argument -> value for JSON.
        """
        open_parts = [name for name in parts if name not in self.done]
        start = time.monotonic()
        for i, name in enumerate(open_parts, 1):
            line = json.dumps({"key": self._key, "id": name, "value": compute(parts[name])})
            self.done[name] = json.loads(line)["value"]
            self._write(line + "\n")
            left = (time.monotonic() - start) / i * (len(open_parts) - i) / 60
            done = len(parts) - len(open_parts) + i
            sys.stderr.write(f"{title}: {done} of {len(parts)}, about {left:.0f} min left\n")

    def _write(self, text):
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise files.unwritten(self._path, error) from error
