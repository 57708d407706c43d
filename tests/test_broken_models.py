"""The page Metrics beside broken or altered folders: one sentence each, and the other models stay whole."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from metrics_view import PAGE, charts, copied, opened, said, titles, with_card, with_predictions

from agesex import findings, model
from ui import model_tables


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the default model, with a second one, `grey48`, beside it."""
    yield from copied(tmp_path, monkeypatch, model.DEFAULT, "grey48")


@pytest.fixture
def second(folder):
    return folder.parent / "grey48"


def warned(page):
    """Errors and warnings as they read."""
    return [e.value.replace("\\", "") for e in [*page.error, *page.warning]]


def headline(page):
    return {metric.label: metric.value for metric in page.metric}


def reopened(app, view, **address):
    """The view by another link; on its own page an address would not be read again."""
    app.query_params.clear()
    app.switch_page("pages/5_Model_card.py").run()
    app.query_params["view"] = view
    for key, value in address.items():
        app.query_params[key] = value
    page = app.switch_page(PAGE).run()
    assert not page.exception
    return page


BAD = {
    "a figure that is gone": lambda card: card["figures"]["test"].pop("mae"),
    "a title that is a number": lambda card: card.update(title=7),
    "parameters in words": lambda card: card.update(parameters="many"),
    "an empty interval": lambda card: card["calibration"].update(interval={}),
    "a recipe in words": lambda card: card["training"].update(recipe="x"),
    "no splits": lambda card: card["data"].update(splits=None),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_card_of_another_model_is_one_sentence_and_that_model_is_left_out(app, second, what):
    path = second / "card.json"
    card = json.loads(path.read_text())
    BAD[what](card)
    path.write_text(json.dumps(card))
    app.run()
    for view in ("overview", "making"):
        page = reopened(app, view)
        assert len(warned(page)) == 1 and "The file grey48/card.json" in warned(page)[0], (what, view)
        assert charts(page) and page.selectbox(key="model").options == ["MobileNet 144 · default"]
        assert "grey48" not in charts(page) and "Greyscale" not in charts(page)


def test_a_folder_without_a_card_is_named(app, second):
    (second / "card.json").unlink()
    page = opened(app, "age")
    assert len(warned(page)) == 1 and "The folder grey48 holds model.keras but no card.json" in warned(page)[0]
    assert len(page.get("vega_lite_chart")) == 5


@pytest.mark.parametrize("spoil", [shutil.rmtree, lambda folder: (folder / "card.json").write_text("{}")])
def test_no_other_model_is_called_the_default_one(app, folder, spoil):
    spoil(folder)
    page = opened(app, "age")
    assert len(page.selectbox(key="model").options) == 1
    assert "default" not in page.selectbox(key="model").options[0]
    assert page.get("vega_lite_chart")


def test_an_address_that_asks_for_no_model_is_told_so_and_which_exist(app):
    page = opened(app, "age", model="nope", beside="cnn")
    assert warned(page) == [f"There is no model 'nope'. Models that are there: {', '.join(model.names())}."]
    assert page.selectbox(key="model").value == model.DEFAULT and page.get("vega_lite_chart")
    page.button_group(key="who").set_value("female").run()
    assert not warned(page)  # it was said once


def test_without_a_model_that_can_be_used_each_is_named_once(app, folder, second):
    for one in (folder, second):
        (one / "card.json").write_text("{}")
    page = opened(app, "overview")
    assert len(warned(page)) == 2 and not page.selectbox and not page.get("vega_lite_chart")


def test_a_card_that_contradicts_its_predictions_is_one_sentence_and_the_table_counts(app, folder):
    card = json.loads((folder / "card.json").read_text())
    card["figures"]["test"]["mae"]["value"] = 3.9
    with_card(folder, figures=card["figures"])
    page = opened(app, "overview")
    (sentence,) = warned(page)
    assert "mobile/card.json and mobile/predictions.parquet" in sentence and "3.900" in sentence
    assert headline(page)["Mean error"] == "4.50"
    assert "3.9" not in headline(page).values() and "3.9 years" not in " ".join(titles(page))


def test_predictions_that_were_cut_are_compared_with_the_card(app, folder):
    with_predictions(folder, lambda rows: rows[rows.index % 3 == 0])
    page = opened(app, "overview")
    (sentence,) = warned(page)
    assert "(n = 4,661) in the card" in sentence
    rows = pd.read_parquet(folder / "predictions.parquet")
    rows = rows[rows.split == "test"]
    assert headline(page)["Mean error"] == findings.amount(
        "mae", (rows.age_pred - rows.age).abs().mean(), 2
    ).removesuffix(" years")
    assert f"n = {len(rows):,}" in said(page) and "n = 4,661  \n" not in said(page)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("epoch,size,age_mae,val_age_mae\n", "history.csv has no row"),
        ("epoch,size,age_mae,val_age_mae\n,,,\n1,64,2,3\n", "of the column epoch"),
        ("epoch,size,age_mae,val_age_mae\n1,64,bad,3\n", "has age_mae 'bad'"),
    ],
)
def test_a_bad_history_costs_its_own_curve_only(app, second, text, sentence):
    (second / "history.csv").write_text(text)
    page = opened(app, "making")
    assert len(warned(page)) == 1 and sentence in warned(page)[0] and "grey48/history.csv" in warned(page)[0]
    assert len(page.get("vega_lite_chart")) >= 5
    page = reopened(app, "making", model="grey48")
    assert sentence in warned(page)[0]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "predictions.parquet").write_bytes(b"nothing"),
        lambda folder: (folder / "predictions.parquet").unlink(),
        lambda folder: with_predictions(folder, lambda rows: rows.assign(p_female=rows.p_female + 1)),
        lambda folder: with_predictions(folder, lambda rows: rows.assign(age=rows.age + 1)),
    ],
)
@pytest.mark.parametrize("view", ["age", "slice"])
def test_a_comparison_with_a_broken_model_leaves_the_good_one_whole(app, second, view, spoil):
    alone = len(opened(app, view).get("vega_lite_chart"))
    spoil(second)
    page = reopened(app, view, beside="grey48")
    assert len(warned(page)) == 1 and " is not drawn beside MobileNet 144. " in warned(page)[0]
    assert len(page.get("vega_lite_chart")) == alone


def test_a_bad_stress_test_of_the_model_beside_leaves_the_view_whole(app, second):
    alone = len(opened(app, "robustness").get("vega_lite_chart"))
    facts = json.loads((second / "stress.json").read_text())
    facts["rows"][2]["cost"] = None
    (second / "stress.json").write_text(json.dumps(facts))
    page = reopened(app, "robustness", beside="grey48")
    assert len(warned(page)) == 1 and "grey48/stress.json has no value in 1 of" in warned(page)[0]
    assert len(page.get("vega_lite_chart")) == alone


def test_shared_faces_are_counted_and_none_in_common_is_said(app, second):
    with_predictions(second, lambda rows: rows[(rows.split != "test") | (rows.index % 2 == 0)])
    both = int((model.read_predictions("grey48").split == "test").sum())
    page = opened(app, "age", beside="grey48")
    text = " ".join(e.value for e in page.info).replace("\\", "")
    assert f"4,661 test faces stand in mobile/predictions.parquet, {both:,} in grey48/predictions.parquet" in text
    assert f"{both:,} in both" in text and f"leaves out {4661 - both:,} and 0" in text
    assert not page.error
    with_predictions(second, lambda rows: rows.assign(file="x" + rows.file.astype(str)))
    page = reopened(app, "age", beside="grey48")
    assert f"{both:,} in grey48/predictions.parquet, 0 in both, so" in " ".join(warned(page))
    assert len(page.get("vega_lite_chart")) == 5


def test_an_empty_split_names_the_file_and_the_remedy(app, folder):
    with_predictions(folder, lambda rows: rows[rows.split != "validation"])
    page = opened(app, "age", split="validation")
    assert "`mobile/predictions.parquet`" in page.info[0].value and "training.evaluate" in page.info[0].value


def test_an_impossible_value_of_the_model_itself_is_one_sentence(app, folder):
    with_predictions(folder, lambda rows: rows.assign(age_low=rows.age_low.where(rows.index > 2, np.nan)))
    page = opened(app, "sex")
    (sentence,) = warned(page)
    assert "mobile/predictions.parquet has no value in 3 of 22,468 rows of the column age_low" in sentence


def test_equal_weights_with_other_predictions_share_no_answer(folder):
    twin = folder.parent / "twin"
    shutil.copytree(folder, twin)
    with_predictions(twin, lambda rows: rows.assign(age_pred=rows.age_pred * 0.5, age_low=0))
    one, two = (model_tables.identity(name) for name in (model.DEFAULT, "twin"))
    assert one[1] == two[1] and one != two
    from ui.metrics import choice

    asked = [
        choice.Choice(name, None, "test", model_tables.agreed(name)[0], name).measured(_mean) for name in
        (model.DEFAULT, "twin")
    ]  # fmt: skip
    assert asked[1] == pytest.approx(asked[0] / 2, rel=1e-3)
    with_predictions(twin, lambda rows: rows.assign(age_pred=rows.age_pred * 0.5))
    again = choice.Choice("twin", None, "test", model.read_card("twin"), "twin").measured(_mean)
    assert again == pytest.approx(asked[1] / 2, rel=1e-3)


def _mean(rows):
    return float(rows.age_pred.mean())
