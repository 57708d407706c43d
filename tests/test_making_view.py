"""The view Making of the page Metrics."""

import numpy as np
import pandas as pd
import pytest
from metrics_view import charts, copied, opened, said, titles, with_card

from agesex import architecture, findings_making, making, model
from agesex import charts as drawn
from agesex.errors import BadModel


@pytest.fixture
def folder(tmp_path, monkeypatch):
    yield from copied(tmp_path, monkeypatch, "mobile", "cnn", "residual")


def history(**columns):
    base = {"epoch": [1, 2, 3], "size": [32, 32, 64], "age_mae": [9.0, 6.0, 5.0], "val_age_mae": [8.0, 6.5, 7.0]}
    return pd.DataFrame(base | columns)


def test_every_curve_of_every_model_is_there_with_its_best_epoch(app):
    page = opened(app, "making")
    names = model.names()
    assert len(page.get("vega_lite_chart")) == len(making.MEASURES) + len(names)
    text = said(page)
    for name in names:
        assert model.read_card(name)["title"] in text
        best = making.best_epoch(model.read_history(name), "age_mae")
        assert f"at epoch {int(best.epoch)} of" in text
    assert "best: 23" in charts(page)
    page.button_group(key="curve").set_value("sex_accuracy").run()
    assert any("Validation sex accuracy of the released weights: best" in title for title in titles(page))


def test_the_released_weights_are_those_of_the_card_and_rank_the_models(app):
    page = opened(app, "making", model="transfer")
    cards = {name: model.read_card(name) for name in model.names()}
    mae = cards["transfer"]["figures"]["validation"]["mae"]
    said_ = f"{mae['value']:.2f} years ({mae['low']:.2f}–{mae['high']:.2f}; n = {mae['n']:,})"
    assert f"Released weights: {said_}" in said(page) and f"Released: {said_}" in said(page)
    title = next(title for title in titles(page) if "of the released weights" in title)
    order = sorted(cards.values(), key=lambda card: card["figures"]["validation"]["mae"]["value"])
    assert f"best {order[0]['title']}" in title and f"weakest {order[-1]['title']}" in title
    assert "ImageNet" not in title  # the curve of its raw weights is the worst, its released ones are not
    assert "best at epoch 1 of 5" in titles(page)[1] and "averaged, renewed statistics" in said(page)


def test_a_released_figure_is_drawn_with_its_interval_or_not_at_all():
    card = model.read_card("transfer")
    loss = making.released(card, "loss")
    assert loss["value"] < making.best_epoch(model.read_history("transfer"), "loss").val_loss and loss["low"] is None
    assert making.released({"figures": {}, "training": {}}, "age_mae") is None
    assert making.released({"figures": {}, "training": {}}, "loss") is None

    def data(chart):
        return [row for rows in chart.to_dict()["datasets"].values() for row in rows]

    one = making.released(card, "age_mae")
    drawn_ = data(drawn.best_curve(history(), "age_mae", one))
    assert {(row["epoch"], row["low"], row["high"]) for row in drawn_ if "low" in row} == {(3, one["low"], one["high"])}
    assert not [row for row in data(drawn.best_curve(history(), "age_mae")) if "low" in row]


def test_a_broken_curve_of_another_model_costs_that_curve_only(app, folder):
    (folder.parent / "cnn" / "history.csv").unlink()
    page = opened(app, "making")
    assert len(page.error) == 1 and "history.csv" in page.error[0].value.replace("\\", "")
    assert len(page.get("vega_lite_chart")) == len(making.MEASURES) + 2


def test_the_network_is_drawn_without_loading_it(app):
    page = opened(app, "making", part="network", model="grey48")
    assert "11 layers with a kernel and 1.4 million parameters" in titles(page)[0]
    assert len(page.get("vega_lite_chart")) == 2
    first = architecture.read("grey48").drawn().iloc[0]
    assert f"{first.height} × {first.width} × " in charts(page)
    layers = page.dataframe[-1].value
    assert f"All {len(layers)} layers: the 11 with a kernel, and {len(layers) - 11} without" in [
        expander.label for expander in page.expander
    ]
    assert {"age_conv1", "sex_conv1"} <= set(layers.name)
    page.selectbox(key="model").set_value("mobile").run()
    assert "twice the work" in said(page)


def test_a_network_that_was_not_described_says_how(app, folder):
    with_card(folder, sha256="0" * 64)
    page = opened(app, "making", part="network")
    assert "python -m training.architecture mobile" in said(page) and not page.get("vega_lite_chart")


def test_recipe_and_experiments_are_those_of_the_files(app):
    page = opened(app, "making", part="recipe", beside="cnn")
    shown = page.dataframe[0].value.set_index("what")
    assert shown["MobileNet 144"]["Stages"] == "8 epochs at 112 px, then 20 epochs at 144 px"
    assert shown["Plain CNN 64"]["Stages"] == "8 epochs at 64 px"
    assert [e.label for e in page.expander] == list(making.experiments())
    assert "4.457" in said(page) and "kept by hand" in said(page)


def test_photos_that_were_lost_are_counted_from_the_manifest(app):
    page = opened(app, "making", part="photos")
    assert titles(page)[0].startswith("14,957 of 22,707 files teach the model (66 %)")
    text = said(page)
    assert "964 groups of copies" in text and "39_1_20170116174525125.jpg.chip.jpg" in text
    shown = page.dataframe[0].value.set_index("step").files
    assert shown["copies of test photos, dropped"] == "234" and shown["names that are no labels"] == "5"


def test_the_cuts_of_the_funnel_meet():
    for name in model.names():
        rows = making.funnel(model.read_card(name)["data"])
        assert rows.start.iloc[-2] == rows.n.iloc[-1]  # what is left after the last cut teaches
        assert (rows.end.iloc[2:-1].to_numpy() == rows.start.iloc[1:-2].to_numpy()).all()
    with pytest.raises(BadModel, match="how many photos"):
        making.funnel({"photos": 3, "splits": {}})


def test_the_best_epoch_is_the_lowest_error_or_the_highest_share():
    assert making.best_epoch(history(), "age_mae").epoch == 2
    shares = history(sex_accuracy=[0.5, 0.6, 0.7], val_sex_accuracy=[0.6, 0.5, 0.7])
    assert making.best_epoch(shares, "sex_accuracy").epoch == 3
    assert making.best_epoch(history(val_age_mae=[np.nan] * 3), "age_mae") is None
    assert making.best_epoch(history(), "loss") is None


def test_a_curve_without_validation_has_no_ring():
    nothing = history(val_age_mae=[np.nan] * 3)
    assert len(drawn.best_curve(nothing, "age_mae").layer) + 1 == len(drawn.best_curve(history(), "age_mae").layer)
    assert drawn.small_curve(nothing, "age_mae", 0, 10).to_dict()
    assert findings_making.overfitting(nothing, "age_mae") == "Validation was not recorded"
    said_of = findings_making.overfitting(history(), "age_mae")
    assert said_of == "Last epoch: train 5.0 years, validation 7.0 years; best 6.5 years at epoch 2 of 3"


def test_the_best_model_is_named_first():
    rows = making.all_curves({"good": history(), "bad": history(val_age_mae=[9.0, 9.5, 10.0])})
    ends = {
        "bad": {"value": 9.0, "low": 8.5, "high": 9.5, "n": 40}, "none": None,
        "good": {"value": 6.5, "low": 6.0, "high": 7.0, "n": 40},
    }  # fmt: skip
    text = findings_making.learning(ends, "age_mae")
    assert text.endswith("best good, 6.50 years (6.00–7.00; n = 40); weakest bad, 9.00 years (8.50–9.50; n = 40)")
    shares = {name: end and end | {"value": end["value"] / 10} for name, end in ends.items()}
    assert "best bad, 90.0 %" in findings_making.learning(shares, "sex_accuracy")
    assert findings_making.learning({"none": None}, "loss").startswith("No card says")
    low, high = making.span(rows, "age_mae")
    assert low < 5 and 9 < high < 11


def test_without_the_repository_there_are_no_experiments(tmp_path):
    assert making.experiments(tmp_path / "none.md") == {}
    path = tmp_path / "some.md"
    path.write_text("# Experiments\n\nIntro\n\n## One\n\n| a |\n\n## Two\n\nText\n")
    assert making.experiments(path) == {"One": "| a |", "Two": "Text"}


def test_a_recipe_leaves_out_what_is_empty():
    card = model.read_card("cnn")
    rows = making.recipe(card).set_index("what").value
    assert "Starting weights" not in rows and rows["Command"] == card["training"]["command"]
