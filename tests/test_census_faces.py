"""The engine: filters, totals, counts beside the options, pages, one face, against answers by hand."""

import threading
from datetime import date

import numpy as np
import pandas as pd
import pytest

from agesex import census
from agesex.census import Choice, Faces, Source
from agesex.dataset import measures
from agesex.errors import BadDataset


def table():
    """Eight photos; b and c are copies that disagree on age, d and e on sex, f and g agree."""
    return pd.DataFrame(
        {
            "file": list("abcdefgh"),
            "age": [2, 26, 29, 26, 26, 70, 70, 45],
            "sex": ["female", "male", "male", "female", "male", "female", "female", None],
            "race": ["White", "White", "White", "Asian", "Asian", "Others", "Others", None],
            "split": ["train", "train", "train", "test", "dropped", "test", "test", "unseen"],
            "group": list("abbddffh"),
            "source": ["utkface"] * 7 + ["wiki"],
            "taken": pd.to_datetime(
                ["2017-01-01", "2017-01-01 23:59:59", "2017-01-02", *[None] * 4, "2009-07-01"], format="ISO8601"
            ),
            "flags": ["", "dark", "dark,grey", "", "", "blurred", "", "grey"],
            "brightness": [10, 20, 30, 40, 50, 60, 70, np.nan],
        }
    )


@pytest.fixture(scope="module")
def faces():
    return Faces(table())


CASES = [
    ({}, "abcdefgh"),
    ({"ages": (26, 29)}, "bcde"),
    ({"sexes": ("female",)}, "adfg"),
    ({"sexes": ("male", "unknown")}, "bceh"),
    ({"races": ("unknown",)}, "h"),
    ({"splits": ("test", "dropped")}, "defg"),
    ({"sources": ("wiki",)}, "h"),
    ({"flags": ("dark",)}, "bc"),
    ({"flags": ("grey", "blurred")}, "cfh"),
    ({"flags": ("none",)}, "adeg"),
    ({"flags": ("none", "dark")}, "abcdeg"),
    ({"copies": "only"}, "bcdefg"),
    ({"copies": "without"}, "ah"),
    ({"copies": "disagreeing"}, "bcde"),
    ({"taken": (date(2017, 1, 1), date(2017, 1, 1))}, "ab"),
    ({"taken": (date(2009, 7, 1), date(2017, 1, 1))}, "abh"),
    ({"measures": (("brightness", 20, 40),)}, "bcd"),
    ({"ages": (0, 30), "sexes": ("male",), "copies": "only", "splits": ("train",)}, "bc"),
]


@pytest.mark.parametrize(("asked", "files"), CASES)
def test_filters_keep_what_was_asked_for(faces, asked, files):
    assert "".join(faces.files(Choice(**asked))) == files
    assert faces.totals(Choice(**asked))["photos"] == len(files)


@pytest.mark.parametrize(("asked", "files"), CASES)
def test_every_value_of_a_filter_is_bound(asked, files):
    sql, values = Choice(**asked).where()
    assert sql.count("?") == len(values)
    assert "'" not in sql


def test_a_name_that_is_sql_is_only_a_name(faces):
    nobody = Choice(sources=("x') OR TRUE --",))
    assert faces.totals(nobody)["photos"] == 0
    assert faces.one("a' OR TRUE --") is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"sexes": ("woman",)}, {"races": ("white",)}, {"flags": ("ugly",)}, {"copies": "some"},
        {"measures": (("x", 0, 1),)},
    ],
)
def test_a_slip_in_a_name_does_not_look_like_an_empty_data_set(wrong):
    with pytest.raises(ValueError):
        Choice(**wrong)


def test_totals_count_by_hand(faces):
    assert faces.totals() == {
        "photos": 8, "female": 4, "male": 3, "unknown": 1, "copies": 6, "dropped": 1,
    }  # fmt: skip


def test_options_count_what_a_further_click_would_leave(faces):
    found = faces.options(Choice(sexes=("female",), splits=("test",)))
    assert found["sexes"] == {"female": 3, "male": 0, "unknown": 0}  # the splits hold, the sex is free
    assert found["splits"] == {"train": 1, "test": 3, "dropped": 0, "unseen": 0}
    assert found["races"] == {"White": 0, "Asian": 1, "Others": 2, "unknown": 0}
    assert found["sources"] == {"utkface": 3, "wiki": 0}
    assert found["flags"]["blurred"] == 1 and found["flags"]["none"] == 2
    assert found["copies"] == {"all": 3, "only": 3, "without": 0, "disagreeing": 1}


def test_every_option_says_the_number_that_its_choice_has(faces):
    for field, names in faces.options().items():
        for name, n in names.items():
            value = name if field == "copies" else (name,)
            assert faces.totals(Choice(**{field: value}))["photos"] == n, (field, name)


def test_a_choice_can_be_toggled_and_taken_back():
    choice = Choice(ages=(0, 9)).toggled("sexes", ("female",))
    assert choice == Choice(ages=(0, 9), sexes=("female",))
    assert choice.active() == ["ages", "sexes"]
    assert choice.toggled("sexes", ("female",)) == choice.but("sexes") == Choice(ages=(0, 9))
    light = Choice().toggled("measures", ("light", 0, 9)).toggled("measures", ("blur", 1, 2))
    assert light.toggled("measures", ("light", 0, 5)).measures == (("blur", 1, 2), ("light", 0, 5))
    assert light.toggled("measures", ("light", 0, 9)).measures == (("blur", 1, 2),)
    assert hash(choice) != hash(Choice())


def test_pages_follow_each_other_without_gap_or_repetition(faces):
    for order in ("file", "age", "random", "disagreement", "brightness", "taken"):
        for down in (False, True):
            pages = [faces.page(order=order, offset=n, limit=3, down=down) for n in (0, 3, 6)]
            assert [len(page) for page in pages] == [3, 3, 2]
            assert sorted(pd.concat(pages).file) == list("abcdefgh"), order
    assert "".join(faces.page(order="age").file) == "abdechfg"
    assert "".join(faces.page(order="age", down=True).file) == "fghcbdea"
    assert faces.page(order="brightness", down=True).file.iloc[-1] == "h"  # has none


def test_a_random_order_is_that_of_its_seed(faces):
    one, same, other = ("".join(faces.page(order="random", seed=seed).file) for seed in (1, 1, 2))
    assert one == same != other
    assert faces.files(limit=3, seed=1) == faces.files(limit=3, seed=1)
    assert len(faces.files(limit=3)) == 3
    assert faces.files(limit=99) == list("abcdefgh")


def test_an_unknown_order_or_column_is_named(faces):
    with pytest.raises(KeyError, match="brightness"):
        faces.page(order="age; DROP TABLE faces")
    with pytest.raises(KeyError, match="published"):
        faces.rows(columns=("nothing",))
    assert faces.orders() == ["file", "age", "random", "copies", "disagreement", "taken", "brightness"]


def test_one_face_tells_all_in_plain_values(faces):
    face = faces.one("c")
    assert (face["age"], face["sex"], face["band"]) == (29, "male", "20–29")
    assert (face["copies"], face["years_apart"]) == (2, 3)
    assert type(face["age"]) is int and face["blur"] is None
    assert faces.one("nobody") is None
    assert faces.one("h")["sex"] == "unknown"


def test_copies_of_a_face_are_the_others_of_its_group(faces):
    assert list(faces.copies_of("b").file) == ["c"]
    assert faces.copies_of("a").empty and faces.copies_of("nobody").empty


def test_groups_come_with_those_that_disagree_on_sex_first(faces):
    rows = faces.groups()
    assert list(rows.group) == ["d", "b", "f"]
    assert list(rows.n) == [2, 2, 2] and list(rows.years) == [0, 3, 0] and list(rows.sexes) == [2, 1, 1]
    assert list(faces.groups(Choice(sexes=("female",))).group) == ["d", "f"]
    assert list(faces.groups(offset=1, limit=1).group) == ["b"]


def test_several_data_sets_are_one_table_and_keep_apart(tmp_path):
    table().to_parquet(tmp_path / "one.parquet")
    other = table().assign(age=50)[["file", "age", "sex", "group"]]
    extra = pd.DataFrame({"file": ["a", "b"], "error": [1.5, 9.0]})
    faces = Faces(Source({"one": tmp_path / "one.parquet", "other": other}, extra))
    assert faces.n == 16 and faces.datasets == ("one", "other")
    assert faces.totals(Choice(ages=(50, 50)))["photos"] == 8
    assert faces.one("b", "one")["age"] == 26 and faces.one("b", "other")["age"] == 50
    assert list(faces.copies_of("b", "other").dataset) == ["other"]
    assert "error" in faces.orders()
    assert faces.page(order="error", down=True, limit=2).file.tolist() == ["b", "b"]
    assert faces.one("c", "one")["error"] is None


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda rows: rows.assign(sex="woman"), "The table of x cannot be read"),
        (lambda rows: rows.assign(age=10**6), "The table of x cannot be read"),
        (lambda rows: rows.drop(columns="age"), "has no column age; it has .*file"),
    ],
)
def test_a_table_that_is_none_is_one_sentence(spoil, said):
    with pytest.raises(BadDataset, match=said):
        Faces(Source({"x": spoil(table())}))


def test_a_file_that_is_no_table_is_one_sentence(tmp_path):
    (tmp_path / "table.parquet").write_bytes(b"PAR1 or not")
    with pytest.raises(BadDataset, match="table of x cannot be read"):
        Faces(Source({"x": tmp_path / "table.parquet"}))


def test_no_photo_at_all_is_no_error():
    faces = Faces(table().head(0))
    assert faces.n == 0 and faces.totals()["photos"] == 0 and faces.page().empty and faces.files() == []


def test_an_answer_belongs_to_who_asked(faces):
    first = faces.page()
    first["age"] = 0
    assert faces.page().age.max() == 70


def test_questions_of_several_threads_do_not_mix(faces):
    wrong = []

    def ask(age):
        for _ in range(20):
            rows = faces.ask("SELECT count(*) AS n, ? AS asked FROM faces WHERE age >= ?", [age, age])
            if rows.asked[0] != age or rows.n[0] != (table().age >= age).sum():
                wrong.append(age)

    threads = [threading.Thread(target=ask, args=(age,)) for age in (0, 26, 30, 70)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_the_engine_reads_no_file_once_it_is_loaded(faces, tmp_path):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with pytest.raises(Exception, match="disabled"):
        faces.ask("SELECT * FROM read_csv(?)", [str(tmp_path / "secret.csv")])


def test_flags_are_those_that_are_measured():
    assert census.FLAGS == measures.FLAGS


def test_the_labels_of_the_repository_are_all_there():
    faces = Faces(census.known())
    facts = census.facts()
    found = faces.totals()
    assert found["photos"] == facts["photos"]
    assert found["copies"] == facts["photos_in_groups"] and found["dropped"] == facts["splits"]["dropped"]
    assert len(faces.groups()) == facts["duplicate_groups"]
    dated = census.known().taken.dropna()
    assert len(dated) > 22_000 and dated.dt.year.between(2016, 2017).all()
