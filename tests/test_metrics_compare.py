import numpy as np
import pandas as pd
import pytest
from test_metrics import many, six
from test_metrics_overall import clustered, expected, predictions

from agesex.errors import BadModel
from agesex.metrics import overall, slices, versus, worst


def named(table):
    return table.assign(file=[f"{i}.jpg" for i in range(len(table))])


def test_a_slice_holds_what_was_asked_for():
    table = predictions()
    mask = slices.select(table, age=(20, 29), sex="female", race=["Asian", "Black"])
    rows = table[mask]
    assert rows.age.between(20, 29).all() and rows.age.max() == 29
    assert set(rows.sex) == {"female"} and set(rows.race) == {"Asian", "Black"}
    assert mask.sum() == len(table.query("20 <= age <= 29 and sex == 'female' and race in ['Asian', 'Black']"))
    assert slices.select(table).all() and slices.select(table, race=[]).all()


def test_a_slice_by_quality_takes_any_measured_column():
    table = six().assign(blur=[0.0, 1, 2, 3, 4, np.nan])
    assert slices.select(table, quality={"blur": (1, 3)}).tolist() == [False, True, True, True, False, False]
    assert slices.select(table, quality={"blur": (None, 1)}).sum() == 2
    with pytest.raises(KeyError, match="light"):
        slices.select(table, quality={"light": (0, 1)})


def test_a_slice_and_the_rest_equal_scikit_learn():
    table = predictions()
    mask = slices.select(table, age=(60, 116))
    found = slices.against_rest(table, mask, draws=50)
    for part, column in ((table[mask], "value"), (table[~mask], "rest")):
        for metric, value in expected(part).items():
            assert found.loc[metric, column] == pytest.approx(value, abs=1e-9), metric
    assert (found.difference - (found.value - found.rest)).abs().max() < 1e-12
    assert found.n.eq(mask.sum()).all() and found.rest_n.eq((~mask).sum()).all()
    inside = (found.difference_low <= found.difference) & (found.difference <= found.difference_high)
    assert inside.all()


@pytest.mark.parametrize("some", [0, 1, 6])
def test_a_small_slice_has_no_interval(some):
    table = six()
    found = slices.against_rest(table, np.arange(6) < some, draws=5)
    assert found.n.eq(some).all() and found.rest_n.eq(6 - some).all()
    assert found[["low", "rest_low", "difference_low"]].isna().all(axis=None)
    assert found.value.isna().all() == (some == 0)
    with pytest.raises(ValueError, match="6 faces"):
        slices.against_rest(table, [True])


def test_the_interval_of_a_difference_covers_the_truth():
    rng, hits = np.random.default_rng(77), 0
    for _ in range(400):
        table = clustered(rng, 400)
        mask = (table.group < 150).to_numpy()
        table.loc[mask, "age_pred"] += 2.0
        row = slices.against_rest(table, mask, ["bias"], draws=400).loc["bias"]
        hits += row.difference_low <= 2 <= row.difference_high
    assert 0.93 <= hits / 400 <= 0.97


def test_two_models_are_compared_on_the_same_faces():
    first, second = predictions(), predictions("cnn")
    found = versus.compare(first, second.sample(frac=1, random_state=0), draws=50).set_index("metric")
    for metric, value in expected(second).items():
        assert found.second[metric] == pytest.approx(value, abs=1e-9)
        assert found.difference[metric] == pytest.approx(value - expected(first)[metric], abs=1e-9)
    assert list(found.index) == list(overall.HEADLINE)
    assert found.better["mae"] == "first" and found.better["sex_accuracy"] == "first"


def test_the_bias_nearer_to_zero_wins_and_a_tie_is_nobodys():
    table = named(many())
    worse = table.assign(age_pred=table.age_pred - 6)  # the bias goes from +1 to −5
    found = versus.compare(table, worse, draws=100).set_index("metric")
    assert found.difference["bias"] == pytest.approx(-6) and found.better["bias"] == "first"
    assert versus.compare(worse, table, draws=100).set_index("metric").better["mae"] == "second"
    assert versus.compare(table, table, draws=100).better.eq("").all()


def test_paired_differences_are_surer_than_two_intervals():
    rng = np.random.default_rng(0)
    table = named(many())
    other = table.assign(age_pred=table.age_pred + rng.normal(0, 0.5, len(table)))
    row = versus.compare(table, other, metrics=["mae"]).iloc[0]
    alone = overall.figures(table).loc["mae"]
    assert row.high - row.low < (alone.high - alone.low) / 3


def test_two_models_by_group():
    first, second = predictions(), predictions("cnn")
    found = versus.compare(first, second, ["sex", "band"], ["mae", "cs5"], draws=50)
    assert len(found) == 2 * 2 * 10 and found.metric.tolist()[:2] == ["mae", "cs5"]
    row = found.query("sex == 'male' and band == '30–39' and metric == 'mae'").iloc[0]
    here = (first.sex == "male") & first.age.between(30, 39)
    errors = (first.age_pred.astype(float) - first.age).abs()[here].mean()
    assert row["first"] == pytest.approx(errors, abs=1e-9) and row.n == here.sum()


def test_faces_of_one_model_only_are_left_out():
    table = named(many(60))
    found = versus.compare(table, table.iloc[10:], draws=5)
    assert found.n.eq(50).all()
    assert versus.compare(table, table.iloc[:0], draws=5).n.eq(0).all()


def test_models_of_different_labels_or_double_files_are_refused():
    table = named(six())
    with pytest.raises(BadModel, match=r"different labels: age of 2.jpg is 30 and 31"):
        versus.compare(table, table.assign(age=[10, 20, 31, 40, 50, 60]), draws=5)
    with pytest.raises(BadModel, match="0.jpg more than once"):
        versus.compare(table, pd.concat([table, table.iloc[:1]]), draws=5)


def test_the_worst_faces_come_first_and_each_photo_once():
    table = named(six()).assign(group=list("abcdff"))  # errors 2 0 -5 6 0 -10
    found = worst.largest_errors(table, 3)
    assert found.file.tolist() == ["5.jpg", "3.jpg", "2.jpg"] and found.error.tolist() == [-10, 6, -5]
    copied = table.assign(group=list("abcxex"))
    assert worst.largest_errors(copied, 3).file.tolist() == ["5.jpg", "2.jpg", "0.jpg"]
    assert worst.largest_errors(table, direction="old").file.tolist() == ["3.jpg", "0.jpg"]
    assert worst.largest_errors(table, direction="young").file.tolist() == ["5.jpg", "2.jpg"]
    with pytest.raises(ValueError, match="wise"):
        worst.largest_errors(table, direction="wise")


def test_sure_mistakes_are_mistakes_by_confidence():
    table = named(six()).assign(p_female=[0.9, 0.99, 0.4, 0.6, 0.5, 0.1])
    found = worst.sure_mistakes(table)
    assert found.file.tolist() == ["1.jpg", "2.jpg", "3.jpg"]
    assert found.confidence.tolist() == pytest.approx([0.99, 0.6, 0.6])
    assert found.said.tolist() == ["female", "male", "female"]
    real = worst.sure_mistakes(predictions(), 50)
    assert len(real) == 50 and real.confidence.is_monotonic_decreasing and "race" in real
    assert (real.said != real.sex.astype(str)).all() and not real.group.duplicated().any()


def test_copies_by_hand():
    table = six().assign(group=list("aabbbc"))  # a: 10 20, b: 30 40 50, both sexes in each
    found = worst.copies(table, draws=5)
    assert found.groups[["group", "n", "youngest", "oldest", "sexes", "spread"]].to_numpy().tolist() == [
        ["b", 3, 30, 50, 2, 20], ["a", 2, 10, 20, 2, 10]
    ]  # fmt: skip
    assert found.mean["value"] == 15 and found.mean["n"] == 2 and np.isnan(found.mean["low"])
    assert (found.median, found.same_age, found.same_sex) == (15, 0, 0)


def test_copies_of_the_real_table_agree_with_pandas():
    table = predictions()
    spread = table.groupby("group").age.agg(["size", "min", "max"]).query("size > 1")
    found = worst.copies(table)
    assert found.mean["value"] == pytest.approx((spread["max"] - spread["min"]).mean())
    assert found.mean["n"] == len(spread) == len(found.groups)
    assert found.mean["low"] < found.mean["value"] < found.mean["high"]


def test_a_table_without_copies_has_no_figure_of_them():
    found = worst.copies(six(), draws=5)
    assert found.groups.empty and found.mean["n"] == 0
    assert np.isnan([found.mean["value"], found.median, found.same_age]).all()
    assert worst.largest_errors(named(six()).iloc[:0]).empty
