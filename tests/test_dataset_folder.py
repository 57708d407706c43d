"""Links in a folder: followed where they are the user's own, and never without end."""

import os
import shutil

import pytest
from drawn import write_utkface

from agesex import dataset
from agesex.dataset import folder, members, store
from agesex.dataset.importing import import_from


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))


@pytest.fixture
def disk(tmp_path):
    write_utkface(tmp_path / "disk" / "faces", n=4)
    (tmp_path / "mine").mkdir()
    return tmp_path / "disk" / "faces"


def found(root):
    """{name: "" or why it is not read}."""
    return {inside: "" if isinstance(found, int) else found for inside, _, found in folder.files(root)}


def test_links_to_folders_and_files_elsewhere_are_followed_by_import_and_in_place(tmp_path, disk):
    first, *_ = sorted(disk.iterdir())
    away = tmp_path / first.name
    shutil.move(first, away)
    (tmp_path / "mine" / "part1").symlink_to(disk)
    (tmp_path / "mine" / first.name).symlink_to(away)
    report = import_from(tmp_path / "mine")
    assert (report.taken, report.refused.total()) == (4, 0)
    assert dict(store.open_stored("utkface").photos())[first.name] == away.read_bytes()
    in_place = dataset.open_dataset(tmp_path / "mine")
    assert len(in_place.table) == 4 and dict(in_place.photos())[first.name] == away.read_bytes()


def test_a_folder_that_is_linked_twice_or_read_anyway_is_read_once(tmp_path, disk):
    mine = tmp_path / "mine"
    (mine / "a").symlink_to(disk)
    (mine / "b").symlink_to(disk)
    (mine / "real").mkdir()
    (mine / "real" / "photo.jpg").write_bytes(b"x")
    (mine / "c").symlink_to(mine / "real")
    seen = found(mine)
    assert seen["b"] == seen["c"] == folder.LINK_INSIDE
    assert sum(not problem for problem in seen.values()) == 5


def test_a_loop_and_a_link_to_a_folder_above_end(tmp_path, disk):
    (disk / "loop").symlink_to(disk)
    (disk / "up").symlink_to(tmp_path)
    (disk / "top").symlink_to("/")
    seen = found(disk)
    assert (seen["loop"], seen["up"], seen["top"]) == (folder.LINK_INSIDE, folder.LINK_ABOVE, folder.LINK_ABOVE)
    assert len(seen) == 4 + 3
    assert import_from(disk).taken == 4


def test_two_links_that_lead_to_each_other_end(tmp_path, disk):
    (tmp_path / "mine" / "there").symlink_to(disk)
    (disk / "back").symlink_to(tmp_path / "mine")
    assert found(tmp_path / "mine")["there/back"] == folder.LINK_INSIDE


def test_devices_pipes_and_dead_links_are_never_opened(tmp_path, disk):
    (disk / "1_0_0_20170116193245364.jpg.chip.jpg").symlink_to("/dev/zero")
    (disk / "2_0_0_20170116193245364.jpg.chip.jpg").symlink_to("/nowhere")
    os.mkfifo(disk / "3_0_0_20170116193245364.jpg.chip.jpg")
    report = import_from(disk)
    assert report.taken == 4 and report.refused == {folder.DEVICE: 2, folder.LINK_NOWHERE: 1}


def test_a_file_of_the_system_without_size_is_not_read(tmp_path, disk):
    (disk / "endless.jpg").symlink_to("/proc/self/status")
    member = next(member for member in members.walk(disk) if member.name == "endless.jpg")
    assert member.read() == b""


def test_a_folder_that_cannot_be_opened_is_said(tmp_path, disk, monkeypatch):
    (disk / "closed").mkdir()
    scandir = os.scandir

    def refused(path):
        if os.fspath(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    assert found(disk)["closed"] == folder.CLOSED and len(found(disk)) == 5
