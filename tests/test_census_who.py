"""The questions of the view Who, their charts and their sentences, against pandas, scipy and counting by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from test_census_faces import table

from agesex import census, findings_dataset
from agesex.census import Choice, Faces, balance, harm, who
from agesex.charts import picking
from agesex.charts import who as drawn
from agesex.metrics import BAND_NAMES, age_band
from agesex.metrics.resampling import bootstrap

EVERYBODY = Choice()


@pytest.fixture(scope="module")
def faces():
    return Faces(table())


@pytest.fixture(scope="module")
def many():
    """600 photos with two measures, whose sexes and races have nothing to do with each other."""
    rng = np.random.default_rng(0)
    n = 600
    return pd.DataFrame(
        {
            "file": [f"{i:04d}" for i in range(n)],
            "age": rng.integers(0, 100, n),
            "sex": rng.choice(["female", "male"], n),
            "race": rng.choice(["White", "Black", "Asian"], n, p=[0.5, 0.3, 0.2]),
            "split": rng.choice(["train", "test", "dropped"], n, p=[0.7, 0.2, 0.1]),
            "brightness": rng.normal(100, 20, n),
            "taken": pd.to_datetime("2017-01-01") + pd.to_timedelta(rng.integers(0, 30, n), unit="D"),
        }
    )


def test_ages_are_counted_per_bin_and_group_with_shares(faces):
    rows = who.age_counts(faces, EVERYBODY, width=10, by="sex").set_index(["name", "start"])
    assert rows.n.to_dict() == {
        ("female", 0): 1, ("female", 20): 1, ("female", 70): 2, ("male", 20): 3, ("unknown", 40): 1,
    }  # fmt: skip
    assert rows.share["female", 70] == 0.5 and rows.share["male", 20] == 1
    assert (rows.end == rows.index.get_level_values(1) + 10).all()
    whole = who.age_counts(faces, Choice(sexes=("male",)))
    assert whole[["name", "start", "end", "n"]].values.tolist() == [["all", 26, 27, 2], ["all", 29, 30, 1]]


def test_the_most_frequent_age_and_the_middle_half(faces):
    assert who.frequent(faces, EVERYBODY) == {"photos": 8, "age": 26, "n": 3, "low": 26.0, "high": 51.25}


def test_the_pyramid_leaves_out_whose_sex_nobody_knows(faces):
    rows = who.pyramid(faces, EVERYBODY, width=10)
    assert set(rows.sex) == {"female", "male"} and rows.n.sum() == 7


def test_boxes_agree_with_pandas(many):
    rows = who.boxes(Faces(many), EVERYBODY, "race").set_index("name")
    ages = many.groupby("race").age
    for column, expected in (("n", ages.size()), ("mean", ages.mean()), ("q50", ages.median())):
        pd.testing.assert_series_equal(rows[column], expected, check_names=False, check_like=True, check_dtype=False)
    for column, q in (("q05", 0.05), ("q25", 0.25), ("q75", 0.75), ("q95", 0.95)):
        pd.testing.assert_series_equal(rows[column], ages.quantile(q), check_names=False, check_like=True)
    assert rows.n.is_monotonic_decreasing


def test_bands_of_the_engine_are_those_of_the_metrics():
    ages = pd.DataFrame({"file": [f"{age:03d}" for age in range(121)], "age": range(121)})
    rows = Faces(ages).rows(columns=("age", "band"))
    assert list(rows.band.astype(str)) == list(age_band(rows.age).astype(str))


def test_only_known_fields_and_measures_can_be_asked_for(faces):
    for ask in (lambda: who.boxes(faces, EVERYBODY, "file"), lambda: who.cells(faces, EVERYBODY, "sex", "1; --")):
        with pytest.raises(KeyError, match="race"):
            ask()
    with pytest.raises(KeyError, match="brightness"):
        who.histogram(faces, EVERYBODY, "beauty")


def test_days_are_counted_then_months_then_years():
    def step(last):
        dates = pd.to_datetime(["2017-01-01", "2017-01-01", last, None])
        found = who.collected(Faces(pd.DataFrame({"file": list("abcd"), "age": 1, "taken": dates})), EVERYBODY)
        assert found.n.sum() == 3 and found.n.max() == 2
        assert (found.end > found.start).all()
        return found.attrs["step"]

    assert [step(last) for last in ("2017-02-01", "2018-02-01", "2037-02-01")] == ["day", "month", "year"]
    empty = who.collected(Faces(pd.DataFrame({"file": ["a"], "age": [1]})), EVERYBODY)
    assert empty.empty and findings_dataset.collected(empty) == "No date of collection is known"


def test_a_histogram_holds_every_photo_and_its_bins_stay_under_a_filter(many):
    faces = Faces(many)
    rows = who.histogram(faces, EVERYBODY, "brightness")
    assert rows.n.sum() == len(many) and rows.share.sum() == pytest.approx(1)
    assert rows.start.iloc[0] == pytest.approx(many.brightness.min(), abs=1e-4)
    assert rows.end.iloc[-1] == pytest.approx(many.brightness.max(), abs=1e-4)
    low, high = rows.attrs["middle"]  # nine tenths, to the photo
    assert many.brightness.astype("float32").between(low, high).mean() == pytest.approx(0.9, abs=2 / len(many))
    few = who.histogram(faces, Choice(ages=(0, 20)), "brightness")
    assert set(few.start.round(3)) <= set(rows.start.round(3))
    inside = many.brightness.astype("float32").between(*rows.iloc[5][["start", "end"]])
    assert abs(int(inside.sum()) - int(rows.n.iloc[5])) <= 1
    assert who.measured(faces, EVERYBODY) == ["brightness"]
    assert who.histogram(faces, EVERYBODY, "blur").empty


def test_a_measure_that_is_the_same_everywhere_is_one_bar():
    rows = who.histogram(Faces(pd.DataFrame({"file": list("ab"), "age": 1, "light": 7.0})), EVERYBODY, "light")
    assert rows.n.tolist() == [2]


def cells(n):
    """A two-way table as rows; n is a list of lists."""
    n = np.array(n)
    return pd.DataFrame(
        [(f"r{i}", f"c{j}", n[i, j]) for i, j in np.ndindex(n.shape) if n[i, j]], columns=["first", "second", "n"]
    )


def test_expected_counts_and_residuals_by_hand():
    rows = balance.crosstab(cells([[30, 10], [10, 30]]))
    assert rows.expected.tolist() == [20] * 4
    assert rows.residual.tolist() == pytest.approx([10 / 20**0.5, -10 / 20**0.5] + [-10 / 20**0.5, 10 / 20**0.5])
    assert rows.adjusted.tolist() == pytest.approx([10 / 5**0.5, -10 / 5**0.5, -10 / 5**0.5, 10 / 5**0.5])
    assert rows["mark"].tolist() == ["over", "under", "under", "over"]


def test_a_pair_that_never_occurs_is_a_cell_too():
    rows = balance.crosstab(cells([[100, 100], [100, 0]]))
    assert rows[(rows["first"] == "r1") & (rows.second == "c1")][["n", "mark"]].values.tolist() == [[0, "under"]]


def test_only_far_and_sure_cells_are_marked():
    assert set(balance.crosstab(cells([[10_500, 9_500], [9_500, 10_500]]))["mark"]) == {""}  # sure, but near
    assert set(balance.crosstab(cells([[3, 1], [1, 3]]))["mark"]) == {""}  # far, but few
    assert set(balance.crosstab(cells([[5, 7]]))["mark"]) == {""}


def test_the_test_is_scipys_and_v_is_by_hand():
    n = [[30, 10], [10, 30]]
    found, expected = balance.association(cells(n)), stats.chi2_contingency(n, correction=False)
    assert (found["chi2"], found["p"]) == pytest.approx((expected.statistic, expected.pvalue))
    assert found["v"] == pytest.approx(0.5)
    assert np.isnan(balance.association(cells([[3, 4]]))["v"])


def test_split_balance_tests_three_fields_without_the_dropped(many):
    rows = balance.split_balance(Faces(many), EVERYBODY)
    used = many[many.split != "dropped"]
    assert list(rows.index) == ["band", "sex", "race"] and (rows.n == len(used)).all()
    assert rows.p["sex"] == pytest.approx(
        stats.chi2_contingency(pd.crosstab(used.sex, used.split), correction=False).pvalue
    )
    assert (rows.p_holm >= rows.p).all() and rows.p_holm.min() == pytest.approx(min(1, 3 * rows.p.min()))
    uneven = many.assign(split=np.where(many.sex == "female", "train", "test"))
    apart = balance.split_balance(Faces(uneven), EVERYBODY)
    assert apart.v["sex"] == pytest.approx(1)
    assert findings_dataset.balance(apart).startswith("The splits differ in sex (V = 1.00, p < 0.001)")


def pictures(faces):
    """Every chart of the view, of all faces."""
    def pale(rows):
        return rows.assign(chosen=np.arange(len(rows)) % 2 == 0)

    ages = pale(who.age_counts(faces, EVERYBODY, by="sex"))
    races = pale(who.age_counts(faces, EVERYBODY))
    splits = who.cells(faces, EVERYBODY, "split", "band").rename(columns={"first": "split", "second": "band"})
    days = who.collected(faces, EVERYBODY)
    dated = pale(days)
    dated.attrs.update(days.attrs)
    return {
        "ages": drawn.age_bars(ages, by="sex"),
        "plain ages": drawn.age_bars(races),
        "shares": drawn.age_bars(ages, by="sex", shares=True),
        "plain shares": drawn.age_bars(races, shares=True),
        "pyramid": drawn.pyramid(pale(who.pyramid(faces, EVERYBODY))),
        "boxes": drawn.boxes(pale(who.boxes(faces, EVERYBODY, "race"))),
        "two-way": drawn.two_way(balance.crosstab(who.cells(faces, EVERYBODY, "race", "band")).assign(chosen=True), ("race", "age")),
        "splits": drawn.split_bands(pale(splits.assign(share=0.1)), BAND_NAMES),
        "days": drawn.collected(dated),
        "measure": drawn.histogram(pale(who.histogram(faces, EVERYBODY, "brightness")), "brightness"),
    }  # fmt: skip


def test_every_chart_is_valid_with_its_rows_and_can_be_clicked(many):
    import altair as alt

    for name, picture in pictures(Faces(many)).items():
        spec = picture.to_dict()
        alt.Chart.from_dict(spec, validate=True)
        assert not {"width", "title", "config"} & set(spec), name
        assert picking.PICK in picture.picks, name
        assert set(picture.picks) == {param["name"] for param in _params(spec)}, name
        fields = {encoding.get("field") for layer in spec.get("layer", [spec]) for encoding in _encodings(layer)}
        assert fields - {None} <= set(picture.rows), name
        picked = next(param["select"]["fields"] for param in _params(spec) if param["name"] == picking.PICK)
        assert set(picked) <= set(picture.rows), name


def _params(spec):
    return [*spec.get("params", []), *(param for layer in spec.get("layer", []) for param in layer.get("params", []))]


def _encodings(layer):
    for encoding in layer.get("encoding", {}).values():
        yield from encoding if isinstance(encoding, list) else [encoding]


def test_what_is_not_chosen_is_pale(many):
    rows = pictures(Faces(many))["pyramid"].rows
    assert set(rows.shown[rows.chosen]) == {1} and set(rows.shown[~rows.chosen]) == {picking.PALE}
    assert (rows.signed < 0).eq(rows.sex == "female").all()


def test_the_sentences_say_what_was_counted(faces, many):
    assert findings_dataset.ages(who.frequent(Faces(many), EVERYBODY)).startswith("Half of the photos")
    assert findings_dataset.ages(who.frequent(faces, EVERYBODY)) == "8 photos: too few to say which ages are frequent"
    rows = balance.crosstab(cells([[30, 10], [10, 30]]))
    assert findings_dataset.two_way(rows, "race", "sex") == (
        "Found together: r0, c0: 1.5 times as many as if race code and sex were unrelated (30 photos, not 20); r0, c1: "
        "0.5 times as many (10 photos, not 20)"
    )
    assert "; aged c1, r0: 0.5 times" in findings_dataset.two_way(
        rows.assign(first=rows.second, second=rows["first"]), "band", "sex"
    )
    rows = balance.crosstab(cells([[2000, 60], [4000, 3], [3000, 900]]))  # surest: r2, furthest: r1
    assert "r1, c1: 0.01 times as many (3 photos, not 387)" in findings_dataset.two_way(rows, "race", "sex")
    assert "stands out" in findings_dataset.two_way(balance.crosstab(cells([[15, 15], [15, 15]])), "race", "sex")
    assert "8 photos: too few" in findings_dataset.boxes(who.boxes(faces, EVERYBODY, "race"), "race")
    ends = {"start": [0, 0, 50, 50, 90], "end": [5, 5, 55, 55, 95]}
    women = pd.DataFrame({"sex": ["female", "male"] * 2 + ["female"], **ends, "n": [70, 50, 10, 90, 29]})
    assert findings_dataset.pyramid(women) == "44 % are labelled female, but 10 % of those aged 50–54"
    text = findings_dataset.histogram(who.histogram(Faces(many), EVERYBODY, "brightness"), "brightness")
    low, high = (float(word) for word in text.rpartition(" of ")[2].split(" to "))
    inside = many.brightness.between(low, high).mean()
    assert 0.88 <= inside <= 1


def test_the_harm_of_a_group_comes_with_both_figures():
    found = {"value": 7.499, "low": 6.4, "high": 8.6, "n": 127, "rest": 4.416, "rest_n": 4534}
    assert findings_dataset.harm(findings_dataset.people((50, 59), "female"), 477, 22702, "age", found) == (
        "Women of 50–59 are 2.1 % of the photos; their age is off by 7.5 years on the test photos (95 % interval 6.4 to "
        "8.6, n = 127), against 4.4 for everybody else (n = 4,534)"
    )
    shares = found | {"value": 0.32, "low": 0.27, "high": 0.37, "rest": 0.036}
    told = findings_dataset.harm(findings_dataset.people((4, 9), "male", "Asian"), 4, 9000, "sex", shares)
    assert told.startswith("Boys of 4–9 coded Asian are fewer than 0.1 % of the photos; their sex is guessed wrong on 32.0 %")
    assert findings_dataset.people((80, 120)) == "People of 80 or more"
    assert findings_dataset.people(None, race="Others") == "People coded Others"


def test_a_difference_within_chance_is_no_harm():
    rng = np.random.default_rng(0)
    inside, groups = np.arange(2000) < 200, np.arange(2000)
    values = rng.normal(5, 2, 2000)
    same, worse = harm.apart(values, inside, groups), harm.apart(values + 2 * inside, inside, groups)
    better = harm.apart(values - 2 * inside, inside, groups)
    assert harm.worst([same, None, better]) is None and harm.worst([same, worse]) == 1
    assert abs(worse["value"] - worse["rest"] - 2) < 0.5 and worse["low"] < worse["value"] < worse["high"]
    assert harm.apart(values, np.arange(2000) < 29, groups) is None
    means = bootstrap(np.column_stack([values * inside, inside]), groups)
    assert np.isclose((means[:, 0] / means[:, 1]).std() * 3.92, same["high"] - same["low"], rtol=0.1)
    doubled = harm.apart(np.repeat(values, 2), np.repeat(inside, 2), np.repeat(groups, 2))
    assert np.isclose(doubled["z"], same["z"])  # copies are no more faces


def test_the_engine_agrees_with_the_questions_to_a_table():
    known = census.known()
    faces = Faces(known)
    old = known.groupby(["sex", known.age // 5 * 5]).size()
    new = who.age_counts(faces, EVERYBODY, width=5, by="sex").rename(columns={"name": "sex"})
    assert new.set_index(["sex", "start"]).n.to_dict() == old.to_dict()
    groups = census.copies(known)
    found = faces.groups()
    assert len(found) == len(groups)
    assert found.years.sum() == groups.years.sum() and (found.sexes > 1).sum() == (groups.sexes > 1).sum()
    bands = known.groupby(["split", age_band(known.age)], observed=True).size()
    pairs = who.cells(faces, EVERYBODY, "split", "band").set_index(["first", "second"]).n
    assert bands.to_dict() == pairs.to_dict()
