"""The goals: printed beside what was reached, met only where they are."""

import copy

import numpy as np
import pandas as pd
import pytest

from agesex import metrics
from training import evaluate, targets


@pytest.fixture(scope="module")
def card():
    rng = np.random.default_rng(0)
    n = 3000
    age = rng.integers(0, 90, n)
    female = rng.random(n) < 0.5
    table = pd.DataFrame(
        {
            "age": age,
            "age_pred": np.clip(age + rng.normal(0, 4, n), 0, 100),
            "sex": np.where(female, "female", "male"),
            "race": rng.choice(["White", "Black"], n),
            "p_female": np.where(female, 0.97, 0.03),
            "group": [str(i) for i in range(n)],
            "split": rng.choice(["test", "train", "validation"], n),
            "published": (age > 20) & (age < 61),
        }
    )
    table = table.assign(age_low=table.age_pred - 7, age_high=table.age_pred + 7)
    table.loc[(table.race == "Black"), "age_high"] = table.age_pred  # a group that is not covered
    test = table[table.split == "test"]
    return {
        "name": "drawn",
        "figures": evaluate.figures(table),
        "groups": metrics.groups(test),
        "sex": {
            "calibration": metrics.calibration_error(test.p_female, test.sex == "female"),
            "answered": metrics.answered(test, {"threshold": 0.8, "min_age": 4}),
        },
    }


def row(table, start):
    (found,) = [r for r in table.to_dict("records") if r["figure"].startswith(start)]
    return found


def test_a_goal_is_met_exactly_where_the_value_reaches_it(card):
    changed = copy.deepcopy(card)
    changed["figures"]["test"]["mae"]["value"] = 4.15
    assert row(targets.table(changed), "test: mae")["met"]
    changed["figures"]["test"]["mae"]["value"] = 4.151
    assert not row(targets.table(changed), "test: mae")["met"]
    changed["figures"]["test_21_60"]["sex_accuracy"]["value"] = 0.978
    assert not row(targets.table(changed), "test_21_60: sex")["met"]


def test_every_row_names_goal_value_interval_and_n(card):
    table = targets.table(card)
    assert len(table) == len(targets.HEADLINE) + len(targets.GROUPS) + 3
    assert table.reached.str.contains("n = ").all()
    assert row(table, "test_21_60_clamped: mae")["moonshot"] == "≤ 4.00 years"


def test_the_worst_group_is_the_one_that_counts(card):
    changed = copy.deepcopy(card)
    for r in changed["groups"]:
        if (r["by"], r["metric"], r["group"]) == ("age band", "bias", "40–49"):
            r["value"] = -9.0
    found = row(targets.table(changed), "worst age band, 40–49: bias")
    assert not found["met"] and "−9.00" in found["reached"]


def test_groups_that_are_not_covered_are_named(card):
    short = targets.undercovered(card)
    assert any(text.startswith("race Black") for text in short)
    assert not any(text.startswith("race White") for text in short)


def test_the_report_prints_figures_and_targets(card, capsys):
    import sys

    evaluate.report(card, sys.stdout)
    printed = capsys.readouterr().out
    assert "drawn, test_21_60_clamped" in printed and "drawn, targets" in printed
    assert "coverage clearly under the promise: " in printed and "race Black" in printed
