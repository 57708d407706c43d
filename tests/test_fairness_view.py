"""The view Fairness of the page Metrics."""

import pandas as pd
import pytest
from metrics_view import charts, copied, opened, said, titles, with_predictions

from agesex import findings_groups, labels, metrics, model
from agesex.charts import gate_dots, group_dots
from agesex.metrics import adults, fairness
from ui.metrics import choice, duel


@pytest.fixture
def folder(tmp_path, monkeypatch):
    yield from copied(tmp_path, monkeypatch)


def rows_of(split="test"):
    table = model.read_predictions(model.DEFAULT)
    return table[table.split == split]


def layers(chart):
    return chart.to_dict()["layer"]


def test_the_largest_gap_is_said_with_what_chance_would_leave(app):
    page = opened(app, "fairness")
    found = fairness.compare(rows_of(), ["race"], "mae")
    text = said(page)
    assert fairness.sentence(fairness.largest_gap(found)) in text
    assert "does not say why" in text and "five coarse codes" in text and labels.ORIGIN in text
    for group in found.rows.group:
        assert group in charts(page)


def test_any_figure_by_all_three_keeps_small_groups_out_until_they_are_asked_for(app):
    page = opened(app, "fairness", by="sex-race-band", group_figure="cs5")
    found = fairness.compare(rows_of(), ["sex", "race", "band"], "cs5").rows
    small = found[found.pale].iloc[0]
    assert "Age within 5 years" in said(page)
    name = small.group.replace(", ages ", ", ")
    assert f"{name} · {small.n}" not in charts(page)
    assert f"of {len(found)} groups" in said(page)
    page.toggle(key="every").set_value(True).run()
    assert f"{name} · {small.n}" in charts(page)
    assert page.query_params["every"] == "yes"


def test_a_figure_of_both_sexes_has_no_value_by_sex(app):
    page = opened(app, "fairness", by="sex", group_figure="mcc")
    assert "takes both sexes" in said(page)
    page.button_group(key="by").set_value("race").run()
    assert "takes both sexes" not in said(page) and "Matthews" in titles(page)[0] + said(page)


def test_a_second_model_is_compared_group_by_group(app):
    page = opened(app, "fairness", beside="cnn")
    assert "MobileNet 144 is clearly better in 5 of 5 groups" in titles(page)[1]
    assert "Plain CNN 64" in charts(page)
    table = next(t.value for t in page.dataframe if "difference (95 %)" in t.value)
    assert list(table) == ["group", "difference (95 %)", "better", "MobileNet 144", "Plain CNN 64", "faces"]
    assert set(table.better) == {"MobileNet 144"} and table["MobileNet 144"].str.endswith(" years").all()
    assert "These figures are of MobileNet 144 only" in said(page)


def test_two_models_are_taken_away_under_their_own_names():
    chosen = choice.Choice("mobile", "cnn", "test", {}, "MobileNet 144")
    rows = pd.DataFrame({"first": [1 / 3], "second": [0.5], "better": ["first"]})
    assert duel.named(rows, chosen).to_dict("records") == [{"mobile": 1 / 3, "cnn": 0.5, "better": "mobile"}]


def test_the_figure_of_fairness_survives_a_look_at_overview(app):
    page = opened(app, "fairness", group_figure="mcc")
    page.button_group(key="view").set_value("overview").run()
    page.button_group(key="view").set_value("fairness").run()
    assert page.selectbox(key="group_figure").value == "mcc"


def test_the_gate_has_a_legend_and_a_grey_of_its_own_for_both_sexes():
    drawn = gate_dots(adults.confusion(rows_of(), 18), adults.OVER).to_dict()
    (rows,) = [rows for rows in drawn["datasets"].values() if "kind" in rows[0]]
    kinds = {row["label"]: row["kind"] for row in rows}
    assert kinds["all"] == kinds["White"] == "dropped"
    assert (kinds["female"], kinds["male"], kinds["male, White"]) == ("female", "male", "male")
    legend = drawn["layer"][0]["encoding"]["color"]["legend"]
    assert legend["values"] == ["female", "male", "dropped"] and "both sexes" in legend["labelExpr"]


def test_the_threshold_of_the_gate_moves_both_errors(app):
    page = opened(app, "fairness")
    at_18 = findings_groups.gate(adults.confusion(rows_of(), 18), 18)
    assert at_18 in said(page) and "it must never be" in said(page)
    page.slider(key="gate").set_value(30).run()
    text = said(page)
    assert findings_groups.gate(adults.confusion(rows_of(), 30), 30) in text and at_18 not in text
    page.toggle(key="gate_pairs").set_value(True).run()
    assert "female, Black" in charts(page)


@pytest.mark.parametrize("address", [{"by": "height", "group_figure": "x"}, {"gate": "9"}, {"gate": "old"}])
def test_nonsense_in_the_address_falls_back(app, address):
    page = opened(app, "fairness", **address)
    assert "6.5 %" in said(page) and "worst for White" in said(page)


def test_one_face_per_group_claims_nothing(app, folder):
    with_predictions(folder, lambda table: pd.concat([table[table.split != "test"], rows_of().iloc[:1]]))
    page = opened(app, "fairness")
    text = said(page)
    assert "Fewer than two groups have 30 faces" in text and "No group can be tested" in text
    assert not page.error


def test_a_missing_value_is_one_sentence(app, folder):
    with_predictions(folder, lambda table: table.assign(age_pred=table.age_pred.where(table.index > 5)))
    page = opened(app, "fairness", split="train")
    assert len(page.error) == 1 and "no value" in page.error[0].value


def compared():
    """Three groups: a large one that differs, a large one, and a small one."""
    rows = pd.DataFrame(
        {
            "race": ["A", "B", "C"], "group": ["A", "B", "C"], "value": [4.0, 7.0, 9.0], "low": [3, 6, None],
            "high": [5, 8, None], "n": [100, 50, 3], "pale": [False, False, True], "difference": [-3.0, 3.0, 5.0],
            "p_value": [0.2, 0.0004, None], "p_holm": [0.2, 0.0008, None],
        }
    )  # fmt: skip
    return rows


def test_groups_come_worst_first_and_small_ones_last():
    ordered = findings_groups.order(compared(), "mae")
    assert list(ordered.race) == ["B", "A", "C"]
    assert list(findings_groups.order(compared(), "cs5").race) == ["A", "B", "C"]
    near = compared().assign(value=[-1.0, 0.5, 0.0])
    assert list(findings_groups.order(near, "bias").race) == ["A", "B", "C"]
    assert "2 of 3 groups have 30 faces or more; 1 of them differ" in findings_groups.differing(compared())


def test_only_what_differs_after_correction_has_a_star_and_small_groups_are_hollow():
    drawn = group_dots(compared(), "mae", kind="test", reference=5.0).to_dict()
    (rows,) = [rows for rows in drawn["datasets"].values() if "name" in rows[0]]
    assert [row["name"] for row in rows] == ["A · 100", "B ✱ · 50", "C · 3"]
    assert rows[2]["low"] is None and rows[2]["pale"] is True
    assert rows[1]["against all others"] == "+3.0 years, p < 0.001 after Holm"


def test_an_error_without_any_face_is_left_out_of_the_gate():
    table = rows_of()
    rows = adults.confusion(table[table.age >= 20], 18)
    assert findings_groups.gate(rows, 18).startswith("No face is under 18; ")
    assert findings_groups.gate_worst(rows, adults.UNDER) == f"No group has {metrics.MIN_GROUP} such faces"
    drawn = gate_dots(rows, adults.OVER).to_dict()
    assert any("all · " in str(data) for data in drawn["datasets"].values())


@pytest.mark.parametrize(
    ("metric", "value", "signed", "text"),
    [
        ("mae", 4.44, False, "4.4 years"), ("mae", -0.04, True, "+0.0 years"), ("bias", -1.26, False, "−1.3 years"),
        ("cs5", 0.934, False, "93.4 %"), ("balanced_accuracy", -0.021, True, "−2.1 points"),
        ("mcc", 0.8712, False, "0.871"), ("mse", 20.25, False, "20.2 years²"), ("mae", float("nan"), False, "none"),
    ],
)  # fmt: skip
def test_every_figure_has_its_unit(metric, value, signed, text):
    assert findings_groups.amount(metric, value, signed=signed) == text


def test_intervals_and_p_values_in_words():
    assert findings_groups.between("mae", 1, 2) == "1.0–2.0"
    assert findings_groups.between("bias", -1, 2) == "−1.0 to +2.0"
    assert findings_groups.between("mae", float("nan"), 2) == "none"
    assert [findings_groups.p_value(p) for p in (0.0004, 0.0123, float("nan"))] == ["< 0.001", "0.012", "none"]
