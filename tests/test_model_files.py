"""What is said of a card, a table of predictions, a history or a stress test that cannot be true."""

import copy
import json
import shutil

import numpy as np
import pandas as pd
import pytest

from agesex import card_rules, headline, making, metrics, model, table_rules
from agesex.errors import BadModel, ModelMissing

CARD = model.read_card(model.DEFAULT)
TABLE = model.read_predictions(model.DEFAULT).iloc[::50].reset_index(drop=True)
STRESS = model.read_stress(model.DEFAULT)
HISTORY = model.read_history(model.DEFAULT)
GONE = object()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the small files of a model under another name."""
    target = tmp_path / "models" / "second"
    shutil.copytree(model.folder("grey48"), target)
    monkeypatch.setenv("AGESEX_MODELS", str(target.parent))
    return target


def changed(path, value):
    """The card with one entry changed or taken out."""
    card = copy.deepcopy(CARD)
    *way, last = path.split(".")
    place = card
    for key in way:
        place = place[key]
    if value is GONE:
        del place[last]
    else:
        place[last] = value
    return card


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("figures.test.mae", GONE, "lacks figures.test.mae"),
        ("figures.test.mae", "4.5", 'has figures.test.mae "4.5": expected a table of entries'),
        ("figures.test.mae", None, "has figures.test.mae null: expected a table of entries"),
        ("figures.test.mae.value", None, "has figures.test.mae.value null: expected a number for 4,661 faces"),
        ("figures.test.mae.value", "4.5", 'has figures.test.mae.value "4.5": expected a number from 0'),
        ("figures.train.cs5.high", 1.2, "has figures.train.cs5.high 1.2: expected a number from 0 to 1"),
        ("figures.test.bias.n", 4661.5, "has figures.test.bias.n 4661.5: expected a whole number"),
        ("figures.validation", [], "has figures.validation []: expected a table of entries"),
        ("title", 7, "has title 7: expected a text"),
        ("parameters", "many", 'has parameters "many": expected a whole number above 0'),
        ("input_size", True, "has input_size true: expected a whole number above 0"),
        ("calibration.interval", {}, "lacks calibration.interval.bands"),
        ("calibration.interval.bands", [{"from": 0}], "expected a list of bands"),
        ("calibration.temperature", 0, "has calibration.temperature 0: expected a number above 0"),
        ("training.recipe", "x", 'has training.recipe "x": expected a table of entries'),
        ("training.recipe.stages", [8], "has training.recipe.stages [8]: expected a list of [pixels, epochs]"),
        ("training.remarks", "none", "has training.remarks"),
        ("data.splits", None, "has data.splits null: expected a table of splits"),
        ("data.splits.train", "all", "expected a table of splits with whole numbers"),
        ("groups", [{"by": "sex"}], "expected a list of rows with by, group"),
        ("training.finish", "x", 'has training.finish "x": expected a table of entries'),
    ],
)
def test_a_wrong_entry_of_a_card_is_named_with_what_was_expected(path, value, said):
    assert said in card_rules.wrong(changed(path, value))


def test_the_cards_that_are_there_keep_the_rules_and_older_ones_need_less():
    for name in model.names():
        assert card_rules.wrong(model.read_card(name)) == ""
    older = {key: value for key, value in CARD.items() if key not in ("groups", "sex", "mirror")}
    assert card_rules.wrong(older) == ""
    empty = {"value": None, "low": None, "high": None, "n": 0, "baseline": None}
    assert card_rules.wrong(changed("figures.test_21_60.mae", empty)) == ""
    infinite = copy.deepcopy(CARD)
    infinite["calibration"]["interval"]["bands"][0]["quantiles"]["0.99"] = float("inf")
    assert card_rules.wrong(infinite) == ""


def test_several_wrong_entries_are_counted_and_a_long_value_is_cut():
    card = changed("title", 7) | {"parameters": "x" * 99}
    assert card_rules.wrong(card).endswith("(and 1 more wrong)")
    assert "…" in card_rules.wrong(CARD | {"parameters": "x" * 99})


def test_a_card_is_refused_with_its_folder_and_the_remedy(folder):
    (folder / "card.json").write_text(json.dumps(CARD | {"title": 7}))
    with pytest.raises(BadModel, match=r"second/card.json has title 7: expected a text. Restore it, or make"):
        model.read_card("second")


def test_models_are_sorted_out_and_the_broken_ones_named(folder):
    for name in ("good", "bare", "older.part"):
        shutil.copytree(folder, folder.parent / name)
    (folder / "card.json").write_text("[1]")
    (folder.parent / "bare" / "card.json").unlink()
    usable, broken = model.sorted_out()
    assert usable == ["good"] and list(broken) == ["second", "bare"]
    assert "second/card.json is no model card: expected a table of entries, received [1]" in broken["second"]
    assert "bare holds model.keras but no card.json" in broken["bare"] and "Restore" in broken["bare"]
    with pytest.raises(ModelMissing, match="Models that are there: good, second"):
        model.folder("nope")


def put(column, value):
    def change(table):
        table[column] = table[column].astype(object)
        table.loc[1, column] = value
        return table if isinstance(value, str | None) else table.astype({column: type(value)})

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: put("sex", "woman")(t), "has sex 'woman' for {1} (1 of {n} rows): expected female or male"),
        (lambda t: put("p_female", 1.7)(t), "has p_female 1.7 for {1} (1 of {n} rows): expected a probability"),
        (lambda t: put("age", 130)(t), "has age 130 for {1} (1 of {n} rows): expected years from 0 to 120"),
        (lambda t: put("age", -1)(t), "has age -1 for {1} (1 of {n} rows): expected years from 0 to 120"),
        (lambda t: put("race", "Martian")(t), "has race 'Martian' for {1} (1 of {n} rows): expected one of White"),
        (lambda t: put("split", "exam")(t), "has split 'exam' for {1} (1 of {n} rows): expected one of train"),
        (lambda t: put("age_low", np.nan)(t), "has no value in 1 of {n} rows of the column age_low"),
        (lambda t: put("age_high", np.nan)(t), "has no value in 1 of {n} rows of the column age_high"),
        (lambda t: put("age_high", 0.0)(t), "above age_high 0 for {1} (1 of {n} rows): expected the lower end"),
        (lambda t: put("group", None)(t), "has no value in 1 of {n} rows of the column group"),
        (lambda t: t.assign(age=t.age.astype(str)), "({n} of {n} rows): expected years from 0 to 120"),
        (lambda t: t.assign(published=t.published.astype(int)), "expected true or false"),
        (lambda t: pd.concat([t, t.head(1)]), "names the file {0} more than once (1 of {m} rows)"),
        (lambda t: t.assign(age_sd=np.inf), "has age_sd inf"),
        (lambda t: t.head(0), "has no row"),
    ],
)
def test_an_implausible_prediction_is_named_with_column_count_and_example(change, said):
    files = TABLE.file
    expected = said.format(files[0], files[1], n=f"{len(TABLE):,}", m=f"{len(TABLE) + 1:,}")
    assert expected in table_rules.predictions(change(TABLE.copy()))


def test_a_category_that_no_row_has_is_no_fault():
    table = TABLE.assign(race=TABLE.race.cat.add_categories(["Martian"]))
    assert table_rules.predictions(table) == ""


def test_predictions_are_refused_with_folder_file_and_remedy(folder):
    path = folder / "predictions.parquet"
    table = pd.read_parquet(path)
    table.assign(p_female=table.p_female + 1).to_parquet(path)
    with pytest.raises(BadModel, match=r"second/predictions.parquet has p_female .* rows\).*training.evaluate"):
        model.read_predictions("second")
    table.drop(columns="published").to_parquet(path)
    with pytest.raises(BadModel, match=r"second/predictions.parquet lacks the columns published. Restore"):
        model.read_predictions("second")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HISTORY.head(0).to_csv(index=False), "has no row"),
        (HISTORY.assign(epoch=np.nan).to_csv(index=False), "no value in 28 of 28 rows of the column epoch"),
        (HISTORY.assign(age_mae=["x", *HISTORY.age_mae[1:]]).to_csv(index=False), "has age_mae 'x' for 1"),
        (HISTORY.assign(val_loss="high").to_csv(index=False), "has val_loss 'high'"),
        (HISTORY.assign(loss=HISTORY.loss.where(HISTORY.epoch > 3)).to_csv(index=False), "no value in 3 of 28"),
        (HISTORY.assign(val_age_mae=np.inf).to_csv(index=False), "has val_age_mae inf"),
        (HISTORY[::-1].to_csv(index=False), "epochs in disorder"),
        (HISTORY.drop(columns="size").to_csv(index=False), "lacks the columns size"),
        ("", "cannot be read"),
    ],
)
def test_a_bad_history_is_refused(folder, text, said):
    (folder / "history.csv").write_text(text)
    with pytest.raises(BadModel, match=f"second/history.csv .*{said}|second/history.csv {said}"):
        model.read_history("second")


def test_a_history_may_leave_validation_out(folder):
    HISTORY.assign(val_loss=np.nan, val_age_mae=HISTORY.val_age_mae.where(HISTORY.epoch % 2 == 0)).to_csv(
        folder / "history.csv", index=False
    )
    found = model.read_history("second")
    assert "val_loss" not in found and found.val_age_mae.notna().sum() == 14
    with pytest.raises(BadModel, match="No model has recorded"):
        making.all_curves({})


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("cost", "much", "has cost 'much' for none"),
        ("mae", None, "has no value in"),
        ("sex_accuracy", 94, "has sex_accuracy 94 for none"),
        ("sex_change", "x", "has sex_change 'x' for none"),
        ("fault", 3, "has a fault that is no text"),
        ("n", "all", "has n 'all'"),
    ],
)
def test_a_bad_stress_test_is_refused(folder, column, value, said):
    facts = {"sha256": "0" * 64, "rows": STRESS.to_dict("records")}
    facts["rows"] = [row | {column: value} for row in facts["rows"]]
    (folder / "stress.json").write_text(json.dumps(facts))
    with pytest.raises(BadModel, match=rf"second/stress.json {said}.*training.stress second"):
        model.read_stress("second")


@pytest.mark.parametrize("text", ["[1]", '{"rows": 7}', '{"rows": [1]}', "{", '{"rows": []}'])
def test_a_stress_file_of_another_shape_is_refused(folder, text):
    (folder / "stress.json").write_text(text)
    with pytest.raises(BadModel, match="second/stress.json"):
        model.read_stress("second")


def test_cards_and_predictions_agree_and_a_changed_figure_is_found():
    table = model.read_predictions(model.DEFAULT)
    figures = copy.deepcopy(CARD["figures"])
    for name in model.names():
        assert headline.differing(model.read_card(name)["figures"], model.read_predictions(name)) == []
    assert headline.contradiction(model.DEFAULT, figures, table) == ""
    figures["test"]["mae"]["value"] = 3.9
    said = headline.contradiction(model.DEFAULT, figures, table)
    assert "mobile/card.json and mobile/predictions.parquet contradict each other in 1 of the figures" in said
    assert "mae of test: 3.900 (n = 4,661) in the card, 4.500 (n = 4,661) by the table" in said
    assert "`python -m training.evaluate`" in said and ". " not in said
    figures["test"]["mae"].update(value=4.5, n=4660)
    assert headline.differing(figures, table)[0][:2] == ("test", "mae")


def test_figures_are_made_again_from_the_table():
    table = model.read_predictions(model.DEFAULT)
    cut = table[(table.split != "validation") & (table.index % 4 == 0)]
    found = headline.from_table(CARD["figures"], cut, draws=20)
    test = cut[cut.split == "test"]
    assert found["test"]["mae"]["n"] == len(test)
    assert found["test"]["mae"]["value"] == pytest.approx((test.age_pred - test.age).abs().mean(), abs=1e-6)
    assert found["test"]["coverage"]["baseline"] is None
    assert found["validation"] == CARD["figures"]["validation"]  # no face of it is left
    assert card_rules.wrong(CARD | {"figures": found}) == ""
    clamped = metrics.clamped(test[test.published])
    assert found["test_21_60_clamped"]["mae"]["value"] == pytest.approx(
        (clamped.age_pred - clamped.age).abs().mean(), abs=1e-6
    )
