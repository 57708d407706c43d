"""The Metrics page, from app.py, on the default model and on spoiled copies of it."""

import json
import shutil

import pytest
import streamlit as st

from agesex import findings, metrics, model

PAGE = "pages/2_Metrics.py"
CHARTS = 15  # two of them of the stress test, two of all models


@pytest.fixture
def page(app):
    app.run()
    app.switch_page(PAGE).run()
    assert not app.exception
    return app


@pytest.fixture
def models(tmp_path, monkeypatch):
    """A registry of its own with a copy of the default model; loaders forget what they have read."""
    target = tmp_path / "models"
    shutil.copytree(model.folder(model.DEFAULT), target / model.DEFAULT)
    shutil.copy(model.folder(model.DEFAULT).parent / "LICENSE", target)
    monkeypatch.setenv("AGESEX_MODELS", str(target))
    st.cache_data.clear()
    yield target
    st.cache_data.clear()


def words(page):
    return " ".join(e.value for e in [*page.markdown, *page.caption]).replace("\u00a0", " ")


def group(page, label):
    (found,) = [widget for widget in page.button_group if widget.label == label]
    return found


def headline(page):
    return {metric.label: metric.value for metric in page.metric}


@pytest.mark.parametrize("split", ["test", "validation", "train"])
def test_the_headline_is_that_of_the_card(page, split):
    group(page, "Faces").set_value(split)
    page.run()
    assert not page.exception
    figures = model.read_card(model.DEFAULT)["figures"][split]
    assert headline(page) == {
        metrics.NAMES[metric]: findings.amount(metric, figures[metric]["value"], 2)
        for metric in ("mae", "cs5", "sex_accuracy", "coverage")
    }
    text = words(page)
    assert f"n = {figures['mae']['n']:,}" in text
    assert findings.interval("mae", figures["mae"]["low"], figures["mae"]["high"], 2) in text
    assert findings.amount("mae", figures["mae"]["baseline"], 2) in text
    assert ("flatter" in text) == (split != "test")


def test_every_chart_has_a_sentence_and_its_caveat(page):
    charts = page.get("vega_lite_chart")
    assert len(charts) == CHARTS
    assert sum(e.value.startswith("#### ") for e in page.markdown) == len(charts)
    text = words(page)
    for caveat in ("five coarse codes", "augmented photos", "fewer than 30 faces", "95 % interval"):
        assert caveat in text
    assert model.read_card(model.DEFAULT)["sha256"][:12] in text


def test_the_published_list_stands_clamped_and_not(page):
    (table,) = [e.value for e in page.markdown if "Published test list" in e.value]
    figures = model.read_card(model.DEFAULT)["figures"]
    for part in ("test_21_60", "test_21_60_clamped"):
        assert findings.amount("mae", figures[part]["mae"]["value"], 2).split()[0] in table


def test_every_figure_can_be_broken_down(page):
    group(page, "Two at once").set_value("sex and age band")
    for metric, name in metrics.NAMES.items():
        group(page, "Figure").set_value(metric)
        page.run()
        assert not page.exception, name
        assert len(page.get("vega_lite_chart")) == CHARTS


def test_a_broken_model_is_one_sentence_and_the_others_stay(app, models):
    shutil.copytree(models / model.DEFAULT, models / "broken")
    (models / "broken" / "predictions.parquet").write_bytes(b"nothing")
    card = models / "broken" / "card.json"
    card.write_text(json.dumps({**json.loads(card.read_text()), "name": "broken"}))
    app.run()
    app.switch_page(PAGE).run()
    assert app.selectbox[0].options == [model.DEFAULT, "broken"]
    app.selectbox[0].set_value("broken").run()
    assert not app.exception
    assert len(app.error) == 1
    assert "cannot be read" in app.error[0].value
    assert not app.get("vega_lite_chart")
    app.selectbox[0].set_value(model.DEFAULT).run()
    assert not app.error
    assert app.get("vega_lite_chart")


def test_a_model_without_a_stress_test_says_how_to_make_it(app, models):
    (models / model.DEFAULT / "stress.json").unlink(missing_ok=True)
    app.run()
    app.switch_page(PAGE).run()
    assert not app.exception and not app.error
    assert "python -m training.stress" in words(app)
    assert len(app.get("vega_lite_chart")) == CHARTS - 4  # one model alone is not compared either


def test_a_broken_card_of_another_model_costs_the_comparison_only(app, models):
    shutil.copytree(models / model.DEFAULT, models / "other")
    (models / "other" / "card.json").write_text("{}")
    app.run()
    app.switch_page(PAGE).run()
    assert not app.exception
    assert len(app.error) == 1 and "other/card.json" in app.error[0].value.replace("\\", "")
    assert len(app.get("vega_lite_chart")) >= CHARTS - 4


@pytest.mark.parametrize("page", ["", PAGE, "pages/5_Model_card.py"])
def test_without_any_model_the_pages_say_so(app, tmp_path, monkeypatch, page):
    monkeypatch.setenv("AGESEX_MODELS", str(tmp_path))
    st.cache_data.clear()
    app.run()
    if page:
        app.switch_page(page).run()
    st.cache_data.clear()
    assert not app.exception
    assert app.error
    assert all("AGESEX_MODELS" in error.value.replace("\\", "") for error in app.error)


def test_the_overview_shows_the_headline_and_the_faces(app):
    app.run()
    assert not app.exception
    figures = model.read_card(model.DEFAULT)["figures"]["test"]
    assert headline(app) == {
        metrics.NAMES[metric]: findings.amount(metric, figures[metric]["value"], 2)
        for metric in ("mae", "sex_accuracy", "coverage")
    }
    assert "Promised: 90 %" in words(app)
    assert any('<div class="faces">' in e.proto.body for e in app.get("html"))
