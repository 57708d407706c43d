"""The view “Trust it?” of Explain, with a stub model and a drawn report."""

import numpy as np
import pandas as pd
import pytest
from test_explain_page import PAGE, said

import ui
from agesex import charts, faces
from agesex.errors import BadModel
from agesex.explain import curves, report, sanity, stability

METHODS = {"occlusion": (0.3, 0.1), "grad-cam": (0.1, 0.7), "integrated-gradients": (-0.05, 0.2)}


def group(band, raw, *, sex=report.ALL, target="older", method="grad-cam", layer="late", n=60):
    raw = np.asarray(raw, np.float32)
    return report.Group(method, layer, target, band, sex, n, 2, raw / raw.sum())


def drawn_report(groups=()):
    """Two questions with three methods each; for sex every gain is 0.2 higher."""
    rows = []
    for question, more in (("age", 0), ("sex", 0.2)):
        for method, (gain, random) in METHODS.items():
            row = dict.fromkeys((*report.SCORES, *stability.CHANGES), 0.5)
            row |= {"n": 150, "random_weights_n": 20}
            for column in ("gain", "over_random", "over_blob"):
                value = gain + more
                row |= {column: value, f"{column}_low": value - 0.06, f"{column}_high": value + 0.06}
            named = {"question": question, "method": method, "layer": None, "grid": "", "default": True}
            rows.append(row | named | {"random_weights": random})
    left = {"age": 12, "sex": 34}
    return report.Report("validation", 200, left, 40, 20, 5, pd.DataFrame(rows), list(groups))


def textured():
    """A face whose only features lie in its upper left corner."""
    crop = np.full((200, 200, 3), 94, np.uint8)
    crop[:40, :40][np.indices((40, 40)).sum(axis=0) % 20 < 10] = 250
    return crop


@pytest.fixture
def stub(stub_model, monkeypatch):
    """The stub, which takes rough photos for old; its map is hot where the features are."""
    stub_model.crop, stub_model.raw = textured(), np.zeros((5, 5))
    stub_model.raw[0, 0] = 1

    def scorer(model, target):
        sign = {"older": 1, "younger": -1, "female": 0.001, "male": -0.001}[target]
        return lambda photos: sign * photos.std(axis=(1, 2, 3))

    def find(photo):
        return [faces.Face(stub_model.crop, (0, 0, 200, 200), faces.TEMPLATE, 0.99)]

    steps = [
        sanity.Step("head", 0.1, np.eye(5), 0.9, 0.8),
        sanity.Step("all", 1.0, np.zeros((5, 5)), 0.62, 0.3),
    ]
    steady = dict.fromkeys(stability.CHANGES, 0.95) | {"mirrored": 1.0, "shifted up 2 px": 0.4}
    monkeypatch.setattr(curves, "scorer", scorer)
    monkeypatch.setattr(ui, "detector", lambda: find)
    monkeypatch.setattr(sanity, "sanity", lambda *args, **kwargs: stub_model.calls.append("sanity") or steps)
    monkeypatch.setattr(stability, "stability", lambda *args, **kwargs: steady)
    monkeypatch.setattr(ui, "explain_report", lambda name: drawn_report())
    return stub_model


@pytest.fixture
def page(app, stub):
    app.run()
    app.query_params["view"] = "trust"
    return app.switch_page(PAGE).run()


def test_three_checks_and_the_ranking_stand_below_the_map(page):
    text = said(page)
    assert "The map that is checked:** Grad-CAM towards “older”" in text
    assert "the map's order beats random order and the centre of the photo" in text
    assert "Blurring the hottest fifth first costs" in text and "Bringing back the hottest fifth" in text
    assert "lowest correlation is 0.40 (shifted up 2 px)" in text
    assert "by construction" not in text  # the stub answers for one view only
    assert "For age, Occlusion orders the photo best: 0.30 better" in text
    assert "200 validation faces; 12 are left out" in text and "less than 2\u00a0years" in text
    assert "For sex, Occlusion orders the photo best: 0.50 better" in text
    assert "Not clearly better than random order: Integrated Gradients" in text
    assert "Grad-CAM (0.70)" in text and "plays at home" in text


def test_random_weights_are_drawn_on_demand_only(page, stub):
    assert "sanity" not in stub.calls
    page.toggle(key="randomise").set_value(True).run()
    text = said(page)
    assert "A warning: with all weights random the map still correlates 0.62" in text
    assert "Random: head** (10 % of the weights); rank correlation 0.90, similarity 0.80" in text
    assert "Random: all** (100 % of the weights); the map is empty" in text
    assert "This is **one** draw" in text


def test_the_test_is_made_towards_the_side_of_the_face(page):
    page.button_group(key="target").set_value("younger").run()
    assert "made towards “older” with the map for it, not towards “younger”" in said(page)


def test_a_question_whose_answer_a_blur_hardly_moves_cannot_be_tested(page):
    page.button_group(key="target").set_value("male").run()
    text = said(page)
    assert "This test cannot be made with this photo" in text and "under 0.5 logits" in text
    assert "Blurring the hottest fifth" not in text


def test_an_empty_map_is_not_checked(page, stub):
    stub.raw = np.zeros((5, 5))
    page.button_group(key="target").set_value("younger").run()
    assert "claims nothing that could be checked" in said(page)
    assert "lowest correlation" not in said(page)
    assert "orders the photo best" in said(page)


def test_a_mirrored_answer_and_hidden_sex_are_taken_into_account(page, stub):
    stub.mirror = True
    page.toggle(key="hide_sex").set_value(True).run()
    text = said(page)
    assert "“mirrored” is 1 by construction" in text
    assert "For sex" not in text and "female" not in text and "logits" not in text
    assert [expander.label for expander in page.expander] == ["All figures for age"]


def test_without_a_report_the_command_is_named_and_a_broken_one_is_one_sentence(page, monkeypatch):
    monkeypatch.setattr(ui, "explain_report", lambda name: None)
    page.run()
    assert "python -m training.explain_report mobile" in said(page)

    def broken(name):
        raise BadModel("The file mobile/explain.json cannot be read.")

    monkeypatch.setattr(ui, "explain_report", broken)
    page.run()
    (error,) = page.error
    assert error.value.replace("\\", "") == "The file mobile/explain.json cannot be read."
    assert "Blurring the hottest fifth" in said(page)  # the checks of this photo stand all the same


def test_charts_hold_every_order_and_every_method():
    line = curves.Curves(np.array([0, 1.0]), np.array([1, 0.0]), np.array([0, 1.0]))
    rows = charts.curve_rows(curves.Evidence("older", 5.0, line, line, line))
    assert rows.order.value_counts().to_dict() == dict.fromkeys(
        ("hottest first", "random order", "from the centre outwards"), 2
    )
    chart = charts.curves(rows, "deletion").to_dict()
    assert chart["encoding"]["y"]["field"] == "deletion" and chart["encoding"]["strokeDash"]
    ranking = drawn_report().ranking("age")
    rows = charts.method_rows(ranking)
    assert list(rows.label[:3]) == ["Occlusion · 150", "Grad-CAM · 150", "Integrated Gradients · 150"]
    assert len(rows) == 6 and rows.low.iloc[0] == pytest.approx(0.24)
    assert len(charts.method_intervals(rows).to_dict()["layer"]) == 3
    bars = charts.map_stability({"a": -0.3, "b": np.nan}).to_dict()
    assert bars["encoding"]["x"]["scale"]["domain"] == [-0.3, 1]


@pytest.mark.model
def test_the_real_model_is_checked(app, monkeypatch):
    monkeypatch.setattr(ui, "explain_report", lambda name: None)
    app.run()
    app.query_params["view"] = "trust"
    app.query_params["randomise"] = "yes"
    page = app.switch_page(PAGE).run(timeout=300)
    text = said(page)
    assert "Blurring the hottest fifth first costs" in text or "This test cannot be made" in text
    assert "Random: all** (100 % of the weights)" in text
    assert "lowest correlation is" in text
