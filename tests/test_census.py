import pandas as pd
import pytest

from agesex import census, dataset, findings
from agesex.errors import BadDataset


@pytest.fixture
def six():
    """Six photos: two groups of copies, which disagree by 3 years and on sex."""
    return pd.DataFrame(
        {
            "file": list("abcdef"),
            "age": [2, 26, 29, 26, 26, 70],
            "sex": ["female", "male", "male", "female", "male", "female"],
            "race": ["White", "White", "White", "Asian", "Asian", "Others"],
            "split": ["train", "train", "train", "test", "dropped", "test"],
            "group": ["a", "b", "b", "d", "d", "f"],
        }
    )


def test_copies_know_what_they_disagree_on(six):
    rows = census.copies(six).set_index("group")
    assert list(rows.index) == ["b", "d"]
    assert rows.years.tolist() == [3, 0]
    assert rows.sexes.tolist() == [1, 2]
    assert rows.disagreement.tolist() == ["3–5 years", "same age"]
    counts = census.disagreements(rows.reset_index())
    assert counts.n.tolist() == [1, 0, 1, 0, 0, 0]
    assert "1 of 2 groups of copies disagree on age (these by 3.0 years from" in findings.copies(rows)


def test_a_choice_without_copies_is_no_error(six):
    rows = census.copies(six[six.file.isin(["a", "f"])])
    assert rows.empty
    assert findings.copies(rows) == "No photo of this choice has a copy"
    assert census.disagreements(rows).n.sum() == 0


def test_the_facts_agree_with_the_manifest():
    facts, table = census.facts(), dataset.known()
    assert facts["photos"] == len(table)
    assert facts["splits"] == table.split.value_counts().to_dict()
    groups = census.copies(table)
    assert facts["duplicate_groups"] == len(groups)
    assert facts["photos_in_groups"] == groups.n.sum()


def test_missing_facts_say_how_to_get_them(tmp_path):
    with pytest.raises(BadDataset, match=r"training\.prepare"):
        census.facts(tmp_path / "splits.csv")


def test_the_malformed_names_have_three_different_defects():
    from agesex import labels

    names = census.facts()["malformed_names"]
    found, malformed = labels.parse_all(names)
    assert not found
    assert len(malformed) == census.facts()["malformed"]
    assert len({error.reason for error in malformed}) == 3
