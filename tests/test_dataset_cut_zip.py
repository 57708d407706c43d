"""A .zip whose end is missing: every member before the cut is read, within the limits of a whole one."""

import io
import random
import struct
import zipfile

import pytest
from drawn import write_utkface

from agesex import images
from agesex.dataset import cut_zip, importing, members, packed, store
from agesex.dataset.importing import import_from
from agesex.errors import BadDataset


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))


class Pipe(io.RawIOBase):
    """A place to write to that cannot be sought, so that lengths follow the content."""

    def __init__(self, file):
        self.file = file

    def writable(self):
        return True

    def write(self, data):
        return self.file.write(data)


def zipped(contents, method=zipfile.ZIP_DEFLATED, pipe=False, zip64=False):
    """The bytes of a .zip of {name: content}."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(Pipe(buffer) if pipe else buffer, "w", method) as archive:
        for name, content in contents.items():
            with archive.open(name, "w", force_zip64=zip64) as file:
                file.write(content)
    return buffer.getvalue()


def table_at(data):
    """Where the table of contents begins."""
    return data.index(b"PK\x01\x02")


def read(data, tmp_path):
    """({path: content, or the reason why there is none}, the error at the end)."""
    (tmp_path / "x.zip").write_bytes(data)
    found = {}
    with pytest.raises(BadDataset) as error:
        for member in members.walk(tmp_path / "x.zip"):
            try:
                found[getattr(member, "path", None) or member.name] = (
                    member.reason if isinstance(member, packed.Refused) else member.read()
                )
            except members.Unreadable as unreadable:
                found[member.path] = str(unreadable)
    return found, str(error.value)


TEXTS = {"a.txt": b"one" * 50, "b/c.txt": b"two" * 70, "d.txt": b"three" * 90}


@pytest.mark.parametrize("zip64", [False, True])
@pytest.mark.parametrize("pipe", [False, True])
@pytest.mark.parametrize("cut_table", [False, True])
def test_all_members_of_an_archive_without_its_table_are_read(tmp_path, pipe, zip64, cut_table):
    data = zipped(TEXTS, pipe=pipe, zip64=zip64)
    found, error = read(data[: table_at(data) + 20 * cut_table], tmp_path)
    assert found == TEXTS
    assert "cannot be read to its end: its table of contents is cut off. Expected a whole" in error


def test_stored_members_are_read(tmp_path):
    data = zipped(TEXTS, zipfile.ZIP_STORED)
    assert read(data[: table_at(data)], tmp_path)[0] == TEXTS


@pytest.mark.parametrize("pipe", [False, True])
def test_wherever_it_is_cut_what_is_read_is_right(tmp_path, pipe):
    data = zipped(TEXTS, pipe=pipe)
    counts = set()
    for end in range(4, table_at(data)):
        found, _ = read(data[:end], tmp_path)
        whole = {name: content for name, content in found.items() if isinstance(content, bytes) and content}
        assert whole.items() <= TEXTS.items()
        counts.add(len(whole))
    assert counts == {0, 1, 2, 3}


def test_a_member_of_unknown_length_that_is_not_packed_ends_the_reading(tmp_path):
    data = zipped({"a.txt": b"one"}, zipfile.ZIP_STORED, pipe=True)
    found, error = read(data[: table_at(data)], tmp_path)
    assert found == {} and "nothing tells where a member of it ends" in error


def test_an_encrypted_member_and_another_method_are_refused_and_the_next_is_read(tmp_path):
    data = bytearray(zipped(TEXTS))
    data[6] |= 1  # the flag of the first
    second = data.index(b"PK\x03\x04", 4)
    struct.pack_into("<H", data, second + 8, zipfile.ZIP_LZMA)
    found, _ = read(bytes(data[: table_at(data)]), tmp_path)
    assert found == {"a.txt": packed.ENCRYPTED, "b/c.txt": packed.METHOD, "d.txt": TEXTS["d.txt"]}


def test_an_altered_byte_costs_the_member(tmp_path):
    data = bytearray(zipped(TEXTS, zipfile.ZIP_STORED))
    data[data.index(b"one") + 3] ^= 1
    found, _ = read(bytes(data[: table_at(data)]), tmp_path)
    assert found == TEXTS | {"a.txt": "it cannot be read from its archive or disk"}


@pytest.mark.parametrize("pipe", [False, True])
def test_the_limits_of_a_whole_archive_hold(tmp_path, pipe, monkeypatch):
    noise = bytes(i * i % 251 for i in range(2000))
    data = zipped({"dense.txt": bytes(3 * 2**20), "a.txt": noise, "__MACOSX/b.txt": b"x"}, pipe=pipe)
    monkeypatch.setattr(packed, "MAX_TOTAL", 2**30)
    monkeypatch.setattr(packed, "SMALL", 2**22)
    with monkeypatch.context() as patch:
        patch.setattr(packed, "SMALL", 2**20)
        assert "would unpack to more than 100 times its size" in read(data[: table_at(data)], tmp_path)[1]
    with monkeypatch.context() as patch:
        patch.setattr(images, "MAX_BYTES", 2**20)
        found, _ = read(data[: table_at(data)], tmp_path)
        assert found == {"dense.txt": packed.TOO_LARGE, "a.txt": noise}


@pytest.mark.parametrize("pipe", [False, True])
def test_a_dense_member_among_others_is_refused(tmp_path, pipe):
    noise = random.Random(0).randbytes(2**16)
    data = zipped({"dense.txt": bytes(3 * 2**20), "a.bin": noise}, pipe=pipe)
    found, _ = read(data[: table_at(data)], tmp_path)
    assert found == {"dense.txt": packed.TOO_DENSE, "a.bin": noise}


def test_a_table_that_belongs_to_an_archive_within_is_not_taken_for_that_of_the_whole(tmp_path):
    inner = zipped({"inner.txt": b"within"})
    data = zipped({"a.txt": b"before", "inner.zip": inner}, zipfile.ZIP_STORED)
    found, error = read(data[: data.index(inner) + len(inner)], tmp_path)
    assert found == {"a.txt": b"before", "inner.zip/inner.txt": b"within"}
    assert cut_zip.CUT in error or "table of contents" in error


def test_an_archive_within_is_read_as_far_as_it_came(tmp_path):
    inner = zipped({name: content * 40 for name, content in TEXTS.items()}, zipfile.ZIP_STORED)
    data = zipped({"inner.zip": inner}, zipfile.ZIP_STORED)
    found, _ = read(data[: data.index(b"three" * 40) + 30], tmp_path)
    assert found["inner.zip/a.txt"] == TEXTS["a.txt"] * 40 and found["inner.zip"] == packed.DAMAGED


def test_a_whole_archive_is_read_by_its_table(tmp_path, monkeypatch):
    monkeypatch.setattr(cut_zip, "entries", None)
    (tmp_path / "x.zip").write_bytes(zipped(TEXTS, pipe=True))
    assert {member.path: member.read() for member in members.walk(tmp_path / "x.zip")} == TEXTS


def test_a_truncated_zip_keeps_what_is_good_and_the_whole_one_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 4)
    write_utkface(tmp_path / "UTKFace", n=12)
    whole = zipped({file.name: file.read_bytes() for file in sorted((tmp_path / "UTKFace").iterdir())})
    archive = tmp_path / "UTKFace.zip"
    archive.write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(BadDataset, match=r"read to its end: it is cut off.* (\d) photos were read until then and are kept"):
        import_from(archive)
    assert store.names() == []
    archive.write_bytes(whole)
    report = import_from(archive)
    assert report.taken == 12 and 6 <= report.resumed <= 8
