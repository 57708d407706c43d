import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, mean_absolute_error
from test_metrics import many, six
from test_metrics_overall import clustered, predictions

from agesex import metrics
from agesex.metrics import ages


@pytest.mark.parametrize("metric", ["mae", "rmse", "bias", "cs5", "sex_accuracy", "mcc"])
def test_a_window_holds_the_faces_of_its_ages_and_nothing_else(metric):
    table = predictions()
    found = ages.error_by_age(table, metric, reach=2, draws=20).set_index(["kind", "age"])
    for age in (1, 30, 76):
        for kind, faces in (("all", table), ("male", table[table.sex == "male"])):
            window = faces[faces.age.between(age - 2, age + 2)]
            row = found.loc[(kind, age)]
            alone = metrics.overall.figures(window, draws=10).loc[metric]
            assert row.value == pytest.approx(alone.value, abs=1e-9, nan_ok=True)
            assert (row.n, row.n_exact) == (len(window), (faces.age == age).sum())


def test_a_window_of_one_age_equals_scikit_learn():
    table = predictions()
    found = ages.error_by_age(table, reach=0, draws=20).query("kind == 'all'").set_index("age")
    assert found.n.sum() == len(table) and (found.n == found.n_exact).all()
    for age in (1, 26, table.age.max()):
        here = table[table.age == age]
        oracle = mean_absolute_error(here.age.astype(float), here.age_pred.astype(float))
        assert found.value[age] == pytest.approx(oracle, abs=1e-9)


def test_small_windows_are_pale_and_have_no_interval():
    found = ages.error_by_age(predictions(), draws=50)
    assert found.pale.any() and not found.pale.all()
    assert found[found.pale].low.isna().all() and found[~found.pale].low.notna().all()
    assert ((found.low <= found.value) & (found.value <= found.high))[~found.pale].all()


def test_the_interval_of_a_window_is_the_one_of_its_faces():
    table = many()
    row = ages.error_by_age(table, reach=5, draws=1000).query("kind == 'all' and age == 50").iloc[0]
    alone = metrics.summary(table[table.age.between(45, 55)]).loc["mae"]
    assert (row.low, row.high) == pytest.approx((alone.low, alone.high), abs=0.1)


def test_ages_without_a_face_near_them_have_no_row():
    found = ages.error_by_age(six(), reach=2, draws=10)
    assert found.query("kind == 'all'").age.tolist()[:6] == [10, 11, 12, 18, 19, 20]
    assert found.query("kind == 'male'").n.max() == 1
    with pytest.raises(ValueError, match="roc_auc"):
        ages.error_by_age(six(), "roc_auc")


@pytest.mark.parametrize("width", ages.WIDTHS)
def test_the_matrix_of_age_groups_equals_scikit_learn(width):
    table = predictions()
    found = ages.age_groups(table, width, draws=50)
    true, said = (np.minimum(table[name].astype(float) // width, 80 // width) for name in ("age", "age_pred"))
    oracle = confusion_matrix(true, said, labels=range(80 // width + 1))
    assert (found.matrix.n.to_numpy().reshape(oracle.shape) == oracle).all()
    rows = oracle / oracle.sum(axis=1, keepdims=True)
    assert found.matrix.share.to_numpy().reshape(oracle.shape) == pytest.approx(rows, abs=1e-9)
    assert found.accuracy.value["exact"] == pytest.approx(accuracy_score(true, said), abs=1e-9)
    near = np.abs(true - said) <= 1
    assert found.accuracy.value["within one group"] == pytest.approx(near.mean(), abs=1e-9)
    assert found.accuracy.low.lt(found.accuracy.value).all() and found.accuracy.n.eq(len(table)).all()


def test_six_faces_in_groups_of_ten_years_by_hand():
    found = ages.age_groups(six(), 10, draws=10)
    # said: 12 20 25 46 50 50, truly: 10 20 30 40 50 60
    assert found.accuracy.value.tolist() == pytest.approx([4 / 6, 1])
    cells = found.matrix.set_index(["true", "said"]).n
    assert cells["30–39", "20–29"] == cells["60–69", "50–59"] == cells["10–19", "10–19"] == 1
    assert found.names[0] == "0–9" and found.names[-1] == "80+"
    assert found.matrix.query("true == '80+'").share.isna().all()
    with pytest.raises(ValueError, match="7"):
        ages.age_groups(six(), 7)


def test_cumulative_scores_by_hand_and_with_the_headline():
    found = ages.cumulative_scores(six(), 10, draws=10).set_index(["kind", "k"])  # errors 2 0 5 6 0 10
    wanted = np.array([2, 3, 3, 3, 4, 5, 5, 5, 5, 6]) / 6
    assert found.value["all"].tolist() == pytest.approx(wanted)
    assert found.value["male"].tolist() == pytest.approx(np.array([1, 1, 1, 1, 1, 2, 2, 2, 2, 3]) / 3)
    assert found.low.isna().all() and found.n["female"].eq(3).all()
    real = ages.cumulative_scores(predictions()).set_index(["kind", "k"]).loc[("all", 5)]
    headline = metrics.headline(predictions()).loc["cs5"]
    assert (real.value, real.low, real.high) == pytest.approx(
        (headline.value, headline.low, headline.high), abs=1e-9
    )


def test_the_distribution_of_errors_counts_every_face():
    found = ages.error_distribution(six(), width=1)
    counts = found.query("kind == 'all'").set_index("start").n
    assert counts[counts > 0].to_dict() == {-10: 1, -5: 1, 0: 2, 2: 1, 6: 1}
    assert counts.index.tolist() == list(range(-10, 7))
    assert found.groupby("kind").n.sum().to_dict() == {"all": 6, "female": 3, "male": 3}
    assert found.groupby("kind").share.sum().tolist() == pytest.approx([1, 1, 1])
    table = predictions()
    wide = ages.error_distribution(table, width=5).query("kind == 'all'")
    edges = [*wide.start, wide.end.iloc[-1]]
    assert wide.n.tolist() == np.histogram(table.age_pred.astype(float) - table.age, edges)[0].tolist()


def test_a_cell_of_the_matrix_and_a_bin_of_the_errors_have_the_interval_of_their_share():
    table = predictions()
    found = ages.age_groups(table, 20, draws=300)
    cell = found.matrix.set_index(["true", "said"]).loc[("20–39", "20–39")]
    here = table[table.age.between(20, 39)]
    right = here.age_pred.between(20, 40, inclusive="left")
    assert cell.share == pytest.approx(right.mean()) and cell.faces == len(here)
    again = metrics.bootstrap(right.to_numpy(float)[:, None], here.group, draws=300)[:, 0]
    assert (cell.low, cell.high) == pytest.approx(np.percentile(again, [2.5, 97.5]), abs=0.006)
    bins = ages.error_distribution(table, width=5, draws=300).query("kind == 'female'").set_index("start")
    women = table[table.sex == "female"]
    inside = (women.age_pred.astype(float) - women.age).between(0, 5, inclusive="left")
    again = metrics.bootstrap(inside.to_numpy(float)[:, None], women.group, draws=300)[:, 0]
    assert (bins.low[0], bins.high[0]) == pytest.approx(np.percentile(again, [2.5, 97.5]), abs=0.006)
    assert bins.faces.eq(len(women)).all()
    few = ages.age_groups(six(), 20, draws=5).matrix
    assert few.pale.all() and few.low.isna().all()


def test_the_interval_of_cs_k_covers_the_truth():
    rng, hits, truth = np.random.default_rng(5), 0, 0.6826894921
    for _ in range(300):
        row = ages.cumulative_scores(clustered(rng), 5, draws=300).iloc[4]  # errors of standard deviation 5
        hits += row.low <= truth <= row.high
    assert 0.93 <= hits / 300 <= 0.97


@pytest.mark.parametrize("rows", [0, 1])
def test_an_empty_table_and_a_single_row_do_no_harm(rows):
    table = six().iloc[:rows]
    assert len(ages.error_by_age(table, draws=5)) == 2 * rows  # all and female
    found = ages.age_groups(table, draws=5)
    assert found.accuracy.n.eq(rows).all() and found.matrix.n.sum() == rows
    scores = ages.cumulative_scores(table, draws=5)
    assert scores.n.max() == rows and scores.low.isna().all()
    assert scores.value.isna().all() == (rows == 0)
    assert isinstance(ages.error_distribution(table), pd.DataFrame)
