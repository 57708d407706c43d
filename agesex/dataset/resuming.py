"""Fetches a file over HTTP into FILE.part and goes on there after a cut; pooch, which calls it, cannot.

    resuming = Resuming(folder / "wiki_crop.tar.part")
    pooch.retrieve(url, known_hash=None, fname="wiki_crop.tar", path=folder, downloader=resuming)

Beside FILE.part lies FILE.part.json: the address, and what the server calls this version of the file. A part
of another version is thrown away.
"""

import contextlib
import json
import os
import shutil
import time

from agesex.errors import BadDataset

TIMEOUT = (10, 60)  # seconds: to connect, and between two pieces
PIECE = 2**16  # bytes; what came of one is lost in a cut
PAUSE = 2.0  # seconds before it goes on after a cut


class Resuming:
    """A downloader for pooch.

    Attributes:
        part: Path of what has come so far; it stays where the download fails.
        on_progress: function (bytes so far, bytes in all or None), called after every piece.
        least: bytes; a server that offers less sends something else, such as a page that asks for a login.
    """

    def __init__(self, part, *, on_progress=None, least=0):
        """Nothing is fetched yet."""
        self.part, self.least = part, least
        self.on_progress = on_progress or (lambda done, total: None)
        self._note = part.with_name(part.name + ".json")

    def __call__(self, url, output_file, pooch, check_only=False):
        """Fetch `url` and move it to `output_file`.

        Raises:
            requests.RequestException: no answer, or one that refuses.
            BadDataset: something else than the file was offered, or the disk has too little room.
            OSError: it cannot be written.
        """
        import requests

        while True:
            before = self._size()
            try:
                self._fetch(url)
                break
            except (requests.exceptions.ChunkedEncodingError, requests.ConnectionError, requests.Timeout):
                if self._size() <= before:  # nothing came: going on at once would not help
                    raise
                time.sleep(PAUSE)
        os.replace(self.part, output_file)
        self._note.unlink(missing_ok=True)

    def _fetch(self, url):
        """Ask for what is missing and add it to the part."""
        import requests

        note = self._read_note(url)
        have = self._size() if note.get("version") else 0
        headers = {"Accept-Encoding": "identity"}  # lengths and ranges are those of the file itself
        if have:
            headers |= {"Range": f"bytes={have}-", "If-Range": note["version"]}
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
            if answer.status_code == 416:  # nothing lies after what is here
                if _total(answer) == have:
                    return
                self._forget()
                raise requests.ConnectionError("the part was longer than the file; it was thrown away")
            answer.raise_for_status()
            if answer.status_code != 206 or _first(answer) != have:
                have = 0
            self._check(answer, have)
            self._write_note(url, answer)
            self._take(answer, have)

    def _take(self, answer, have):
        import requests

        total = _total(answer)
        with self.part.open("ab" if have else "wb") as file:
            for piece in answer.iter_content(PIECE):
                file.write(piece)
                have += len(piece)
                self.on_progress(have, total)
        if total is not None and have < total:
            raise requests.exceptions.ChunkedEncodingError(f"{have:,} of {total:,} bytes came")
        if have < self.least or (total is not None and have > total):
            self._forget()
            raise _other_file(have, self.least)

    def _check(self, answer, have):
        """Find out before the work whether it is the file, and whether there is room for it."""
        total = _total(answer)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            raise BadDataset("the server sends a web page instead of the file")
        if total is None:
            return
        if total < self.least:
            raise _other_file(total, self.least)
        free = shutil.disk_usage(self.part.parent).free
        if total - have > free:
            raise BadDataset(
                f"the disk has {free / 1e9:.1f} GB free and {(total - have) / 1e9:.1f} GB are to come"
            )

    def _size(self):
        return self.part.stat().st_size if self.part.exists() else 0

    def _read_note(self, url):
        """What is known of the part; nothing if it comes from elsewhere."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            note = json.loads(self._note.read_text("utf-8"))
            if note.get("url") == url:
                return note
        return {}

    def _write_note(self, url, answer):
        version = answer.headers.get("ETag", "")
        if not version or version.startswith("W/"):  # a weak one may name two contents
            version = answer.headers.get("Last-Modified", "")
        self._note.write_text(json.dumps({"url": url, "version": version}), "utf-8")

    def _forget(self):
        self.part.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)


def _total(answer):
    """Bytes of the whole file, or None where the server does not say."""
    ranged = answer.headers.get("Content-Range", "")
    text = ranged.rpartition("/")[2] if ranged else answer.headers.get("Content-Length", "")
    return int(text) if text.isdecimal() else None


def _first(answer):
    """Where the answer begins in the file; None where it does not say."""
    text = answer.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
    return int(text) if text.isdecimal() else None


def _other_file(size, least):
    return BadDataset(f"{size:,} bytes came where at least {least:,} were expected: it is another file")
