"""The view Failures of the page Metrics."""

import pytest
from drawn import drawn_face
from metrics_view import opened, said, titles

from agesex import dataset, findings_groups, images, model
from agesex.metrics import worst


def rows_of(split="test"):
    table = model.read_predictions(model.DEFAULT)
    return table[table.split == split]


def pictures(page):
    return [image.alt for element in page.image for image in element.proto.imgs]


def tables(page):
    return [frame.value for frame in page.dataframe]


def test_the_worst_faces_stand_with_average_faces_and_say_so(app):
    page = opened(app, "failures")
    first = worst.largest_errors(rows_of(), 1).iloc[0]
    text = said(page)
    assert findings_groups.worst(worst.largest_errors(rows_of(), 1)) in text
    assert f"labelled {first.age}, {first.sex}, {first.race}" in text
    assert len(pictures(page)) == 24 and all(alt.startswith("Average face") for alt in pictures(page))
    assert "no photos of these people" in text and "either may be wrong" in text
    assert len(tables(page)[0]) == 50 and tables(page)[0].error.abs().is_monotonic_decreasing


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
    assert title == findings_groups.copies(found)
    assert f"n = {found.mean['n']}" in title and "median" in title
    assert "no floor" in said(page)


def test_a_connected_data_set_shows_the_photos_and_the_rest_as_averages(app, tmp_path, monkeypatch):
    first = worst.largest_errors(rows_of(), 1).file.iloc[0]
    (tmp_path / first).write_bytes(images.encode_png(drawn_face()))
    monkeypatch.setenv("AGESEX_DATASET", str(tmp_path))
    page = opened(app, "failures")
    alts = pictures(page)
    assert alts[0].startswith("Photo labelled") and alts[1].startswith("Average face")
    assert "no photos of these people" in said(page)


def test_without_copies_nothing_is_said_of_them():
    table = rows_of().drop_duplicates("group")
    assert findings_groups.copies(worst.copies(table)).startswith("No photo of these faces has a copy")
    assert findings_groups.worst(table[:0]) == "No face fits these filters"
    assert findings_groups.mistakes(table[:0]) == "No mistake fits these filters"
