import csv
import gzip
import zipfile

import numpy as np
import pytest

from agesex import dataset, images
from agesex.dataset import store
from agesex.dataset.importing import import_from
from agesex.dataset.sources import base, csv48
from agesex.errors import BadDataset


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "datasets"


def levels(seed):
    return np.random.default_rng(seed).integers(0, 256, (48, 48))


def row(seed=0, **changes):
    """One line as a dict."""
    return {
        "age": "25",
        "ethnicity": "2",
        "gender": "1",
        "img_name": f"201701161932453{seed:02d}.jpg.chip.jpg",
        "pixels": " ".join(map(str, levels(seed).ravel())),
    } | changes


def written(path, rows, columns=csv48.COLUMNS):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def table():
    return store.open_stored("csv48").table


def test_a_row_becomes_the_picture_and_the_label_that_it_says(tmp_path):
    rows = [row(0), row(1, age="0", ethnicity="4", gender="0"), row(2, age="116", ethnicity="0")]
    report = import_from(written(tmp_path / "age_gender.csv", rows))
    assert (report.source, report.seen, report.taken) == ("csv48", 3, 3)
    stored = store.open_stored("csv48")
    assert list(zip(table().age, table().sex, table().race, strict=True)) == [
        (0, "male", "Others"), (116, "female", "White"), (25, "female", "Asian")
    ]  # fmt: skip
    picture = images.decode(stored.photo("25_1_2_20170116193245300.jpg.chip.jpg"))
    assert np.array_equal(picture, np.repeat(levels(0)[..., None], 3, axis=2))
    assert set(table().width) == {48} and table()["flags"].str.contains("tiny").all()
    assert str(table().taken[2]) == "2017-01-16 19:32:45.300000"


def test_columns_come_in_any_order_with_others_beside(tmp_path):
    rows = [row(0) | {"note": "a, b"}]
    written(tmp_path / "a.csv", rows, ("pixels", "note", "img_name", "gender", "ethnicity", "age"))
    assert import_from(tmp_path / "a.csv").taken == 1
    assert list(table().path) == ["a.csv line 2"]


def test_names_of_columns_may_be_padded_capital_and_behind_a_byte_order_mark(tmp_path):
    text = written(tmp_path / "a.csv", [row(0)]).read_text()
    head, rest = text.split("\n", 1)
    (tmp_path / "a.csv").write_text("\ufeff" + head.replace(",", " , ").upper() + "\n" + rest, "utf-8")
    assert import_from(tmp_path / "a.csv").taken == 1


@pytest.mark.parametrize("form", ["zip", "gz", "folder"])
def test_the_table_is_read_packed_and_in_a_folder(tmp_path, form):
    (tmp_path / "in").mkdir()
    path = written(tmp_path / "in" / "age_gender.csv", [row(0), row(1)])
    if form == "zip":
        with zipfile.ZipFile(tmp_path / "archive.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, "age_gender.csv")
    elif form == "gz":
        (tmp_path / "age_gender.csv.gz").write_bytes(gzip.compress(path.read_bytes()))
    place = {"zip": "archive.zip", "gz": "age_gender.csv.gz", "folder": "in"}[form]
    assert import_from(tmp_path / place).taken == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_tables_as_spreadsheets_write_them_are_read(tmp_path, encoding, name):
    text = written(tmp_path / "plain.csv", [row(0), row(1, img_name="Ā.jpg")]).read_text()
    mark = "\ufeff" * (encoding == "utf-16-be")
    text = mark + (text.replace(",", "\t") if name == "a.tsv" else text)
    (tmp_path / name).write_bytes(text.encode(encoding))
    assert import_from(tmp_path / name).taken == 2
    assert list(table().path) == [f"{name} line 2", f"{name} line 3"]
    assert table().file[1].endswith("_Ā.jpg")


def test_a_photo_has_the_split_of_the_manifest(tmp_path):
    known = dataset.known()
    photo = known[known.split == "test"].iloc[0]
    age, sex, race, name = photo.file.split("_")
    path = written(tmp_path / "a.csv", [row(0, age=age, gender=sex, ethnicity=race, img_name=name), row(1)])
    import_from(path)
    assert dict(zip(table().file, table().split, strict=True)) == {
        photo.file: "test",
        "25_1_2_20170116193245301.jpg.chip.jpg": "unseen",
    }


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path):
    path = written(tmp_path / "a.csv", [row(0)], ("age", "gender", "img_name", "weight"))
    with pytest.raises(BadDataset, match=r"columns ethnicity, pixels.*Found: age, gender, img_name, weight"):
        import_from(path)
    path = written(tmp_path / "b.csv", [row(0)], ("age", "ethnicity", "gender", "img_name"))
    with pytest.raises(BadDataset, match="lacks the column pixels"):
        import_from(path)
    (tmp_path / "c.csv").write_text("")
    with pytest.raises(BadDataset, match="the file “c.csv” is empty"):
        import_from(tmp_path / "c.csv", "csv48")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"pixels": " ".join(["7"] * 2303)}, "fewer than 2,304 pixels"),
        ({"pixels": " ".join(["7"] * 2305)}, "more than 2,304 pixels"),
        ({"pixels": ""}, "pixels are not whole numbers with blanks between"),
        ({"pixels": " ".join(["7"] * 2303 + ["x"])}, "pixels are not whole numbers with blanks between"),
        ({"pixels": " ".join(["7"] * 2303 + ["-1"])}, "pixels are not whole numbers with blanks between"),
        ({"pixels": " ".join(["7"] * 2303 + ["256"])}, "a pixel is over 255"),
        ({"age": "old"}, "the age 'old' is not a number"),
        ({"age": "121"}, "the age 121 is over 120"),
        ({"gender": "2"}, "the sex '2' is neither 0 (male) nor 1 (female)"),
        ({"ethnicity": "9"}, "the race '9' is not a code from 0 to 4"),
        ({"img_name": " "}, "img_name is empty"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_the_others_are_kept(tmp_path, changes, reason):
    path = written(tmp_path / "a.csv", [row(0), row(1) | changes, row(2)])
    report = import_from(path)
    assert report.refused == {reason: 1} and report.taken == 2
    assert report.examples == [("a.csv line 3", reason)]


def test_a_row_cut_short_is_refused_with_its_line(tmp_path):
    path = written(tmp_path / "a.csv", [row(0)])
    path.write_text(path.read_text() + "25,2\n\n")
    report = import_from(path)
    assert report.examples == [("a.csv line 3", "the line has too few columns")]


def test_codes_as_spreadsheets_write_them_are_understood(tmp_path):
    import_from(written(tmp_path / "a.csv", [row(0, age="25.0", gender="1.0", ethnicity="2.0")]))
    assert list(table().file) == ["25_1_2_20170116193245300.jpg.chip.jpg"]


def test_the_same_row_twice_counts_once_and_another_of_its_name_is_refused(tmp_path):
    other = row(1, img_name=row(0)["img_name"])
    report = import_from(written(tmp_path / "a.csv", [row(0), row(0), other]))
    assert (report.seen, report.taken, report.copies, report.refused.total()) == (3, 1, 1, 1)


def test_copies_are_found_among_rows(tmp_path):
    same = row(0)["pixels"]
    import_from(written(tmp_path / "a.csv", [row(0), row(1), row(2, pixels=same)]))
    assert table().group.duplicated(keep=False).sum() == 2


def test_a_table_that_is_cut_off_says_so_and_keeps_what_is_good(tmp_path):
    text = written(tmp_path / "a.csv", [row(i) for i in range(30)]).read_bytes()
    packed = gzip.compress(text)
    (tmp_path / "a.csv.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(BadDataset, match=r"read to its end.* photos were read until then and are kept"):
        import_from(tmp_path / "a.csv.gz")
    (tmp_path / "a.csv.gz").write_bytes(packed)
    report = import_from(tmp_path / "a.csv.gz")
    assert report.taken == 30 and report.resumed > 0


def test_a_line_without_end_is_not_read_into_memory(tmp_path):
    path = written(tmp_path / "a.csv", [row(0)])
    with open(path, "a") as file:
        file.write("1 " * csv48.LONGEST)
    with pytest.raises(BadDataset, match="a line is longer than 1 MB"):
        import_from(path)
    bomb = written(tmp_path / "b.csv", [row(0)]).read_bytes() + (b" " * 9000 + b"\n") * 1500
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(bomb))
    with pytest.raises(BadDataset, match="would unpack to more than 100 times its size"):
        import_from(tmp_path / "b.csv.gz")


def test_a_folder_without_a_table_is_refused(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "readme.txt").write_text("hello")
    with pytest.raises(BadDataset, match=r"holds no \.csv or \.tsv. Expected one with the columns age, ethnicity"):
        import_from(tmp_path / "in", "csv48")


def test_the_form_is_recognised_by_its_header_alone(tmp_path):
    assert base.guess(written(tmp_path / "a.csv", [])) == "csv48"
    (tmp_path / "b.csv").write_text("name,size\n")
    assert not csv48.recognises(tmp_path / "b.csv")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_semicolons_and_tabs_are_read_as_commas_are(tmp_path, separator):
    text = written(tmp_path / "a.csv", [row(0), row(1)]).read_text()
    (tmp_path / "a.csv").write_text(text.replace(",", separator))
    assert base.guess(tmp_path / "a.csv") == "csv48"
    assert import_from(tmp_path / "a.csv").taken == 2


def test_a_missing_column_between_semicolons_is_named(tmp_path):
    (tmp_path / "a.csv").write_text("age;gender;img_name;pixels\n")
    with pytest.raises(BadDataset, match="lacks the column ethnicity. .*Found: age, gender, img_name, pixels. Name"):
        import_from(tmp_path / "a.csv")


def test_a_header_alone_is_one_short_sentence(tmp_path):
    path = written(tmp_path / "a.csv", [])
    with pytest.raises(BadDataset, match="^“a.csv” has the right columns, but no rows. Expected one") as error:
        import_from(path)
    assert len(str(error.value)) < 150 and store.names() == []


def test_a_header_alone_beside_a_table_with_rows_costs_itself(tmp_path):
    (tmp_path / "in").mkdir()
    written(tmp_path / "in" / "a.csv", [])
    written(tmp_path / "in" / "b.csv", [row(0)])
    report = import_from(tmp_path / "in")
    assert report.taken == 1 and report.refused == {csv48.NO_ROWS: 1}


def test_many_columns_are_cut_with_a_sign(tmp_path):
    written(tmp_path / "a.csv", [], ("img_name", *(f"column{i}" for i in range(99))))
    with pytest.raises(BadDataset, match="Found: img_name, column0, .*, …. Name the CSV"):
        import_from(tmp_path / "a.csv")


@pytest.mark.parametrize("form", ["csv", "gz"])
def test_the_share_that_was_read_grows_with_the_lines(tmp_path, form):
    path = written(tmp_path / "a.csv", [row(i) for i in range(40)])
    if form == "gz":
        path = tmp_path / "a.csv.gz"
        path.write_bytes(gzip.compress((tmp_path / "a.csv").read_bytes()))
    progress = base.Progress()
    shares = [progress.share for _ in csv48.rows(path, progress)]
    assert shares == sorted(shares) and shares[0] < 0.5 < shares[-1] <= 1
