"""The Metrics page, from app.py: its frame, and the views Overview, Age, Sex and Intervals."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import streamlit as st

from agesex import findings, findings_groups, findings_metrics, metrics, model, peers
from ui.metrics import choice, overview, tables

PAGE = "pages/2_Metrics.py"
CHARTS = {"overview": 3, "age": 5, "sex": 6, "intervals": 4}
ALL_VIEWS = (*CHARTS, "fairness", "failures", "robustness", "making", "slice")
LOOK = """
import os, sys
os.environ["AGESEX_WARMUP"] = "0"
from streamlit.testing.v1 import AppTest
page = AppTest.from_file("app.py", default_timeout=120).run()
for view in sys.argv[1:]:
    page.query_params["view"] = view
    page = page.switch_page("pages/2_Metrics.py").run()
    assert not page.exception, (view, page.exception[0].value)
    page.query_params.clear()
    page = page.switch_page("pages/5_Model_card.py").run()
print("tensorflow" in sys.modules)
"""


def opened(app, **address):
    """The page, as a link with these values opens it."""
    app.run()
    for key, value in address.items():
        app.query_params[key] = value
    page = app.switch_page(PAGE).run()
    assert not page.exception
    return page


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


def copied(models, name="second"):
    """A second model: a copy of the first one, under another name."""
    shutil.copytree(models / model.DEFAULT, models / name)
    card = models / name / "card.json"
    card.write_text(json.dumps({**json.loads(card.read_text()), "name": name, "title": "Second"}))
    return models / name


def spoil(models, change):
    """Change the table of predictions of the default model."""
    path = models / model.DEFAULT / "predictions.parquet"
    change(pd.read_parquet(path)).to_parquet(path)


def words(page):
    return " ".join(e.value for e in [*page.markdown, *page.caption]).replace("\u00a0", " ")


def headline(page):
    return {metric.label: metric.value for metric in page.metric}


def rows_of(split="test"):
    rows = model.read_predictions(model.DEFAULT)
    return rows[rows.split == split]


@pytest.mark.parametrize("split", ["test", "validation", "train"])
def test_the_headline_is_that_of_the_card_and_of_the_predictions(app, split):
    page = opened(app)
    page.button_group(key="split").set_value(split).run()
    assert not page.exception
    shown, figures = headline(page), model.read_card(model.DEFAULT)["figures"][split]
    assert list(shown) == list(overview.LABELS.values())
    for metric in ("mae", "rmse", "bias", "cs5", "sex_accuracy"):
        said = findings.amount(metric, figures[metric]["value"], 2)
        assert shown[overview.LABELS[metric]] == said.removesuffix(" years"), metric
    rows = rows_of(split)
    error = (rows.age_pred.astype(float) - rows.age).abs()
    assert shown["MSE, years²"] == f"{(error**2).mean():.2f}"
    assert shown["Median error"] == f"{error.median():.2f}"
    text = words(page)
    assert f"n = {len(rows):,}" in text
    assert findings.interval("mae", figures["mae"]["low"], figures["mae"]["high"], 2) in text
    assert f"Baseline: {figures['mae']['baseline']:.2f}" in text
    assert ("flatter" in text.partition("Splits and models")[0].partition("Model ")[0]) == (split != "test")
    assert page.query_params.get("split") == (None if split == "test" else split)


CAVEATS = {
    "overview": "what annotators wrote down", "age": "partly estimates", "sex": "what annotators wrote down",
    "intervals": "made for no single group",
}  # fmt: skip


@pytest.mark.parametrize("view", CHARTS)
def test_every_chart_of_a_view_has_its_sentence_its_n_and_its_caveat(app, view):
    page = opened(app, view=view)
    assert not page.error
    charts = page.get("vega_lite_chart")
    assert len(charts) == CHARTS[view]
    assert sum(e.value.startswith("#### ") for e in page.markdown) >= len(charts)
    text = words(page)
    assert "n = 4,661" in text and "95 % interval" in text
    assert model.read_card(model.DEFAULT)["sha256"][:12] in text
    assert CAVEATS[view] in text


def test_every_view_opens_and_none_brings_tensorflow(root):
    command = [sys.executable, "-c", LOOK, *ALL_VIEWS]
    found = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=600)
    assert found.returncode == 0, found.stderr[-2000:]
    assert found.stdout.split()[-1] == "False"


def test_every_figure_of_a_card_can_be_charted(app):
    page = opened(app)
    for metric in metrics.NAMES:
        page.button_group(key="figure").set_value(metric).run()
        assert not page.exception, metric
        assert len(page.get("vega_lite_chart")) == CHARTS["overview"]
        assert page.query_params.get("figure") == (None if metric == "mae" else metric)


def test_all_figures_stand_in_one_table_the_published_list_clamped_and_not(app):
    page = opened(app)
    before = len(page.dataframe)
    page.toggle(key="all_figures").set_value(True).run()
    assert len(page.dataframe) == before + 1
    table = page.dataframe[-1].value.set_index("")
    figures = model.read_card(model.DEFAULT)["figures"]
    for part, column in (("test_21_60", "published 21–60 list · 3,287"),
                         ("test_21_60_clamped", "the same list, cut to 21–60 · 3,287")):  # fmt: skip
        said = findings.amount("mae", figures[part]["mae"]["value"], 2)
        assert table.loc["Mean age error", column].startswith(said)
    assert table.loc["ROC area"].iloc[0].startswith("0.98")


def test_the_peers_stand_beside_our_models_with_their_kind_and_source(app):
    page = opened(app)
    table = next(t.value for t in page.dataframe if "kind" in t.value and "source" in t.value)
    assert len(table) == len(peers.read()) + len(model.names())
    assert set(table.kind) == {*peers.KINDS, peers.OURS}
    volo = table[table.system.str.startswith("VOLO")].iloc[0]
    assert (volo["age error (MAE)"], volo["CS@5"], volo["sex accuracy"]) == (
        "4.23 years",
        "69.8 %",
        "97.7 %",
    )
    assert table[table.system == "People guessing"]["age error (MAE)"].iloc[0] == "≈ 7.2–7.4 years"


def test_two_models_are_compared_on_the_same_faces(app):
    page = opened(app, beside="cnn")
    assert len(page.get("vega_lite_chart")) == CHARTS["overview"] + 1
    one, two = (
        (rows := model.read_predictions(name))[rows.split == "test"].reset_index(drop=True)
        for name in (model.DEFAULT, "cnn")
    )
    found = metrics.versus.compare(one, two, metrics=("mae",), draws=50).iloc[0]
    table = next(t.value for t in page.dataframe if "difference" in t.value)
    row = table[table.figure == "Mean age error"].iloc[0]
    said = findings_groups.amount("mae", found.difference, 2, signed=True)
    assert row["difference"].startswith(said)
    assert row["better"] == "MobileNet 144" and "is clearly better in" in words(page)
    assert model.DEFAULT not in page.selectbox(key="beside").options
    page.selectbox(key="beside").set_value(choice.NOBODY).run()
    assert len(page.get("vega_lite_chart")) == CHARTS["overview"]
    assert "beside" not in page.query_params


@pytest.mark.parametrize("view", ["age", "sex"])
def test_a_second_model_is_dashed_in_the_curves(app, view):
    page = opened(app, view=view, beside="cnn")
    text = words(page)
    assert "Dashed: Plain CNN 64 on the same faces." in text
    specs = [json.loads(chart.proto.spec) for chart in page.get("vega_lite_chart")]
    dashed = [s for s in specs if any(d.get("mark", {}).get("strokeDash") == [7, 4] for d in s["layer"])]
    assert len(dashed) == {"age": 2, "sex": 3}[view]


def test_age_follows_who_and_the_width_of_its_groups(app):
    page = opened(app, view="age")
    for who in ("female", "male"):
        page.button_group(key="who").set_value(who).run()
        text, rows = words(page), rows_of()
        rows = rows[rows.sex == who]
        assert f"n = {len(rows):,} test faces" in text
        within = findings_metrics.within(
            (found := metrics.ages.cumulative_scores(rows_of()))[found.kind == who]
        )
        assert within in text
    for width, names in ((5, 17), (20, 5)):
        page.button_group(key="years").set_value(width).run()
        found = metrics.ages.age_groups(rows, width)
        assert len(found.names) == names
        assert findings_metrics.age_groups(found, width) in words(page)
    assert page.query_params["who"] == "male" and page.query_params["years"] == "20"


def test_sex_by_age_band_draws_both_sexes(app):
    page = opened(app, view="sex")
    page.button_group(key="who").set_value("female").run()
    rows = metrics.classification.sex_by_age(rows_of())
    assert findings_metrics.sex_by_age(rows[rows.kind == "female"]) in words(page)
    page.button_group(key="by").set_value("age band").run()
    assert not page.exception
    assert len(page.get("vega_lite_chart")) == CHARTS["sex"] + 1
    assert "Worst: ages 0–3" in words(page)


def test_the_chosen_threshold_of_unsure_is_marked_and_said(app):
    page = opened(app, view="sex")
    rule = model.read_card(model.DEFAULT)["calibration"]["unsure"]
    rows = rows_of()
    rows = rows[rows.age >= rule["min_age"]]
    sure = np.maximum(rows.p_female, 1 - rows.p_female) >= np.float32(rule["threshold"])
    text = words(page)
    share = (sure & (rows.age_pred >= rule["min_age"])).mean()
    assert f"Above the chosen {rule['threshold']:.2f}, {findings.percent(share)} get an answer" in text


def test_intervals_follow_level_and_grouping(app):
    page = opened(app, view="intervals")
    assert "Clearly below the promised 90 %" in words(page)
    page.button_group(key="level").set_value(50).run()
    page.button_group(key="grouping").set_value("race").run()
    assert not page.exception
    spec = model.read_card(model.DEFAULT)["calibration"]["interval"]
    rows = metrics.coverage.levels(rows_of(), spec, columns=("race",), wanted=[0.5])
    rows = rows.assign(label=rows.race.astype(str))
    assert findings_metrics.promise_by_group(rows, 0.5) in words(page)
    assert page.query_params == {"view": "intervals", "level": "50", "grouping": "race"}
    for grouping in ("sex-age", "sex-race", "guessed", "sex"):
        page.button_group(key="grouping").set_value(grouping).run()
        assert not page.exception, grouping


def test_nonsense_in_the_address_falls_back(app):
    page = opened(app, view="nothing", model="../cnn", beside="x", split="dropped", figure="mcc", years="7")
    assert page.button_group(key="view").value == "overview"
    assert headline(page) and not page.error
    page.button_group(key="view").set_value("age").run()
    assert page.button_group(key="years").value == 10


def test_a_table_is_taken_away_with_every_digit(monkeypatch):
    taken = {}
    monkeypatch.setattr(
        st, "download_button", lambda label, data, name, *args, **kwargs: taken.update({name: data})
    )
    frame = pd.DataFrame({"group": ["a,b"], "value": [1 / 3]})
    tables.table(frame, "groups", shown=frame.round(1))
    assert taken["groups.csv"]() == 'group,value\n"a,b",0.3333333333333333\n'


@pytest.mark.parametrize("view", CHARTS)
def test_a_missing_value_is_one_sentence_with_the_remedy(app, models, view):
    def change(rows):
        rows.loc[rows.index[rows.split == "test"][:3], "p_female"] = np.nan
        rows.loc[rows.index[rows.split == "test"][:3], "age_pred"] = np.nan
        return rows

    spoil(models, change)
    page = opened(app, view=view)
    assert len(page.error) == 1
    assert "no value in 3 of 4,661 rows" in page.error[0].value.replace("\\", "")
    assert "predictions.parquet" in page.error[0].value.replace("\\", "")


@pytest.mark.parametrize(
    ("case", "change"),
    [
        ("one face", lambda rows: rows[rows.split == "test"].head(1)),
        ("one sex", lambda rows: rows[rows.sex == "male"]),
        ("no face", lambda rows: rows[rows.split == "validation"]),
        (
            "few faces",
            lambda rows: pd.concat([part.head(12) for _, part in rows.groupby("split", observed=True)]),
        ),
    ],
)
def test_a_poor_table_shows_what_there_is(app, models, case, change):
    spoil(models, change)
    app.run()
    for view in CHARTS:
        page = opened(app, view=view)
        assert not page.error, (case, view)
        if case == "no face":
            assert "There is no test face" in page.info[0].value
        else:
            assert page.get("vega_lite_chart"), (case, view)
        page.switch_page("pages/5_Model_card.py").run()


def test_a_broken_model_is_one_sentence_and_the_others_stay(app, models):
    (copied(models) / "predictions.parquet").write_bytes(b"nothing")
    page = opened(app, model="second")
    assert len(page.error) == 1
    assert "second/predictions.parquet cannot be read" in page.error[0].value.replace("\\", "")
    assert not page.get("vega_lite_chart")
    page.selectbox(key="model").set_value(model.DEFAULT).run()
    assert not page.error
    assert page.get("vega_lite_chart")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda folder: (folder / "card.json").write_text("{}"), "second/card.json lacks"),
        (lambda folder: (folder / "predictions.parquet").unlink(), "lacks predictions.parquet"),
        (
            lambda folder: (folder / "card.json").write_text(
                json.dumps({**json.loads((folder / "card.json").read_text()), "format": 99})
            ),
            "has the card format 99",
        ),
    ],
)
def test_a_folder_that_lacks_something_names_it(app, models, change, said):
    change(copied(models))
    page = opened(app, model="second")
    assert len(page.error) == 1 and said in page.error[0].value.replace("\\", "")
    assert page.selectbox(key="model").value == "second"


def test_a_broken_card_of_another_model_costs_the_comparisons_only(app, models):
    (copied(models, "other") / "card.json").write_text("{}")
    page = opened(app)
    assert page.error and all("other/card.json" in e.value.replace("\\", "") for e in page.error)
    assert headline(page) and page.get("vega_lite_chart")


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
