import pytest

from agesex import labels
from agesex.errors import BadLabel
from agesex.labels import Label

GOOD = "25_1_2_20170116193245364.jpg.chip.jpg"


def test_reads_age_sex_race_and_stamp():
    assert labels.parse(GOOD) == Label(25, "female", "Asian", "20170116193245364")


@pytest.mark.parametrize("stamp", ["2017011022340900", "201701161846515488", "20170116193245364"])
def test_a_stamp_is_any_run_of_digits(stamp):
    assert labels.parse(f"14_0_0_{stamp}.jpg.chip.jpg") == Label(14, "male", "White", stamp)


def test_the_in_the_wild_variant_has_no_chip():
    assert labels.parse("1_0_4_20161219140623097.jpg").race == "Others"


def test_format_is_the_reverse_of_parse():
    assert labels.format(labels.parse(GOOD)) == GOOD


@pytest.mark.parametrize(
    ("name", "reason", "mending"),
    [
        (
            "24_0_1_20170116220224657 .jpg.chip.jpg",
            "blank",
            "24_0_1_20170116220224657.jpg.chip.jpg",
        ),
        (
            "55_0_0_20170116232725357jpg.chip.jpg",
            "dot",
            "55_0_0_20170116232725357.jpg.chip.jpg",
        ),
        ("61_1_20170109142408075.jpg.chip.jpg", "race is missing", ""),
        ("25_2_0_20170116193245364.jpg.chip.jpg", "sex '2'", ""),
        ("25_1_5_20170116193245364.jpg.chip.jpg", "race '5'", ""),
        ("x_1_0_20170116193245364.jpg.chip.jpg", "age 'x'", ""),
        ("-5_1_0_20170116193245364.jpg.chip.jpg", "age '-5' is negative", ""),
        (
            "25_1_0_20170116193245364.JPG.CHIP.JPG",
            "ending is in capital letters",
            "25_1_0_20170116193245364.jpg.chip.jpg",
        ),
        ("200_1_0_20170116193245364.jpg.chip.jpg", "age 200", ""),
        ("25_1_2_.jpg.chip.jpg", "time stamp", ""),
        ("holiday.jpg", "1 fields", ""),
        ("", "1 fields", ""),
    ],
)
def test_malformed_names_say_why_and_are_not_mended(name, reason, mending):
    with pytest.raises(BadLabel, match=reason) as caught:
        labels.parse(name)
    assert caught.value.mending == mending
    assert "Expected" in str(caught.value)


def test_a_proposed_mending_parses():
    _, malformed = labels.parse_all(["24_0_1_20170116220224657 .jpg.chip.jpg"])
    assert labels.parse(malformed[0].mending).age == 24


def test_parse_all_returns_the_malformed_in_order():
    found, malformed = labels.parse_all(["b.jpg", GOOD, "a.jpg"])
    assert list(found) == [GOOD]
    assert [m.name for m in malformed] == ["b.jpg", "a.jpg"]


@pytest.mark.realdata
def test_utkface_has_five_malformed_names(utkface):
    found, malformed = labels.parse_all(sorted(path.name for path in utkface.iterdir()))
    assert len(found) + len(malformed) == 22_707
    assert len(malformed) == 5
    assert sum("race is missing" in m.reason for m in malformed) == 3
    assert min(v.age for v in found.values()) == 1
    assert max(v.age for v in found.values()) == 116
