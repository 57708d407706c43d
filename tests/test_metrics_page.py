"""The Metrics page, from app.py: its frame, and the views Overview, Age, Sex and Intervals."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import streamlit as st

import ui
from agesex import findings, findings_groups, findings_metrics, labels, metrics, model, peers
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
    "overview": labels.ORIGIN, "age": labels.ORIGIN, "sex": labels.ORIGIN,
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
        assert table.loc["Mean error", column].startswith(said)
    assert table.loc["ROC area"].iloc[0].startswith("0.98")


def test_the_table_of_models_and_peers_stands_open_for_the_chosen_faces(app):
    page = opened(app, peer_faces=peers.CUT)
    inside = [table for expander in page.expander for table in expander.dataframe]
    shown = next(t for t in page.dataframe if "ms per face" in t.value)
    assert not any(shown.proto.id == other.proto.id for other in inside)
    table = shown.value.set_index("model")
    assert list(table) == [
        "parameters", "MB", "ms per face", "MAE, years", "CS@5", "sex accuracy", "kind",
    ]  # fmt: skip
    assert set(table.kind) == {*peers.KINDS, peers.OURS}
    volo = table.loc["VOLO-D1, face only"]
    assert (volo["MAE, years"], volo["CS@5"], volo["sex accuracy"], volo["MB"]) == (
        "4.23", "69.8 %", "97.7 %", "not published",
    )  # fmt: skip
    measured = table.loc["face-api.js age-gender net"]
    assert measured["MAE, years"] == "5.19 (n = 3,287)"
    assert measured["sex accuracy"] == "97.1 % (96.5–97.6)"  # Wilson's interval of 3,287
    mae = model.read_card("cnn")["figures"][peers.CUT]["mae"]
    said = f"{mae['value']:.2f} ({mae['low']:.2f}–{mae['high']:.2f})"
    assert table.loc["Plain CNN 64", "MAE, years"] == said
    always = table.loc[peers.ALWAYS, "MAE, years"]
    assert always.startswith("8.69 (8.") and "n = 3,287" in words(page)
    assert "≈ 7.2–7.4 years" in words(page)
    page.button_group(key="peer_faces").set_value("test").run()
    table = next(t.value for t in page.dataframe if "ms per face" in t.value).set_index("model")
    mae = model.read_card("cnn")["figures"]["test"]["mae"]
    assert table.loc["Plain CNN 64", "MAE, years"].startswith(f"{mae['value']:.2f} (")
    assert "FaRL + MLP" in table.index and "VOLO-D1, face only" not in table.index


def test_the_figures_that_are_taken_away_are_not_rounded_and_are_those_of_the_card(app, models, monkeypatch):
    taken = {}
    real = tables.table

    def note(frame, name, **kwargs):
        taken[name] = tables.told(frame, kwargs.get("about") or {})
        return real(frame, name, **kwargs)

    monkeypatch.setattr(overview, "table", note)
    opened(app, all_figures="yes")
    rows = taken["figures"].set_index(["part", "metric"])
    assert set(rows.model) == {model.DEFAULT}
    figures = model.read_card(model.DEFAULT)["figures"]
    for part in ("test", "train", "test_21_60_clamped"):
        for metric in metrics.NAMES:
            row = rows.loc[(part, metric)]
            assert round(row.value, 3) == pytest.approx(figures[part][metric]["value"], abs=0.0011)
            assert row.low == pytest.approx(figures[part][metric]["low"], abs=0.01), (part, metric)
    error = (rows_of().age_pred.astype(float) - rows_of().age).abs()
    assert rows.value["test", "mae"] == pytest.approx(error.mean(), abs=1e-9)


@pytest.mark.parametrize(
    ("metric", "far"), [("bias", lambda value: abs(value)), ("coverage", lambda value: abs(value - 0.9))]
)
def test_the_best_model_is_the_one_nearest_to_what_the_figure_should_be(app, metric, far):
    page = opened(app, figure=metric)
    cards = [model.read_card(name) for name in model.names()]
    order = sorted(cards, key=lambda card: far(card["figures"]["test"][metric]["value"]))
    title = next(e.value for e in page.markdown if "on the same test faces" in e.value)
    assert order[0]["title"] in title.partition(";")[0] + title.partition("; furthest")[0]
    assert f"furthest from it: {order[-1]['title']}," in title.replace("\u00a0", " ")


def test_two_models_are_compared_on_the_same_faces(app):
    page = opened(app, beside="cnn")
    assert len(page.get("vega_lite_chart")) == CHARTS["overview"] + 1
    one, two = (
        (rows := model.read_predictions(name))[rows.split == "test"].reset_index(drop=True)
        for name in (model.DEFAULT, "cnn")
    )
    found = metrics.versus.compare(one, two, metrics=("mae",), draws=50).iloc[0]
    table = next(t.value for t in page.dataframe if "difference (95 %)" in t.value)
    assert list(table)[:3] == ["figure", "difference (95 %)", "better"]  # what decides is in sight on a phone
    row = table[table.figure == "Mean error"].iloc[0]
    said = findings_groups.amount("mae", found.difference, 2, signed=True)
    assert row["difference (95 %)"].startswith(said)
    won = table[table.better == "Plain CNN 64"]
    assert len(won) == 1 and f"Plain CNN 64 in 1 ({findings_metrics.SHORT['coverage']})" in words(page)
    two = model.read_card("cnn")["figures"]["test"]["mae"]
    assert f"Beside: {two['value']:.2f} ({two['low']:.2f}–{two['high']:.2f})" in words(page)
    assert row["better"] == "MobileNet 144" and "is clearly better in" in words(page)
    assert model.DEFAULT not in page.selectbox(key="beside").options
    page.selectbox(key="beside").set_value(choice.NOBODY).run()
    assert len(page.get("vega_lite_chart")) == CHARTS["overview"]
    assert "beside" not in page.query_params


@pytest.mark.parametrize("view", ["age", "sex", "intervals"])
def test_a_second_model_is_dashed_in_the_curves(app, view):
    page = opened(app, view=view, beside="cnn")
    text = words(page)
    assert "Dashed: Plain CNN 64 on the same faces" in text
    specs = [json.loads(chart.proto.spec) for chart in page.get("vega_lite_chart")]
    dashed = [s for s in specs if any("scale" in d["encoding"].get("strokeDash", {}) for d in s["layer"])]
    assert len(dashed) == {"age": 2, "sex": 5, "intervals": 2}[view]
    for spec in dashed:
        (dash,) = (d["encoding"]["strokeDash"] for d in spec["layer"] if "strokeDash" in d["encoding"])
        assert dash["legend"] and dash["scale"]["domain"] == ["MobileNet 144", "Plain CNN 64"]
    only = text.count("This chart is of MobileNet 144 only.")
    assert len(specs) - len(dashed) == only + {"intervals": 2}.get(view, 0)  # whose dots are filled and hollow


def test_both_models_stand_in_the_report_and_in_the_promise_by_group(app):
    page = opened(app, view="sex", beside="cnn")
    report = page.dataframe[1].value.set_index("figure")
    for name, column in zip((model.DEFAULT, "cnn"), report, strict=True):
        rows = model.read_predictions(name)
        rows = rows[rows.split == "test"]
        right = ((rows.p_female >= 0.5) == (rows.sex == "female")).mean()
        assert report.loc["Sex accuracy", column].startswith(f"{100 * right:.1f} % (")
    page.button_group(key="view").set_value("intervals").run()
    assert "Filled: MobileNet 144; hollow: Plain CNN 64." in words(page)
    spec = json.loads(page.get("vega_lite_chart")[2].proto.spec)
    assert spec["layer"][1]["encoding"]["yOffset"]["sort"] == ["MobileNet 144", "Plain CNN 64"]
    assert any("inside, Plain CNN 64" in table.value for table in page.dataframe)


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
    assert f"Above the chosen {rule['threshold']:.2f}, {findings.percent(share)} (" in text
    assert f"; n = {len(rows):,}) get an answer, right in " in text


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


def test_a_table_says_what_it_is_of_in_its_name_and_in_its_columns(monkeypatch):
    taken = {}
    monkeypatch.setattr(
        st, "download_button", lambda label, data, name, *args, **kwargs: taken.update({name: data})
    )
    chosen = choice.Choice("mobile", "cnn", "test", {}, "MobileNet 144")
    frame = pd.DataFrame({"split": ["own"], "value": [1.5]})
    about = tables.of(chosen, both=True, who="60-80 women, Asian")
    tables.table(frame, "slice", about=about, shown=frame)
    assert taken["slice_mobile_cnn_test_60-80-women-Asian.csv"]() == (
        'model,beside,who,split,value\nmobile,cnn,"60-80 women, Asian",own,1.5\n'
    )


@pytest.mark.parametrize("view", ["age", "sex", "intervals"])
def test_no_table_of_a_view_shows_raw_names_or_bare_numbers(app, view):
    page = opened(app, view=view)
    assert page.dataframe
    for table in page.dataframe:
        raw = {"kind", "value", "pale", "low", "high", "fpr", "tpr", "share_low", "n"} & {*table.value}
        assert not raw, raw
        assert not any(pd.api.types.is_float_dtype(kind) for kind in table.value.dtypes)


@pytest.mark.parametrize("view", CHARTS)
def test_a_missing_value_is_one_sentence_with_the_remedy(app, models, view):
    def change(rows):
        rows.loc[rows.index[rows.split == "test"][:3], "p_female"] = np.nan
        rows.loc[rows.index[rows.split == "test"][:3], "age_pred"] = np.nan
        return rows

    spoil(models, change)
    page = opened(app, view=view)
    assert len(page.error) == 1
    assert "no value in 3 of 22,468 rows" in page.error[0].value.replace("\\", "")
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
    kept = model.DEFAULT if (models / "second" / "predictions.parquet").exists() else "second"
    assert page.selectbox(key="model").value == kept  # without a card that can be read it is in no list


def test_a_broken_card_of_another_model_costs_the_comparisons_only(app, models):
    (copied(models, "other") / "card.json").write_text("{}")
    page = opened(app)
    assert page.error and all("other/card.json" in e.value.replace("\\", "") for e in page.error)
    assert headline(page) and page.get("vega_lite_chart")


@pytest.mark.parametrize("page", ["", PAGE, "pages/3_Predict.py", "pages/4_Explain.py", "pages/5_Model_card.py"])
def test_without_any_model_the_pages_say_so(app, tmp_path, monkeypatch, page):
    monkeypatch.setenv("AGESEX_MODELS", str(tmp_path))
    monkeypatch.setattr(ui, "load_model", model.load)  # a server may hold one that it loaded before
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


@pytest.mark.parametrize("view", ["making", "robustness"])
def test_views_that_ask_about_other_faces_have_no_choice_of_faces_and_keep_it(app, view):
    page = opened(app, view=view, split="train")
    assert not any(group.label == "Faces" for group in page.button_group)
    assert "The network has seen the training faces" not in words(page)
    assert page.query_params["split"] in ("train", ["train"])
