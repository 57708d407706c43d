"""What the charts of the views Overview, Age, Sex and Intervals hold, and what their sentences say."""

import numpy as np
import pandas as pd
import pytest

from agesex import architecture, charts, findings_metrics, headline, metrics
from agesex.errors import BadModel
from agesex.metrics.overall import HEADLINE


@pytest.fixture(scope="module")
def faces():
    """300 faces of 20–39 years off by up to 3 years, and 10 of 90; every tenth sex is taken wrongly."""
    rng = np.random.default_rng(0)
    age = np.r_[rng.integers(20, 40, 300), np.full(10, 90)]
    sex = np.where(np.arange(310) % 2, "male", "female")
    right = np.arange(310) % 10 > 0
    return pd.DataFrame(
        {
            "age": age,
            "age_pred": age + np.tile([-3.0, -1.0, 0.0, 1.0, 3.0], 62),
            "age_low": age - 5.0,
            "age_high": age + 4.0,
            "age_sd": np.full(310, 4.0),
            "sex": sex,
            "race": np.where(rng.random(310) < 0.6, "White", "Others"),
            "p_female": np.where((sex == "female") == right, 0.9, 0.1) + np.arange(310) / 1e5,
            "group": [str(i) for i in range(310)],
        }
    )


def data(chart):
    """Every data set of a chart, the layers in their order."""
    spec = chart.to_dict()
    names = [layer.get("data", spec.get("data"))["name"] for layer in spec.get("layer", [spec])]
    return [spec["datasets"][name] for name in names]


def marks(chart):
    return [layer["mark"] for layer in chart.to_dict()["layer"]]


def test_an_age_of_few_faces_is_hollow_and_breaks_the_line(faces):
    rows = metrics.ages.error_by_age(faces)
    chart = charts.by_age(rows, "mae", who="all")
    area, *_, points, _ = data(chart)
    assert {row["value"] for row in area if row["age"] >= 88} == {None}
    assert all(row["value"] is not None for row in area if 20 <= row["age"] < 40)
    assert [row["n"] for row in points if row["pale"] and row["age"] >= 88] == [10] * 3
    assert {row["series"] for row in area} == {"dropped"}  # grey: no colour of a split beside those of the sexes


def test_the_other_sexes_stand_thin_beside_or_a_second_model_dashed(faces):
    rows = metrics.ages.cumulative_scores(faces)
    alone = charts.cumulative(rows, who="all")
    assert {row["series"] for row in data(alone)[1]} == {"female", "male"}
    both = charts.cumulative(rows, who="female", beside=rows, titles=("One", "One"))
    bands, line = [data(both)[place] for place in (0, 1)], data(both)[2]
    assert {row["series"] for row in line} == {"female"}
    assert [{row["model"] for row in band} for band in bands] == [{"One (the other)"}, {"One"}]
    dashes = both.to_dict()["layer"][2]["encoding"]["strokeDash"]
    assert dashes["scale"] == {"domain": ["One", "One (the other)"], "range": [[1, 0], [7, 4]]} and dashes["legend"]
    assert "strokeDash" not in str(alone.to_dict())
    legend = alone.to_dict()["layer"][0]["encoding"]["color"]["legend"]
    assert legend["values"] == ["dropped", "female", "male"] and "all faces" in legend["labelExpr"]


def test_the_scale_holds_a_worse_second_model_whole_and_lets_single_old_faces_go(faces):
    rows = metrics.ages.error_by_age(faces)
    worse = metrics.ages.error_by_age(faces.assign(age_pred=faces.age_pred + 30))

    def top(beside):
        chart = charts.by_age(rows, "mae", who="all", beside=beside).to_dict()
        return next(
            d["encoding"]["y"]["scale"]["domain"][1] for d in chart["layer"] if "scale" in d["encoding"]["y"]
        )

    assert top(None) < 10 < worse[~worse.pale].high.max() < top(worse)


def test_the_errors_of_the_chosen_sex_are_drawn(faces):
    rows = metrics.ages.error_distribution(faces)
    bars = data(charts.errors(rows, who="female", split="test"))[0]
    assert sum(row["n"] for row in bars) == 155
    assert {row["start"]: row["n"] for row in bars}[3] == (
        faces[faces.sex == "female"].age_pred - faces.age
    ).eq(3).sum()


def test_a_confusion_matrix_has_a_cell_for_every_pair_and_no_word_in_empty_ones(faces):
    found = metrics.ages.age_groups(faces, 20, draws=50)
    cells = data(charts.confusion(found.matrix, found.names, what="age group"))[0]
    assert len(cells) == len(found.names) ** 2
    assert all((cell["text"] == "") == (cell["n"] == 0) for cell in cells)
    inner = next(cell for cell in cells if cell["true"] == cell["said"] == "20–39")
    assert inner["text"] == f"{100 * inner['share']:.0f} %"


def test_text_in_a_heat_map_takes_its_colour_from_the_ground(faces):
    found = metrics.ages.age_groups(faces, 20, draws=50)
    text = marks(charts.confusion(found.matrix, found.names, what="age group"))[1]
    assert "luminance(background)" in text["color"]["expr"]


def test_roc_and_precision_recall_hold_the_points_of_their_curve(faces):
    roc, pr = metrics.curves.roc(faces), metrics.curves.precision_recall(faces)
    drawn = data(charts.roc(roc.points, split="test"))[-1]
    assert [(row["fpr"], row["tpr"]) for row in drawn] == list(
        zip(roc.points.fpr, roc.points.tpr, strict=True)
    )
    assert all(np.isfinite(row["threshold"]) for row in drawn)
    two = charts.precision_recall(pr.points, share=0.5, split="test", beside=pr.points.head(3))
    assert [len(rows) for rows in data(two)][::2] == [1, 3 + len(pr.points)]
    assert {row["model"] for row in data(two)[1]} == {"first", "second"}  # both with their band


def test_reliability_and_the_chosen_threshold_are_marked(faces):
    rows = metrics.calibration.reliability(faces)
    assert len(data(charts.reliability(rows, split="test"))[1]) == len(rows)
    curve = metrics.unsure.answered_curve(faces, {"threshold": 0.7, "min_age": 4})
    drawn = data(charts.answered(curve, split="test"))[0]
    assert [row["threshold"] for row in drawn if row["chosen"]] == [0.7]
    assert all(np.diff([row["share"] for row in drawn]) >= 0)


def test_the_promise_is_drawn_at_every_level_and_for_every_group(faces):
    spec = {
        "min_sd": 0.5, "power": 0.5,
        "bands": [{"from": 0, "to": 200, "quantiles": {"0.5": 0.5, "0.9": 1.4}}],
    }  # fmt: skip
    rows = metrics.coverage.levels(faces, spec)
    assert [row["level"] for row in data(charts.promise(rows, split="test"))[1]] == [0.5, 0.9]
    assert [row["width"] for row in data(charts.widths(rows, split="test"))[0]] == list(rows.width)
    by = metrics.coverage.levels(faces, spec, ("sex",), wanted=[0.9])
    by = by.assign(label=by.sex, kind=by.sex)
    dots = charts.promise_by_group(by, "coverage", split="test", level=0.9)
    assert [row["reference"] for row in data(dots)[0]] == [0.9]
    wide = charts.promise_by_group(by, "width", split="test", level=0.9).to_dict()
    assert "reference" not in str(wide)


def test_the_winner_of_two_models_is_said_and_coloured(faces):
    better = faces.assign(file=faces.group)
    worse = better.assign(age_pred=better.age_pred + 4)
    rows = metrics.versus.compare(better, worse, ("sex",), ("mae",), draws=100).assign(label=["a", "b"])
    drawn = data(charts.differences(rows, "mae", "One", "Two"))[1]
    assert {row["who"] for row in drawn} == {"One is better"}
    assert findings_metrics.wins(rows, "One", "Two", "groups") == (
        "One is clearly better in 2 of 2 groups, Two in 0"
    )
    same = metrics.versus.compare(better, better, ("sex",), ("mae",), draws=100)
    assert findings_metrics.wins(same, "One", "Two", "groups").endswith("undecided: 2")


def test_the_headline_is_whole_and_stands_beside_its_baselines(faces):
    published = {"mae": {"value": 9.9, "low": 9.8, "high": 10.0, "n": 310, "baseline": 12.0}}
    whole = headline.complete(dict.fromkeys(metrics.NAMES, published["mae"]), faces, faces, draws=50)
    assert list(whole.index) == list(HEADLINE)
    assert whole.value["mae"] == 9.9 and whole.baseline["mae"] == 12.0
    error = faces.age_pred - faces.age
    assert whole.value["mse"] == pytest.approx((error**2).mean())
    assert whole.value["median_error"] == error.abs().median()
    assert whole.baseline["balanced_accuracy"] == 0.5 and whole.baseline["mcc"] == 0
    assert whole.baseline["mse"] == pytest.approx(((faces.age.median() - faces.age) ** 2).mean())
    assert (whole.low["mse"] < whole.value["mse"]) and (whole.value["mse"] < whole.high["mse"])
    with pytest.raises(BadModel, match="age_pred"):
        headline.complete({}, faces.assign(age_pred=np.nan), faces)


def sentences(faces):
    """Every sentence that is made of one table of predictions."""
    ages = metrics.ages.error_by_age(faces, draws=20)
    spec = {"min_sd": 0.5, "power": 0.5, "bands": [{"from": 0, "to": 200, "quantiles": {"0.9": 1.4}}]}
    levels = metrics.coverage.levels(faces, spec, draws=20)
    curve = metrics.unsure.answered_curve(faces, {"threshold": 0.7, "min_age": 4}, draws=20)
    within = metrics.ages.cumulative_scores(faces, draws=20)
    errors = metrics.ages.error_distribution(faces)
    report = metrics.classification.report(faces, draws=20)
    return [
        findings_metrics.error_by_age(ages[ages.kind == "all"]),
        findings_metrics.sex_by_age(metrics.classification.sex_by_age(faces, draws=20)),
        findings_metrics.age_groups(metrics.ages.age_groups(faces, 10, draws=20), 10),
        findings_metrics.within(within[within.kind == "all"]),
        findings_metrics.errors(errors[errors.kind == "all"]),
        findings_metrics.confusion(metrics.classification.confusion(faces, draws=20)),
        findings_metrics.report(report[report.sex == "both"].set_index("metric")),
        findings_metrics.roc(metrics.curves.roc(faces, draws=20).area),
        findings_metrics.precision_recall(
            metrics.curves.precision_recall(faces, draws=20).area, 0.5
        ),
        findings_metrics.reliability(
            metrics.calibration_error(faces.p_female, faces.sex == "female", faces.group, draws=20)
        ),
        findings_metrics.answered(curve, "4 and over"),
        findings_metrics.promise(levels),
        findings_metrics.widths(levels),
        findings_metrics.promise_by_group(levels.assign(label="all"), 0.9),
        findings_metrics.widths_by_group(levels.assign(label="all")),
    ]


@pytest.mark.parametrize("n", [310, 40, 1, 0])
def test_no_sentence_ever_says_nan(faces, n):
    for text in sentences(faces.head(n)):
        assert text and "nan" not in text and "None" not in text, text


@pytest.mark.parametrize("sex", ["female", "male"])
def test_one_sex_alone_gives_sentences_too(faces, sex):
    found = sentences(faces[faces.sex == sex])
    assert not [text for text in found if "nan" in text]
    assert "One sex only: no ROC curve" in found


def test_the_sentences_say_what_the_table_holds(faces):
    found = " | ".join(sentences(faces))
    assert "women are taken for men in 20.0 %" in found.lower()  # every tenth face, and all of them women
    assert "men are taken for women in 0.0 %" in found
    assert "Within 5 years 100.0 %" in found and "within 10 100.0 % (" in found
    assert "Guessed too old or right in 60 %, too young in 40 %" in found
    median = {"value": 3.18, "low": 3.0, "high": 3.3, "n": 310}
    ages = metrics.ages.cumulative_scores(faces, draws=20)
    text = findings_metrics.within(ages[ages.kind == "all"], median)
    assert text.endswith("half of the faces within 3.2 years (3.0–3.3; n = 310)")


def test_a_sentence_names_the_ages_of_its_window_and_the_hollow_points(faces):
    rows = metrics.ages.error_by_age(faces)
    rows = rows[rows.kind == "all"]
    worst = rows[~rows.pale].sort_values("value").iloc[-1]
    text = findings_metrics.error_by_age(rows)
    assert text.startswith(f"Furthest off at {worst.age - 2}–{worst.age + 2}, by ")
    # windows from the first and last faces on, and the ages round 90 with ten faces
    assert findings_metrics.window(rows, rows.iloc[0]) == f"{rows.age.min()}–{rows.age.min() + 2}"
    assert text.endswith(f"; {int(rows.pale.sum())} hollow points of fewer than 30 faces left out")


def test_few_wins_of_figures_are_named():
    rows = pd.DataFrame(
        {"metric": ["mae", "bias", "mcc"], "better": ["first", "second", ""], "pale": False}
    )  # fmt: skip
    assert findings_metrics.wins(rows, "One", "Two", "figures") == (
        "One is clearly better in 1 of 3 figures (Mean age error), Two in 1 (Bias); undecided: 1"
    )
    assert "(" not in findings_metrics.wins(rows, "One", "Two", "groups")


def test_a_network_has_the_shape_of_each_stage_below_it():
    rows = architecture.read("mobile").drawn()
    spec = charts.network(rows).to_dict()
    words = next(data for data in spec["datasets"].values() if "foot" in data[0])
    grids = list(dict.fromkeys(rows[rows.height > 1].height))
    assert [int(word["gives"].split(" × ")[0]) for word in words] == grids
    last = rows[rows.height == grids[0]].iloc[-1]
    assert words[0]["gives"] == f"{last.height} × {last.width} × {last.channels}"
    assert all(word["foot"] < rows.bottom.min() for word in words)
