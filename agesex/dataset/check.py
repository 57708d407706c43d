"""Is a data set whole: photos there, readable, of the right size, labels plausible, splits known?

    for finding in check("utkface"):
        finding.severity, finding.kind, finding.n, finding.text, finding.examples

A stored data set is checked where it is stored, anything else where it lies, without importing it. Up to
`SAMPLE` photos are all decoded; of more a random sample, which every photo has the same chance to be in, or all
with `full`.
"""

import hashlib
import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from agesex import images, labels
from agesex.dataset import copies, store, unfinished, utkface
from agesex.dataset.counting import counted
from agesex.dataset.members import Unreadable
from agesex.dataset.sources import base
from agesex.errors import BadDataset, BadImage, BadLabel

SAMPLE = 1000  # photos that are decoded; all where there are no more
ONE_IN = 20  # of a folder or archive, where that is more; all are read
SHOWN = 5
SIZES = {"utkface": (200, 200), "csv48": (48, 48)}  # width and height that a source promises
FAULT, NOTE, FINE = "fault", "note", "fine"
LIGHT = ["file", "age", "sex", "race", "source", "split", "group"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        kind: what, e.g. "unreadable"; one of a few words, for programs.
        n: number of photos that it is true of.
        examples: list of str, at most `SHOWN`.
        severity: "fine", "note" (worth knowing) or "fault".
        text: a sentence for a person, without n.
    """

    kind: str
    n: int
    examples: list
    severity: str
    text: str


def check(name_or_path, *, full=False, source=None):
    """Check a stored data set, or a folder, archive or table.

    Args:
        name_or_path: a name as in `store.names`, or a path.
        full: decode every photo instead of a sample.
        source: one of `base.SOURCES`, for a path; guessed without it.

    Returns:
        list of Finding, in the order in which things were looked at.

    Raises:
        BadDataset: there is no such data set, or it cannot be read to its end.
    """
    if isinstance(name_or_path, str) and name_or_path in store.names():
        return _stored(store.open_stored(name_or_path), full)
    if isinstance(name_or_path, str) and (left := unfinished.find(name_or_path)) is not None:
        raise BadDataset(unfinished.said(left))
    if not Path(name_or_path).expanduser().exists() and not str(name_or_path).startswith((".", "/", "~")):
        there = ", ".join(store.names()) or "none"
        raise BadDataset(
            f"“{name_or_path}” is neither a stored data set ({there}) nor a folder or file that is there. "
            f"Look with `python -m agesex dataset list`."
        )
    path = base.existing(name_or_path)
    return _in_place(path, base.load(source or base.guess(path)), full)


def is_sound(findings):
    """Whether none of the findings is a fault."""
    return all(finding.severity != FAULT for finding in findings)


def _stored(stored, full):
    table = stored.table
    if missing := [name for name in store.SCHEMA.names if name not in table.columns]:
        return [_finding("columns", missing, "columns are missing; import it again", FAULT)]
    expected = stored.facts.get("photos", len(table))
    short = max(0, expected - len(table))
    findings = [
        _finding("photos", table.file, "photos in the table", FAULT if table.empty else FINE, few=0),
        Finding("rows", short, [], FAULT if short else FINE, "photos fewer than the import wrote"),
    ]
    if stored.facts.get("part"):
        text = f"photos, a part of {stored.facts['from']}, whose import was finished before its end"
        findings.append(Finding("part", len(table), [], NOTE, text))
    held = table[table.offset.notna()]
    photos = stored.table_path.with_name(store.PHOTOS)
    size = photos.stat().st_size if photos.is_file() else 0
    beyond = held.file[held.offset + held.bytes > size]
    findings.append(_finding("cut off", beyond, "photos whose bytes are not all there", FAULT))
    readable = held[~held.file.isin(beyond)]
    if not full and len(readable) > SAMPLE:
        readable = readable.sample(SAMPLE, random_state=0)
    hashes = dict(zip(readable.file, readable.sha256, strict=True))
    other, unread = [], []
    for file, data in stored.photos(hashes):
        if hashlib.sha256(data).hexdigest() != hashes[file]:
            other.append(file)
        elif _picture(data) is None:
            unread.append(file)
    said = f"of {len(hashes):,} read"
    findings += [
        _finding("altered", other, f"photos with other content than was imported, {said}", FAULT),
        _finding("unreadable", unread, f"photos that cannot be decoded, {said}", FAULT),
    ]
    wrong = [
        table.file[
            table.source.eq(name) & table.width.notna() & (table.width.ne(width) | table.height.ne(height))
        ]
        for name, (width, height) in SIZES.items()
    ]
    findings.append(
        _finding("size", pd.concat(wrong), "photos of another size than the source promises", FAULT)
    )
    findings += _of_labels(table) + _of_splits(table) + _of_copies(table, table.group)
    refused = Counter(stored.facts.get("refused", {}))
    return findings + _of_refusals(refused, [row["name"] for row in stored.facts.get("refused_examples", [])])


def _in_place(path, module, full):
    rows, hashes, refused, names, unread, wrong, groups = [], [], Counter(), [], [], [], defaultdict(list)
    sample = None if full else _sample(path, module)
    photos, seen = 0, 0
    for row in module.rows(path, base.Progress()):
        if isinstance(row, base.Refused):
            refused[row.reason] += 1
            names.append(row.name)
            continue
        rows.append((row.file, row.age, row.sex, row.race, row.source, row.manifest_name or row.file))
        hashes.append(None)
        if row.read is None:
            continue
        photos += 1
        try:
            data = row.read()
        except (Unreadable, OSError):
            data = b""
        digest = hashlib.sha256(data).digest()
        groups[digest].append(row.file)
        hashes[-1] = digest if data else None
        if data and sample is not None and photos - 1 not in sample:
            continue
        seen += 1
        picture = _picture(data)
        if picture is None:
            unread.append(row.path)
        elif picture.shape[1::-1] != SIZES.get(module.NAME, picture.shape[1::-1]):
            wrong.append(row.path)
    table = pd.DataFrame(rows, columns=["file", "age", "sex", "race", "source", "manifest"])
    table = table.assign(sex=table.sex.astype(object), race=table.race.astype(object))
    splits = utkface.with_splits(table[["manifest"]].rename(columns={"manifest": "file"}))
    splits = splits.assign(own=table.file, known=splits.split != "unseen")
    table["split"] = copies.followed(splits, hashes)[1].to_numpy()
    twice = table.file[table.file.duplicated()]
    said = f"of {seen:,} decoded"
    findings = [
        _finding(
            "photos",
            table.file,
            f"labelled photos in {images.quoted(path)}",
            FAULT if table.empty else FINE,
            few=0,
        ),
        _finding("twice", twice, "photos whose name came before; the import takes the first", NOTE),
        _finding("unreadable", unread, f"photos that cannot be decoded, {said}", FAULT),
        _finding("size", wrong, f"photos of another size than the source promises, {said}", FAULT),
    ]
    findings += _of_labels(table) + _of_splits(table, table.manifest)
    first = {file: files[0] for files in groups.values() for file in files}
    among = table[table.file.isin(list(first))].drop_duplicates("file")
    findings += _of_copies(among, among.file.map(first), "byte-identical ")
    return findings + _of_refusals(refused, names)


def _sample(path, module):
    """Numbers of the photos to decode, or None for all: their number has to be known before for a fair choice."""
    photos = sum(getattr(row, "read", None) is not None for row in module.rows(path, base.Progress()))
    wanted = max(SAMPLE, photos // ONE_IN)
    return None if photos <= wanted else set(random.Random(0).sample(range(photos), wanted))


def _of_labels(table):
    age = table.age.isna() | ~table.age.between(0, labels.MAX_AGE)
    sex = table.sex.notna() & ~table.sex.isin(labels.SEXES)
    race = table.race.notna() & ~table.race.isin(labels.RACES)
    named = table[table.source.isin(["utkface", "utkface-wild"])]
    differ = [row.file for row in named.itertuples() if _label_of(row.file) != (row.age, row.sex, row.race)]
    return [
        _finding("age", table.file[age], f"ages that are missing or not 0 to {labels.MAX_AGE}", FAULT),
        _finding("sex", table.file[sex], "sexes that are neither male nor female", FAULT),
        _finding("race", table.file[race], "races that are none of the five", FAULT),
        _finding("label", differ, "labels that are not those of the file name", FAULT),
        _finding(
            "no sex", table.file[table.sex.isna()], "photos whose source does not say the sex", NOTE, few=0
        ),
        _finding(
            "no race", table.file[table.race.isna()], "photos whose source does not say the race", NOTE, few=0
        ),
    ]


def _of_splits(table, manifest_names=None):
    """What of the committed split manifest is there. UTKFace has to be whole, other sources need not."""
    unseen = table.file[table.split == "unseen"]
    said = "photos that the split manifest does not name; they count as unseen"
    if set(table.source) <= {"imdb", "wiki", "fairface"}:
        return [_finding("unseen", unseen, said, NOTE, few=0)]
    named = utkface.read_manifest()
    if set(table.source) == {"utkface"}:
        missing = named.file[~named.file.isin(table.file if manifest_names is None else manifest_names)]
        missing = _finding(
            "missing", missing, f"of the {len(named):,} photos of the split manifest not there", FAULT
        )
    else:
        crops = table.file.str.replace(r"\.[^.]*$", "", regex=True) + labels.SUFFIX  # that photos in the wild have
        there = pd.concat([table.file, crops] if manifest_names is None else [manifest_names])
        n = int((~named.file.isin(there)).sum())
        missing = Finding(
            "missing", n, [], NOTE if n else FINE, f"of {len(named):,} photos of the split manifest not there"
        )
    return [missing, _finding("unseen", unseen, said, NOTE)]


def _of_copies(table, groups, kind=""):
    table = table.assign(group=np.asarray(groups))
    many = table[table.group.duplicated(keep=False)]
    per_group = many.groupby("group")
    ages = per_group.age.nunique() > 1
    sexes = per_group.sex.nunique() > 1
    return [
        _finding(
            "copies", many.file, f"photos in {counted(many.group.nunique(), 'group')} of {kind}copies", NOTE, few=0
        ),
        _finding("other age", ages.index[ages], f"groups of {kind}copies that disagree on age", NOTE),
        _finding("other sex", sexes.index[sexes], f"groups of {kind}copies that disagree on sex", NOTE),
    ]


def _of_refusals(refused, names):
    why = "; ".join(f"{n:,} {reason}" for reason, n in refused.most_common(SHOWN))
    why += "; …" if len(refused) > SHOWN else ""
    text = f"files that are not taken: {why}" if why else "files that are not taken"
    return [Finding("refused", refused.total(), names[:SHOWN], NOTE if refused else FINE, text)]


def _finding(kind, files, text, severity, few=SHOWN):
    """A Finding that is fine where it is true of nothing."""
    n = len(files)
    severity = severity if n or kind == "photos" else FINE
    return Finding(kind, n, [str(file) for file in list(files)[:few]], severity, text)


def _picture(data):
    try:
        return images.decode(data)
    except BadImage:
        return None


def _label_of(file):
    try:
        label = labels.parse(file)
    except BadLabel:
        return None
    return label.age, label.sex, label.race
