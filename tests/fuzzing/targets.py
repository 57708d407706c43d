"""What a mutant is given to, and what came of it.

    with Targets(home) as targets:
        targets.try_out("PNG", data, 17)     # [("images.decode_with_notes", "ok", ""), …]

An outcome is "ok", the name of a subclass of AgeSexError (of the API: of its problem), or one of `BAD`.
"""

import os
import shutil
import warnings
from pathlib import Path

import numpy as np

from agesex import archives, faces, images
from agesex.dataset import check, importing, store, utkface
from agesex.errors import AgeSexError, BadImage
from fuzzing import packs, pictures

CRASH, HANG, MEMORY, OTHER = BAD = ("crash", "hang", "memory", "other exception")
EVERY = {"faces.find": 20, "api /v1/predict": 10, "archives.members": 1}  # one in so many mutants
SMALL = 160  # pixels; larger pictures are made that small before a face is looked for
_FOUND = {"cut off", "altered", "unreadable", "rows", "photos", "columns"}  # faults of the store itself


class Targets:
    """The targets, in the process that may die of them."""

    def __init__(self, folder, *, detector=True, before=None):
        """Prepare a folder for homes and files; `before(target)` is called before each target."""
        self.folder, self.detector, self.before = Path(folder), detector, before or (lambda target: None)
        self._api, self._manifest = None, utkface.read_manifest().head(100)
        self._real = utkface.read_manifest

    def __enter__(self):
        """A short split manifest makes an import four times as quick; that file is not what is tested."""
        utkface.read_manifest = lambda path=utkface.MANIFEST: self._manifest
        self._home = os.environ.get("AGESEX_HOME")
        return self

    def __exit__(self, *error):
        """Put all back."""
        utkface.read_manifest = self._real
        os.environ.pop("AGESEX_HOME", None)
        if self._home is not None:
            os.environ["AGESEX_HOME"] = self._home
        if self._api:
            self._api.close()

    def warm_up(self):
        """Load what is loaded once, so that it counts to no mutant."""
        import cv2  # noqa: F401

        photo = pictures.photo(160, 160)
        if self.detector:
            faces.find(np.asarray(photo))
        self._ask(pictures.files("PNG")[0])
        for kind in set(packs.KINDS) - {"mat"}:  # which is read by a process of its own
            self.try_out(kind, packs.files(kind)[0], 0)

    def try_out(self, kind, data, number):
        """Give a mutant to the targets of its kind.

        Returns:
            list of (target, outcome, what was said of an exception).
        """
        answers = []

        def ask(target, call):
            if (number // 100 + number) % EVERY.get(target, 1) == 0:  # of every kind, whose order repeats after 100
                self.before(target)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # of damaged tags
                    outcome, value, said = judged(call)
                answers.append((target, outcome, said))
                return value
            return None

        if kind in pictures.FORMATS:
            seen = ask("images.decode_with_notes", lambda: _decode(data))
            if seen is not None and self.detector:
                ask("faces.find", lambda: faces.find(_small(seen)))
            ask("api /v1/predict", lambda: self._ask(data))
        else:
            folder = self.folder / "one"
            shutil.rmtree(folder, ignore_errors=True)
            os.environ["AGESEX_HOME"] = str(folder / "home")
            path = packs.lay(kind, data, folder / "in")
            if kind in ("zip", "nested"):
                ask("archives.members", lambda: _album(path))
            report = ask("dataset.import_from", lambda: importing.import_from(path))
            if report is not None:
                ask("dataset.check, stored", lambda: _check_stored(report))
            ask("dataset.check, in place", lambda: check.check(path))
            _check_left(folder)
        return answers

    def _ask(self, data):
        if self._api is None:
            from fuzzing.api import Api

            self._api = Api()
        return self._api.predict(data)


def judged(call):
    """(outcome, what it returned, what an exception says)."""
    try:
        value = call()
        return (value, None, "") if isinstance(value, str) else ("ok", value, "")
    except AgeSexError as error:
        if _out_of_memory(error):
            return MEMORY, None, repr(error)
        if not (text := str(error)).isprintable() or "Traceback" in text:
            return OTHER, None, f"no sentence: {text[:200]!r}"
        return type(error).__name__, None, ""
    except MemoryError as error:
        return MEMORY, None, repr(error)
    except Exception as error:
        return OTHER, None, f"{type(error).__name__}: {error}"[:300]


def _out_of_memory(error):
    while error is not None:
        if isinstance(error, MemoryError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _decode(data):
    photo, notes = images.decode_with_notes(data)
    if photo.dtype != np.uint8 or photo.ndim != 3 or photo.shape[2] != 3 or min(photo.shape[:2]) < images.MIN_SIDE:
        raise AssertionError(f"a picture of {photo.dtype}, {photo.shape}")
    if not all(isinstance(note, str) for note in notes):
        raise AssertionError(f"notes {notes}")
    return photo


def _small(photo):
    step = -(-max(photo.shape[:2]) // SMALL)
    return np.ascontiguousarray(photo[::step, ::step])


def _album(path):
    n = 0
    for member in archives.members(path):
        try:
            images.decode(member.open())
            n += 1
        except BadImage:
            continue
    return n


def _check_stored(report):
    """Whatever was taken must be whole afterwards."""
    findings = check.check(report.name, full=True)
    faults = [(f.kind, f.n) for f in findings if f.severity == check.FAULT and f.kind in _FOUND]
    if faults:
        raise AssertionError(f"what was imported is not whole: {faults}")
    return sum(len(data) for _, data in store.open_stored(report.name).photos())


def _check_left(folder):
    """Nothing of an archive may have been written anywhere but in the data sets' own folder."""
    odd = [path for path in folder.iterdir() if path.name not in ("in", "home")]
    odd += [path for path in (folder / "home").glob("*") if path.name != "datasets"]
    if odd:
        raise AssertionError(f"written outside: {odd}")
