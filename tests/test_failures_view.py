"""The view Failures of the page Metrics."""

import pytest
from drawn import drawn_face
from metrics_view import opened, said, titles

from agesex import (
    dataset,
    findings_dataset_more,
    findings_failures,
    images,
    leakage,
    model,
    suspects,
)
from agesex.metrics import worst


def rows_of(split="test"):
    table = model.read_predictions(model.DEFAULT)
    return table[table.split == split]


def pictures(page):
    return [image.alt for element in page.image for image in element.proto.imgs]


def tables(page):
    return [frame.value for frame in page.dataframe]


def looked(kind):
    rows = suspects.verdicts()
    return rows[rows.kind == kind].set_index("file").verdict


def test_without_photos_no_other_face_stands_in_for_the_worst_and_the_page_says_how_to_see_them(app):
    page = opened(app, "failures")
    first = worst.largest_errors(rows_of(), 1).iloc[0]
    text = said(page)
    assert findings_failures.worst(worst.largest_errors(rows_of(), 1)) in text
    assert f"labelled {first.age}, {first.sex}, {first.race}" in text
    assert not page.image and "may not be passed on" in text and "either may be wrong" in text
    links = [link for link in page.get("page_link") if link.proto.label == "Connect the photos"]
    assert len(links) == 1 and "view=connect" in links[0].proto.query_string
    assert len(tables(page)[0]) == 50 and tables(page)[0].error.abs().is_monotonic_decreasing


def test_before_the_faces_stands_how_many_of_them_have_a_wrong_label(app):
    page = opened(app, "failures")
    notes = [note.value for note in page.info]
    for note, kind, rows in zip(
        notes, ("age", "sex"), (worst.largest_errors(rows_of(), 12), worst.sure_mistakes(rows_of(), 12)), strict=True
    ):
        found = looked(kind).reindex(rows.file).dropna()
        assert 0 < len(found) < 12  # else this test says nothing
        assert f"Of the 12 shown, {len(found)} were looked at" in note
        assert f"abel plainly wrong: {(found == 'wrong').sum()}" in note
        assert f"not looked at: {12 - len(found)}" in note and "often wrong labels" in note
    assert f"no face at all: {(looked('age').reindex(rows_first()) == 'no face').sum()}" in notes[0]
    cards = [caption.value for caption in page.caption if "looked at: label plainly wrong" in caption.value]
    assert any("labelled 1, male, Asian" in card for card in cards)
    assert "91 years too old – looked at: label plainly wrong" in said(page)


def rows_first():
    return worst.largest_errors(rows_of(), 12).file


def test_nothing_is_said_of_labels_that_nobody_looked_at():
    rows = worst.largest_errors(rows_of(), 2)
    text = findings_failures.label_or_model(rows, "age", {})
    assert text.endswith("The photos of these 2 faces were not looked at.")
    one = findings_failures.label_or_model(rows[:1], "age", {rows.file[0]: "right"})
    assert "Of the 1 shown, 1 was looked at" in one and "Label looks right: 1. It" in one and "not looked at" not in one
    assert findings_failures.worst(rows, {rows.file[0]: "right"}) == findings_failures.worst(rows)
    assert findings_failures.worst(rows, {rows.file[0]: "no face"}).endswith("looked at: no face at all")


def test_the_filters_narrow_both_lists(app):
    page = opened(app, "failures", fail_sex="female", fail_race="Asian", direction="old")
    errors, mistakes = tables(page)[:2]
    for table in (errors, mistakes):
        assert set(table.sex) == {"female"} and set(table.race) == {"Asian"} and (table.error > 0).all()
    assert set(mistakes.said) == {"male"}
    page.selectbox(key="fail_band").set_value("20–29").run()
    assert tables(page)[0].age.between(20, 29).all()
    assert page.query_params["fail_band"] == "20–29"


def test_filters_that_leave_nobody_say_so(app):
    table = rows_of("validation")
    empty = table[(table.sex == "female") & (table.race == "Others") & table.age.between(60, 69)]
    assert empty.empty  # else this test needs another group
    page = opened(app, "failures", split="validation", fail_sex="female", fail_race="Others", fail_band="60–69")
    assert "No face fits" in said(page) and not page.image
    assert "copies of one photo" in said(page)


def test_the_model_beside_is_asked_about_the_same_faces(app):
    page = opened(app, "failures", beside="cnn")
    first = worst.largest_errors(rows_of(), 1).iloc[0]
    other = model.read_predictions("cnn").set_index("file").age_pred[first.file]
    assert f"the other model {other:.0f}" in said(page)
    assert tables(page)[0].age_pred_cnn.iloc[0] == pytest.approx(other)


def test_copies_are_shown_with_n_mean_and_median_and_no_floor_is_claimed(app):
    page = opened(app, "failures")
    found = worst.copies(dataset.known())
    (title,) = titles(page)
    assert title == findings_failures.copies(found)
    assert f"n = {found.mean['n']}" in title and "median" in title and "youngest and oldest label" in title
    headline = findings_dataset_more.label_noise(leakage.read()["labels"])
    assert headline in said(page) and "years apart on average over all pairs of copies" in headline
    assert "no floor" in said(page)


def test_a_connected_data_set_shows_its_photos_and_no_picture_for_the_rest(app, tmp_path, monkeypatch):
    first = worst.largest_errors(rows_of(), 1).file.iloc[0]
    (tmp_path / first).write_bytes(images.encode_png(drawn_face()))
    monkeypatch.setenv("AGESEX_DATASET", str(tmp_path))
    page = opened(app, "failures")
    alts = pictures(page)
    assert alts and all(alt.startswith("Photo labelled") for alt in alts) and len(alts) < 24
    assert "not in the connected copy" in said(page)


def test_without_copies_nothing_is_said_of_them():
    table = rows_of().drop_duplicates("group")
    assert findings_failures.copies(worst.copies(table)).startswith("No photo of these faces has a copy")
    assert findings_failures.worst(table[:0]) == "No face fits these filters"
    assert findings_failures.mistakes(table[:0]) == "No mistake fits these filters"
