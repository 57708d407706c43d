"""Bring a data set in: read a source once, keep what is good, say what was not taken and why.

    report = import_from("UTKFace.tar.gz")
    report.seen, report.taken, report.refused     # 22707, 22702, {"the race is missing …": 3, …}

Photos come in chunks, each on the disk before the next (`part`), so memory is bounded and a crash or a full
disk costs one chunk, a truncated archive or Ctrl-C none: the same command goes on from there (`unfinished`).
"""

import contextlib
import hashlib
import time
import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from agesex import images
from agesex.dataset import assembling, rows, store, unfinished
from agesex.dataset.counting import clause, counted, printable
from agesex.dataset.part import Part
from agesex.dataset.sources import base
from agesex.errors import BadDataset

CHUNK = 500  # photos
CHUNK_BYTES = 2**26  # whichever comes first
EXAMPLES = 50  # refused names that are kept
_SAME = ("sha256", "age", "sex", "race", "path", "source")  # or a row of an earlier import is made anew
OTHER = "a photo of the same name, but with other content or label, came before it"


@dataclass
class Report:
    """What an import did.

    Attributes:
        name: of the data set.
        source: one of `base.SOURCES`.
        seen: files, or rows of a table.
        taken: photos that the data set holds.
        copies: files that came again, name and content alike; they count once.
        refused: dict reason -> number.
        examples: list of (name, reason), at most `EXAMPLES`.
        unchanged: the same data set was there already, and was left as it is.
        same_as: list of the names of other data sets that hold the same.
        resumed: photos that an earlier, unfinished import had taken.
        bytes: read.
        seconds: all of it.
        measuring: seconds of processor time that hashing, decoding and measuring took, all threads together.
        share: of the source that was read, 0 to 1; None where nobody knows.
        total: bytes of the source, or files of a folder, or rows of a table; None where nobody knows.
    """

    name: str
    source: str
    seen: int = 0
    taken: int = 0
    copies: int = 0
    refused: Counter = field(default_factory=Counter)
    examples: list = field(default_factory=list)
    unchanged: bool = False
    same_as: list = field(default_factory=list)
    resumed: int = 0
    bytes: int = 0
    seconds: float = 0.0
    measuring: float = 0.0
    share: float | None = None
    total: int | None = None

    def reached(self, progress):
        """Take over how far a source was read, from its `base.Progress`."""
        self.share, self.total = progress.share, progress.total

    def refuse(self, refused):
        """Count something that is not taken."""
        self.refused[refused.reason] += 1
        if len(self.examples) < EXAMPLES:
            name = refused.name.encode("utf-8", "backslashreplace").decode()  # a name on a disk need not be text
            self.examples.append((name, refused.reason))


def import_from(path, source=None, *, name=None, replace=False, progress=None, workers=2):
    """Import a data set.

    Args:
        path: what `source` reads: a folder, an archive, a table.
        source: one of `base.SOURCES`; guessed without it.
        name: of the data set; that of the source without it. An older one of the name gives way at the end if
            all its photos are in the new one.
        replace: let an older one of the name give way in any case, and what is left of an import of another
            source under this name.
        progress: called with the Report after every chunk; what it raises stops the import, which the same
            command continues.
        workers: threads that decode and measure.

    Returns:
        Report.

    Raises:
        BadDataset: nothing was found, the source cannot be read to its end, another import of the name is
            running, the name belongs to other data, or the disk is full. The message says what is kept, if
            anything, and with which command it goes on.
        KeyboardInterrupt: of the person at the keyboard, with the same message.
    """
    start = time.perf_counter()
    path = base.existing(path)
    source = source or base.guess(path)
    module = base.load(source)
    report = Report(name or source, source)
    store.check_name(report.name)
    with store.locked(report.name), warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="PIL")  # of damaged tags; what matters is refused
        try:
            store.recover(report.name)
            if not replace:
                _check_name_is_free(report)
            if not store.part_of(report.name).exists() and _is_unchanged(module, path, report, progress):
                report.unchanged = True
            else:
                report = Report(report.name, source)
                _Import(module, path, report, progress, workers, replace).run()
        except OSError as error:
            raise BadDataset(
                f"the import of {images.quoted(path)} stopped: {clause(error)}"
                f"{f' ({error.filename})' if error.filename else ''}. {unfinished.kept(report.name)}Make room or "
                f"correct the rights, then go on with: {unfinished.command(path, source, report.name, replace)}"
            ) from error
        except KeyboardInterrupt as stop:
            kept = unfinished.kept(report.name)
            go_on = unfinished.command(path, source, report.name, replace)
            raise KeyboardInterrupt(f"{kept}Go on with: {go_on}" if kept else "Nothing was changed.") from stop
    report.seconds = time.perf_counter() - start
    return report


def _check_name_is_free(report):
    """Refuse a name that belongs to data of another source, finished or not."""
    name, keep = report.name, "Give this one another name with --name, or put it there with --replace"
    if name in store.names():
        facts = store.open_stored(name).facts
        if facts["source"] != report.source:
            raise BadDataset(
                f"the data set {name} holds {facts['photos']:,} photos of {facts['source']}, from "
                f"{facts['from']}, and this is {report.source}. {keep}."
            )
    source, begun = Part.begun_from(name)
    if source not in (None, report.source):
        raise BadDataset(
            f"an import of {source} from {begun} was cut off under the name {name}, and this is {report.source}. "
            f"{keep}."
        )


def check_nothing_is_lost(name, files):
    """Refuse to put a smaller or other data set in the place of an older one."""
    if name not in store.names():
        return
    stored = store.open_stored(name)
    lost = sorted(set(stored.table["file"]) - files)
    if lost:
        raise BadDataset(
            f"the data set {name} holds {counted(len(stored.table), 'photo')} from {stored.facts['from']}, and "
            f"{len(lost):,} of them {'is' if len(lost) == 1 else 'are'} not in this one, for example "
            f"{images.quoted(lost[0])}. {unfinished.kept(name)}Put it in the place of the other with --replace, or "
            f"give it another name with --name."
        )


class _Import:
    """One import under way."""

    def __init__(self, module, path, report, progress, workers, replace):
        self.module, self.path, self.report, self.replace = module, path, report, replace
        self.progress, self.workers = progress or (lambda report: None), workers
        self.part = Part(report.name, report.source, path, replace)
        self.earlier = {}  # file -> what must be the same, for a row that is there to be kept
        for row in self.part.rows().select(["file", *_SAME]).to_batches(max_chunksize=10_000):
            for values in row.to_pylist():
                self.earlier[values["file"]] = tuple(values[name] for name in _SAME)
        self.confirmed = set()
        self.hashes = {}  # file -> `_content` of what was taken in this run
        self.waiting = []  # (found, data, future)

    def run(self):
        try:
            self._read()
        except BadDataset as error:
            self._flush()
            if not (self.report.taken or self.part.before):
                self.part.drop()
                raise
            name = self.report.name
            go_on = unfinished.command(self.path, self.report.source, name, self.replace)
            raise BadDataset(
                f"{error} {unfinished.kept(name)}Where there is no whole copy, make do with that: python -m agesex "
                f"dataset finish {name}. With a whole copy in its place it goes on with: {go_on}"
            ) from error
        except KeyboardInterrupt:
            with contextlib.suppress(OSError):
                self._store()
            if not (self.report.taken or self.part.before):
                self.part.drop()
            raise
        if not self.report.taken:
            if not self.part.before:
                self.part.drop()
            raise _nothing(self.path, self.module, self.report)
        if not self.replace:
            check_nothing_is_lost(self.report.name, set(self.hashes))
        table, groups = assembling.assembled(self.part, self.confirmed)
        facts = assembling.facts(table, groups, self.report, self.path)
        self.report.same_as = store.same_as(self.report.name, facts["inventory_sha256"])
        self.part.finish(table, facts)

    def _read(self):
        with ThreadPoolExecutor(self.workers) as self.pool:
            size = 0
            self.reading = base.Progress(self.part.folder)
            for row in self.module.rows(self.path, self.reading):
                self.report.seen += 1
                data = None if isinstance(row, base.Refused) else rows.bytes_of(row)
                if isinstance(row, base.Refused) or isinstance(data, base.Refused):
                    self.report.refuse(row if data is None else data)
                    continue
                self.waiting.append((row, data, self.pool.submit(self._examine, row, data)))
                size += len(data or b"")
                self.report.bytes += len(data or b"")
                if len(self.waiting) >= CHUNK or size >= CHUNK_BYTES:
                    self._flush()
                    size = 0
            self._flush()

    def _flush(self):
        """Write what is waiting as a chunk, and say how far it is."""
        self._store()
        self.report.reached(self.reading)
        self.progress(self.report)

    def _store(self):
        """Write what is waiting as a chunk; Ctrl-C while it is measured leaves it waiting."""
        for _, _, future in self.waiting:
            future.result()
        chunk, photos = [], []
        waiting, self.waiting = self.waiting, []
        for found, data, future in waiting:
            row, seconds = future.result()
            self.report.measuring += seconds
            if isinstance(row, str):
                self.report.refuse(base.Refused(found.path, row))
            elif found.file in self.hashes:
                if self.hashes[found.file] == _content(row):
                    self.report.copies += 1
                else:
                    self.report.refuse(base.Refused(found.path, OTHER))
            else:
                self.hashes[found.file] = _content(row)
                self.report.taken += 1
                if self._is_there(row):
                    self.confirmed.add(found.file)
                    self.report.resumed += 1
                else:
                    chunk.append(row)
                    photos.append(data)
        self.part.add(chunk, photos)

    def _is_there(self, row):
        return self.earlier.get(row["file"]) == tuple(row.get(name) for name in _SAME)

    def _examine(self, found, data):
        """(row, or the reason why there is none; seconds), in a thread."""
        start = time.thread_time()
        row = rows.labelled(found)
        if data is not None:
            row |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            if not (self.hashes.get(found.file) == _content(row) or self._is_there(row)):
                seen = rows.measured(data, found, True)
                row = seen if isinstance(seen, str) else row | seen
        return row, time.thread_time() - start


def _content(row):
    """What makes two photos of one name the same."""
    return tuple(row[name] for name in _SAME[:4])


def _is_unchanged(module, path, report, progress):
    """Whether the data set that is there is what the source would give; nothing is written."""
    if report.name not in store.names():
        return False
    stored = store.open_stored(report.name)
    facts = stored.facts
    if facts.get("part") or facts["source"] != report.source or list(stored.table.columns) != store.SCHEMA.names:
        return False
    columns = stored.table[["file", *_SAME[:4]]].astype(object)
    columns = columns.where(columns.notna(), None)
    there = {file: tuple(same) for file, *same in columns.itertuples(index=False)}
    hashes, reading = {}, base.Progress(store.datasets())
    for row in module.rows(path, reading):
        report.seen += 1
        data = None if isinstance(row, base.Refused) else rows.bytes_of(row)
        if isinstance(row, base.Refused) or isinstance(data, base.Refused):
            report.refuse(row if data is None else data)
            continue
        report.bytes += len(data or b"")
        sha256 = None if data is None else hashlib.sha256(data).hexdigest()
        content = _content(rows.labelled(row) | {"sha256": sha256})
        if row.file in hashes:
            same = hashes[row.file] == content
            reason = None if same or data is None else rows.measured(data, row, False)
            report.copies += same
            if not same:
                report.refuse(base.Refused(row.path, reason if isinstance(reason, str) else OTHER))
        elif there.get(row.file) == content:
            hashes[row.file] = content
        elif data is not None and isinstance(reason := rows.measured(data, row, False), str):
            report.refuse(base.Refused(row.path, reason))
        else:
            return False
        if progress and report.seen % CHUNK == 0:
            report.reached(reading)
            progress(report)
    report.taken = len(hashes)
    return len(hashes) == len(there)


def _nothing(path, module, report):
    if not report.seen:
        return base.nothing_in(path)
    few = "; ".join(f"“{printable(name)}”: {reason}" for name, reason in report.examples[: base.SHOWN])
    more = "; …" if report.seen > len(report.examples[: base.SHOWN]) else ""
    were = "was" if report.seen == 1 else "were"
    seen = f"{counted(report.seen, 'file')} {were} seen and none taken ({few}{more})"
    return BadDataset(
        f"{images.quoted(path)} is not {module.ABOUT}: {seen}. Name the folder or archive that holds them, "
        f"or another form with --source."
    )
