import errno
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import zipfile

import numpy as np
import pytest
from drawn import drawn_face, write_utkface

from agesex import dataset, images, photo_quality
from agesex.dataset import importing, measures, members, part, rows, store
from agesex.dataset.importing import import_from
from agesex.errors import BadDataset


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "datasets"


@pytest.fixture
def folder(tmp_path):
    write_utkface(tmp_path / "UTKFace", n=12)
    return tmp_path / "UTKFace"


def in_zip(path, *folders):
    """A zip of (folder, name inside)."""
    with zipfile.ZipFile(path, "w") as archive:
        for folder, name in folders:
            for file in sorted(folder.iterdir()):
                archive.write(file, f"{name}/{file.name}")
    return path


def in_tar(path, folder):
    with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.add(file, f"UTKFace/{file.name}")
    return path


def nested(tmp_path, folder):
    tar = in_tar(tmp_path / "UTKFace.tar.gz", folder)
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        archive.write(tar, "mirror/UTKFace.tar.gz")
    tar.unlink()
    return tmp_path / "archive.zip"


def every_form(tmp_path, folder):
    return {
        "folder": lambda: folder,
        "tar": lambda: in_tar(tmp_path / "UTKFace.tar", folder),
        "tar.gz": lambda: in_tar(tmp_path / "UTKFace.tar.gz", folder),
        "tgz": lambda: in_tar(tmp_path / "UTKFace.tgz", folder),
        "zip": lambda: in_zip(tmp_path / "UTKFace.zip", (folder, "UTKFace")),
        "nested": lambda: nested(tmp_path, folder),
    }


def contents(name="utkface"):
    return dict(store.open_stored(name).photos())


@pytest.mark.parametrize("form", ["folder", "tar", "tar.gz", "tgz", "zip", "nested"])
def test_every_form_of_utkface_gives_the_same_data_set(tmp_path, folder, form, home):
    report = import_from(every_form(tmp_path, folder)[form]())
    assert (report.source, report.seen, report.taken, report.refused.total()) == ("utkface", 12, 12, 0)
    stored = store.open_stored("utkface")
    original = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert dict(stored.photos()) == original
    assert list(stored.table.file) == sorted(original)
    in_place = dataset.open_dataset(folder).table
    for column in ("age", "sex", "race", "split", "group", "published"):
        assert list(stored.table[column]) == list(in_place[column])
    assert sorted(file.name for file in (home / "utkface").iterdir()) == [
        "facts.json", "photos.bin", "table.parquet"
    ]  # fmt: skip
    assert not list(home.glob("*.part"))


def test_the_table_says_what_the_pictures_measure(folder):
    import_from(folder)
    table = store.open_stored("utkface").table
    assert list(table.columns) == store.SCHEMA.names
    assert set(table.width) == set(table.height) == {200}
    assert table[["brightness", "contrast", "sharpness", "colour", "blur", "light"]].notna().all(axis=None)
    assert str(table.age.dtype) == "int16" and str(table.blur.dtype) == "float32"
    assert list(table.bytes) == [(folder / file).stat().st_size for file in table.file]
    assert table.race_source.isna().all()


def test_the_time_stamp_is_read_where_it_is_one(folder):
    first, second, *_ = sorted(folder.iterdir())
    first.rename(folder / "20_0_0_20170116193245364.jpg.chip.jpg")
    second.rename(folder / "21_0_0_2017011619324536.jpg.chip.jpg")  # 16 digits
    import_from(folder)
    taken = store.open_stored("utkface").table.set_index("file").taken
    assert str(taken["20_0_0_20170116193245364.jpg.chip.jpg"]) == "2017-01-16 19:32:45.364000"
    assert taken.isna().sum() == 1


def test_the_same_photos_in_two_folders_count_once(tmp_path, folder):
    path = in_zip(tmp_path / "kaggle.zip", (folder, "UTKFace"), (folder, "utkface_aligned_cropped/UTKFace"))
    report = import_from(path)
    assert (report.seen, report.taken, report.copies, report.refused.total()) == (24, 12, 12, 0)


def test_another_photo_of_the_same_name_is_refused(tmp_path, folder):
    other = tmp_path / "crop_part1"
    shutil.copytree(folder, other)
    first, second, *_ = sorted(other.iterdir())
    first.write_bytes(second.read_bytes())
    report = import_from(in_zip(tmp_path / "all.zip", (folder, "UTKFace"), (other, "crop_part1")))
    assert report.refused == {importing.OTHER: 1}
    assert report.examples[0][0] == f"crop_part1/{first.name}"
    assert contents()[first.name] == (folder / first.name).read_bytes()


def test_photos_in_the_wild_have_the_split_of_their_crop(tmp_path):
    known = dataset.known()
    rows = known[known.split.isin(["train", "test"])].drop_duplicates("split")
    (tmp_path / "part1").mkdir()
    for row in rows.itertuples():
        photo = images.encode_png(drawn_face(row.age))
        (tmp_path / "part1" / row.file.removesuffix(".chip.jpg")).write_bytes(photo)
    report = import_from(tmp_path / "part1")
    table = store.open_stored("utkface-wild").table
    assert report.source == "utkface-wild" and set(table.source) == {"utkface-wild"}
    assert set(table.split) == {"train", "test"}
    assert list(table.group) == list(table.file)  # the manifest's group is named after a crop
    assert table.blur.isna().all()  # no aligned crops


def test_copies_in_the_wild_are_a_group_named_after_the_first_of_them(tmp_path):
    known = dataset.known()
    crops = sorted(known.file[known.group == known.group[known.group.duplicated()].iloc[0]])
    names = [crop.removesuffix(".chip.jpg") for crop in crops]
    for i, name in enumerate(names[1:] if len(names) > 2 else names):
        (tmp_path / name).write_bytes(images.encode_png(drawn_face(i)))
    import_from(tmp_path, "utkface-wild")
    table = store.open_stored("utkface-wild").table
    assert len(table) > 1 and set(table.group) == {min(table.file)}


def test_each_variant_refuses_the_other(folder):
    crop = min(folder.iterdir())
    shutil.copy(crop, folder / crop.name.removesuffix(".chip.jpg"))
    assert sum(import_from(folder).refused.values()) == 1
    report = import_from(folder, "utkface-wild")
    assert (report.taken, report.refused.total()) == (1, 12)


def test_copies_that_the_manifest_does_not_know_are_found(folder):
    first, *_ = sorted(folder.iterdir())
    copy = folder / "99_1_4_20170116193245364.jpg.chip.jpg"
    shutil.copy(first, copy)
    import_from(folder)
    table = store.open_stored("utkface").table
    together = table[table.group.duplicated(keep=False)]
    assert set(together.file) == {first.name, copy.name}
    assert set(together.group) == {min(first.name, copy.name)}


def test_many_photos_are_not_compared_and_the_facts_say_so(folder, monkeypatch):
    monkeypatch.setattr("agesex.dataset.assembling.MOST", 11)
    import_from(folder)
    assert store.open_stored("utkface").facts["groups"] == {
        "by manifest": 0, "by hash": 0, "not looked for": 12
    }  # fmt: skip


def test_a_second_import_changes_nothing_and_says_so(tmp_path, folder, home):
    import_from(folder)
    before = {file: file.stat().st_mtime_ns for file in (home / "utkface").iterdir()}
    report = import_from(in_tar(tmp_path / "UTKFace.tar.gz", folder))
    assert report.unchanged and (report.seen, report.taken) == (12, 12)
    assert {file: file.stat().st_mtime_ns for file in (home / "utkface").iterdir()} == before


@pytest.mark.parametrize("change", ["gone", "new", "changed"])
def test_changed_data_take_the_place_of_the_old(folder, change):
    import_from(folder)
    if change == "gone":
        min(folder.iterdir()).unlink()
    else:
        file = folder / "25_1_2_20170116193245364.jpg.chip.jpg" if change == "new" else min(folder.iterdir())
        file.write_bytes(images.encode_png(drawn_face(77)))
    if change == "gone":
        with pytest.raises(BadDataset, match=r"holds 12 photos.* 1 of them is not in this one.*11 photos .* kept.*--replace"):
            import_from(folder)
        assert len(contents()) == 12
    report = import_from(folder, replace=change == "gone")
    assert not report.unchanged
    assert contents() == {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_name_belongs_to_its_source_until_it_is_replaced(folder, home, tmp_path):
    import_from(folder, name="mine")
    (tmp_path / "labels.csv").write_text("age,ethnicity,gender,img_name,pixels\n" + "20,0,0,a.jpg," + "7 " * 2304)
    with pytest.raises(BadDataset, match=r"mine holds 12 photos of utkface, from UTKFace.*--name.*--replace"):
        import_from(tmp_path / "labels.csv", name="mine")
    assert len(contents("mine")) == 12
    assert import_from(tmp_path / "labels.csv", name="mine", replace=True).taken == 1
    part = home / "other.part"
    part.mkdir()
    (part / "work.json").write_text('{"source": "wiki", "from": "wiki.mat"}')
    with pytest.raises(BadDataset, match=r"an import of wiki from wiki.mat was cut off under the name other"):
        import_from(folder, name="other")
    assert part.exists()


def test_a_link_that_leads_nowhere_and_a_name_that_is_no_text_cost_themselves_only(folder, home):
    (folder / "x.jpg").symlink_to("/nope/nowhere.jpg")
    os.mkfifo(folder / "pipe.jpg")
    shutil.copy(min(folder.glob("*.chip.jpg")), os.fsencode(folder) + b"/M\xfcller.jpg")
    report = import_from(folder)
    assert report.taken == 12 and report.refused.total() == 3
    facts = json.loads((home / "utkface" / "facts.json").read_text("utf-8"))
    assert {one["name"] for one in facts["refused_examples"]} == {"x.jpg", "pipe.jpg", r"M\udcfcller.jpg"}


def test_what_is_no_photo_is_refused_with_the_reason_and_the_rest_is_kept(folder):
    whole = min(folder.iterdir()).read_bytes()
    (folder / "61_1_20170109142408075.jpg.chip.jpg").write_bytes(b"a name without race")
    (folder / "10_1_0_20170109142408075.jpg.chip.jpg").write_bytes(b"")
    (folder / "11_1_0_20170109142408075.jpg.chip.jpg").write_text("hello")
    (folder / "readme.txt").write_text("hello")
    (folder / "12_1_0_20170109142408075.jpg.chip.jpg").write_bytes(whole[:900])
    (folder / ".DS_Store").write_text("")
    (folder / "Thumbs.db").write_text("")
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "12_1_0_20170109142408999.jpg.chip.jpg").write_text("")
    report = import_from(folder)
    assert (report.seen, report.taken) == (17, 12)
    assert report.refused == {
        "the race is missing (two labels instead of three)": 1,
        "it is empty": 1,
        "it is not a picture that can be read": 1,
        "it is no picture by its name": 1,
        "it is damaged or cut off": 1,
    }
    facts = store.open_stored("utkface").facts
    assert facts["refused"] == report.refused and len(facts["refused_examples"]) == 5


def test_an_empty_folder_is_refused(tmp_path, home):
    (tmp_path / "empty").mkdir()
    for source in (None, "utkface"):
        with pytest.raises(BadDataset, match="^“empty” holds no files. Expected photos, or .*Name the folder") as error:
            import_from(tmp_path / "empty", source)
        assert len(str(error.value)) < 150
    assert not list(home.glob("*.part")) and store.names() == []


def test_holiday_photos_are_counted_and_named(tmp_path):
    (tmp_path / "holiday").mkdir()
    photo = images.encode_png(drawn_face())
    for i in range(1000):
        (tmp_path / "holiday" / f"IMG_{i:04d}.png").write_bytes(photo)
    with pytest.raises(BadDataset, match=r"1,000 files \(“IMG_0000.png”.*25_1_2_2017.*--source"):
        import_from(tmp_path / "holiday")
    with pytest.raises(BadDataset, match=r"1,000 files were seen and none taken \(“IMG_0000.png”: "):
        import_from(tmp_path / "holiday", "utkface")


def test_what_is_not_there_or_has_no_such_source_is_refused(tmp_path, folder):
    with pytest.raises(BadDataset, match="there is no “nowhere”"):
        import_from(tmp_path / "nowhere")
    with pytest.raises(BadDataset, match="there is no"):
        import_from("x" * 300)
    with pytest.raises(BadDataset, match="no source 'faces'. Expected one of: utkface"):
        import_from(folder, "faces")
    with pytest.raises(BadDataset, match="is no name for a data set"):
        import_from(folder, name="../elsewhere")


def test_a_folder_of_two_kinds_asks_which(folder):
    (folder / "faces.csv").write_text("age,ethnicity,gender,img_name,pixels\n")
    with pytest.raises(BadDataset, match="any of utkface, csv48. Say which with --source"):
        import_from(folder)


def test_a_truncated_archive_keeps_what_is_good_and_the_whole_one_goes_on(
    tmp_path, folder, home, monkeypatch
):
    monkeypatch.setattr(importing, "CHUNK", 4)
    archive = in_tar(tmp_path / "UTKFace.tar.gz", folder)
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(BadDataset, match=r"read to its end.* photos were read until then and are kept"):
        import_from(archive)
    assert store.names() == []
    kept = part.Part("utkface", "utkface", archive).rows().num_rows
    assert 4 <= kept < 12
    archive.write_bytes(whole)
    report = import_from(archive)
    assert (report.taken, report.resumed) == (12, kept)
    assert contents() == {file.name: file.read_bytes() for file in folder.iterdir()}


def test_an_archive_damaged_in_its_middle_is_not_taken_for_a_short_one(tmp_path, folder):
    archive = in_tar(tmp_path / "UTKFace.tar", folder)
    with tarfile.open(archive) as opened:
        place = opened.getmembers()[6].offset
    data = bytearray(archive.read_bytes())
    data[place : place + 200] = b"\xff" * 200
    archive.write_bytes(data)
    with pytest.raises(BadDataset, match="the head of a member is damaged.* 6 photos were read"):
        import_from(archive)


@pytest.mark.parametrize("name", ["UTKFace.zip", "UTKFace.tar.gz"])
def test_something_else_under_an_archives_name_is_refused(tmp_path, name):
    (tmp_path / name).write_text("<html>not found</html>")
    with pytest.raises(BadDataset, match="it is no archive at all"):
        import_from(tmp_path / name)


def test_what_an_earlier_source_had_and_this_one_has_not_is_left_out(tmp_path, folder, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 4)
    archive = in_tar(tmp_path / "UTKFace.tar.gz", folder)
    archive.write_bytes(archive.read_bytes()[:-200])
    with pytest.raises(BadDataset):
        import_from(archive)
    gone, changed, *_ = sorted(folder.iterdir())
    gone.unlink()
    changed.write_bytes(images.encode_png(drawn_face(78)))
    report = import_from(folder)
    assert report.resumed < report.taken == 11
    assert contents() == {file.name: file.read_bytes() for file in folder.iterdir()}


SLOW = """
import sys, time
from agesex.dataset import importing, rows
measured = rows.measured
def slowly(*args):
    time.sleep(0.05)
    return measured(*args)
rows.measured, importing.CHUNK = slowly, 5
importing.import_from(sys.argv[1], progress=lambda report: print(report.taken, flush=True), workers=1)
"""


def started(path, root):
    """An import in another process that has written its first chunk."""
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, path], cwd=root, stdout=subprocess.PIPE, text=True, env=os.environ.copy()
    )
    assert process.stdout.readline().strip() == "5"
    return process


def test_a_killed_import_leaves_no_data_set_and_goes_on(tmp_path, root, home):
    write_utkface(tmp_path / "UTKFace", n=40)
    with started(tmp_path / "UTKFace", root) as process:
        process.send_signal(signal.SIGKILL)
    assert store.names() == []
    with (home / "utkface.part" / "photos.bin").open("ab") as file:
        file.write(b"half a photo")
    report = import_from(tmp_path / "UTKFace")
    assert 5 <= report.resumed < 40 and report.taken == 40
    assert contents() == {file.name: file.read_bytes() for file in (tmp_path / "UTKFace").iterdir()}


def test_two_imports_at_once_do_not_disturb_each_other(tmp_path, root):
    write_utkface(tmp_path / "UTKFace", n=40)
    with started(tmp_path / "UTKFace", root) as process:
        with pytest.raises(BadDataset, match=f"utkface is running already .process {process.pid}, from"):
            import_from(tmp_path / "UTKFace")
        assert store.names() == []
        assert import_from(tmp_path / "UTKFace", name="other").taken == 40
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert store.names() == ["other", "utkface"]


def test_an_import_that_is_stopped_by_hand_goes_on(folder, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 4)

    def stop(report):
        if report.taken == 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_from(folder, progress=stop)
    assert store.names() == []
    assert import_from(folder).resumed == 8


def test_a_full_disk_is_one_sentence_and_the_same_command_goes_on(folder, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 4)
    add, calls = part.Part.add, []

    def full(self, rows, photos):
        calls.append(len(rows))
        if len(calls) == 3:
            with open(self.folder / store.PHOTOS, "ab") as file:
                file.write(b"as far as it went")
            raise OSError(errno.ENOSPC, "No space left on device")
        add(self, rows, photos)

    with monkeypatch.context() as patch:
        patch.setattr(part.Part, "add", full)
        with pytest.raises(BadDataset, match="no space left on device. 8 photos were read until then"):
            import_from(folder)
    assert store.names() == []
    report = import_from(folder)
    assert (report.taken, report.resumed) == (12, 8)
    assert contents() == {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_disk_that_is_full_at_the_very_end_costs_nothing_either(folder, monkeypatch, home):
    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(store, "swap_in", full)
        with pytest.raises(BadDataset, match="12 photos were read until then and are kept"):
            import_from(folder)
    assert store.names() == []
    assert import_from(folder).resumed == 12
    assert len(list((home / "utkface").iterdir())) == 3


def test_a_read_only_folder_is_one_sentence(folder, monkeypatch):
    def refused(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("pathlib.Path.mkdir", refused)
    with pytest.raises(BadDataset, match="permission denied. Name another folder in AGESEX_HOME"):
        import_from(folder)


def test_links_and_devices_of_an_archive_are_refused(tmp_path, folder):
    (tmp_path / "secret").write_text("secret")
    archive = in_tar(tmp_path / "UTKFace.tar", folder)
    with tarfile.open(archive, "a") as opened:
        for name, kind in (("a", tarfile.SYMTYPE), ("b", tarfile.LNKTYPE), ("c", tarfile.CHRTYPE)):
            info = tarfile.TarInfo(f"{name}_1_2_20170116193245364.jpg.chip.jpg")
            info.type, info.linkname = kind, str(tmp_path / "secret")
            opened.addfile(info)
    report = import_from(archive)
    assert report.refused == {members.LINK: 2, members.DEVICE: 1} and report.taken == 12


def test_a_link_of_a_zip_is_refused(tmp_path, folder):
    archive = in_zip(tmp_path / "UTKFace.zip", (folder, "UTKFace"))
    with zipfile.ZipFile(archive, "a") as opened:
        info = zipfile.ZipInfo("25_1_2_20170116193245364.jpg.chip.jpg")
        info.external_attr = 0o120777 << 16
        opened.writestr(info, "/etc/passwd")
    assert import_from(archive).refused == {members.LINK: 1}


def test_no_name_inside_leads_outside(tmp_path, folder, home):
    photo = min(folder.iterdir()).read_bytes()
    with zipfile.ZipFile(tmp_path / "UTKFace.zip", "w") as archive:
        archive.writestr("../../25_1_2_20170116193245364.jpg.chip.jpg", photo)
        archive.writestr("/tmp/26_1_2_20170116193245364.jpg.chip.jpg", photo)
    before = {path for path in tmp_path.rglob("*") if home not in path.parents and home.parent != path}
    assert import_from(tmp_path / "UTKFace.zip").taken == 2
    assert {
        path for path in tmp_path.rglob("*") if home not in path.parents and home.parent != path
    } - before <= {home}


def test_a_bomb_does_not_go_off(tmp_path, folder):
    archive = in_zip(tmp_path / "UTKFace.zip", (folder, "UTKFace"))
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("26_1_2_20170116193245364.jpg.chip.jpg", bytes(3 * 2**20))
    report = import_from(archive)
    assert report.refused == {members.TOO_DENSE: 1} and report.taken == 12
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("25_1_2_20170116193245364.jpg.chip.jpg", bytes(50 * 2**20))
    with pytest.raises(BadDataset, match="would unpack to more than 100 times its size"):
        import_from(tmp_path / "bomb.zip", "utkface")
    with tarfile.open(tmp_path / "bomb.tar.gz", "w:gz") as opened:
        info = tarfile.TarInfo("25_1_2_20170116193245364.jpg.chip.jpg")
        info.size = 50 * 2**20
        opened.addfile(info, io.BytesIO(bytes(info.size)))
    with pytest.raises(BadDataset, match="would unpack to more than 100 times its size"):
        import_from(tmp_path / "bomb.tar.gz", "utkface")


def test_archives_nest_only_so_deep(tmp_path, folder):
    path = in_zip(tmp_path / "0.zip", (folder, "UTKFace"))
    for depth in range(1, 4):
        with zipfile.ZipFile(tmp_path / f"{depth}.zip", "w") as archive:
            archive.write(path, path.name)
        path = tmp_path / f"{depth}.zip"
    assert import_from(tmp_path / "2.zip").taken == 12
    with pytest.raises(BadDataset, match="more than 3 archives deep"):
        import_from(path, "utkface", name="deeper")


def test_a_member_that_is_too_large_is_refused_unread(folder, monkeypatch):
    (folder / "26_1_2_20170116193245364.jpg.chip.jpg").write_bytes(bytes(20_000_000))
    monkeypatch.setattr(images, "MAX_BYTES", 10_000_000)
    assert import_from(folder).refused == {members.TOO_LARGE: 1}


def test_a_damaged_member_of_a_zip_costs_only_itself(tmp_path, folder):
    archive = in_zip(tmp_path / "UTKFace.zip", (folder, "UTKFace"))
    with zipfile.ZipFile(archive) as opened:
        info = opened.infolist()[4]
    data = bytearray(archive.read_bytes())
    middle = info.header_offset + 30 + len(info.filename) + info.file_size // 2
    data[middle : middle + 20] = bytes(20)
    archive.write_bytes(data)
    report = import_from(archive)
    assert report.refused == {"it cannot be read from its archive or disk": 1} and report.taken == 11


def test_nothing_temporary_is_left(tmp_path, folder, home):
    import_from(nested(tmp_path, folder))
    assert sorted(path.name for path in home.iterdir() if path.suffix != ".lock") == ["utkface"]


@pytest.mark.realdata
def test_utkface_gives_the_known_counts(utkface, monkeypatch):
    monkeypatch.setattr(rows, "measured", lambda *args: {})  # minutes on a busy machine; see the next test
    seen = []
    report = import_from(utkface, progress=lambda report: seen.append(report.seen))
    assert (report.seen, report.taken, report.refused.total()) == (22_707, 22_702, 5)
    assert report.refused == {
        "the race is missing (two labels instead of three)": 3,
        "it contains a blank": 1,
        "the dot before 'jpg.chip.jpg' is missing": 1,
    }
    assert seen == sorted(seen) and len(seen) > 40
    stored = store.open_stored("utkface")
    known = dataset.known()
    for column in ("file", "age", "sex", "race", "split", "group", "published"):
        assert np.array_equal(stored.table[column].to_numpy(), known[column].to_numpy())
    assert stored.table.taken.isna().sum() == 3
    manifest = json.loads(dataset.MANIFEST.with_suffix(".json").read_text("utf-8"))
    assert stored.facts["inventory_sha256"] == manifest["inventory_sha256"]


@pytest.mark.realdata
def test_what_is_measured_is_what_the_repository_carries(utkface, tmp_path):
    (tmp_path / "some").mkdir()
    for file in dataset.known().file[::200]:
        (tmp_path / "some" / file).write_bytes((utkface / file).read_bytes())
    import_from(tmp_path / "some")
    table = store.open_stored("utkface").table
    carried = photo_quality.read().set_index("file").loc[table.file]
    assert len(table) == 114
    for name in measures.FACE_NAMES:
        assert np.allclose(table[name], carried[name], atol=0.001)
