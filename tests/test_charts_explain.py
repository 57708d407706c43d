"""What the charts of the page Explain hold; how they look is looked at in the browser."""

import numpy as np
import pandas as pd
import pytest
from stub import StubModel

from agesex import charts
from agesex.explain import cover, regions, sweep
from agesex.explain.explanation import from_raw

CROP = np.full((200, 200, 3), (140, 100, 100), np.uint8)


def layers(spec):
    return spec.get("layer", [spec])


def data(spec, layer):
    return spec["datasets"][layer.get("data", spec.get("data"))["name"]]


def effects():
    return pd.DataFrame(
        {
            "name": ["eyes", "mouth", "jaw"],
            "years": [-6.04, 3.0, -0.04],
            "p_female": [0.1, -0.25, -0.001],
            "age": [34.0, 43.0, 40.0],
            "low": [30.0, 39.0, 36.0],
            "high": [38.0, 47.0, 44.0],
            "words": ["without the eyes: 6 years younger", "older", "the same"],
        }
    )


def every_chart():
    stub = StubModel()
    change = sweep.CHANGES
    found = cover.table(cover.regions_effects(stub, CROP))
    return {
        "regions": charts.map_regions(regions.table(from_raw(np.eye(5), "older", "grad-cam"))),
        "years": charts.effect_years(found),
        "p_female": charts.effect_p_female(found),
        "light": charts.sweep(sweep.sweep(stub, CROP, "light"), change["light"]),
        "mirror": charts.sweep(sweep.sweep(stub, CROP, "mirror"), change["mirror"]),
    }


def test_every_chart_is_valid_and_leaves_width_title_and_palette_to_the_page():
    for name, chart in every_chart().items():
        spec = chart.to_dict()  # checked against Vega-Lite's schema
        assert "width" not in spec, name
        assert "title" not in spec, name
        assert "range" not in str(spec.get("config", {}).get("range", "")), name
        assert spec["height"] > 150, name


def test_regions_stand_in_their_order_with_a_line_where_an_even_map_would_be():
    table = regions.table(from_raw(np.eye(5), "older", "grad-cam"))
    spec = charts.map_regions(table).to_dict()
    bars = layers(spec)[0]
    rows = data(spec, bars)
    assert [row["region"] for row in rows] == list(regions.REGIONS)
    assert bars["encoding"]["y"]["sort"] == list(regions.REGIONS)
    assert [row["density"] for row in rows] == pytest.approx(table.density.tolist())
    assert data(spec, layers(spec)[1]) == [{"even": 1}]


def test_an_empty_map_has_no_bars_but_keeps_its_axis():
    table = regions.table(from_raw(np.zeros((5, 5)), "older", "grad-cam"))
    spec = charts.map_regions(table).to_dict()
    assert data(spec, layers(spec)[0]) == []
    assert layers(spec)[0]["encoding"]["y"]["sort"] == list(regions.REGIONS)


def test_effects_show_their_sign_and_a_zero_has_none():
    spec = charts.effect_years(effects()).to_dict()
    rows = data(spec, layers(spec)[0])
    assert [row["text"] for row in rows] == ["−6.0", "+3.0", "0.0"]
    assert layers(spec)[0]["encoding"]["x"]["field"] == "years"
    sides = {
        layer["transform"][0]["filter"]: layer["mark"]["align"]
        for layer in layers(spec)
        if layer["mark"]["type"] == "text"
    }
    assert sides == {"datum.years >= 0": "left", "datum.years < 0": "right"}


def test_the_change_of_the_sex_is_in_points_and_has_the_colour_of_where_it_goes():
    spec = charts.effect_p_female(effects()).to_dict()
    bars = layers(spec)[0]
    rows = data(spec, bars)
    assert [row["points"] for row in rows] == pytest.approx([10, -25, -0.1])
    assert [row["text"] for row in rows] == ["+10", "−25", "0"]
    assert [row["kind"] for row in rows] == ["female", "male", "male"]
    assert bars["encoding"]["color"]["scale"] == {"domain": list(charts.KINDS)}


def test_a_sweep_has_a_band_a_line_and_a_rule_at_the_neutral_value():
    table = sweep.sweep(StubModel(), CROP, "light", [50, 100, 150])
    spec = charts.sweep(table, sweep.CHANGES["light"]).to_dict()
    band, rule, line = layers(spec)
    assert [layer["mark"]["type"] for layer in (band, rule, line)] == ["area", "rule", "line"]
    assert (band["encoding"]["y"]["field"], band["encoding"]["y2"]["field"]) == ("low", "high")
    assert data(spec, rule) == [{"neutral": 100}]
    assert [row["value"] for row in data(spec, line)] == [50, 100, 150]
    assert line["encoding"]["x"]["title"] == "Brightness, per cent"
    assert line["encoding"]["x"]["scale"]["domain"] == [30, 170]


def test_a_switch_is_drawn_as_named_dots():
    table = sweep.sweep(StubModel(), CROP, "mirror")
    spec = charts.sweep(table, sweep.CHANGES["mirror"]).to_dict()
    interval, dots = layers(spec)
    assert (interval["mark"]["type"], dots["mark"]["type"]) == ("rule", "point")
    assert [row["name"] for row in data(spec, dots)] == ["as it is", "mirrored"]


def test_groups_are_coloured_from_even_to_the_largest_value_that_there_is():
    rows = pd.DataFrame(
        {"band": "0–12", "region": ["eyes", "nose", "jaw"], "share": 0.1, "density": [0.9, 1.6, np.nan],
         "n": 60}
    )
    colour = charts.group_regions(rows).to_dict()["encoding"]["color"]
    assert colour["scale"]["domain"] == pytest.approx([0.4, 1.6]) and colour["scale"]["domainMid"] == 1
    assert colour["legend"]["values"] == pytest.approx([0.4, 1, 1.6])
    far = charts.group_regions(rows.assign(density=[0.2, 3.0, 1.0])).to_dict()["encoding"]["color"]
    assert far["scale"]["domain"] == [0, 3]  # nothing is less than nothing
