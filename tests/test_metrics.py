import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, mean_absolute_error, root_mean_squared_error

from agesex import metrics


def six():
    """Six rows whose figures can be worked out by hand."""
    return pd.DataFrame(
        {
            "age": [10, 20, 30, 40, 50, 60],
            "age_pred": [12.0, 20.0, 25.0, 46.0, 50.0, 50.0],  # errors 2 0 -5 6 0 -10
            "age_low": [5, 15, 20, 41, 40, 45],
            "age_high": [15, 25, 30, 55, 60, 59],
            "sex": ["female", "male", "female", "male", "female", "male"],
            "p_female": [0.9, 0.2, 0.4, 0.6, 0.5, 0.1],  # right right wrong wrong right right
            "group": list("abcdef"),
        }
    )


def many(n=3000, seed=0):
    rng = np.random.default_rng(seed)
    age = rng.integers(0, 95, n)
    pred = age + rng.normal(1, 6, n)
    return pd.DataFrame(
        {
            "age": age,
            "age_pred": pred,
            "age_low": pred - 10,
            "age_high": pred + 10,
            "sex": rng.choice(["female", "male"], n),
            "race": rng.choice(["White", "Black", "Others"], n, p=[0.7, 0.295, 0.005]),
            "p_female": rng.random(n),
            "group": [str(i) for i in range(n)],
        }
    )


def test_six_rows_by_hand():
    found = metrics.summary(six()).value
    assert found.mae == pytest.approx(23 / 6)
    assert found.rmse == pytest.approx(np.sqrt(165 / 6))
    assert found.bias == pytest.approx(-7 / 6)
    assert found.cs5 == pytest.approx(4 / 6)
    assert found.sex_accuracy == pytest.approx(4 / 6)
    assert found.coverage == pytest.approx(4 / 6)
    assert found.width == pytest.approx((10 + 10 + 10 + 14 + 20 + 14) / 6)


def test_six_rows_are_too_few_for_an_interval():
    found = metrics.summary(six())
    assert found.n.eq(6).all()
    assert found.low.isna().all() and found.high.isna().all()


def test_metrics_equal_scikit_learn():
    table = many()
    found = metrics.summary(table, draws=10).value
    assert found.mae == pytest.approx(mean_absolute_error(table.age, table.age_pred), abs=1e-9)
    assert found.rmse == pytest.approx(root_mean_squared_error(table.age, table.age_pred), abs=1e-9)
    assert found.sex_accuracy == pytest.approx(
        accuracy_score(table.sex == "female", table.p_female >= 0.5), abs=1e-9
    )


def test_the_bootstrap_interval_covers_a_known_truth():
    rng = np.random.default_rng(0)
    hits = 0
    for seed in range(200):
        values = rng.normal(3, 2, (80, 1))
        means = metrics.bootstrap(values, np.arange(80), draws=300, seed=seed)
        low, high = np.percentile(means, [2.5, 97.5])
        hits += low <= 3 <= high
    assert 0.90 <= hits / 200 <= 0.98


def test_whole_groups_are_drawn():
    """Ten copies of each face: the interval must not shrink as if they were new faces."""
    values = np.random.default_rng(0).normal(0, 1, (50, 1))
    alone = metrics.bootstrap(values, np.arange(50)).std()
    copied = metrics.bootstrap(np.repeat(values, 10, axis=0), np.repeat(np.arange(50), 10)).std()
    assert copied == pytest.approx(alone, rel=0.05)


def test_the_bootstrap_is_repeatable_and_does_not_depend_on_its_chunks(monkeypatch):
    values, groups = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60)
    first = metrics.bootstrap(values, groups, draws=20)
    assert (metrics.bootstrap(values, groups, draws=20) == first).all()
    assert len(np.unique(first[:, 0])) == 20


def test_baselines_say_the_median_age_and_the_larger_class():
    table = many()
    train = table.assign(age=30, sex="male")
    found = metrics.headline(table, train=train, draws=10).baseline
    assert found.mae == pytest.approx((30 - table.age).abs().mean())
    assert found.sex_accuracy == pytest.approx((table.sex == "male").mean())
    assert np.isnan(found.coverage)


def test_groups_under_thirty_keep_their_row_without_an_interval():
    found = metrics.by_group(many(), ["race", "sex"], draws=50).query("metric == 'mae'")
    small = found[found.race == "Others"]
    assert (small.n < 30).all() and small.low.isna().all() and small.value.notna().all()
    assert found[found.race == "White"].low.notna().all()
    assert found.n.sum() == 3000
    assert list(found.columns[:3]) == ["race", "sex", "metric"]


def test_by_group_equals_the_summary_of_the_group():
    table = many()
    row = metrics.by_group(table, ["sex"]).query("sex == 'male' and metric == 'rmse'").iloc[0]
    alone = metrics.summary(table[table.sex == "male"]).loc["rmse"]
    assert (row.value, row.low, row.high) == pytest.approx((alone.value, alone.low, alone.high))


def test_missing_columns_are_named():
    with pytest.raises(KeyError, match="p_female"):
        metrics.summary(six().drop(columns="p_female"))
    with pytest.raises(KeyError, match="hair"):
        metrics.by_group(six(), ["hair"])


def test_age_bands_hold_their_left_edge():
    assert metrics.age_band([3, 4, 79, 80, 116]).tolist() == ["0–3", "4–9", "70–79", "80+", "80+"]


def test_clamping_cuts_predictions_only():
    cut = metrics.clamped(six().assign(age_pred=[12.0, 20.0, 25.0, 46.0, 50.0, 70.0]))
    assert cut.age_pred.tolist() == [21, 21, 25, 46, 50, 60]
    assert cut.age.tolist() == six().age.tolist()


def test_the_calibration_error_is_checked_by_hand():
    p = np.array([0.1, 0.1, 0.1, 0.1, 0.9, 0.9])
    female = np.array([1, 0, 0, 0, 1, 0], bool)
    # bin of .1: 4 faces, mean p .1, 1 of 4 female; bin of .9: 2 faces, mean p .9, 1 of 2
    expected = 4 / 6 * abs(0.25 - 0.1) + 2 / 6 * abs(0.5 - 0.9)
    found = metrics.calibration_error(p, female)
    assert found["value"] == pytest.approx(expected, abs=1e-4)
    assert found["n"] == 6 and found["bins"] == 15
    assert metrics.calibration_error([1.0, 0.0], [True, False])["value"] == 0
    assert metrics.calibration_error([], [])["value"] is None


def test_a_calibrated_model_is_at_the_floor_and_an_overconfident_one_above_it():
    rng = np.random.default_rng(0)
    p = rng.random(3000)
    female = rng.random(3000) < p
    good = metrics.calibration_error(p, female)
    assert good["value"] <= good["floor_high"] and 0 < good["floor"] < good["floor_high"]
    bold = metrics.calibration_error(np.where(p > 0.5, 0.99, 0.01), female)
    assert bold["low"] > bold["floor_high"] and bold["value"] == pytest.approx(0.24, abs=0.02)


def test_answers_are_counted_by_the_apps_own_rule():
    table = pd.DataFrame(
        {
            "age": [30, 30, 30, 30, 2, 2, 20],
            "age_pred": [30, 30, 30, 30, 2, 9, 3],  # the last looks like an infant: no answer
            "sex": ["female"] * 7,
            "p_female": [0.9, 0.9, 0.1, 0.6, 0.9, 0.9, 0.9],
            "group": list("abcdefg"),
        }
    )
    found = metrics.answered(table, {"threshold": 0.8, "min_age": 4}, draws=10)
    assert found["share"]["value"] == pytest.approx(3 / 5) and found["share"]["n"] == 5
    assert found["accuracy"]["value"] == pytest.approx(2 / 3, abs=1e-4) and found["accuracy"]["n"] == 3
    assert found["infants"]["value"] == 0.5 and found["infants"]["low"] is None
    assert found["ages"] == "ages 4 and over"
