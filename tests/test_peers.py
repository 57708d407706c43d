"""The figures of others: whole, of known kinds, each with its source; and our models among them."""

import pandas as pd
import pytest

from agesex import charts, findings_metrics, model, peers


def card(**changes):
    part = {
        "mae": {"value": 4.5, "low": 4.3, "high": 4.7, "n": 3287},
        "cs5": {"value": 0.66, "low": 0.64, "high": 0.68, "n": 3287},
        "sex_accuracy": {"value": 0.97, "low": 0.96, "high": 0.98, "n": 3287},
    }
    parts = dict.fromkeys(peers.PARTS, part)
    facts = {"name": "one", "sha256": "1" * 64, "title": "One", "parameters": 5, "size_bytes": 2_000_000}
    return facts | {"figures": parts} | changes


def test_every_peer_has_a_kind_a_source_and_an_age_error():
    rows = peers.read()
    assert set(rows.kind) == set(peers.KINDS)
    assert rows[["system", "faces", "protocol", "source"]].notna().all(axis=None)
    assert rows.mae.between(3, 16).all()
    for share in ("cs5", "sex_accuracy"):
        assert rows[share].dropna().between(0.5, 1).all()
    assert not rows.duplicated(["system", "faces"]).any()


@pytest.mark.parametrize(
    ("system", "figures"),
    [
        ("VOLO-D1, face only", {"mae": 4.23, "cs5": 0.6978, "sex_accuracy": 0.9769, "parameters": 26e6}),
        ("CORAL", {"mae": 5.47}),
        ("face-api.js age-gender net", {"mae": 5.19, "sex_accuracy": 0.971, "size_mb": 0.43}),
        ("Always median and larger sex", {"mae": 8.70, "sex_accuracy": 0.53}),
    ],
)
def test_a_figure_is_the_one_that_was_published_or_measured(system, figures):
    rows = peers.read()
    row = rows[(rows.system == system) & (rows.faces == peers.LIST)].iloc[0]
    assert {name: row[name] for name in figures} == figures


def test_what_has_seen_the_test_set_is_marked():
    rows = peers.read()
    seen = rows[rows.system.str.startswith("face-api.js")]
    assert len(seen) == 2 and set(seen.kind) == {"trained on this test set"}
    assert set(rows[rows.kind == "trained on this test set"].system) == set(seen.system)


def test_our_models_stand_among_the_peers_by_their_clamped_error(monkeypatch):
    monkeypatch.setattr(peers, "speeds", lambda: {"2" * 64: 7.5})
    rows = peers.beside([card(), card(name="two", title="Two", sha256="2" * 64)])
    assert rows.mae.is_monotonic_increasing
    assert set(rows.faces) == {peers.LIST}
    ours = rows[rows.kind == peers.OURS]
    assert list(ours.system) == ["One", "Two"]
    assert ours.iloc[0][["low", "high", "n", "size_mb"]].tolist() == [4.3, 4.7, 3287, 2.0]
    assert pd.isna(ours.ms.iloc[0]) and ours.ms.iloc[1] == 7.5
    assert rows[rows.kind != peers.OURS].low.isna().all()


def test_the_baseline_is_that_of_our_own_cards():
    figures = model.read_card(model.DEFAULT)["figures"][peers.CUT]
    always = peers.read().iloc[0]
    assert round(figures["mae"]["baseline"], 2) == pytest.approx(always.mae, abs=0.01)
    assert round(figures["sex_accuracy"]["baseline"], 2) == always.sex_accuracy


def test_the_sentence_names_the_best_of_each_kind_and_no_contaminated_one():
    text = findings_metrics.peers(peers.beside([card()]), "models/one/card.json")
    assert text.startswith("One is off by 4.50 years (4.30–4.70; n = 3,287) on the published list, ages cut to 21–60")
    assert "4.23 years (VOLO-D1)" in text and "6.15 years (HSE MobileNet)" in text
    assert "apart from the one that was trained on this test set, is off by" in text
    assert "5.19" not in text


def test_what_we_measured_has_its_n_and_wilsons_interval_and_what_was_published_has_not():
    rows = peers.among([card()], peers.CUT).set_index("system")
    assert rows.n["SSR-Net (IMDB)"] == 3287 and rows.n[["CORAL", "VOLO-D1, face only"]].isna().all()
    assert rows.sex_low["SSR-Net (IMDB)"] == pytest.approx(0.9133, abs=5e-4)
    assert pd.isna(rows.sex_low["VOLO-D1, face only"]) and pd.isna(rows.low["SSR-Net (IMDB)"])


def test_faces_of_other_kinds_are_not_mixed():
    uncut = peers.among([card()], "test_21_60")
    assert not (uncut[uncut.kind != peers.OURS].protocol == "cut to 21–60").any()
    every = peers.among([card()], "test")
    assert every.faces.str.startswith("all ages").all() and (every.n == 2000).sum() > 2


def test_the_one_answer_for_all_is_measured_on_the_faces_of_the_table():
    table = model.read_predictions(model.DEFAULT)
    listed, train = table[table.published], table[table.split == "train"]
    row = peers.guessed(listed, train[train.age.between(21, 60)], draws=50)
    assert row["mae"] == pytest.approx(8.70, abs=0.01) and row["low"] < row["mae"] < row["high"]
    rows = peers.among([card()], peers.CUT, row)
    assert list(rows[rows.system.str.startswith("Always")].n) == [3287]
    assert peers.guessed(listed[:0], train) == {}


def test_the_chart_draws_an_interval_for_ours_only():
    rows = peers.beside([card()])
    spec = charts.peers(rows).to_dict()
    data = next(iter(spec["datasets"].values()))
    assert len(data) == len(rows)
    assert [row["system"] for row in data if row["low"] is not None] == ["One"]
    domain = spec["layer"][0]["encoding"]["color"]["scale"]["domain"]
    assert set(domain) == {peers.OURS, *peers.KINDS}


def test_every_model_was_timed_with_its_present_weights():
    assert set(peers.speeds()) == {model.read_card(name)["sha256"] for name in model.names()}
    assert all(0.1 < ms < 1000 for ms in peers.speeds().values())
