"""The view Robustness of the page Metrics."""

import pandas as pd
import pytest
from metrics_view import charts, copied, opened, said, titles, with_card

from agesex import charts as drawn
from agesex import findings, findings_groups, model


@pytest.fixture
def folder(tmp_path, monkeypatch):
    yield from copied(tmp_path, monkeypatch)


def table():
    """Untouched faces, a fault of two strengths and one of a single one."""
    return pd.DataFrame(
        [
            ("none", "", 100, 4.0, 0.95, 0.0, -0.1, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
            ("blur", "1 px", 100, 4.5, 0.94, -0.4, -0.6, -0.2, 0.5, 0.4, 0.6, -0.01, -0.02, 0.01, -0.4, -0.5, -0.3),
            ("blur", "2 px", 100, 5.0, 0.92, -0.9, -1.1, -0.7, 1.0, 0.8, 1.2, -0.03, -0.04, -0.02, -0.9, -1.0, -0.8),
            ("mirror", "", 90, 4.0, 0.96, 0.0, -0.2, 0.2, 0.0, -0.1, 0.1, 0.01, 0.002, 0.02, 0.0, -0.1, 0.1),
        ],
        columns=["fault", "strength", "n", "mae", "sex_accuracy", "bias", "bias_low", "bias_high", "cost",
                 "cost_low", "cost_high", "sex_change", "sex_low", "sex_high", "bias_change", "bias_change_low", "bias_change_high"],
    )  # fmt: skip


def test_three_heat_maps_and_the_intervals_below(app):
    page = opened(app, "robustness")
    stress = model.read_stress(model.DEFAULT)
    assert list(findings.stress(stress)) == titles(page)[:2]
    assert titles(page)[2] == findings_groups.spoilt_sex(drawn.heat_rows(stress))
    assert len(page.get("vega_lite_chart")) == 6
    text = said(page)
    assert "1,426 validation faces, spoilt on purpose" in text and "several faults at once" in text
    assert text.count("95 % interval of the paired difference") == 3
    assert len(page.dataframe[0].value) == len(stress)


def test_a_second_model_stands_beside_it(app):
    page = opened(app, "robustness", beside="cnn")
    assert any("Under 38 faults and strengths, MobileNet 144 errs clearly less in 38" in t for t in titles(page))
    assert "Plain CNN 64" in charts(page)


def test_other_weights_say_how_to_measure(app, folder):
    with_card(folder, sha256="0" * 64)
    page = opened(app, "robustness")
    assert "python -m training.stress mobile" in said(page) and not page.get("vega_lite_chart")


def test_a_broken_table_is_one_sentence(app, folder):
    (folder / "stress.json").write_text("{}")
    page = opened(app, "robustness")
    assert len(page.error) == 1 and "stress.json" in page.error[0].value.replace("\\", "")


def test_a_fault_of_one_strength_stands_in_the_middle_and_the_sex_is_a_difference():
    rows = drawn.heat_rows(table())
    assert list(rows.degree) == ["light", "medium", "medium"]
    assert list(rows.sex.round(3)) == [-0.01, -0.03, 0.01]
    assert "blur (2 px), −3.0 points (−4.0 to −2.0; n = 100); the same faces untouched: right in 95.0 %" in findings_groups.spoilt_sex(rows)


@pytest.mark.parametrize(("measure", "texts"), [("cost", "+0.50 +1.00 +0.00"), ("sex", "−1.0 −3.0 +1.0")])
def test_the_costliest_fault_lies_on_top_and_each_cell_has_its_figure(measure, texts):
    spec = drawn.heat(drawn.heat_rows(table()), measure).to_dict()
    rows = next(iter(spec["datasets"].values()))
    assert " ".join(row["text"] for row in rows) == texts
    assert max(row["far"] for row in rows) == 1
    assert spec["layer"][0]["encoding"]["y"]["sort"] == ["blur", "mirror"]


def test_clear_effects_are_those_whose_interval_leaves_zero_out():
    cost, bias, sex = findings_groups.clear_faults(table())
    assert cost.startswith("2 of 3 faults") and bias.startswith("2 of 3 faults and strengths clearly push")
    assert sex.startswith("1 of 3 faults and strengths clearly cost right sexes, 1 clearly add")
