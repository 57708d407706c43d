"""IMDB-WIKI: hand-made .mat files with known answers, hostile ones, and where pictures are looked for."""

import datetime
import io
import signal
import tarfile
from collections import Counter

import h5py
import numpy as np
import pytest
import scipy.io
from drawn import drawn_face

from agesex import images
from agesex.dataset.sources import base, beside, imdb, imdb_wiki, matlab, wiki
from agesex.dataset.sources.base import Found, Refused
from agesex.errors import BadDataset

NAN, INF = float("nan"), float("inf")
FIELDS = ("dob", "photo_taken", "full_path", "gender", "face_score", "second_face_score")


def serial(year, month, day):
    """A Matlab serial date number, counted from the published anchor 719529 = 1970-01-01."""
    return 719529 + (datetime.date(year, month, day) - datetime.date(1970, 1, 1)).days


def struct(rows):
    columns = dict(zip(FIELDS, zip(*rows, strict=True), strict=True))
    paths = np.empty(len(rows), object)
    paths[:] = columns.pop("full_path")
    return {field: np.array(values, float) for field, values in columns.items()} | {"full_path": paths}


def write(folder, rows, *, name="wiki", pictures=None):
    """Write NAME.mat and a drawn picture for every row, or for the paths given."""
    folder.mkdir(parents=True, exist_ok=True)
    scipy.io.savemat(folder / f"{name}.mat", {name: struct(rows)}, do_compression=True)
    for i, path in enumerate(pictures if pictures is not None else [row[2] for row in rows]):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(images.encode_png(drawn_face(i)))


def good(path, **changes):
    row = dict(zip(FIELDS, (serial(1980, 7, 1), 2010, path, 1, 4.5, NAN), strict=True)) | changes
    return tuple(row[field] for field in FIELDS)


def refusals(rows):
    return {row.name: row.reason for row in rows if isinstance(row, Refused)}


def test_a_matlab_date_is_read_by_its_published_anchor():
    assert imdb_wiki.birth_date(719529) == datetime.date(1970, 1, 1)
    assert imdb_wiki.birth_date(723671.75) == datetime.date(1981, 5, 5)
    assert imdb_wiki.birth_date(367) == datetime.date(1, 1, 1)


@pytest.mark.parametrize("number", [366, 0, -5, 3652425 + 366, 1e18, INF, -INF, NAN])
def test_a_birth_date_outside_the_calendar_is_refused_not_crashed_on(number):
    with pytest.raises(imdb_wiki.Unusable, match="birth date"):
        imdb_wiki.birth_date(number)


@pytest.mark.parametrize(
    ("born", "year", "age"),
    [
        ((1980, 7, 1), 2010, 30),  # the birthday is the day itself
        ((1980, 7, 2), 2010, 29),  # and here tomorrow: days / 365.25 would give 29.9966, 30 by rounding
        ((2009, 7, 1), 2010, 1),  # 365 days / 365.25 would be 0
        ((1980, 2, 29), 2010, 30),
        ((2010, 6, 30), 2010, 0),
        ((1890, 1, 1), 2010, 120),
    ],
)
def test_the_age_counts_birthdays_until_july_of_the_year_of_the_photo(born, year, age):
    assert imdb_wiki.age_in(datetime.date(*born), year) == age


@pytest.mark.parametrize(
    ("born", "year", "reason"),
    [
        ((2010, 7, 2), 2010, "older than the person"),
        ((1889, 7, 1), 2010, "over 120"),
        ((1980, 1, 1), NAN, "no year"),
        ((1980, 1, 1), 0, "no year"),
        ((1980, 1, 1), INF, "no year"),
    ],
)
def test_an_implausible_age_is_refused_with_the_reason(born, year, reason):
    with pytest.raises(imdb_wiki.Unusable, match=reason):
        imdb_wiki.age_in(datetime.date(*born), year)


def test_a_hand_made_file_gives_the_labels_that_were_put_in(tmp_path):
    write(tmp_path, [good("17/a_1980.png"), good("01/bb.png", gender=0), good("c.png", gender=NAN)])
    rows = list(wiki.rows(tmp_path))
    assert [(row.file, row.age, row.sex, row.race, row.source) for row in rows] == [
        ("17/a_1980.png", 30, "male", None, "wiki"),
        ("01/bb.png", 30, "female", None, "wiki"),
        ("c.png", 30, None, None, "wiki"),
    ]
    assert {row.taken for row in rows} == {datetime.datetime(2010, 7, 1)}
    assert rows[1].read() == (tmp_path / "01" / "bb.png").read_bytes()


def test_every_bad_row_is_refused_with_its_reason_and_the_good_one_is_kept(tmp_path):
    rows = [
        good("good.png"),
        good("faceless.png", face_score=-INF),
        good("two.png", second_face_score=3.1),
        good("old.png", dob=serial(1850, 1, 1)),
        good("early.png", dob=12),
        good("gender.png", gender=2),
        good("gone.png"),
        good("good.png"),
        good("../secret.png"),
        good("/etc/passwd"),
    ]
    write(tmp_path / "set", rows, pictures=["good.png", "faceless.png", "two.png", "old.png", "gender.png"])
    (tmp_path / "secret.png").write_bytes(b"not yours")
    found = list(wiki.rows(tmp_path / "set"))
    assert [row.file for row in found if isinstance(row, Found)] == ["good.png"]
    assert refusals(found) == {
        "faceless.png": imdb_wiki.NO_FACE,
        "two.png": imdb_wiki.SECOND_FACE,
        "old.png": "the age is over 120",
        "early.png": "the birth date lies outside the years 1 to 9999",
        "gender.png": "the gender is none of 0, 1 and NaN",
        "gone.png": beside.MISSING,
        "good.png": imdb_wiki.TWICE,
        "../secret.png": beside.OUTSIDE,
        "/etc/passwd": beside.OUTSIDE,
    }


def test_a_second_face_is_kept_where_that_is_asked_for(tmp_path):
    write(tmp_path, [good("two.png", second_face_score=3.1)])
    (row,) = imdb_wiki.rows(tmp_path, "wiki", second_face=True)
    assert row.file == "two.png"


def test_a_link_in_the_folder_is_followed_and_a_name_that_climbs_is_not(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "a.png").write_bytes(b"on a larger disk")
    write(tmp_path / "set", [good("17/a.png"), good("../disk/a.png")], pictures=[])
    (tmp_path / "set" / "17").symlink_to(tmp_path / "disk")
    row, climbing = wiki.rows(tmp_path / "set")
    assert (row.path, row.read()) == ("17/a.png", b"on a larger disk") and climbing.reason == beside.OUTSIDE


def test_a_picture_over_the_limit_and_a_pipe_are_not_opened(tmp_path, monkeypatch):
    import os

    monkeypatch.setattr(images, "MAX_BYTES", 100)
    write(tmp_path, [good("a.png"), good("pipe.png")], pictures=["a.png"])
    os.mkfifo(tmp_path / "pipe.png")
    assert refusals(wiki.rows(tmp_path)) == {"a.png": beside.TOO_LARGE, "pipe.png": beside.NO_FILE}


@pytest.mark.parametrize("place", ["wiki_crop/wiki.mat", "wiki_crop", "."])
def test_the_file_its_folder_and_the_one_above_are_the_same_data_set(tmp_path, place):
    write(tmp_path / "wiki_crop", [good("1/a.png")])
    assert wiki.recognises(tmp_path / place)
    assert not imdb.recognises(tmp_path / place)
    assert base.guess(tmp_path / "wiki_crop" / "wiki.mat") == "wiki"
    (row,) = wiki.rows(tmp_path / place)
    assert row.file == "1/a.png"


def test_imdb_reads_the_struct_of_its_own_name(tmp_path):
    write(tmp_path, [good("1/a.png")], name="imdb")
    (row,) = imdb.rows(tmp_path)
    assert row.source == "imdb"
    with pytest.raises(BadDataset, match=r"holds no wiki\.mat.*found 1, imdb\.mat"):
        list(wiki.rows(tmp_path))


@pytest.mark.parametrize("last", [True, False])
def test_a_tar_is_read_wherever_in_it_the_table_lies(tmp_path, last):
    write(tmp_path / "wiki_crop", [good("02/b.png"), good("01/a.png")])
    names = ["wiki.mat", "02/b.png", "01/a.png"]
    with tarfile.open(tmp_path / "wiki_crop.tar", "w") as archive:
        for name in reversed(names) if last else names:
            archive.add(tmp_path / "wiki_crop" / name, f"wiki_crop/{name}")
    assert wiki.recognises(tmp_path / "wiki_crop.tar")
    rows = list(wiki.rows(tmp_path / "wiki_crop.tar"))
    assert [row.file for row in rows] == ["02/b.png", "01/a.png"]
    assert rows[0].path == "wiki_crop/02/b.png"
    assert [row.read() for row in rows] == [
        (tmp_path / "wiki_crop" / row.file).read_bytes() for row in rows
    ]


def test_links_in_a_tar_are_refused(tmp_path):
    write(tmp_path / "wiki_crop", [good("a.png"), good("b.png")], pictures=["a.png"])
    with tarfile.open(tmp_path / "wiki_crop.tar", "w") as archive:
        archive.add(tmp_path / "wiki_crop", "wiki_crop")
        link = tarfile.TarInfo("wiki_crop/b.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert refusals(wiki.rows(tmp_path / "wiki_crop.tar")) == {"b.png": beside.NO_FILE}


def test_a_tar_cut_off_gives_what_is_whole_and_then_says_so(tmp_path):
    names = [f"{i}.png" for i in range(6)]
    write(tmp_path / "wiki_crop", [good(name) for name in names])
    with tarfile.open(tmp_path / "wiki_crop.tar", "w") as archive:
        for name in ["wiki.mat", *names]:
            archive.add(tmp_path / "wiki_crop" / name, f"wiki_crop/{name}")
            if name == "3.png":
                end = archive.offset - 1000  # in the middle of it: a block is 512 bytes
    with (tmp_path / "wiki_crop.tar").open("r+b") as file:
        file.truncate(end)
    rows = []
    with pytest.raises(BadDataset, match="4 whole files were found before"):
        for row in wiki.rows(tmp_path / "wiki_crop.tar"):
            rows.append(row)
    assert [row.file for row in rows] == ["0.png", "1.png", "2.png"]


@pytest.mark.parametrize("make", ["compressed", "without", "garbage"])
def test_a_tar_of_another_kind_is_one_sentence(tmp_path, make):
    path = tmp_path / "wiki_crop.tar"
    if make == "garbage":
        path.write_bytes(b"\0" * 100 + b"x" * 5000)
    else:
        with tarfile.open(path, "w:gz" if make == "compressed" else "w") as archive:
            archive.addfile(tarfile.TarInfo("wiki_crop/a.jpg"))
    with pytest.raises(BadDataset, match=r"(cannot be read|no wiki\.mat).*Expected"):
        list(wiki.rows(path))


def refused_file(tmp_path, content):
    (tmp_path / "wiki.mat").write_bytes(content)
    with pytest.raises(BadDataset, match=r"wiki\.mat cannot be used.*Expected a Matlab 5 file") as error:
        list(wiki.rows(tmp_path / "wiki.mat"))
    return str(error.value)


def saved(content):
    out = io.BytesIO()
    scipy.io.savemat(out, content)
    return out.getvalue()


def test_a_mat_file_of_another_kind_says_what_it_holds(tmp_path):
    assert "no struct wiki; found faces, n" in refused_file(tmp_path, saved({"faces": [1], "n": 2}))
    assert "no struct wiki; found wiki" in refused_file(tmp_path, saved({"wiki": [1, 2]}))
    lacking = {field: value for field, value in struct([good("a.png")]).items() if field != "dob"}
    message = refused_file(tmp_path, saved({"wiki": lacking}))
    assert "lacks dob; found photo_taken" in message
    assert "different lengths" in refused_file(
        tmp_path, saved({"wiki": struct([good("a"), good("b")]) | {"dob": [1.0, 2.0, 3.0]}})
    )
    words = np.array([["a", "b"]], object)
    assert "dob holds something other than numbers" in refused_file(
        tmp_path, saved({"wiki": struct([good("a")]) | {"dob": words}})
    )


def test_a_matlab_7_3_file_says_what_it_holds(tmp_path):
    with h5py.File(tmp_path / "made", "w", userblock_size=512) as file:
        file["wiki"] = [1]
    content = bytearray((tmp_path / "made").read_bytes())
    content[:128] = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\0\2IM"
    assert "Matlab 7.3 (HDF5) file holding wiki" in refused_file(tmp_path, bytes(content))


@pytest.mark.parametrize("content", [b"hello", b"PK\3\4", b"MATLAB 5.0 MAT-file" + b"\xff" * 500])
def test_bytes_that_are_no_mat_file_are_one_sentence(tmp_path, content):
    refused_file(tmp_path, content)


def test_a_reader_that_crashes_takes_nothing_with_it(tmp_path, monkeypatch):
    crash = tmp_path / "crash.py"
    crash.write_text(f"import os; os.kill(os.getpid(), {int(signal.SIGSEGV)})")
    monkeypatch.setattr(matlab, "_PROCESS", crash)
    assert "it is damaged" in refused_file(tmp_path, saved({"wiki": struct([good("a")])}))


def test_a_damaged_copy_is_read_or_refused_but_never_crashes(tmp_path):
    content = saved({"wiki": struct([good(f"{i}.png") for i in range(3)])})
    rng = np.random.default_rng(0)
    ends = Counter()
    for _ in range(3):
        copy = bytearray(content)
        for place in rng.integers(128, len(copy), 5):
            copy[place] = rng.integers(256)
        (tmp_path / "wiki.mat").write_bytes(copy)
        try:
            ends["read"] += len(list(wiki.rows(tmp_path))) >= 0
        except BadDataset:
            ends["refused"] += 1
    assert sum(ends.values()) == 3


def test_a_path_that_is_no_text_is_refused_by_its_row(tmp_path):
    rows = struct([good("a.png"), good("b.png")])
    rows["full_path"][0] = np.array([1.0, 2.0])
    scipy.io.savemat(tmp_path / "wiki.mat", {"wiki": rows})
    (tmp_path / "b.png").write_bytes(images.encode_png(drawn_face()))
    found = list(wiki.rows(tmp_path))
    assert found[0] == Refused("a row without a path", beside.OUTSIDE)
    assert found[1].file == "b.png"
