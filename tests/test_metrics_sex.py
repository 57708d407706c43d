import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from sklearn import metrics as oracle
from sklearn.calibration import calibration_curve
from test_metrics import six
from test_metrics_overall import TABLES, clustered, predictions

from agesex import metrics
from agesex.metrics import calibration, classification, curves, unsure


@pytest.mark.parametrize("name", TABLES)
def test_the_confusion_matrix_equals_scikit_learn(name):
    table = TABLES[name]()
    female, said = table.sex == "female", table.p_female >= 0.5
    found = classification.confusion(table, draws=20)
    assert found.n.tolist() == oracle.confusion_matrix(~female, ~said).ravel().tolist()
    shares = oracle.confusion_matrix(~female, ~said, normalize="true").ravel()
    assert found.value.to_numpy() == pytest.approx(shares, abs=1e-9)
    assert found.share.sum() == pytest.approx(1)
    assert (found.true == found.said).tolist() == [True, False, False, True]


@pytest.mark.parametrize("name", TABLES)
def test_the_report_equals_scikit_learn(name):
    table = TABLES[name]()
    female, said = table.sex == "female", table.p_female >= 0.5
    found = classification.report(table, draws=20).set_index(["sex", "metric"])
    for sex, truth, guess in (("female", female, said), ("male", ~female, ~said)):
        scores = oracle.precision_recall_fscore_support(truth, guess, average="binary")
        for metric, value in zip(("precision", "recall", "f1"), scores, strict=False):
            assert found.value[sex, metric] == pytest.approx(value, abs=1e-9)
            assert found.n[sex, metric] == truth.sum()
    assert found.value["both", "roc_auc"] == pytest.approx(oracle.roc_auc_score(female, table.p_female))
    assert found.n["both", "mcc"] == len(table)


@pytest.mark.parametrize("name", TABLES)
def test_curves_are_thinned_without_leaving_the_full_curve(name):
    table = TABLES[name]()
    female, p = table.sex == "female", table.p_female.astype(float)
    roc, precision_recall = curves.roc(table, draws=20), curves.precision_recall(table, draws=20)
    assert roc.area["value"] == pytest.approx(oracle.roc_auc_score(female, p), abs=1e-9)
    assert precision_recall.area["value"] == pytest.approx(oracle.average_precision_score(female, p), abs=1e-9)
    fpr, tpr, threshold = oracle.roc_curve(female, p, drop_intermediate=False)
    full = set(zip(fpr.round(12), tpr.round(12), threshold, strict=True))
    points = roc.points
    assert set(zip(points.fpr.round(12), points.tpr.round(12), points.threshold, strict=True)) <= full
    precision, recall, threshold = oracle.precision_recall_curve(female, p)
    full = set(zip(recall.round(12), precision.round(12), threshold, strict=False))
    points = precision_recall.points
    assert set(zip(points.recall.round(12), points.precision.round(12), points.threshold, strict=True)) <= full
    assert (len(roc.points) == 200 or len(table) < 200) and len(points) <= 200
    assert roc.points.iloc[[0, -1], :2].to_numpy().tolist() == [[0, 0], [1, 1]]


def test_a_thinned_curve_has_nearly_the_area_of_the_full_one():
    found = curves.roc(predictions(), draws=20)
    assert np.trapezoid(found.points.tpr, found.points.fpr) == pytest.approx(found.area["value"], abs=2e-3)


def test_the_interval_of_the_average_precision_is_that_of_the_full_curve():
    table = predictions().iloc[::5]
    _, women, men = (steps[1:] for steps in curves._steps(table))
    _, drawn = curves._average_precision(women, men, curves._drawn(table, 150, 0))
    codes, names = pd.factorize(table.group)
    weights = metrics.resampling.multiplicities(len(names), 150, 0)[codes].astype(float)
    exact = [
        oracle.average_precision_score(table.sex == "female", table.p_female, sample_weight=weights[:, i])
        for i in range(150)
    ]
    assert np.abs(drawn - exact).max() < 0.1 * np.std(exact)


@pytest.mark.parametrize("name", ["roc", "precision_recall"])
def test_the_band_of_a_curve_is_that_of_full_curves_drawn_anew(name):
    table, draws = predictions().iloc[::5], 200
    points = getattr(curves, name)(table, draws=draws).points
    x, y = points.columns[:2]
    codes, groups = pd.factorize(table.group)
    weights = metrics.resampling.multiplicities(len(groups), draws, 0)[codes].astype(float)
    at = points[points[x].between(0.04, 0.96)].drop_duplicates(x).iloc[::10]
    assert len(at) > 3
    heights = np.empty((draws, len(at)))
    for i in range(draws):
        if name == "roc":
            along, up, _ = oracle.roc_curve(table.sex == "female", table.p_female, sample_weight=weights[:, i])
        else:
            up, along, _ = oracle.precision_recall_curve(
                table.sex == "female", table.p_female, sample_weight=weights[:, i]
            )
            up, along = up[::-1], along[::-1]
        heights[i] = np.interp(at[x], along, up)
    low, high = np.percentile(heights, [2.5, 97.5], axis=0)
    wide = (high - low).mean()
    assert np.abs(at.low - low).mean() < 0.2 * wide and np.abs(at.high - high).mean() < 0.2 * wide
    assert (points.low <= points.high).all()


@pytest.mark.parametrize("sex", ["male", "female"])
def test_one_sex_alone_gives_no_area_and_no_crash(sex):
    table = six().assign(sex=sex)
    assert np.isnan(curves.roc(table, draws=5).area["value"])
    assert curves.precision_recall(table, draws=5).points.low.isna().all()
    found = curves.precision_recall(table, draws=5)
    assert np.isnan(found.area["value"]) == (sex == "male") and found.area["n"] == 6
    report = classification.report(table, draws=5).set_index(["sex", "metric"])
    other = {"male": "female", "female": "male"}[sex]
    assert np.isnan(report.value[other, "recall"]) and report.n[other, "recall"] == 0
    assert report.value[sex, "precision"] == 1
    confusion = classification.confusion(table, draws=5)
    assert confusion[confusion.true == other].value.isna().all()


def test_an_empty_table_gives_empty_curves():
    table = six().iloc[:0]
    for curve in (curves.roc(table, draws=5), curves.precision_recall(table, draws=5)):
        assert curve.points.empty and np.isnan(curve.area["value"]) and curve.area["n"] == 0
    assert calibration.reliability(table, draws=5).empty
    assert classification.report(table, draws=5).value.isna().all()
    assert classification.confusion(table, draws=5).n.sum() == 0
    rows = unsure.answered_curve(table, {"threshold": 0.8, "min_age": 4}, draws=5)
    assert rows.share.isna().all() and rows.n.eq(0).all()


def test_sex_by_age_is_the_accuracy_in_a_window():
    table = predictions()
    row = classification.sex_by_age(table, draws=20).query("kind == 'female' and age == 3").iloc[0]
    window = table[table.age.between(1, 5) & (table.sex == "female")]
    assert row.value == pytest.approx((window.p_female >= 0.5).mean()) and row.n == len(window)


@pytest.mark.parametrize("bins", [5, 15])
def test_reliability_equals_scikit_learn(bins):
    table = predictions()
    found = calibration.reliability(table, bins=bins, draws=50)
    female = table.sex == "female"
    true, said = calibration_curve(female, table.p_female.astype(float), n_bins=bins)
    assert found.value.to_numpy() == pytest.approx(true, abs=1e-9)
    assert found.p.to_numpy() == pytest.approx(said, abs=1e-9)
    error = ((found.p - found.value).abs() * found.n).sum() / found.n.sum()
    stated = metrics.calibration_error(table.p_female, female, table.group, bins=bins, draws=10)
    assert error == pytest.approx(stated["value"], abs=1e-4)
    assert found.n.sum() == len(table)


def test_bins_under_thirty_faces_are_pale():
    found = calibration.reliability(six(), bins=2, draws=5)
    assert found.pale.all() and found.low.isna().all()
    assert found.n.tolist() == [3, 3] and found.value.tolist() == pytest.approx([1 / 3, 2 / 3])


def test_the_answered_curve_goes_through_the_cards_own_point():
    table = predictions()
    rule = {"threshold": 0.84, "min_age": 4}
    curve = unsure.answered_curve(table, rule)
    (point,) = curve[curve.chosen].to_dict("records")
    stated = metrics.answered(table, rule)
    assert point["share"] == pytest.approx(stated["share"]["value"], abs=5e-5)
    assert point["accuracy"] == pytest.approx(stated["accuracy"]["value"], abs=5e-5)
    assert (point["n"], point["answered"]) == (stated["share"]["n"], stated["accuracy"]["n"])
    assert (point["share_low"], point["share_high"]) == pytest.approx(
        (stated["share"]["low"], stated["share"]["high"]), abs=2e-3
    )
    assert (curve.share.diff().dropna() <= 0).all()
    assert (curve.accuracy_low <= curve.accuracy).all()


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.84, 0.99])
def test_every_point_of_the_answered_curve_is_the_rule_at_that_threshold(threshold):
    table = predictions()
    curve = unsure.answered_curve(table, {"threshold": 0.5, "min_age": 4}, draws=5)
    stated = metrics.answered(table, {"threshold": threshold, "min_age": 4}, draws=5)
    row = curve[np.isclose(curve.threshold, threshold)].iloc[0]
    assert row.answered == stated["accuracy"]["n"]
    assert row.accuracy == pytest.approx(stated["accuracy"]["value"], abs=5e-5)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_probability_of_exactly_the_threshold_is_an_answer(kind):
    table = six().assign(p_female=np.array([0.84, 0.83, 0.16, 0.9, 0.5, 0.6], kind))
    rule = {"threshold": 0.84, "min_age": 0}
    (point,) = unsure.answered_curve(table, rule, draws=5).query("chosen").to_dict("records")
    assert point["answered"] == metrics.answered(table, rule, draws=5)["accuracy"]["n"] == 3


def test_the_interval_of_a_reliability_bin_covers_the_truth():
    edges = np.append(-np.inf, np.append(np.log(np.arange(1, 5) / np.arange(4, 0, -1)), np.inf))
    women, men = (np.diff(norm.cdf(edges - mean)) for mean in (1, -1))  # logits N(1, 1) and N(−1, 1)
    truth, rng, hits, bins = women / (women + men), np.random.default_rng(6), 0, 0
    for _ in range(100):
        table = clustered(rng, 800)  # with one face in ten copied, as the rare shares at both ends ask for
        table = table[~table.group.duplicated() | (table.group % 10 == 0)]
        for row in calibration.reliability(table, bins=5, draws=300).itertuples():
            bins += 1
            hits += row.low <= truth[round(row.start * 5)] <= row.high
    assert bins == 500 and 0.93 <= hits / bins <= 0.97


def test_both_curves_at_once_are_those_of_each_alone():
    table = predictions().iloc[::4]
    both = curves.curves(table, draws=60, seed=3)
    for name, found in both.items():
        alone = getattr(curves, name)(table, draws=60, seed=3)
        pd.testing.assert_frame_equal(found.points, alone.points)
        assert found.area == alone.area
    assert list(both) == ["roc", "precision_recall"]
    with pytest.raises(KeyError):
        curves.curves(table.drop(columns="group"))
