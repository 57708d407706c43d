import shutil

import pandas as pd
import pytest
from drawn import drawn_face, write_utkface

from agesex import dataset, images
from agesex.dataset import check, store
from agesex.dataset.importing import import_from
from agesex.dataset.sources import base
from agesex.errors import BadDataset


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))


@pytest.fixture
def folder(tmp_path):
    write_utkface(tmp_path / "UTKFace", n=8)
    return tmp_path / "UTKFace"


@pytest.fixture
def whole(folder, monkeypatch):
    """A data set that is all of its manifest."""
    names = sorted(file.name for file in folder.iterdir())
    manifest = folder.parent / "splits.csv"
    text = "".join(f"{name},{'test' if i % 2 else 'train'},,0\n" for i, name in enumerate(names))
    manifest.write_text("file,split,group,published\n" + text)
    monkeypatch.setattr(dataset.read_manifest, "__defaults__", (manifest,))
    monkeypatch.setattr(dataset.with_splits, "__defaults__", (manifest,))
    return folder


def found(findings):
    """{kind: (n, severity)} of what is not fine."""
    return {f.kind: (f.n, f.severity) for f in findings if f.severity != "fine"}


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize("full", [True, False])
def test_a_whole_data_set_has_no_fault(whole, stored, full):
    if stored:
        import_from(whole)
    findings = check.check("utkface" if stored else whole, full=full)
    assert found(findings) == {} and check.is_sound(findings)
    assert {f.kind: f.n for f in findings}["photos"] == 8


@pytest.mark.parametrize("stored", [True, False])
def test_what_the_manifest_names_and_is_not_there_is_a_fault(whole, stored):
    gone, odd, *_ = sorted(whole.iterdir())
    gone.unlink()
    odd.rename(whole / "33_1_2_20170116193245364.jpg.chip.jpg")
    if stored:
        import_from(whole)
    findings = check.check("utkface" if stored else whole)
    assert found(findings) == {"missing": (2, "fault"), "unseen": (1, "note")}
    assert not check.is_sound(findings)
    missing = next(f for f in findings if f.kind == "missing")
    assert missing.examples == sorted([gone.name, odd.name])


def test_bytes_that_changed_on_the_disk_are_faults(whole):
    import_from(whole)
    stored = store.open_stored("utkface")
    photos = stored.table_path.with_name("photos.bin")
    data = bytearray(photos.read_bytes())
    first, last = stored.table.iloc[0], stored.table.iloc[7]
    data[first.offset + 100] ^= 1
    photos.write_bytes(data[:-1])
    assert found(check.check("utkface", full=True)) == {"cut off": (1, "fault"), "altered": (1, "fault")}
    photos.unlink()
    assert found(check.check("utkface")) == {"cut off": (8, "fault")}
    assert last.offset > first.offset


def rewritten(**columns):
    """The stored table with some columns replaced by a function of the old ones."""
    stored = store.open_stored("utkface")
    table = stored.table
    table.assign(**columns).to_parquet(stored.table_path, index=False)


def test_implausible_labels_are_faults(whole):
    import_from(whole)
    rewritten(
        age=lambda table: table.age.where(table.index != 0, 121),
        sex=lambda table: table.sex.where(table.index != 1, "0"),
        race=lambda table: table.race.where(table.index != 2, "Martian"),
    )
    assert found(check.check("utkface")) == {
        "age": (1, "fault"), "sex": (1, "fault"), "race": (1, "fault"), "label": (3, "fault")
    }  # fmt: skip


def test_a_label_that_is_not_that_of_the_name_is_a_fault(whole):
    import_from(whole)
    rewritten(age=lambda table: table.age.where(table.index > 1, table.age + 1))
    assert found(check.check("utkface")) == {"label": (2, "fault")}


def test_lost_rows_and_columns_are_faults(whole):
    import_from(whole)
    stored = store.open_stored("utkface")
    stored.table[1:].to_parquet(stored.table_path, index=False)
    assert found(check.check("utkface")) == {"rows": (1, "fault"), "missing": (1, "fault")}
    stored.table.drop(columns="sha256").to_parquet(stored.table_path, index=False)
    assert found(check.check("utkface")) == {"columns": (1, "fault")}


@pytest.mark.parametrize("stored", [True, False])
def test_a_crop_of_another_size_is_a_fault(whole, stored):
    crop = min(whole.iterdir())
    crop.write_bytes(images.encode_png(drawn_face()[:150]))
    if stored:
        import_from(whole)
    assert found(check.check("utkface" if stored else whole, full=True)) == {"size": (1, "fault")}


def test_copies_that_disagree_are_notes(folder, whole):
    first, second, *_ = sorted(whole.iterdir())
    shutil.copy(first, second)
    findings = check.check(whole)
    assert found(findings)["copies"] == (2, "note")
    labels = [name.name.split("_")[:2] for name in (first, second)]
    assert any(finding.text == "photos in 1 group of byte-identical copies" for finding in findings)
    assert ("other age" in found(findings)) == (labels[0][0] != labels[1][0])
    assert ("other sex" in found(findings)) == (labels[0][1] != labels[1][1])
    assert check.is_sound(findings)


def test_what_was_not_taken_is_said_with_its_reason(whole):
    (whole / "61_1_20170109142408075.jpg.chip.jpg").write_bytes(b"")
    import_from(whole)
    for place in ("utkface", whole):
        refused = check.check(place)[-1]
        assert (refused.n, refused.severity) == (1, "note")
        assert "1 the race is missing" in refused.text
        assert refused.examples == ["61_1_20170109142408075.jpg.chip.jpg"]


def test_a_photo_that_cannot_be_decoded_is_a_fault_of_a_folder(whole):
    min(whole.iterdir()).write_bytes(b"")
    assert found(check.check(whole)) == {"unreadable": (1, "fault")}


def decoded(path, **options):
    """What the check of a path says of how many it decoded."""
    return next(finding.text for finding in check.check(path, **options) if finding.kind == "unreadable")


@pytest.mark.parametrize(
    ("sample", "one_in", "full", "n"),
    [(8, 20, False, 8), (7, 20, False, 7), (2, 3, False, 2), (2, 2, False, 4), (1, 10**9, True, 8)],
)
def test_of_a_path_all_are_decoded_or_a_sample_or_a_share(whole, monkeypatch, sample, one_in, full, n):
    monkeypatch.setattr(check, "SAMPLE", sample)
    monkeypatch.setattr(check, "ONE_IN", one_in)
    pictures = []
    monkeypatch.setattr(check, "_picture", lambda data: pictures.append(data) or drawn_face())
    assert decoded(whole, full=full).endswith(f"of {n} decoded") and len(pictures) == n


def test_the_sample_is_not_the_beginning(whole, monkeypatch):
    monkeypatch.setattr(check, "SAMPLE", 3)
    chosen = check._sample(whole, base.load("utkface"))
    assert len(chosen) == 3 and chosen <= set(range(8)) and chosen != {0, 1, 2}


def test_a_thousand_photos_are_all_decoded():
    assert (check.SAMPLE, check.ONE_IN) == (1000, 20)


def test_a_sample_of_a_stored_data_set_is_decoded_or_all(whole, monkeypatch):
    monkeypatch.setattr(check, "SAMPLE", 3)
    min(whole.iterdir()).write_bytes(b"no picture")
    import_from(whole, name="mine")
    for full, said in ((False, "of 3 read"), (True, "of 7 read")):
        assert any(said in finding.text for finding in check.check("mine", full=full))


def test_other_sources_need_not_be_whole(tmp_path):
    pd.DataFrame({"file": ["a.png"], "age": ["20-29"], "gender": ["Male"], "race": ["White"]}).to_csv(
        tmp_path / "labels.csv", index=False
    )
    (tmp_path / "a.png").write_bytes(images.encode_png(drawn_face()))
    findings = check.check(tmp_path / "labels.csv", source="fairface")
    assert found(findings) == {"unseen": (1, "note")}


def test_what_is_neither_stored_nor_there_is_refused(folder):
    with pytest.raises(BadDataset, match="“nothing” is neither a stored data set .none. nor a folder"):
        check.check("nothing")
    with pytest.raises(BadDataset, match="there is no"):
        check.check(folder / "nothing")


@pytest.mark.realdata
def test_utkface_is_sound(utkface):
    findings = check.check(utkface)
    assert check.is_sound(findings)
    assert {f.kind: f.n for f in findings}["photos"] == 22_702
    assert findings[-1].n == 5
    copies = next(f for f in findings if f.kind == "copies")
    # the figures that data/README.md beside the project gives
    assert (copies.n, copies.text) == (765, "photos in 375 groups of byte-identical copies")
    assert [f.n for f in findings if f.kind in ("other age", "other sex")] == [205, 40]
