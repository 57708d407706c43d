"""Copies of photos that the split manifest names."""

import shutil

import cv2
import pytest
from drawn import write_utkface

from agesex import dataset
from agesex.dataset import check, copies, rows, store
from agesex.dataset.importing import import_from

NEW = "99_1_4_20170116193245364.jpg.chip.jpg"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))


@pytest.fixture
def named(tmp_path, monkeypatch):
    """Photos by the split that a manifest puts them in: {split: Path}; two trains are "train" and "other"."""
    splits = ("train", "other", "validation", "calibration", "test", "dropped")
    folder = tmp_path / "UTKFace"
    files = dict(zip(splits, sorted(write_utkface(folder, n=len(splits))), strict=True))
    manifest = tmp_path / "splits.csv"
    lines = [f"{file},{'train' if split == 'other' else split},,0\n" for split, file in files.items()]
    manifest.write_text("file,split,group,published\n" + "".join(lines))
    monkeypatch.setattr(dataset.read_manifest, "__defaults__", (manifest,))
    monkeypatch.setattr(dataset.with_splits, "__defaults__", (manifest,))
    return {split: folder / file for split, file in files.items()}


def imported(named):
    import_from(named["train"].parent)
    return store.open_stored("utkface").table.set_index("file")


@pytest.mark.parametrize(
    ("original", "split"),
    [("train", "train"), ("validation", "validation"), ("calibration", "calibration"), ("test", "dropped"),
     ("dropped", "dropped")],
)  # fmt: skip
def test_a_renamed_copy_joins_the_group_of_its_original_and_goes_where_the_rules_put_it(named, original, split):
    before = imported(named)
    shutil.copy(named[original], named[original].parent / NEW)
    table = imported(named)
    assert (table.group[NEW], table.split[NEW]) == (named[original].name, split)
    assert table.drop(NEW)[["split", "group"]].equals(before[["split", "group"]])


@pytest.mark.parametrize("change", ["smaller", "mirrored"])
def test_a_copy_that_was_encoded_anew_is_found_as_well(named, change):
    picture = cv2.imread(str(named["train"]))
    picture = cv2.resize(picture, (150, 150)) if change == "smaller" else picture[:, ::-1]
    cv2.imwrite(str(named["train"].parent / NEW), picture)
    assert imported(named).split[NEW] == "train"


def test_another_photo_stays_unseen_and_alone(named):
    write_utkface(named["train"].parent, n=1, seed=9)
    table = imported(named)
    new = table[table.split == "unseen"]
    assert len(new) == 1 and list(new.group) == list(new.index)


def test_byte_identical_copies_are_found_where_too_many_photos_would_have_to_be_compared(named, monkeypatch):
    monkeypatch.setattr("agesex.dataset.assembling.MOST", 0)
    shutil.copy(named["train"], named["train"].parent / NEW)
    assert imported(named).split[NEW] == "train"


def test_what_an_earlier_version_left_without_fingerprints_is_compared_by_content(named, monkeypatch):
    measured = rows.measured
    monkeypatch.setattr(rows, "measured", lambda data, found, to_print: measured(data, found, found.file == NEW))
    shutil.copy(named["train"], named["train"].parent / NEW)
    assert imported(named).group[NEW] == named["train"].name


@pytest.mark.parametrize(
    ("splits", "expected"),
    [(["train", "train"], "train"), (["train", "test"], "dropped"), (["train", "validation"], "dropped"),
     (["train", "dropped"], "train")],
)  # fmt: skip
def test_a_copy_of_several_photos_goes_where_all_of_them_are(splits, expected):
    table = dataset.known().head(3).assign(split=[*splits, "unseen"], group=["a", "b", "c"], own=["a", "b", "c"])
    group, split = copies.followed(table.assign(known=[True, True, False]), ["0", "0", "0"])
    assert list(group) == ["a", "b", "a"] and list(split) == [*splits, expected]


@pytest.mark.parametrize("stored", [True, False])
def test_the_check_counts_the_copy_and_does_not_call_it_unseen(named, stored):
    shutil.copy(named["train"], named["train"].parent / NEW)
    if stored:
        import_from(named["train"].parent)
    findings = {finding.kind: finding for finding in check.check("utkface" if stored else named["train"].parent)}
    assert findings["unseen"].n == 0 and findings["missing"].n == 0 and findings["copies"].n == 2
    assert "photos in 1 group of" in findings["copies"].text
