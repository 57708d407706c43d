import pandas as pd
import pytest

from agesex import charts, findings


def rows_of(metric, values, column="race"):
    """(name, value, low, high, n) of each group -> a table like that of `metrics.by_group`."""
    rows = [(name, metric, *rest) for name, *rest in values]
    return pd.DataFrame(rows, columns=[column, "metric", "value", "low", "high", "n"])


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        ("mae", 4.4321, "4.4 years"),
        ("bias", -1.95, "−1.9 years"),
        ("bias", -0.001, "+0.0 years"),
        ("sex_accuracy", 0.9341, "93.4 %"),
    ],
)
def test_a_figure_is_written_in_one_way(metric, value, text):
    assert findings.amount(metric, value) == text


def test_intervals_are_written_without_unit():
    assert findings.interval("mae", 4.312, 4.551, 2) == "4.31–4.55"
    assert findings.interval("coverage", 0.88, 0.912) == "88.0–91.2"
    assert findings.interval("bias", -0.31, 0.1) == "−0.3 to +0.1"
    assert findings.interval("mae", float("nan"), float("nan")) == "none"


def test_the_worst_group_is_named_and_small_ones_are_not():
    rows = rows_of(
        "mae",
        [("White", 4, 3.8, 4.2, 900), ("Asian", 6, 5.5, 6.5, 100), ("Others", 9, None, None, 12)],
    )
    assert findings.groups(rows, ["race"], "mae") == (
        "Worst: Asian, 6.0 years (5.5–6.5; n = 100); best: White, 4.0 years (3.8–4.2; n = 900)"
    )


def test_a_high_accuracy_is_good():
    rows = rows_of("sex_accuracy", [("0–3", 0.6, 0.5, 0.7, 90), ("20–29", 0.97, 0.96, 0.98, 90)], "band")
    text = findings.groups(rows, ["band"], "sex_accuracy")
    assert text.startswith("Worst: ages 0–3, 60.0 %")
    assert "best: ages 20–29" in text


def test_overlapping_intervals_are_no_clear_difference():
    rows = rows_of("mae", [("White", 4, 3.5, 4.5, 90), ("Asian", 4.4, 3.9, 4.9, 90)])
    assert findings.groups(rows, ["race"], "mae").endswith("their intervals overlap")


def test_the_bias_furthest_from_zero_is_the_worst():
    rows = rows_of("bias", [("a", -3, -4, -2, 90), ("b", 0.1, -0.2, 0.4, 90), ("c", 2, 1, 3, 90)])
    assert findings.groups(rows, ["race"], "bias").startswith("Furthest off: a, −3.0 years")


def test_one_group_is_no_comparison():
    rows = rows_of("mae", [("White", 4, 3.5, 4.5, 90), ("Asian", 9, None, None, 5)])
    assert "fewer than two groups" in findings.groups(rows, ["race"], "mae")


def test_pull_says_too_old_and_too_young():
    rows = rows_of("bias", [("0–3", 1.0, 0.9, 1.2, 90), ("80+", -6.2, -7, -5, 90)], "band")
    assert findings.pull(rows) == (
        "Ages 0–3 are guessed 1.0 years too old (+0.9 to +1.2; n = 90) on average, ages 80+ 6.2 years too "
        "young (−7.0 to −5.0; n = 90)"
    )


def test_coverage_names_only_groups_that_are_clearly_below():
    overall = {"value": 0.9, "low": 0.89, "high": 0.91, "n": 1000}
    rows = rows_of("coverage", [("x", 0.8, 0.75, 0.85, 90), ("y", 0.88, 0.85, 0.92, 90)])
    text = findings.coverage(rows.assign(label=rows.race), overall)
    assert text.endswith("clearly below 90 %: x (80.0 %)")
    text = findings.coverage(rows.iloc[1:].assign(label="y"), overall)
    assert text.endswith("no group is clearly below 90 %")


@pytest.mark.parametrize(
    ("values", "end"),
    [([8, 6, 5], "the best and the last"), ([8, 5, 6], "no better in the 1 after it")],
)
def test_the_history_says_whether_it_was_still_improving(values, end):
    table = pd.DataFrame({"epoch": [1, 2, 3], "val_age_mae": values})
    text = findings.history(table, "age_mae")
    assert text.startswith("Validation age error: from 8.0 years at epoch 1 to 5.0 years at epoch ")
    assert text.endswith(end)


def test_a_history_that_only_got_worse_says_so_plainly():
    table = pd.DataFrame({"epoch": [1, 2, 3], "val_sex_accuracy": [0.806, 0.5, 0.762]})
    assert findings.history(table, "sex_accuracy") == (
        "Validation sex accuracy: best at epoch 1 of 3, 80.6 %; 76.2 % at the last"
    )


@pytest.mark.parametrize(
    ("metric", "best", "start"),
    [("bias", 0.1, "Nearest to 0"), ("coverage", 0.9, "Nearest to the promised 90 %"), ("width", -0.7, "Narrowest"),
     ("cs5", 0.97, "Best")],
)  # fmt: skip
def test_models_are_ranked_by_what_is_good_in_a_figure(metric, best, start):
    cards = [
        {"name": str(value), "title": str(value), "figures": {"test": {metric: {
            "value": value, "low": value - 0.01, "high": value + 0.01, "n": 900, "baseline": None}}}}
        for value in (-0.7, 0.1, 0.97, 0.9)
    ]  # fmt: skip
    rows = charts.model_rows(cards, metric)
    assert rows.value.iloc[0] == best
    assert findings.models(rows, metric).startswith(f"{start} on the same test faces: {best}, ")


def test_texts_are_for_reading():
    table = pd.DataFrame({"split": ["train"], "n": [14957], "share": [0.478]})
    texts = findings.texts(table, share=findings.percent)
    assert texts.iloc[0].tolist() == ["train", "14,957", "47.8 %"]


def test_epochs_without_validation_are_left_out_of_the_history():
    table = pd.DataFrame({"epoch": [1, 2, 3], "val_age_mae": [float("nan"), 6.0, 5.0]})
    text = findings.history(table, "age_mae")
    assert "from 6.0 years at epoch 2 to 5.0 years at epoch 3 of 3" in text
    assert "not recorded" in findings.history(table.assign(val_age_mae=float("nan")), "age_mae")


def test_the_costliest_fault_and_the_strongest_push_are_named():
    row = {"n": 1426, "mae": 5.0, "sex_accuracy": 0.9, "cost_low": 0.1, "cost_high": 0.9}
    row |= {"bias_change_low": -1.9, "bias_change_high": -1.4}
    table = pd.DataFrame(
        [
            row | {"fault": "none", "strength": "", "mae": 4.4, "cost": 0.0, "bias": 0.2, "bias_change": 0.0},
            row | {"fault": "blur", "strength": "3 px", "cost": 0.5, "bias": 1.6, "bias_change": 1.4},
            row | {"fault": "mirror", "strength": "", "cost": 0.0, "bias": -1.5, "bias_change": -1.7},
        ]
    )
    cost, push = findings.stress(table)
    assert cost == (
        "Untouched faces: off by 4.4 years. Costs most: blur (3 px), 0.5 years more (+0.1 to +0.9; "
        "n = 1,426)"
    )
    assert push == (
        "Pushes furthest: mirror, by −1.7 years (−1.9 to −1.4; n = 1,426); untouched faces: bias +0.2 years"
    )


def test_the_best_and_the_weakest_model_are_named():
    rows = pd.DataFrame(
        [("A", 4.0, 3.9, 4.1, 900), ("B", 6.0, 5.5, 6.5, 900)],
        columns=["label", "value", "low", "high", "n"],
    )
    assert findings.models(rows, "mae") == (
        "Best on the same test faces: A, 4.0 years (3.9–4.1; n = 900); weakest: B, 6.0 years "
        "(5.5–6.5; n = 900)"
    )


def test_large_groups_that_are_not_covered_are_named_and_small_ones_are_not():
    rows = pd.DataFrame(
        [("a, b", 0.8, 0.75, 0.86, 400), ("c, d", 0.7, 0.5, 0.85, 99), ("e, f", 0.88, 0.85, 0.91, 400)],
        columns=["label", "value", "low", "high", "n"],
    )
    assert findings.undercovered(rows) == (
        " Two at once, clearly below 90 %: a, b, 80.0 % (75.0–86.0; n = 400)."
    )
    assert findings.undercovered(rows.tail(2)) == ""
