"""What the charts hold; how they look is looked at in the browser (tests/browser/shots.py)."""

import numpy as np
import pandas as pd
import pytest

from agesex import census, charts, dataset, metrics
from agesex.predict import Prediction


@pytest.fixture(scope="module")
def labels():
    return dataset.known()


@pytest.fixture(scope="module")
def faces():
    """400 faces with predictions that are off by 5 years; 20 of them aged 80 and over."""
    rng = np.random.default_rng(0)
    age = np.r_[rng.integers(20, 40, 380), rng.integers(80, 90, 20)]
    sex = np.where(rng.random(400) < 0.5, "female", "male")
    return pd.DataFrame(
        {
            "age": age,
            "age_pred": age + 5.0,
            "age_low": age - 1.0,
            "age_high": age + 9.0,
            "sex": sex,
            "race": np.where(rng.random(400) < 0.6, "White", "Others"),
            "p_female": np.where(sex == "female", 0.9, 0.1),
            "group": [str(i) for i in range(400)],
            "band": metrics.age_band(pd.Series(age)),
        }
    )


def layers(spec):
    return spec.get("layer", [spec])


def data(spec, layer):
    return spec["datasets"][layer.get("data", spec.get("data"))["name"]]


def every_chart(labels, faces):
    history = pd.DataFrame(
        {"epoch": [1, 2], "size": [112, 144], "loss": [2, 1], "val_loss": [2.5, 1.5]}
    )
    rows = metrics.by_group(faces, ["sex", "race"])
    return {
        "copies": charts.disagreements(census.disagreements(census.copies(labels))),
        "groups": charts.group_intervals(rows, ["sex", "race"], "mae", kind="test", reference=5),
        "density": charts.predicted_against_true(metrics.density(faces), metrics.mean_by_age(faces)),
        "history": charts.learning_curve(history, "loss"),
    }


def test_every_chart_is_valid_and_leaves_width_title_and_palette_to_the_page(labels, faces):
    for name, chart in every_chart(labels, faces).items():
        spec = chart.to_dict()  # checked against Vega-Lite's schema
        assert "width" not in spec, name
        assert "title" not in spec, name
        assert "range" not in str(spec.get("config", {}).get("range", "")), name


def colour_scales(spec):
    for layer in layers(spec):
        channel = layer.get("encoding", {}).get("color", {})
        if channel.get("type") == "nominal":
            yield channel


def test_a_sex_or_split_has_one_colour_everywhere_and_race_has_none(labels, faces):
    seen = 0
    for chart in every_chart(labels, faces).values():
        for channel in colour_scales(chart.to_dict()):
            assert channel["scale"] == {"domain": list(charts.KINDS)}
            assert channel["field"] in {"sex", "split", "kind"}
            seen += 1
    assert seen >= 2


def test_small_groups_are_hollow_pale_and_without_interval(faces):
    rows = metrics.by_group(faces, ["band"])
    spec = charts.group_intervals(rows, ["band"], "mae", kind="test", reference=5).to_dict()
    marks = layers(spec)
    filters = [layer.get("transform", [{}])[0].get("filter") for layer in marks]
    hollow = marks[filters.index("datum.few")]
    assert not hollow["mark"].get("filled")
    assert hollow["encoding"]["opacity"]["condition"]["test"] == "datum.few"
    old = [row for row in data(spec, hollow) if row["label"] == "ages 80+"]
    assert [row["few"] for row in old] == [True]
    assert old[0]["low"] is None
    assert old[0]["between"] == "none"
    assert old[0]["name"] == "ages 80+ · 20"


def test_groups_stand_worst_first_and_age_bands_in_their_order(faces):
    faces = faces.assign(age_pred=np.where(faces.race == "Others", faces.age + 9, faces.age + 1))
    rows = charts.group_rows(metrics.by_group(faces, ["race"]), ["race"], "mae")
    assert rows.label.tolist() == ["Others", "White"]
    rows = charts.group_rows(metrics.by_group(faces, ["band"]), ["band"], "mae")
    assert rows.label.tolist() == ["ages 20–29", "ages 30–39", "ages 80+"]


def test_density_counts_every_face_once(faces):
    cells = metrics.density(faces, width=3)
    assert cells.n.sum() == len(faces)
    first = cells.iloc[0]
    inside = faces.age.between(first.age, first.age_end - 1) & faces.age_pred.between(
        first.pred, first.pred_end - 0.01
    )
    assert first.n == inside.sum()


def test_the_mean_line_keeps_to_bins_with_enough_faces(faces):
    rows = metrics.mean_by_age(faces, width=5)
    assert (rows.pred - rows.age).tolist() == pytest.approx([5.0] * len(rows))
    assert rows.age.max() < 40


def test_a_learning_curve_marks_where_the_pictures_grow():
    history = pd.DataFrame(
        {
            "epoch": [1, 2, 3],
            "size": [112, 112, 144],
            "age_mae": [9, 8, 7],
            "val_age_mae": [8, 7, 6],
        }
    )
    spec = charts.learning_curve(history, "age_mae").to_dict()
    stages = data(spec, layers(spec)[0])
    assert [(row["epoch"], row["text"]) for row in stages] == [(1, "112 px"), (3, "144 px")]
    lines = data(spec, layers(spec)[-1])
    assert {row["split"] for row in lines} == {"train", "validation"}


@pytest.mark.parametrize("interval", [True, False])
def test_a_distribution_shades_the_interval_only_where_there_is_one(interval):
    shares = np.full(101, 1 / 101, np.float32)
    answer = Prediction(98.0, (90.0, 106.0), 0.9, shares, "female", 0.9)
    chart = charts.age_distribution(answer, interval=interval).to_dict()
    marks = [layer["mark"]["type"] for layer in chart["layer"]]
    assert marks == ["rect"] * interval + ["area", "rule"]
    ends = [row for rows in chart["datasets"].values() for row in rows if "high" in row]
    assert ends == [{"age": 98.0, "low": 90.0, "high": 100}]  # cut where the axis ends


def stress_rows():
    row = {"n": 90, "mae": 5.0, "bias": 0.5, "bias_low": 0.1, "bias_high": 0.9, "sex_accuracy": 0.9}
    row |= {"sex_change": -0.1, "sex_low": -0.2, "sex_high": 0.0}
    row |= {"bias_change": 0.3, "bias_change_low": 0.2, "bias_change_high": 0.4}
    faults = [("none", ""), ("blur", "1 px"), ("blur", "2 px"), ("blur", "3 px"), ("mirror", "")]
    return pd.DataFrame(
        [
            row | {"fault": fault, "strength": strength, "cost": i / 10, "cost_low": 0.0, "cost_high": 1.0}
            for i, (fault, strength) in enumerate(faults)
        ]
    )


@pytest.mark.parametrize(("measure", "column"), [("cost", "cost"), ("bias", "bias_change"), ("sex", "sex_change")])
def test_the_stress_chart_has_a_dot_per_strength_and_leaves_the_untouched_out(measure, column):
    spec = charts.stress(stress_rows(), measure).to_dict()
    dots = layers(spec)[-1]
    rows = data(spec, dots)
    assert [(r["fault"], r["degree"]) for r in rows] == [
        ("blur", "light"), ("blur", "medium"), ("blur", "strong"), ("mirror", "medium"),
    ]  # fmt: skip
    assert dots["encoding"]["x"]["field"] == column
    fields = [layer["encoding"].get("x2", {}).get("field") for layer in layers(spec)]
    assert {"sex_change": "sex_high"}.get(column, f"{column}_high") in fields


def test_models_stand_best_first():
    def card(name, mae, right):
        row = {"low": None, "high": None, "n": 9, "baseline": 15.0}
        figures = {"mae": {"value": mae, **row}, "sex_accuracy": {"value": right, **row}}
        return {"title": name, "name": name.upper(), "figures": {"test": figures}}

    cards = [card("a", 6.0, 0.9), card("b", 4.0, 0.8), card("c", 5.0, 0.95)]
    assert charts.model_rows(cards, "mae").label.tolist() == ["b", "c", "a"]
    assert charts.model_rows(cards, "sex_accuracy").label.tolist() == ["c", "a", "b"]
    cards[2]["title"] = "a"  # two models of one title keep a row each
    assert charts.model_rows(cards, "mae").label.tolist() == ["b", "a (C)", "a (A)"]


def test_guessed_bands_keep_the_order_of_age(faces):
    table = faces.assign(pred_band=metrics.age_band(faces.age_pred))
    rows = charts.group_rows(metrics.by_group(table, ["pred_band"]), ["pred_band"], "coverage")
    assert rows.label.tolist() == [
        f"guessed {band}" for band in metrics.BAND_NAMES if (table.pred_band == band).any()
    ]


def test_one_look_serves_groups_of_every_name_and_stays_as_it_is():
    from agesex.charts import picking, who

    look = who._boxes(2)
    first = picking.ordered(look, "y", ["b", "a"])
    assert [layer["encoding"]["y"]["sort"] for layer in first["layer"]] == [["b", "a"]] * 4
    assert all(layer["encoding"]["y"]["sort"] == [] for layer in look["layer"])
    assert picking.ordered(who._pyramid(3), "y", ["0–4"])["encoding"]["y"]["sort"] == ["0–4"]
