import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame
from mapie.metrics.regression import regression_coverage_score, regression_mean_width_score
from sklearn import metrics as oracle
from test_metrics import many, six
from test_metrics_overall import predictions

from agesex import intervals, metrics, model
from agesex.metrics import adults, coverage, fairness, resampling


def spec():
    return model.read_card("mobile")["calibration"]["interval"]


def sized(table):
    """The table with the columns that intervals need."""
    return table.assign(age_sd=5.0)


def test_coverage_and_width_equal_mapie_at_every_level():
    table = predictions()
    found = coverage.levels(table, spec(), draws=20)
    assert found.level.tolist() == [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99]
    bounds = [intervals.apply(spec(), table.age_pred, table.age_sd, level) for level in found.level]
    pairs = np.array(bounds).transpose(2, 1, 0)  # (faces, 2, levels)
    shares = regression_coverage_score(table.age.to_numpy(float), pairs)
    assert found.value.to_numpy() == pytest.approx(shares, abs=1e-9)
    assert found.width.to_numpy() == pytest.approx(regression_mean_width_score(pairs), abs=1e-9)
    assert (found.width.diff().dropna() > 0).all() and (found.n == len(table)).all()


def test_coverage_by_group_is_that_of_the_groups_faces():
    table = predictions()
    found = coverage.levels(table, spec(), ["sex", "race"], wanted=[0.8, 0.9], draws=20)
    assert len(found) == 2 * 10
    row = found.query("sex == 'male' and race == 'Asian' and level == 0.8").iloc[0]
    alone = coverage.levels(
        table[(table.sex == "male") & (table.race == "Asian")], spec(), wanted=[0.8], draws=20
    ).iloc[0]
    assert (row.value, row.width, row.n) == pytest.approx((alone.value, alone.width, alone.n))


def test_a_broken_promise_is_marked():
    table = predictions().assign(age=lambda t: (t.age + 8).astype(float))
    found = coverage.levels(table, spec(), draws=50)
    assert found.short.all() and not found.long.any()
    calm = predictions().assign(age=lambda t: t.age_pred)
    always = coverage.levels(calm, spec(), draws=50)
    assert always.long.all() and always.value.eq(1).all()
    assert always.low.lt(1).all()  # always inside, and still no certainty


def test_few_faces_have_no_interval_and_no_verdict():
    found = coverage.levels(sized(six()), spec(), ["sex"], draws=5)
    assert found.pale.all() and found.low.isna().all() and not found.short.any()
    empty = coverage.levels(sized(six()).iloc[:0], spec(), draws=5)
    assert empty.n.eq(0).all() and empty.value.isna().all()
    with pytest.raises(ValueError, match="level"):
        coverage.levels(sized(six()), spec(), wanted=[0.2])
    with pytest.raises(KeyError, match="age_sd"):
        coverage.levels(six(), spec())


FRAMES = {
    "mae": lambda t, p: oracle.mean_absolute_error(t.age, p.age),
    "mse": lambda t, p: oracle.mean_squared_error(t.age, p.age),
    "sex_accuracy": lambda t, p: oracle.accuracy_score(t.female, p.female),
    "balanced_accuracy": lambda t, p: oracle.balanced_accuracy_score(t.female, p.female),
}


@pytest.mark.parametrize("metric", FRAMES)
@pytest.mark.parametrize("columns", [["sex"], ["race", "band"], ["sex", "race", "band"]])
@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true:UserWarning")
def test_groups_equal_fairlearn(metric, columns):
    table = predictions().assign(band=lambda t: metrics.age_band(t.age).astype(str))
    if metric == "balanced_accuracy" and "sex" in columns:
        columns = [name for name in columns if name != "sex"] or ["race"]

    def both(truth, said):
        return FRAMES[metric](pd.DataFrame(list(truth), columns=["age", "female"]), pd.DataFrame(
            list(said), columns=["age", "female"]))

    truth = list(zip(table.age.astype(float), table.sex == "female", strict=True))
    said = list(zip(table.age_pred.astype(float), table.p_female >= 0.5, strict=True))
    boxed = [np.empty(len(table), object) for _ in range(2)]
    boxed[0][:], boxed[1][:] = truth, said
    frame = MetricFrame(
        metrics=both, y_true=boxed[0], y_pred=boxed[1], sensitive_features=table[columns].astype(str)
    )
    found = fairness.compare(table, columns, metric, draws=20)
    rows = found.rows.assign(**{name: found.rows[name].astype(str) for name in columns})
    rows = rows.set_index(columns)
    known = frame.by_group.dropna()
    assert len(known) == rows.value.notna().sum()
    for key, value in known.items():
        assert rows.value.loc[key] == pytest.approx(value, abs=1e-9)
    large = rows[~rows.pale].value
    gap = fairness.largest_gap(found)
    assert gap.value == pytest.approx(large.max() - large.min(), abs=1e-12)
    if len(large) == len(rows):
        assert gap.value == pytest.approx(frame.difference(), abs=1e-9)


@pytest.mark.parametrize("columns", [["race"], ["band"], ["sex", "race"]])
def test_medians_by_group_equal_fairlearn_and_are_tested_against_the_rest(columns):
    table = predictions()
    found = fairness.compare(table, columns, "median_error", draws=200)
    if "band" in columns:
        table = table.assign(band=metrics.age_band(table.age))
    frame = MetricFrame(
        metrics=oracle.median_absolute_error, y_true=table.age, y_pred=table.age_pred,
        sensitive_features=table[columns].astype(str),
    )  # fmt: skip
    rows = found.rows.assign(**{name: found.rows[name].astype(str) for name in columns}).set_index(columns)
    error = (table.age_pred - table.age).abs()
    of = table[columns].astype(str).agg(tuple, axis=1)
    for key, value in frame.by_group.items():
        assert rows.value.loc[key] == pytest.approx(value, abs=1e-9)
        others = error[of != (key if isinstance(key, tuple) else (key,))].median()
        assert rows.value.loc[key] - rows.difference.loc[key] == pytest.approx(others, abs=1e-9)
    assert rows.p_holm.notna().equals(~rows.pale)
    low, high = rows.low[~rows.pale], rows.high[~rows.pale]
    assert ((low <= rows.value[~rows.pale]) & (rows.value[~rows.pale] <= high)).all()


def test_roc_areas_by_group_equal_scikit_learn():
    table = predictions()
    rows = fairness.compare(table, ["race"], "roc_auc", draws=200).rows.set_index("race")
    for race, part in table.groupby("race"):
        area = oracle.roc_auc_score(part.sex == "female", part.p_female)
        assert rows.value[race] == pytest.approx(area, abs=1e-9)
        rest = table[table.race != race]
        others = oracle.roc_auc_score(rest.sex == "female", rest.p_female)
        assert rows.difference[race] == pytest.approx(area - others, abs=1e-9)


def test_a_group_that_is_ranked_without_a_fault_is_not_certain():
    table = many(400).assign(race=np.where(np.arange(400) < 40, "Asian", "White"))
    table.loc[table.race == "Asian", "p_female"] = (table.sex == "female") * 0.8 + 0.1
    table.loc[table.race == "White", "p_female"] = np.random.default_rng(0).random(360)
    rows = fairness.compare(table, ["race"], "roc_auc", draws=200).rows.set_index("race")
    assert rows.value["Asian"] == 1 and 0.85 < rows.low["Asian"] < 0.95 and rows.high["Asian"] == 1
    one_sex = fairness.compare(table, ["sex"], "roc_auc", draws=20)
    assert one_sex.rows.value.isna().all() and fairness.largest_gap(one_sex) is None


def test_the_rest_is_everybody_else():
    table = predictions()
    rows = fairness.compare(table, ["race"], "rmse", draws=20).rows.set_index("race")
    asian = table.race == "Asian"
    both = [metrics.overall.figures(table[mask], draws=5).value.rmse for mask in (asian, ~asian)]
    assert rows.difference.Asian == pytest.approx(both[0] - both[1], abs=1e-9)


def test_small_groups_are_pale_and_untested():
    found = fairness.compare(many(), ["race", "sex"], draws=50)
    small = found.rows[found.rows.race == "Others"]
    assert small.pale.all() and small[["low", "high", "p_value", "p_holm"]].isna().all(axis=None)
    assert found.rows[~found.rows.pale][["low", "high", "p_value", "p_holm"]].notna().all(axis=None)
    assert found.rows.group.iloc[0] == "Black, female"


def test_age_bands_are_added_in_their_order():
    rows = fairness.compare(predictions(), ["band"], draws=20).rows
    assert [str(name) for name in rows.band] == list(metrics.BAND_NAMES)
    assert rows.group.iloc[0] == "ages 0–3"


def test_holm_by_hand():
    # sorted .01 .02 .03 .04 × 4 3 2 1 = .04 .06 .06 .04, never falling: .04 .06 .06 .06
    found = fairness.holm([0.04, 0.01, np.nan, 0.03, 0.02])
    assert found == pytest.approx([0.06, 0.04, np.nan, 0.06, 0.06], nan_ok=True)
    assert fairness.holm([0.5, 0.9]).tolist() == [1, 1]
    assert len(fairness.holm([])) == 0


def test_two_groups_are_one_question():
    rows = fairness.compare(many(), ["sex"], draws=100).rows
    assert rows.p_value[0] == pytest.approx(rows.p_value[1])
    assert (rows.p_holm == rows.p_value).all()
    assert rows.difference[0] == pytest.approx(-rows.difference[1])


def with_duplicates(rng, n=600, shift=0.0):
    """Three groups alike in all but `shift`; every face has a copy of the same error and group."""
    race = np.repeat(rng.choice(["Asian", "Black", "White"], n // 2), 2)
    pred = 40 + np.repeat(rng.normal(0, 5, n // 2), 2) + shift * (race == "Black")
    table = many(n, 0).assign(age=40, age_pred=pred, race=race, group=np.arange(n) // 2)
    return table.assign(age_low=pred - 10, age_high=pred + 10)


def test_groups_that_do_not_differ_are_found_different_in_one_sample_of_twenty():
    rng = np.random.default_rng(2)
    single = corrected = gaps = 0
    for _ in range(300):
        found = fairness.compare(with_duplicates(rng), ["race"], "bias", draws=200)
        single += (found.rows.p_value < 0.05).mean()
        corrected += found.rows.p_holm.min() < 0.05
        gaps += fairness.largest_gap(found).p_value < 0.05
    assert 0.03 <= single / 300 <= 0.07
    assert 0.02 <= corrected / 300 <= 0.07  # any false finding
    assert 0.025 <= gaps / 300 <= 0.075


def test_a_true_gap_is_found_and_its_interval_covers_it():
    rng, hits = np.random.default_rng(7), 0
    for _ in range(200):
        rows = fairness.compare(with_duplicates(rng, shift=4.0), ["race"], "bias", draws=200)
        gap = fairness.largest_gap(rows)
        assert gap.high["race"] == "Black" and gap.p_value < 0.05
        draws = rows.draws[:, 1] - rows.draws[:, 0]  # two named groups: no choice, no flattery
        low, high = np.percentile(draws, resampling.ENDS)
        hits += low <= 4 <= high
    assert 0.93 <= hits / 200 <= 0.97


def test_a_group_without_a_mistake_is_no_proof():
    table = many(400).assign(sex="male", p_female=0.1, race="White")
    table.loc[:34, "race"] = "Black"  # 35 faces, all right; 2 % of the others are wrong
    table.loc[100:106, "p_female"] = 0.9
    found = fairness.compare(table, ["race"], "sex_accuracy", draws=200)
    black = found.rows.set_index("race").loc["Black"]
    assert black.value == 1 and black.low < 0.95 and black.p_value > 0.2
    assert fairness.largest_gap(found).p_value > 0.05


def test_the_sentence_names_both_groups_with_n_and_interval():
    table = with_duplicates(np.random.default_rng(0), shift=6.0)
    text = fairness.sentence(fairness.largest_gap(fairness.compare(table, ["race"], "mae")))
    assert text.startswith("Mean absolute age error: worst for Black (6.")
    assert "n = " in text and "The gap is " in text and "more than chance" in text and " not " not in text
    assert fairness.sentence(None).startswith("Fewer than two groups")
    alike = with_duplicates(np.random.default_rng(0))
    text = fairness.sentence(fairness.largest_gap(fairness.compare(alike, ["race"], "sex_accuracy")))
    assert "not clearly more than chance" in text and " points (" in text
    bias = fairness.sentence(fairness.largest_gap(fairness.compare(table, ["race"], "bias")))
    assert "highest for Black (+" in bias and "lowest for" in bias


def test_no_gap_without_two_large_groups():
    assert fairness.largest_gap(fairness.compare(six().assign(race="White"), ["race"], draws=5)) is None
    empty = fairness.compare(many().iloc[:0], ["race"], draws=5)
    assert empty.rows.empty and fairness.largest_gap(empty) is None
    with pytest.raises(ValueError, match="median_error"):
        fairness.compare(many(), ["race"], "kindness")
    with pytest.raises(KeyError, match="hair"):
        fairness.compare(many(), ["hair"])


def test_adults_by_hand():
    table = six().assign(age=[10, 17, 18, 25, 40, 12], age_pred=[19.0, 17.9, 18.0, 17.9, 30.0, 3.0], race="White")
    found = adults.confusion(table).query("by == 'all'").set_index("error")
    assert found.value.to_dict() == {adults.UNDER: 1 / 3, adults.OVER: 1 / 3}
    assert found.wrong.tolist() == [1, 1] and found.n.tolist() == [3, 3] and found.low.isna().all()
    later = adults.confusion(table, 20).query("by == 'all'").set_index("error")
    assert later.n.to_dict() == {adults.UNDER: 4, adults.OVER: 2} and later.wrong.tolist() == [0, 1]


def test_adults_by_sex_and_race_equal_fairlearn():
    table = predictions()
    found = adults.confusion(table, 18)
    frame = MetricFrame(
        metrics=lambda truth, said: 1 - oracle.recall_score(truth, said),
        y_true=table.age < 18,
        y_pred=table.age_pred < 18,
        sensitive_features=table[["sex", "race"]].astype(str),
    )
    rows = found[(found.by == "sex and race") & (found.error == adults.UNDER)].set_index("group").value
    for (sex, race), value in frame.by_group.items():
        assert rows[f"{sex}, {race}"] == pytest.approx(value, abs=1e-9)
    assert found.by.unique().tolist() == ["all", "sex", "race", "sex and race"]
    assert found[found.by == "race"].n.sum() == len(table)
    assert (found.error.iloc[::2] == adults.UNDER).all() and (found.error.iloc[1::2] == adults.OVER).all()


def test_copies_of_one_photo_count_once_in_the_interval_of_adults():
    table = many(600).assign(age=10, age_pred=np.tile([10.0, 30.0], 300))
    alone = adults.confusion(table, by=((),)).iloc[0]
    copied = adults.confusion(pd.concat([table] * 4), by=((),)).iloc[0]
    assert (copied.value, copied.low, copied.high) == pytest.approx((alone.value, alone.low, alone.high))
    assert copied.n == 4 * alone.n


def test_a_side_without_a_face_keeps_its_row():
    table = many(100).assign(age=40)
    rows = adults.confusion(table, by=((), ("sex",)))
    assert rows[rows.error == adults.UNDER].value.isna().all()
    assert rows[rows.error == adults.UNDER].n.eq(0).all() and len(rows) == 6
    assert adults.confusion(table.iloc[:0], by=((),)).n.eq(0).all()
