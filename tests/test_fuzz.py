"""Three hundred mutated files, and what the twenty thousand of benchmarks/fuzz.py have found."""

import gzip
import io
import os
import subprocess
import sys
import tarfile
import zipfile

import numpy as np
import pytest
from fuzzing import count, harm, mutants, packs, pictures, worker
from fuzzing.targets import BAD, Targets, judged

from agesex import images
from agesex.archives import members as album
from agesex.dataset import check, store
from agesex.dataset.importing import import_from
from agesex.errors import BadDataset, BadImage

PHOTO = "25_1_2_20170116193245364.jpg.chip.jpg"
NUMBERS = [number for number in range(310) if mutants.kind_of(number) != "mat"][:300]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "datasets"


@pytest.fixture
def importable(monkeypatch, root):
    """The processes that try mutants find the modules of the tests."""
    paths = [str(root), str(root / "tests"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))


def test_three_hundred_mutants_do_no_harm_and_a_third_of_them_decodes(importable):
    found = count.run(NUMBERS, seed=1, detector=False)
    assert not found.bad
    assert found.kinds.total() == 300 and found.decoded.total() > 0.3 * 300
    assert {target for target, outcome in found.outcomes if outcome == "ok"} == {
        "images.decode_with_notes", "api /v1/predict", "archives.members", "dataset.import_from",
        "dataset.check, stored", "dataset.check, in place",
    }  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind in mutants.SHARES if kind != "mat"])
def test_the_twelve_seeds_of_a_form_are_good_and_differ(kind, tmp_path):
    files = (pictures if kind in pictures.FORMATS else packs).files(kind)
    assert len(set(files)) == 12
    for number, data in enumerate(files):
        if kind in pictures.FORMATS:
            images.decode(data)
        elif number == 0:
            path = packs.lay(kind, data, tmp_path / str(number))
            assert import_from(path, name=f"n{number}").taken >= 4


def test_a_number_makes_the_same_mutant_everywhere_and_another_seed_another():
    assert mutants.make(3, 17) == mutants.make(3, 17) != mutants.make(4, 17)


@pytest.mark.parametrize("what", BAD)
def test_the_count_notices_everything_bad_and_keeps_the_mutant(importable, tmp_path, monkeypatch, what):
    harm_done = {"crash": harm.crash, "hang": harm.hang, "memory": harm.memory, "other exception": harm.other}[what]
    monkeypatch.setattr(worker.Worker, "work", staticmethod(harm_done))
    if what == "hang":
        monkeypatch.setattr(worker, "HANG_CPU", 0.5)
    found = count.run(NUMBERS[:2], seed=0, detector=False, out=tmp_path / "out")
    assert {answer.outcome for answer in found.bad} == {what} and not found.is_good()
    assert {answer.number for answer in found.bad} == set(NUMBERS[:2])  # the one after a death is tried, too
    kept = {int(path.name.split("-")[1].split(".")[0]): path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert kept == {number: mutants.make(0, number)[1] for number in NUMBERS[:2]}


def test_a_lack_of_memory_that_became_a_refusal_is_told_from_one(monkeypatch):
    def refuse():
        try:
            raise MemoryError
        except MemoryError as error:
            raise BadImage("The picture is damaged.") from error

    assert judged(refuse)[0] == "memory"


# what was found


@pytest.mark.parametrize(
    ("mode", "kind", "options"),
    [("RGBA", "PNG", {}), ("I;16", "PNG", {}), ("F", "TIFF", {"compression": "tiff_lzw"}), ("RGBA", "WEBP", {})],
)
def test_the_largest_picture_takes_less_than_a_gigabyte(importable, tmp_path, root, mode, kind, options):
    """16 to 30 bytes a pixel made 1.0 to 1.4 GB of 49 million pixels."""
    from PIL import Image

    size, path = (3500, 3500), tmp_path / "large"
    picture = Image.fromarray(np.zeros(size, np.uint16)) if mode == "I;16" else Image.new(mode, size)
    picture.save(path, kind, **options)
    done = subprocess.run([sys.executable, "-c", PEAK, path], cwd=root, capture_output=True, text=True, check=True)
    assert 2**20 < int(done.stdout) * images.MAX_PIXELS / (size[0] * size[1]) < 2**30


PEAK = """
import sys
from agesex import images
from fuzzing.worker import _held
images.decode(images.encode_png(images.np.zeros((20, 20, 3), "uint8")))
before, _ = _held()
images.decode(sys.argv[1])
print(_held()[0] - before)
"""


def test_a_picture_in_strips_is_the_same_picture(monkeypatch):
    for kind in pictures.FORMATS:
        for data in pictures.files(kind):
            whole, notes = images.decode_with_notes(data)
            with monkeypatch.context() as patch:
                patch.setattr(images, "_STRIP", 500)
                strips, same = images.decode_with_notes(data)
            assert (strips == whole).all() and notes == same


@pytest.mark.parametrize("form", ["folder", "tar"])
def test_a_folder_whose_name_is_no_text_is_imported(tmp_path, form):
    data, name = pictures.utkface(0, 200), os.fsdecode(b"B\xfccher")  # Latin-1, as old archives have it
    path = tmp_path / "UTKFace.tar"
    if form == "tar":
        with tarfile.open(path, "w") as archive:
            info = tarfile.TarInfo(f"{name}/{PHOTO}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    else:
        path = tmp_path / "UTKFace"
        (path / name).mkdir(parents=True)
        (path / name / PHOTO).write_bytes(data)
    assert import_from(path, "utkface").taken == 1
    assert store.open_stored("utkface").table.path.tolist() == [f"B\\udcfccher/{PHOTO}"]
    assert import_from(path, "utkface").unchanged
    assert not [f for f in check.check("utkface", full=True) if f.kind in ("cut off", "altered", "unreadable") and f.n]


@pytest.mark.parametrize("form", ["tar", "tar.gz"])
@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE])
def test_a_long_name_that_is_a_bomb_is_not_read(tmp_path, monkeypatch, form, kind):
    """A length of 8 GB was asked of the memory; of a .tar.gz it was unpacked."""
    info, size = tarfile.TarInfo("name"), 2**33 if form == "tar" else 2**25
    info.type, info.size = kind, size
    data = info.tobuf(tarfile.GNU_FORMAT) + (bytes(512) if form == "tar" else bytes(size))
    path = tmp_path / f"a.{form}"
    path.write_bytes(data if form == "tar" else gzip.compress(data, 1))
    asked = []
    monkeypatch.setattr(tarfile.TarInfo, "_proc_gnulong", lambda *args: asked.append(args))
    monkeypatch.setattr(tarfile.TarInfo, "_proc_pax", lambda *args: asked.append(args))
    for call in (import_from, check.check):
        with pytest.raises(BadDataset, match="cannot be read to its end"):
            call(path, source="utkface")
    assert not asked


@pytest.mark.parametrize("cut", [False, True])
def test_a_member_without_a_name_costs_itself_only(tmp_path, cut):
    path = tmp_path / "UTKFace.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(PHOTO, pictures.utkface(0, 200))
        archive.writestr("nameless", b"x")
    data = path.read_bytes()
    named = data.replace(b"nameless", b"\0ameless")
    path.write_bytes(named[: named.index(b"PK\1\2") if cut else None])
    if cut:
        with pytest.raises(BadDataset, match="1 photo was read until then"):
            import_from(path, "utkface")
    else:
        assert import_from(path, "utkface").taken == 1
        assert [member.info.filename for member in album(path)] == [PHOTO]


@pytest.mark.parametrize("header", ["age,ethnicity,gender,img\x1b[31m,pixels", "file,age,gend\x00er,r\x7face"])
def test_a_message_about_a_table_has_no_control_characters_of_it(tmp_path, header):
    path = tmp_path / "labels.csv"
    path.write_text(f"{header}\n1,2,3,4,5\n", newline="")
    with pytest.raises(BadDataset) as error:
        import_from(path)
    assert str(error.value).isprintable() and "\N{REPLACEMENT CHARACTER}" in str(error.value)


def test_the_targets_leave_the_environment_as_it_was(tmp_path):
    from agesex.dataset import utkface

    before = os.environ["AGESEX_HOME"], utkface.read_manifest
    with Targets(tmp_path, detector=False) as targets:
        kind, data = mutants.make(0, NUMBERS[0])
        assert targets.try_out(kind, data, NUMBERS[0])
    assert (os.environ["AGESEX_HOME"], utkface.read_manifest) == before
