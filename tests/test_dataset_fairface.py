"""Tables of labels like FairFace's: ranges of age, seven groups, pictures in the folder beside."""

import pytest
from drawn import drawn_face

from agesex import images, labels
from agesex.dataset import importing
from agesex.dataset.sources import base, beside, fairface
from agesex.dataset.sources.base import Found, Refused
from agesex.errors import BadDataset

HEADER = "file,age,gender,race,service_test"


def write(folder, lines, *, header=HEADER, name="labels.csv", pictures=("train/1.png", "train/2.png")):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join([header, *lines]) + "\n", "utf-8")
    for i, path in enumerate(pictures):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(images.encode_png(drawn_face(i)))
    return folder


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("0-2", 1),  # from 0.0 to 3.0: 1.5
        ("3-9", 6),
        ("20-29", 25),
        ("60–69", 65),
        ("more than 70", 75),
        ("70+", 75),
        (" 34 ", 34),
    ],
)
def test_an_age_is_the_middle_of_its_range_in_completed_years(text, age):
    assert fairface.age_of(text) == age


@pytest.mark.parametrize("text", ["", "Mar-09", "adult", "29-20", "121", "150-160", "9" * 6000, "-3", "1e3"])
def test_what_is_no_range_is_refused_not_guessed(text):
    with pytest.raises(fairface.Unusable, match=r"age|range"):
        fairface.age_of(text)


def test_a_table_gives_the_labels_that_were_put_in(tmp_path):
    lines = ["train/1.png,50-59,Male,East Asian,True", "train/2.png,more than 70,Female,Latino_Hispanic,False"]
    write(tmp_path, lines)
    first, second = fairface.rows(tmp_path / "labels.csv")
    assert first.read() == (tmp_path / "train" / "1.png").read_bytes()
    assert (first.file, first.age, first.sex, first.race) == ("train/1.png", 55, "male", "Asian")
    assert (first.age_source, first.race_source, first.source) == ("50-59", "East Asian", "fairface")
    assert (second.age, second.sex, second.race) == (75, "female", "Others")
    assert (second.age_source, second.race_source) == ("more than 70", "Latino_Hispanic")


@pytest.mark.parametrize(("name", "encoding"), [("labels.tsv", "utf-8"), ("labels.csv", "utf-16")])
def test_a_table_with_tabs_or_in_utf_16_is_read(tmp_path, name, encoding):
    write(tmp_path, ["train/1.png,50-59,Male,East Asian,True"])
    text = (tmp_path / "labels.csv").read_text()
    (tmp_path / "labels.csv").unlink()
    (tmp_path / name).write_bytes((text.replace(",", "\t") if name == "labels.tsv" else text).encode(encoding))
    assert [row.age for row in fairface.rows(tmp_path)] == [55]
    assert base.guess(tmp_path / name) == "fairface"


def test_a_photo_that_is_missing_is_named_as_in_the_table(tmp_path, monkeypatch):
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))
    write(tmp_path, ["train/1.png,50-59,Male,East Asian,True"])
    (tmp_path / "train" / "1.png").unlink()
    with pytest.raises(BadDataset, match="“train/1.png”: the picture is missing"):
        importing.import_from(tmp_path / "labels.csv")


def test_the_seven_groups_become_known_ones():
    assert set(fairface.RACES.values()) == set(labels.RACES)
    assert len(fairface.RACES) == 7


def test_the_form_without_race_is_read_with_its_pictures_in_photos(tmp_path):
    write(
        tmp_path, ["a.png,0-2,female", "b.png,10-19,male"], header="file,age_group,sex",
        pictures=["photos/a.png", "b.png"],
    )  # fmt: skip
    rows = list(fairface.rows(tmp_path))
    assert [(row.file, row.age, row.sex, row.race, row.race_source) for row in rows] == [
        ("a.png", 1, "female", None, None),
        ("b.png", 15, "male", None, None),
    ]
    assert [row.path for row in rows] == ["photos/a.png", "b.png"]


def test_every_bad_line_is_refused_with_its_reason_and_the_good_one_is_kept(tmp_path):
    write(
        tmp_path,
        [
            "train/1.png,20-29,Male,White,True",
            "train/1.png,20-29,Male,White,True",
            "train/2.png,old,Male,White,True",
            "train/3.png,20-29,Male,White,True",
            "train/4.png,20-29,other,White,True",
            "train/5.png,20-29,Male,Martian,True",
            "../secret.png,20-29,Male,White,True",
            "train/6.png,20-29",
            "train/2.png,20-29,,,True",
        ],
    )
    (tmp_path.parent / "secret.png").write_bytes(b"not yours")
    rows = list(fairface.rows(tmp_path))
    assert [(row.file, row.sex, row.race) for row in rows if isinstance(row, Found)] == [
        ("train/1.png", "male", "White"),
        ("train/2.png", None, None),  # empty is unknown
    ]
    assert {(row.name, row.reason) for row in rows if isinstance(row, Refused)} == {
        ("train/1.png", fairface.TWICE),
        ("train/2.png", "the age is no range such as 20-29 or more than 70"),
        ("train/3.png", beside.MISSING),
        ("train/4.png", "the sex is neither male nor female"),
        ("train/5.png", "the race is none of FairFace's seven groups"),
        ("../secret.png", beside.OUTSIDE),
        ("labels.csv line 9", "the line has fewer than the 4 columns that are needed"),
    }


def test_columns_come_in_any_order_and_case_with_others_between_and_a_byte_order_mark(tmp_path):
    write(tmp_path, ["White,x,train/1.png,Male,20-29"], header="\ufeffRace,note,File,Gender,AGE")
    (row,) = fairface.rows(tmp_path)
    assert (row.file, row.age, row.sex, row.race) == ("train/1.png", 25, "male", "White")


def test_both_published_tables_in_a_folder_are_read(tmp_path):
    write(tmp_path, ["train/1.png,20-29,Male,White,True"], name="fairface_label_train.csv")
    write(tmp_path, ["train/2.png,20-29,Male,White,True"], name="fairface_label_val.csv")
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    assert [row.file for row in fairface.rows(tmp_path)] == ["train/1.png", "train/2.png"]


def test_a_missing_column_is_named_beside_those_found(tmp_path):
    write(tmp_path, ["train/1.png,20-29,White"], header="file,age,race")
    assert fairface.recognises(tmp_path)
    with pytest.raises(BadDataset, match=r"lacks the column gender; found file, age, race\. Expected"):
        list(fairface.rows(tmp_path))


def test_a_folder_without_such_a_table_and_a_file_that_is_not_there_are_one_sentence(tmp_path):
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    with pytest.raises(BadDataset, match=r"no table of labels \(tables found: notes\.csv\)"):
        list(fairface.rows(tmp_path))
    with pytest.raises(BadDataset, match="Check the path"):
        list(fairface.rows(tmp_path / "none.csv"))


def test_a_field_without_end_is_one_sentence_after_the_good_rows(tmp_path):
    write(tmp_path, ["train/1.png,20-29,Male,White,True", '"' + "x" * 200_000])
    rows = fairface.rows(tmp_path)
    assert next(rows).file == "train/1.png"
    with pytest.raises(BadDataset, match="cannot be read after line"):
        list(rows)


def test_the_form_is_recognised_and_the_48_pixel_form_is_not(tmp_path):
    write(tmp_path / "a", ["train/1.png,20-29,Male,White,True"])
    assert base.guess(tmp_path / "a" / "labels.csv") == "fairface"
    write(tmp_path / "b", ["1,0,0,x,1 2 3"], header="age,ethnicity,gender,img_name,pixels")
    assert not fairface.recognises(tmp_path / "b" / "labels.csv")
    assert not fairface.recognises(tmp_path / "none.csv")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_semicolons_and_tabs_are_read_as_commas_are(tmp_path, separator):
    lines = ["train/1.png,50-59,Male,White,True", "train/2.png,3-9,Female,Black,False"]
    write(tmp_path, [line.replace(",", separator) for line in lines], header=HEADER.replace(",", separator))
    assert fairface.recognises(tmp_path) and base.guess(tmp_path / "labels.csv") == "fairface"
    assert [row.age for row in fairface.rows(tmp_path / "labels.csv")] == [55, 6]


def test_a_header_alone_is_one_short_sentence(tmp_path):
    write(tmp_path, [])
    with pytest.raises(BadDataset, match="^“labels.csv” has the right columns, but no rows. Expected one"):
        list(fairface.rows(tmp_path))


def test_the_share_that_was_read_is_known(tmp_path):
    write(tmp_path, ["train/1.png,50-59,Male,White,True"] * 3000)
    progress = base.Progress()
    shares = [progress.share for _ in fairface.rows(tmp_path, progress)]
    assert shares == sorted(shares) and shares[0] < 0.5 and shares[-1] == 1 and progress.total > 3000
