"""Turn a copy of UTKFace into a training pack, with the committed splits.

    python -m training.prepare UTKFace.tar.gz                    # -> packs/utkface
    python -m training.prepare UTKFace --rebuild --test-list utkface_ages_21_60_test.txt

A pack is `photos.bin` (the original JPEG bytes one after another, never re-encoded), `index.parquet`
(labels, split, group, offset, length) and the manifest that it used. Photos that the manifest does not
name extend it, inside the pack; `--update` writes the extension back to the committed manifest.
`--rebuild` makes the committed manifest anew, byte for byte the same from the same inventory.
"""

import argparse
import hashlib
import json
import shutil
import sys
from pathlib import Path

import pandas as pd

from agesex import dataset, images, quality
from agesex.errors import AgeSexError, BadDataset
from training import files, splits

PACK = Path("packs/utkface")

PACK_FILES = ("photos.bin", "index.parquet", "splits.csv", "splits.json")

def main(argv=None):
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="training.prepare", description=__doc__.split("\n")[0])
    parser.add_argument("dataset", help="folder, .tar.gz or .zip of UTKFace, aligned & cropped")
    parser.add_argument("--out", type=Path, default=PACK, help="folder of the pack (%(default)s)")
    parser.add_argument("--manifest", type=Path, default=dataset.MANIFEST)
    parser.add_argument("--rebuild", action="store_true", help="make the manifest anew")
    parser.add_argument("--test-list", type=Path, help="published test list, one name a line")
    parser.add_argument("--update", action="store_true", help="write an extended manifest back")
    args = parser.parse_args(argv)
    try:
        report = prepare(
            args.dataset,
            args.out,
            manifest=args.manifest,
            rebuild=args.rebuild,
            test_list=args.test_list,
            update=args.update,
        )
    except AgeSexError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(
            f"the pack {args.out} could not be written: {error}. Make room or correct the permissions, and "
            f"run the same command again; a pack that is not whole is refused by training.\n"
        )
        return 1
    sys.stdout.write(json.dumps(report, indent=2) + "\n")
    return 0


def prepare(path, out, *, manifest=dataset.MANIFEST, rebuild=False, test_list=None, update=False):
    """Write a pack and, where asked, the manifest.

    Args:
        path: the data set, as for `agesex.dataset.open_dataset`.
        out: folder to write; made if need be.
        manifest: CSV of splits to use, extend or rebuild.
        rebuild: deal all photos anew and overwrite `manifest`.
        test_list: file with the published test names, for `rebuild`; without it the names that the
            present manifest marks as published.
        update: overwrite `manifest` if new photos extended it.

    Returns:
        dict: what was read and how it was dealt.

    Raises:
        BadDataset: the data set, the list or the manifest is not usable.
    """
    data = dataset.open_dataset(path, manifest=None)
    out = Path(out).resolve()
    files.check_replaceable(out, PACK_FILES, "a pack")
    old = None if rebuild and test_list else dataset.read_manifest(manifest)
    published = _published(test_list, old) if rebuild else set()
    _check_fit(data.table, path, manifest, old, published, rebuild)
    if rebuild and Path(manifest).exists():
        lost = int((~dataset.read_manifest(manifest).file.isin(data.table.file)).sum())
        if lost:
            raise BadDataset(
                f"{lost:,} photos of the manifest {manifest} are not in {path}, and dealing anew would "
                f"lose their splits. Name another file with --manifest, or rebuild from a complete copy."
            )
    aside = out.with_name(out.name + ".part")  # the old pack stays whole until the new one is
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    table, contents, prints = _write_photos(data, aside)
    inventory = dataset.inventory_hash(contents)
    groups = quality.duplicate_groups([prints[file] for file in table.file])
    if rebuild:
        rows = splits.build(table, groups, contents, published)
    else:
        rows = splits.extend(old, table, groups, contents)
    new = 0 if old is None else int((~rows.file.isin(old.file)).sum())
    facts = {
        "source": "UTKFace aligned & cropped",
        "inventory_sha256": inventory,
        "photos": len(table),
        "malformed": len(data.malformed),
        "malformed_names": [m.name for m in data.malformed],
        "duplicate_groups": int((rows.group != "").groupby(rows.group).any().sum()),
        "photos_in_groups": int((rows.group != "").sum()),
        "splits": {name: int(n) for name, n in rows.split.value_counts().sort_index().items()},
    }
    targets = {aside / "splits.csv"} | ({manifest} if rebuild or (update and new) else set())
    for target in targets:
        rows.to_csv(target, index=False, lineterminator="\n")
        facts["manifest_sha256"] = hashlib.sha256(target.read_bytes()).hexdigest()
        target.with_suffix(".json").write_text(json.dumps(facts, indent=2) + "\n")
    dataset.with_splits(table, aside / "splits.csv").to_parquet(aside / "index.parquet", index=False)
    files.swap(out, aside)
    mendings = [{"file": m.name, "reason": m.reason, "mending": m.mending} for m in data.malformed]
    return facts | {"new_photos": new, "left_out": mendings, "pack": str(out)}


def _check_fit(table, path, manifest, old, published, rebuild):
    """Refuse a data set that the manifest, or the published list, does not belong to."""
    missing = sorted(published - set(table.file))
    if missing:
        raise BadDataset(
            f"{len(missing)} of {len(published)} published test photos are not in {path}, for example "
            f"{missing[0]!r}. Rebuild from a complete copy of UTKFace."
        )
    if not rebuild and not table.file.isin(old.file).any():
        raise BadDataset(
            f"the manifest {manifest} does not fit {path}: none of its {len(old):,} photos is there. "
            f"Expected a copy of UTKFace, aligned & cropped, with or without new photos beside it. "
            f"Name the manifest of this data set with --manifest, or deal it anew with --rebuild."
        )


def _write_photos(data, out):
    """Copy the bytes into photos.bin; returns (table with offsets, content hashes, fingerprints)."""
    contents, prints, places, offset = {}, {}, {}, 0
    with open(out / "photos.bin", "wb") as file:
        for name, photo in data.photos():
            contents[name] = hashlib.sha256(photo).hexdigest()
            prints[name] = quality.fingerprint(images.decode(photo))
            places[name] = (offset, len(photo))
            offset += file.write(photo)
    where = pd.DataFrame.from_dict(places, orient="index", columns=["offset", "length"])
    table = data.table[["file", "age", "sex", "race", "stamp"]].join(where, on="file")
    return table, contents, prints


def _published(test_list, manifest):
    if test_list is None:
        return set(manifest.file[manifest.published])
    try:
        return {line for line in test_list.read_text().splitlines() if line}
    except OSError as error:
        raise BadDataset(f"the test list {test_list} cannot be read: {error}.") from error


if __name__ == "__main__":
    sys.exit(main())
