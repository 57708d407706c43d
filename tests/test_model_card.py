"""The model card's text, its page, and that what is committed agrees with the default model."""

import re

import pytest

from agesex import findings, labels, metrics, model, model_card
from agesex.errors import AgeSexError, ModelMissing
from training import figures


@pytest.fixture(scope="module")
def card():
    name = model.DEFAULT
    return model_card.with_groups(
        model.read_card(name), model.read_predictions(name), model.read_stress(name)
    )


def test_what_is_committed_agrees_with_the_default_model(root):
    assert (root / "MODEL_CARD.md").is_file()
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert figures.START in readme
    assert [path.name for path in figures.stale()] == []  # otherwise: make figures


def test_it_carries_the_hash_and_every_figure_of_the_card(card):
    text = model_card.markdown(card)
    assert text.count(card["sha256"]) == 1
    for part, rows in card["figures"].items():
        assert model_card.PARTS[part] in text
        for metric, row in rows.items():
            assert findings.amount(metric, row["value"], 2).removesuffix(" years") in text
            assert f"{row['n']:,}" in text


def test_the_worst_harm_comes_first(card):
    headings = list(model_card.sections(card))
    assert headings[:2] == ["What it must not be used for", "Where it fails, worst harm first"]
    harms = model_card.sections(card)["Where it fails, worst harm first"]
    starts = re.findall(r"^(\d)\. \*\*(.*?)\*\*", harms, re.MULTILINE)
    assert starts[0] == ("1", "Somebody's age is checked with it.")
    assert starts[1] == ("2", "Somebody is called the wrong sex.")
    assert len(starts) == 6


def test_groups_stand_worst_first(card):
    table = model_card.sections(card)[model_card.GROUPS]
    rows = [row for row in card["groups"] if row["by"] == "age band" and row["metric"] == "mae"]
    order = sorted((row for row in rows if row["n"] >= 30), key=lambda row: -row["value"])
    places = [table.index(f"| {row['group']} |") for row in order]
    assert places == sorted(places)


def test_groups_are_those_of_the_card_if_it_has_them(card):
    assert model_card.with_groups(card, None) is card
    for row in card["groups"]:
        assert (row["low"] is None) == (row["n"] < metrics.MIN_GROUP)


def test_a_value_follows_the_card(card):
    changed = {**card["figures"]["test"]}
    changed["mae"] = {**changed["mae"], "value": 7.77}
    other = card | {"figures": card["figures"] | {"test": changed}}
    assert "**7.77 years" in model_card.markdown(other)


def test_the_labels_are_explained(card):
    text = model_card.markdown(card)
    for words in (labels.ORIGIN, "five coarse codes", "Sex is 0 or 1", "non-commercial"):
        assert words in text


def test_the_head_says_which_model_of_when_under_which_terms_and_where_to_write_to(card):
    text = model_card.head(card)
    assert model_card.markdown(card).index(text) < 100
    for words in (
        card["title"], f"`{card['sha256'][:12]}`", card["training"]["trained"], "(models/LICENSE)",
        "(https://susanqq.github.io/UTKFace/)", "Open an issue",
    ):  # fmt: skip
        assert words in text
    other = card | {"sha256": "0" * 64, "training": card["training"] | {"trained": "1999-12-31"}}
    assert "`000000000000`" in model_card.head(other) and "1999-12-31" in model_card.head(other)


def test_notes_of_who_trained_it_are_no_part_of_the_card(card):
    noted = card | {"training": card["training"] | {"remarks": ["It was raining."]}}
    assert model_card.markdown(noted) == model_card.markdown(card)
    assert "pause of five minutes" not in model_card.markdown(card)


def test_a_model_without_licence_is_reported(tmp_path, monkeypatch):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "card.json").write_text("{}")
    monkeypatch.setenv("AGESEX_MODELS", str(tmp_path))
    with pytest.raises(ModelMissing, match="licence of the weights is missing"):
        model_card.license_text("x")


def test_the_page_shows_card_and_licence(app, card):
    app.run()
    app.switch_page("pages/5_Model_card.py").run()
    assert not app.exception
    assert not app.error
    text = " ".join(e.value for e in app.markdown)
    assert card["sha256"] in text
    assert "Somebody's age is checked with it" in text
    assert "NON-COMMERCIAL" in app.code[0].value
    assert len(app.get("download_button")) == 1
    assert model_card.head(card, "#licence") in text and app.subheader[-1].value == "Licence of the weights"
    assert app.subheader[-1].proto.anchor == "licence"
    assert app.selectbox[0].options[0] == "MobileNet 144 · default"
    app.selectbox[0].set_value("cnn").run()
    assert app.subheader[0].value == "Plain CNN 64" and not app.exception


def test_the_readme_keeps_what_is_around_the_figures():
    text = f"before\n{figures.START}\nold\n{figures.END}\nafter\n"
    new = figures.replaced(text, "new")
    assert new == f"before\n{figures.START}\nnew\n{figures.END}\nafter\n"
    assert figures.replaced(new, "new") == new


@pytest.mark.parametrize(
    "text",
    ["no markers", figures.START, f"{figures.END} {figures.START}", 2 * (figures.START + figures.END)],
)
def test_a_readme_without_its_markers_is_reported(text):
    with pytest.raises(AgeSexError, match="once each, in this order"):
        figures.replaced(text, "new")


def test_a_derived_file_that_differs_is_stale(tmp_path):
    (tmp_path / "README.md").write_text(f"{figures.START}\n{figures.END}\n")
    assert {path.name for path in figures.stale(tmp_path)} == {"MODEL_CARD.md", "README.md"}
    for path, text in figures.derived(tmp_path).items():
        path.write_text(text, encoding="utf-8")
    assert figures.stale(tmp_path) == []
    assert (tmp_path / "README.md").read_text().count(model.read_card(model.DEFAULT)["sha256"]) == 1
    with open(tmp_path / "MODEL_CARD.md", "a") as file:
        file.write("typed in")
    assert [path.name for path in figures.stale(tmp_path)] == ["MODEL_CARD.md"]


def test_the_command_writes_the_card_of_any_model(tmp_path, capsys):
    from training import card as command

    assert command.main(["cnn", "--output", str(tmp_path / "cnn.md")]) == 0
    written = (tmp_path / "cnn.md").read_text("utf-8")
    assert written.startswith("# Model card: Plain CNN 64")
    assert model.read_card("cnn")["sha256"] in written
    assert command.main(["nobody", "--output", str(tmp_path / "no.md")]) == 1
    assert "There is no model 'nobody'" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        command.main(["cnn"])
    assert "name a file for cnn with --output" in capsys.readouterr().err
