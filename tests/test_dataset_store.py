import contextlib
import json
import os
import shutil

import filelock
import platformdirs
import pyarrow as pa
import pytest
from drawn import write_utkface

from agesex.dataset import home, store
from agesex.dataset.importing import import_from
from agesex.dataset.part import SCHEMA, Part
from agesex.errors import BadDataset


@pytest.fixture(autouse=True)
def datasets(tmp_path, monkeypatch):
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "datasets"


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """A stored data set of eight photos, to be copied."""
    place = tmp_path_factory.mktemp("once")
    write_utkface(place / "UTKFace", n=8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGESEX_HOME", str(place))
        import_from(place / "UTKFace")
    return place


@pytest.fixture
def stored(imported, datasets):
    shutil.copytree(imported / "datasets" / "utkface", datasets / "utkface")
    return store.open_stored("utkface")


def test_data_live_where_the_environment_says_or_the_platform(tmp_path, monkeypatch):
    assert home.home() == tmp_path / "home"
    assert home.datasets() == tmp_path / "home" / "datasets"
    monkeypatch.setenv("AGESEX_HOME", "  ")
    assert home.home() == platformdirs.user_data_path("agesex")


def test_photos_come_by_name_and_all_together(stored, imported):
    original = {file.name: file.read_bytes() for file in (imported / "UTKFace").iterdir()}
    assert dict(stored.photos()) == original
    wanted = [stored.table.file[5], stored.table.file[2]]
    assert [file for file, _ in stored.photos(wanted)] == sorted(wanted)
    assert stored.photo(wanted[0]) == original[wanted[0]]


def test_a_photo_that_is_not_there_is_named(stored):
    with pytest.raises(BadDataset, match="holds no picture 'me.jpg'"):
        stored.photo("me.jpg")


def test_without_a_data_set_the_list_is_empty_and_opening_says_what_to_do():
    assert store.names() == []
    with pytest.raises(BadDataset, match="None was imported yet. Import one with"):
        store.open_stored("utkface")


def test_what_is_not_whole_is_not_listed(stored, datasets):
    shutil.copytree(datasets / "utkface", datasets / "other.part")
    (datasets / "empty").mkdir()
    (datasets / "Odd Name").mkdir()
    (datasets / "Odd Name" / "facts.json").write_text("{}")
    assert store.names() == ["utkface"]
    with pytest.raises(BadDataset, match="There are: utkface"):
        store.open_stored("other")


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ("{", "is damaged"),
        ("[]", "is damaged"),
        ('{"format": 9}', "has the format 9; this version of agesex reads up to 1"),
    ],
)
def test_facts_that_cannot_be_read_are_refused(stored, facts, message):
    stored.table_path.with_name("facts.json").write_text(facts)
    with pytest.raises(BadDataset, match=message):
        store.open_stored("utkface")


def test_a_damaged_table_or_cut_off_photos_are_one_sentence(stored):
    photos = stored.table_path.with_name("photos.bin")
    photos.write_bytes(photos.read_bytes()[:-1])
    with pytest.raises(BadDataset, match="photos.bin ends too early. Delete it with"):
        dict(stored.photos())
    stored.table_path.write_bytes(b"PAR1")
    with pytest.raises(BadDataset, match="is damaged"):
        _ = store.open_stored("utkface").table


def test_removing_deletes_the_data_set_and_its_remains(stored, datasets):
    Part("utkface", "utkface", "UTKFace")
    store.remove("utkface")
    assert list(datasets.iterdir()) == []
    with pytest.raises(BadDataset, match="there is no data set 'utkface'"):
        store.remove("utkface")
    with pytest.raises(BadDataset, match="no name for a data set"):
        store.remove("../home")


def test_a_data_set_without_its_facts_can_be_removed(stored, datasets):
    stored.table_path.with_name("facts.json").unlink()
    store.remove("utkface")
    assert not (datasets / "utkface").exists()


def test_a_data_set_that_is_being_imported_is_not_removed(stored, datasets):
    wait = r"is running already\. Wait until it is done, or stop it with Ctrl-C\.$"
    with filelock.FileLock(datasets / "utkface.lock"), pytest.raises(BadDataset, match=wait):
        store.remove("utkface")
    assert store.names() == ["utkface"]


def test_a_lock_of_nothing_goes_and_one_of_a_data_set_stays(stored, datasets):
    with store.locked("utkface"), store.locked("other"):
        assert {path.name for path in datasets.glob("*.lock")} == {"utkface.lock", "other.lock"}
    assert [path.name for path in datasets.glob("*.lock")] == ["utkface.lock"]


def test_who_opened_a_lock_before_it_went_does_not_hold_it(datasets):
    fcntl = pytest.importorskip("fcntl")
    with store.locked("x"):
        late = os.open(datasets / "x.lock", os.O_RDWR)
    with contextlib.closing(os.fdopen(late)) as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # of the file that went
        with store.locked("x"), pytest.raises(BadDataset, match="is running already"), store.locked("x"):
            pass


def test_a_swap_that_was_killed_half_way_is_undone(stored, datasets):
    (datasets / "utkface").rename(datasets / "utkface.old")
    assert store.names() == ["utkface"]
    assert len(store.open_stored("utkface").table) == 8


def test_a_swap_under_way_is_left_alone(stored, datasets):
    (datasets / "utkface").rename(datasets / "utkface.old")
    with filelock.FileLock(datasets / "utkface.lock"):
        assert store.names() == []
    assert store.names() == ["utkface"]


def row(file, photo):
    return {"file": file, "path": file, "age": 1, "source": "utkface", "bytes": len(photo)}


def test_chunks_are_found_again_and_bytes_behind_the_last_are_cut_off(datasets):
    first = Part("x", "utkface", "here")
    first.add([row("a", b"AAA"), row("b", b"B")], [b"AAA", b"B"])
    first.add([row("c", b"CC") | {"bytes": None}], [None])
    (first.folder / "photos.bin").write_bytes(b"AAABhalf")
    (first.folder / "rows-00002.new").write_bytes(b"half")
    again = Part("x", "utkface", "here")
    assert (again.before, again.end) == (2, 4)
    assert (again.folder / "photos.bin").read_bytes() == b"AAAB"
    assert again.rows()["offset"].to_pylist() == [0, 3, None]
    assert not (again.folder / "rows-00002.new").exists()
    assert again.rows(first=1)["file"].to_pylist() == ["c"]


@pytest.mark.parametrize("damage", ["source", "first", "second", "photos", "columns"])
def test_what_of_a_part_cannot_be_trusted_is_made_anew(datasets, damage):
    first = Part("x", "utkface", "here")
    first.add([row("a", b"AAA")], [b"AAA"])
    first.add([row("b", b"B")], [b"B"])
    if damage == "first":
        (first.folder / "rows-00000.parquet").write_bytes(b"PAR1")
    elif damage == "second":
        (first.folder / "rows-00001.parquet").unlink()
    elif damage == "photos":
        (first.folder / "photos.bin").write_bytes(b"AA")
    elif damage == "columns":
        pa.parquet.write_table(SCHEMA.remove(3).empty_table(), first.folder / "rows-00000.parquet")
    again = Part("x", "csv48" if damage == "source" else "utkface", "here")
    assert again.rows()["file"].to_pylist() == (["a"] if damage == "second" else [])
    assert (again.folder / "photos.bin").read_bytes() == (b"AAA" if damage == "second" else b"")
    assert json.loads((again.folder / "work.json").read_text())["source"] == again.source
