"""Walking archives within folders and archives: one that is damaged costs only what is behind the damage."""

import errno
import io
import os
import tarfile
import tempfile
import zipfile

import pytest
from drawn import write_utkface

from agesex.dataset import importing, members, packed, store
from agesex.dataset.importing import import_from
from agesex.dataset.sources.base import Progress, Refused
from agesex.errors import BadDataset


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))


@pytest.fixture
def tars(tmp_path):
    """A folder of four .tar.gz with three drawn faces each."""
    write_utkface(tmp_path / "UTKFace", n=12)
    photos = sorted((tmp_path / "UTKFace").iterdir())
    (tmp_path / "tars").mkdir()
    for i in range(4):
        with tarfile.open(tmp_path / "tars" / f"{i}.tar.gz", "w:gz") as archive:
            for photo in photos[3 * i : 3 * i + 3]:
                archive.add(photo, photo.name)
    return tmp_path / "tars"


def shortened(path, share):
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def zipped_up(folder, path):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    return path


@pytest.mark.parametrize("form", ["folder", "zip", "tar"])
def test_one_damaged_archive_costs_only_what_is_behind_the_damage(tars, tmp_path, form):
    shortened(tars / "1.tar.gz", 0.7)
    place = tars
    if form == "zip":
        place = zipped_up(tars, tmp_path / "all.zip")
    elif form == "tar":
        place = tmp_path / "all.tar"
        with tarfile.open(place, "w") as archive:
            for file in sorted(tars.iterdir()):
                archive.add(file, file.name)
    report = import_from(place)
    assert report.refused[packed.DAMAGED] == 1 and ("1.tar.gz", packed.DAMAGED) in report.examples
    assert 10 <= report.taken < 12 and store.names() == ["utkface"]


def test_an_archive_that_is_none_or_a_bomb_is_refused_and_the_rest_is_taken(tars):
    (tars / "1.tar.gz").write_text("<html>not found</html>")
    with tarfile.open(tars / "2.tar.gz", "w:gz") as archive:
        info = tarfile.TarInfo("25_1_2_20170116193245364.jpg.chip.jpg")
        info.size = 50 * 2**20
        archive.addfile(info, io.BytesIO(bytes(info.size)))
    report = import_from(tars)
    assert report.taken == 6
    assert report.refused == {packed.DAMAGED: 1, packed.TOO_DENSE: 1}


def test_a_path_that_is_itself_damaged_is_an_import_to_be_continued(tars, tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 2)
    path = zipped_up(tars, tmp_path / "all.zip")
    whole = path.read_bytes()
    shortened(path, 0.6)
    with pytest.raises(BadDataset, match=r"“all.zip” cannot be read to its end.*kept"):
        import_from(path)
    assert store.names() == []
    path.write_bytes(whole)
    report = import_from(path)
    assert report.taken == 12 and report.resumed >= 6


def test_an_archive_within_that_is_repaired_adds_what_was_missing(tars):
    whole = (tars / "1.tar.gz").read_bytes()
    shortened(tars / "1.tar.gz", 0.5)
    assert import_from(tars).taken < 12
    (tars / "1.tar.gz").write_bytes(whole)
    assert import_from(tars).taken == 12


def test_a_full_disk_stops_the_walk(tars, monkeypatch):
    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda dir=None: Full())
    with pytest.raises(BadDataset, match="no space left on device"):
        import_from(tars, "utkface")


def test_an_archive_that_vanishes_costs_itself(tars):
    found = []
    for member in members.walk(tars):
        if not found:
            os.unlink(tars / "2.tar.gz")
        found.append(member)
    assert sum(isinstance(member, members.Member) for member in found) == 9
    assert [member.name for member in found if isinstance(member, Refused)] == ["2.tar.gz"]


def shares(path):
    """The share that is reached at every member."""
    progress = Progress()
    found = []
    for member in members.walk(path, progress):
        member.read()
        found.append(progress.share)
    assert progress.total
    return found


@pytest.mark.parametrize("form", ["folder", "tars", "zip", "tar", "zip of tars"])
def test_the_share_that_was_read_grows_from_0_to_1(tars, tmp_path, form):
    path = {"folder": tmp_path / "UTKFace", "tars": tars}.get(form)
    if form == "zip":
        path = zipped_up(tmp_path / "UTKFace", tmp_path / "x.zip")
    elif form == "zip of tars":
        path = zipped_up(tars, tmp_path / "x.zip")
    elif form == "tar":
        path = tmp_path / "x.tar"
        with tarfile.open(path, "w") as archive:
            archive.add(tmp_path / "UTKFace", "UTKFace")
    found = shares(path)
    assert len(found) == 12 and found == sorted(found)
    assert 0 <= found[0] < 0.3 and 0.6 < found[-1] <= 1 and 0.3 < found[6] < 0.8
