import hashlib
import json

import numpy as np
import pandas as pd
import pytest
from drawn import write_utkface

from agesex import dataset
from agesex.errors import BadDataset, BadModel
from training import prepare, splits


def inventory(n=2000, seed=0):
    """A table of n photos, hashes, and groups in which each fifth photo has a copy."""
    rng = np.random.default_rng(seed)
    files = sorted(f"{i:05d}.jpg" for i in range(n))
    table = pd.DataFrame(
        {
            "file": files,
            "age": rng.integers(0, 100, n),
            "sex": rng.choice(["female", "male"], n),
            "race": rng.choice(["White", "Black"], n),
        }
    )
    groups = np.arange(n)
    groups[5::10] = groups[4::10]
    contents = {file: hashlib.sha256(file.encode()).hexdigest() for file in files}
    listed = set(table.file[table.age.between(21, 60)][::4])
    return table, groups, contents, listed


def as_read(manifest):
    return manifest.assign(
        group=manifest.group.where(manifest.group != "", manifest.file),
        published=manifest.published == "1",
    )


def test_build_keeps_every_rule():
    table, groups, contents, listed = inventory()
    made = splits.build(table, groups, contents, listed)
    rows = made.merge(table, on="file").assign(unit=groups)
    assert set(rows.file[rows.published == "1"]) == listed
    assert set(rows.split[rows.published == "1"]) == {"test"}
    kept = rows[rows.split != "dropped"]
    assert (kept.groupby("unit").split.nunique() == 1).all()
    listed_units = set(rows.unit[rows.published == "1"])
    dropped = rows[rows.split == "dropped"]
    assert len(dropped) > 10
    assert set(dropped.unit) <= listed_units
    test_in_the_middle = rows[(rows.split == "test") & rows.age.between(21, 60)]
    assert set(test_in_the_middle.published) == {"1"}
    share = (rows[~rows.age.between(21, 60)].split == "test").mean()
    assert share == pytest.approx(0.2, abs=0.03)
    rest = rows[rows.split.isin(["train", "validation", "calibration"])]
    assert (rest.split == "validation").mean() == pytest.approx(0.08, abs=0.01)
    assert (rest.split == "calibration").mean() == pytest.approx(0.08, abs=0.01)


def test_build_does_not_depend_on_group_numbers():
    table, groups, contents, listed = inventory()
    other = np.random.default_rng(1).permutation(len(groups))[groups]
    assert splits.build(table, groups, contents, listed).equals(
        splits.build(table, other, contents, listed)
    )


def test_extend_never_moves_a_row_and_follows_copies():
    table, groups, contents, listed = inventory()
    old = splits.build(table.head(1800), groups[:1800], contents, listed & set(table.file[:1800]))
    groups = groups.copy()
    groups[1900], groups[1901] = groups[0], groups[1]
    extended = splits.extend(as_read(old), table, groups, contents)
    assert extended.head(1800)[["file", "split", "published"]].equals(
        old[["file", "split", "published"]]
    )
    new = extended.tail(200).set_index("file").split
    for copy, original in ((1900, 0), (1901, 1)):
        was = old.split[original]
        assert new[table.file[copy]] == ("dropped" if was in ("test", "dropped") else was)
    assert set(new) <= {"train", "validation", "calibration", "test", "dropped"}
    assert (new == "test").mean() == pytest.approx(0.2, abs=0.1)


def test_extend_with_nothing_new_changes_nothing():
    table, groups, contents, listed = inventory(500)
    old = splits.build(table, groups, contents, listed)
    assert splits.extend(as_read(old), table, groups, contents).equals(old)


def test_a_row_that_is_gone_stays_in_the_manifest():
    table, groups, contents, listed = inventory(500)
    old = splits.build(table, groups, contents, listed)
    fewer = table.iloc[1:].reset_index(drop=True)
    assert splits.extend(as_read(old), fewer, groups[1:], contents).file.equals(old.file)


def test_prepare_writes_a_pack_and_rebuilds_byte_for_byte(tmp_path):
    names = write_utkface(tmp_path / "UTKFace", n=40)
    listed = [name for name in names if 21 <= int(name.split("_")[0]) <= 60][:5]
    (tmp_path / "list.txt").write_text("\n".join(listed) + "\n")
    manifest = tmp_path / "splits.csv"
    report = prepare.prepare(
        tmp_path / "UTKFace",
        tmp_path / "pack",
        manifest=manifest,
        rebuild=True,
        test_list=tmp_path / "list.txt",
    )
    assert report["photos"] == 40
    first = manifest.read_bytes()
    assert set(dataset.read_manifest(manifest).query("published").file) == set(listed)
    prepare.prepare(tmp_path / "UTKFace", tmp_path / "pack", manifest=manifest, rebuild=True)
    assert manifest.read_bytes() == first
    facts = json.loads((tmp_path / "pack" / "splits.json").read_text())
    assert facts["manifest_sha256"] == hashlib.sha256(first).hexdigest()
    index = pd.read_parquet(tmp_path / "pack" / "index.parquet")
    photos = (tmp_path / "pack" / "photos.bin").read_bytes()
    row = index.iloc[7]
    assert photos[row.offset : row.offset + row.length] == (
        tmp_path / "UTKFace" / row.file
    ).read_bytes()


def test_prepare_extends_inside_the_pack_only(tmp_path):
    folder = tmp_path / "UTKFace"
    write_utkface(folder, n=30)
    (tmp_path / "list.txt").write_text("")
    manifest = tmp_path / "splits.csv"
    prepare.prepare(folder, tmp_path / "pack", manifest=manifest, rebuild=True,
                    test_list=tmp_path / "list.txt")  # fmt: skip
    before = manifest.read_bytes()
    write_utkface(folder, n=10, seed=5)
    report = prepare.prepare(folder, tmp_path / "pack", manifest=manifest)
    assert report["new_photos"] > 0
    assert manifest.read_bytes() == before
    assert len(dataset.read_manifest(tmp_path / "pack" / "splits.csv")) == report["photos"]
    prepare.prepare(folder, tmp_path / "pack", manifest=manifest, update=True)
    assert len(dataset.read_manifest(manifest)) == report["photos"]


def test_a_list_with_unknown_photos_is_refused(tmp_path):
    write_utkface(tmp_path / "UTKFace", n=5)
    (tmp_path / "list.txt").write_text("25_1_2_1.jpg.chip.jpg\n")
    with pytest.raises(BadDataset, match="1 of 1 published test photos are not in"):
        prepare.prepare(tmp_path / "UTKFace", tmp_path / "pack", manifest=tmp_path / "s.csv",
                        rebuild=True, test_list=tmp_path / "list.txt")  # fmt: skip


def test_a_data_set_that_the_manifest_does_not_fit_leaves_the_old_pack_whole(tmp_path):
    write_utkface(tmp_path / "UTKFace", n=12)
    (tmp_path / "list.txt").write_text("")
    made = {"manifest": tmp_path / "s.csv"}
    prepare.prepare(tmp_path / "UTKFace", tmp_path / "pack", rebuild=True,
                    test_list=tmp_path / "list.txt", **made)  # fmt: skip
    before = {path.name: path.read_bytes() for path in (tmp_path / "pack").iterdir()}
    other = tmp_path / "other"
    other.mkdir()
    for number, photo in enumerate(sorted((tmp_path / "UTKFace").iterdir())[:3]):
        (other / f"{30 + number}_0_0_20990101000000000.jpg.chip.jpg").write_bytes(photo.read_bytes())
    with pytest.raises(BadDataset, match="none of its 12 photos is there.*--manifest"):
        prepare.prepare(other, tmp_path / "pack", **made)
    assert {path.name: path.read_bytes() for path in (tmp_path / "pack").iterdir()} == before
    # the same folder with the old photos beside the new ones is an extension
    for photo in (tmp_path / "UTKFace").iterdir():
        (other / photo.name).write_bytes(photo.read_bytes())
    assert prepare.prepare(other, tmp_path / "pack", **made)["new_photos"] == 3
    assert not list(tmp_path.glob("*.part")) and not list(tmp_path.glob("*.old"))


def test_nothing_but_an_old_pack_is_ever_replaced(tmp_path):
    write_utkface(tmp_path / "UTKFace", n=12)
    (tmp_path / "list.txt").write_text("")
    made = {"manifest": tmp_path / "s.csv", "rebuild": True, "test_list": tmp_path / "list.txt"}
    folder, file = tmp_path / "documents", tmp_path / "file"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    file.write_text("text")
    for out in (folder, file):
        with pytest.raises(BadModel, match="is not a pack and would be lost"):
            prepare.prepare(tmp_path / "UTKFace", out, **made)
    assert (folder / "thesis.txt").read_text() == "years of work" and file.read_text() == "text"
    for _ in range(2):  # a new one, and then that one again
        prepare.prepare(tmp_path / "UTKFace", tmp_path / "pack", **made)


def test_dealing_anew_from_fewer_photos_does_not_overwrite_the_manifest(tmp_path):
    write_utkface(tmp_path / "UTKFace", n=12)
    (tmp_path / "list.txt").write_text("")
    made = {"manifest": tmp_path / "s.csv", "rebuild": True, "test_list": tmp_path / "list.txt"}
    prepare.prepare(tmp_path / "UTKFace", tmp_path / "pack", **made)
    before = (tmp_path / "s.csv").read_bytes()
    for photo in sorted((tmp_path / "UTKFace").iterdir())[:5]:
        photo.unlink()
    with pytest.raises(BadDataset, match="5 photos of the manifest .* would lose their splits"):
        prepare.prepare(tmp_path / "UTKFace", tmp_path / "pack", **made)
    assert (tmp_path / "s.csv").read_bytes() == before


@pytest.mark.realdata
def test_the_committed_manifest_is_rebuilt_byte_for_byte(utkface, tmp_path):
    manifest = tmp_path / "splits.csv"
    manifest.write_bytes(dataset.MANIFEST.read_bytes())
    prepare.prepare(utkface, tmp_path / "pack", manifest=manifest, rebuild=True)
    assert manifest.read_bytes() == dataset.MANIFEST.read_bytes()
    assert manifest.with_suffix(".json").read_bytes() == (
        dataset.MANIFEST.with_suffix(".json").read_bytes()
    )
