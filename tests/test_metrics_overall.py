from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, norm
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    matthews_corrcoef,
    mean_absolute_error,
    mean_squared_error,
    median_absolute_error,
    roc_auc_score,
    root_mean_squared_error,
)
from test_metrics import many, six

from agesex import intervals, metrics, model
from agesex.errors import BadModel
from agesex.metrics import overall, resampling


@cache
def predictions(name="mobile"):
    table = model.read_predictions(name)
    return table[table.split == "test"]


def rarely_right(n=400, seed=1):
    """A table with duplicates whose model is wrong more often than not."""
    table = many(n, seed)
    return table.assign(group=[str(i // 2) for i in range(n)], p_female=1 - table.p_female)


TABLES = {"real": predictions, "six": six, "drawn": rarely_right}


def expected(table):
    age, pred = table.age.astype(float), table.age_pred.astype(float)
    female, p = table.sex == "female", table.p_female
    return {
        "mae": mean_absolute_error(age, pred),
        "rmse": root_mean_squared_error(age, pred),
        "mse": mean_squared_error(age, pred),
        "median_error": median_absolute_error(age, pred),
        "bias": np.mean(pred - age),
        "cs5": np.mean(np.abs(pred - age) <= 5),
        "sex_accuracy": accuracy_score(female, p >= 0.5),
        "balanced_accuracy": balanced_accuracy_score(female, p >= 0.5),
        "mcc": matthews_corrcoef(female, p >= 0.5),
        "roc_auc": roc_auc_score(female, p),
    }


@pytest.mark.parametrize("name", TABLES)
def test_every_headline_figure_equals_scikit_learn(name):
    table = TABLES[name]()
    found = overall.figures(table, draws=20)
    for metric, value in expected(table).items():
        assert found.value[metric] == pytest.approx(value, abs=1e-9), metric
    assert found.n.eq(len(table)).all()


def test_the_card_figures_are_the_same_here():
    table = predictions()
    card, found = metrics.headline(table), overall.figures(table)
    assert found.loc[card.index, ["value", "low", "high"]].to_numpy() == pytest.approx(
        card[["value", "low", "high"]].to_numpy(), abs=1e-6
    )


def test_the_committed_card_is_reproduced():
    card, table = model.read_card("mobile"), predictions()
    assert metrics.groups(table) == card["groups"]
    sex = metrics.calibration_error(table.p_female, table.sex == "female", table.group)
    assert sex == card["sex"]["calibration"]


def test_cells_are_measured_as_if_they_were_alone():
    table = many()
    cells = np.where(table.sex == "female", 0, 1)
    found = overall.measure(table, cells, 2, draws=20)
    for cell, sex in enumerate(("female", "male")):
        alone = overall.figures(table[table.sex == sex], draws=20).value
        for metric in overall.HEADLINE:
            assert found.value[metric][cell] == pytest.approx(alone[metric], nan_ok=True, abs=1e-12)


def test_faces_of_no_cell_are_left_out():
    table = many()
    cells = np.where(table.sex == "female", 0, -1)
    found = overall.measure(table, cells, 1, draws=200)
    alone = overall.measure(table[cells == 0], cells[cells == 0], 1, draws=200)
    assert found.n == alone.n == (cells == 0).sum()
    for metric in ("mae", "median_error", "cs5"):
        assert found.value[metric] == pytest.approx(alone.value[metric])
        assert found.draws[metric].std() == pytest.approx(alone.draws[metric].std(), rel=0.2)


def test_baselines_say_one_age_and_one_sex():
    table = many()
    train = table.assign(age=30, sex="male")
    found = overall.figures(table, train=train, draws=10).baseline
    assert found.mse == pytest.approx(((30 - table.age) ** 2).mean())
    assert found.median_error == pytest.approx((30 - table.age).abs().median())
    assert (found.balanced_accuracy, found.mcc, found.roc_auc) == (0.5, 0, 0.5)
    assert np.isnan(found.coverage) and np.isnan(found.width)


@pytest.mark.filterwarnings("error")
def test_a_table_of_one_sex_has_no_figure_that_needs_two():
    table = many(200)
    found = overall.figures(table.assign(sex="male"), draws=20)
    assert found.value[["balanced_accuracy", "mcc", "roc_auc"]].isna().all()
    assert found.low[["balanced_accuracy", "mcc", "roc_auc"]].isna().all()
    assert found.n.eq(200).all() and found.value.mae > 0
    said_one = overall.figures(table.assign(p_female=0.9), draws=20).value
    assert (said_one.mcc, said_one.balanced_accuracy, said_one.roc_auc) == (0, 0.5, 0.5)


def test_an_empty_table_and_a_single_row_give_n_and_no_interval():
    empty = overall.figures(six().iloc[:0], draws=10)
    assert empty.n.eq(0).all() and empty.value.isna().all() and empty.baseline.isna().all()
    one = overall.figures(six().iloc[:1], draws=10)
    assert one.n.eq(1).all() and one.value.mae == 2 and one.low.isna().all()


@pytest.mark.parametrize(("column", "value"), [("age_pred", np.nan), ("p_female", np.inf), ("sex", None)])
def test_a_missing_value_is_a_sentence_with_the_column(column, value):
    table = six()
    table.loc[2, column] = value
    for ask in (overall.figures, metrics.headline, metrics.summary):
        with pytest.raises(BadModel, match=f"{column} .* in 1 of 6 rows.*Restore predictions.parquet"):
            ask(table)


def test_unknown_metrics_and_missing_columns_are_named():
    with pytest.raises(ValueError, match="beauty"):
        overall.measure(six(), np.zeros(6, int), 1, ("beauty",))
    with pytest.raises(KeyError, match="group"):
        overall.figures(six().drop(columns="group"))


def test_the_median_of_a_draw_is_the_median_of_its_faces():
    weights = np.random.default_rng(0).integers(0, 4, (301, 50)).astype(np.uint8)
    weights[:, 7] = 0
    found = overall._half_way(weights)
    for column in range(50):
        faces = np.repeat(np.arange(301), weights[:, column])
        assert found[column] == (faces[(len(faces) - 1) // 2] if len(faces) else -1)


def test_the_draws_of_the_roc_area_spread_as_those_of_the_whole_computation():
    table = rarely_right(600)
    drawn = overall.measure(table, np.zeros(600, int), 1, ("roc_auc",), draws=400).draws["roc_auc"][:, 0]
    codes, names = pd.factorize(table.group)
    weights = resampling.multiplicities(len(names), 400, 0)[codes].astype(float)
    female = table.sex == "female"
    exact = [roc_auc_score(female, table.p_female, sample_weight=weights[:, i]) for i in range(400)]
    assert np.corrcoef(drawn, exact)[0, 1] > 0.99
    assert drawn.std() == pytest.approx(np.std(exact), rel=0.03)


def test_all_cells_share_the_draws_of_the_whole_table():
    values = np.random.default_rng(0).normal(size=(90, 2))
    groups, cells = np.arange(90) // 2, np.arange(90) % 3
    parts = resampling.totals(values, cells, groups, cells_n=3, draws=30)
    whole = resampling.totals(values, np.zeros(90, int), groups, cells_n=1, draws=30)
    assert parts.sum(axis=1) == pytest.approx(whole[:, 0])
    ones = resampling.totals(np.ones((90, 1)), np.zeros(90, int), groups, cells_n=1, draws=30)
    assert whole[:, 0] / ones[:, 0] == pytest.approx(resampling.bootstrap(values, groups, draws=30))


def test_draws_do_not_depend_on_what_is_held_in_memory_at_once(monkeypatch):
    values = np.random.default_rng(0).normal(size=(90, 2))
    ask = {"cells": np.zeros(90, int), "groups": np.arange(90), "cells_n": 1, "draws": 30}
    first = resampling.totals(values, **ask), resampling.bootstrap(values, ask["groups"], draws=30)
    resampling.multiplicities.cache_clear()
    monkeypatch.setattr(resampling, "_AT_ONCE", 200)
    assert resampling.totals(values, **ask) == pytest.approx(first[0])
    assert resampling.bootstrap(values, ask["groups"], draws=30) == pytest.approx(first[1])


def test_a_share_of_one_is_no_certainty():
    low, high = resampling.ends(np.ones((50, 2)), np.array([40, 29]), share=np.ones(2))
    assert low[0] == pytest.approx(binomtest(40, 40).proportion_ci(method="wilson").low)
    assert high[0] == 1 and np.isnan(low[1])
    assert resampling.ends(np.ones((50, 1)), np.array([40]))[0] == 1


def test_a_rare_share_is_covered_as_often_as_a_frequent_one():
    """Of 3 % of 120 faces with a copy each, the plain percentiles hold the truth in nine samples of ten."""
    rng, hits, plain = np.random.default_rng(9), 0, 0
    groups = np.arange(240) // 2
    for _ in range(600):
        values = np.repeat(rng.random(120) < 0.03, 2).astype(float)[:, None]
        again = resampling.bootstrap(values, groups, draws=200)[:, 0]
        low, high = resampling.ends(again, 240, share=values.mean())
        hits += low <= 0.03 <= high
        low, high = resampling.ends(again, 240)
        plain += low <= 0.03 <= high
    assert plain / 600 < 0.92 and 0.93 <= hits / 600 <= 0.985


def test_wilson_equals_scipy():
    for hits, n in ((0, 12), (3, 40), (40, 40), (7, 9)):
        low, high = resampling.wilson([hits / n], [n])
        oracle = binomtest(hits, n).proportion_ci(method="wilson")
        assert (low[0], high[0]) == pytest.approx((oracle.low, oracle.high), abs=1e-12)
    assert np.isnan(resampling.wilson([np.nan], [0])).all()


def clustered(rng, groups=250):
    """Faces in groups of one to three copies that share their error and their sex."""
    size = rng.integers(1, 4, groups)
    group = np.repeat(np.arange(groups), size)
    female = rng.random(groups) < 0.5
    error = rng.normal(0, 5, groups)[group]
    logit = rng.normal(np.where(female, 1, -1), 1)[group]
    return pd.DataFrame(
        {
            "age": 40.0,
            "age_pred": 40 + error,
            "age_low": 30 + error,
            "age_high": 50 + error,
            "sex": np.where(female, "female", "male")[group],
            "p_female": 1 / (1 + np.exp(-logit)),
            "group": group,
        }
    )


def test_intervals_cover_a_known_truth_in_about_95_percent_of_samples():
    rng, samples = np.random.default_rng(3), 500
    truth = {
        "mae": 5 * np.sqrt(2 / np.pi),
        "median_error": 5 * norm.ppf(0.75),
        "sex_accuracy": norm.cdf(1),
        "roc_auc": norm.cdf(np.sqrt(2)),
        "coverage": norm.cdf(2) - norm.cdf(-2),
    }
    hits = dict.fromkeys(truth, 0)
    for _ in range(samples):
        table = clustered(rng)
        found = overall.measure(table, np.zeros(len(table), int), 1, tuple(truth), draws=400)
        for metric, value in truth.items():
            row = overall.one(found, metric)
            hits[metric] += row["low"] <= value <= row["high"]
    for metric, count in hits.items():
        assert 0.93 <= count / samples <= 0.97, (metric, count / samples)


def test_single_faces_drawn_instead_of_groups_would_promise_too_much():
    rng, hits = np.random.default_rng(4), 0
    for _ in range(200):
        table = clustered(rng)
        alone = table.assign(group=np.arange(len(table)))
        row = overall.one(overall.measure(alone, np.zeros(len(table), int), 1, ("mae",), draws=200), "mae")
        hits += row["low"] <= 5 * np.sqrt(2 / np.pi) <= row["high"]
    assert hits / 200 < 0.92


def test_the_interval_of_the_card_agrees_with_its_own_spec():
    """predictions.parquet holds what `intervals.apply` gives at 90 %, so both pages speak of one thing."""
    table, spec = predictions(), model.read_card("mobile")["calibration"]["interval"]
    low, high = intervals.apply(spec, table.age_pred, table.age_sd, 0.9)
    assert np.abs(low - table.age_low).max() < 1e-4 and np.abs(high - table.age_high).max() < 1e-4
