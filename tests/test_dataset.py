import shutil
import tarfile
import zipfile

import pytest
from drawn import write_utkface

from agesex import dataset
from agesex.errors import BadDataset


@pytest.fixture
def folder(tmp_path):
    write_utkface(tmp_path / "UTKFace", n=12)
    return tmp_path / "UTKFace"


def packed(folder, kind):
    path = folder.parent / f"UTKFace.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for file in folder.iterdir():
                archive.write(file, f"UTKFace/{file.name}")
    else:
        with tarfile.open(path, "w:gz" if kind == "tar.gz" else "w") as archive:
            archive.add(folder, "UTKFace")
    return path


@pytest.mark.parametrize("kind", ["folder", "tar", "tar.gz", "zip"])
def test_every_form_gives_the_same_table_and_bytes(folder, kind):
    path = folder if kind == "folder" else packed(folder, kind)
    data = dataset.open_dataset(path)
    assert list(data.table.file) == sorted(p.name for p in folder.iterdir())
    assert dict(data.photos()) == {
        p.name: p.read_bytes() for p in folder.iterdir()
    }
    assert set(data.table.split) == {"unseen"}
    assert (data.table.group == data.table.file).all()


def test_only_the_asked_photos_are_read(folder):
    data = dataset.open_dataset(folder)
    wanted = [data.table.file[3], data.table.file[5]]
    assert [file for file, _ in data.photos(wanted)] == wanted


def test_malformed_names_are_returned_and_left_out(folder):
    shutil.copy(next(folder.iterdir()), folder / "61_1_20170109142408075.jpg.chip.jpg")
    data = dataset.open_dataset(folder)
    assert len(data.table) == 12
    assert [m.name for m in data.malformed] == ["61_1_20170109142408075.jpg.chip.jpg"]


def test_what_is_no_data_set_is_refused_with_a_sentence(folder, tmp_path):
    with pytest.raises(BadDataset, match="there is no"):
        dataset.open_dataset(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadDataset, match="no picture at all"):
        dataset.open_dataset(tmp_path / "empty")
    holiday = tmp_path / "holiday"
    holiday.mkdir()
    shutil.copy(next(folder.iterdir()), holiday / "beach.jpg")
    with pytest.raises(BadDataset, match="1 pictures with other names"):
        dataset.open_dataset(holiday)
    broken = packed(folder, "tar.gz")
    broken.write_bytes(broken.read_bytes()[:-4000])
    with pytest.raises(BadDataset, match="cannot be read to its end"):
        dataset.open_dataset(broken)
    (tmp_path / "text.zip").write_text("hello")
    with pytest.raises(BadDataset, match="cannot be read"):
        dataset.open_dataset(tmp_path / "text.zip")


def test_two_copies_in_one_folder_are_refused(folder):
    (folder / "again").mkdir()
    name = next(p for p in folder.iterdir() if p.is_file()).name
    shutil.copy(folder / name, folder / "again" / name)
    with pytest.raises(BadDataset, match="twice"):
        dataset.open_dataset(folder)


def test_a_manifest_with_other_columns_is_refused(tmp_path):
    (tmp_path / "splits.csv").write_text("file,part\na.jpg,train\n")
    with pytest.raises(BadDataset, match="expected the columns file, split, group, published"):
        dataset.read_manifest(tmp_path / "splits.csv")
    with pytest.raises(BadDataset, match="cannot be read"):
        dataset.read_manifest(tmp_path / "none.csv")


def test_the_committed_manifest_keeps_the_rules():
    table = dataset.known()
    assert set(table.split) == {"train", "validation", "calibration", "test", "dropped"}
    assert table.published.sum() == 3287
    assert set(table.split[table.published]) == {"test"}
    middle = table[table.age.between(21, 60)]
    assert set(middle.file[middle.split == "test"]) == set(table.file[table.published])
    kept = table[table.split != "dropped"]
    assert (kept.groupby("group").split.nunique() == 1).all()
    # every dropped photo is a copy of one on the published list
    listed = set(table.group[table.published])
    assert set(table.group[table.split == "dropped"]) <= listed
    outside = kept[~kept.age.between(21, 60)]
    assert (outside.split == "test").mean() == pytest.approx(0.20, abs=0.01)
    rest = kept[kept.split != "test"]
    assert (rest.split == "validation").mean() == pytest.approx(0.08, abs=0.005)
    assert (rest.split == "calibration").mean() == pytest.approx(0.08, abs=0.005)


@pytest.mark.realdata
def test_utkface_is_the_inventory_of_the_manifest(utkface):
    data = dataset.open_dataset(utkface)
    assert len(data.table) == len(dataset.known()) == 22_702
    assert len(data.malformed) == 5
    assert "unseen" not in set(data.table.split)
