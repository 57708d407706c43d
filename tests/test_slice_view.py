"""The view Slice of the page Metrics."""

import pytest
from metrics_view import charts, copied, opened, said, titles, with_predictions

from agesex import findings_groups, model
from agesex.charts import YEARS, slice_dots
from agesex.metrics import slices


@pytest.fixture
def folder(tmp_path, monkeypatch):
    yield from copied(tmp_path, monkeypatch)


def rows_of(split="test"):
    table = model.read_predictions(model.DEFAULT)
    return table[table.split == split]


def test_a_slice_stands_against_the_rest_with_every_figure(app):
    page = opened(app, "slice", slice_ages="60-120")
    table = rows_of()
    mask = slices.select(table, age=(60, 120))
    found = slices.against_rest(table, mask)
    assert titles(page)[0] == findings_groups.apart(found, int(mask.sum()))
    assert f"{mask.sum()} of {len(table):,} test faces" in said(page).replace("**", "")
    shown = page.dataframe[0].value.set_index("figure")
    assert len(shown) == len(found)
    mae = found.loc["mae"]
    assert shown["difference"]["Mean absolute age error"].startswith(f"+{mae.difference:.2f} years (+")
    assert "one in twenty" in said(page) and "no measures of the photos" in said(page)


def test_filters_act_together_and_live_in_the_address(app):
    page = opened(app, "slice", slice_race="White-Asian", slice_sex="female")
    page.slider(key="slice_ages").set_value((20, 39)).run()
    mask = slices.select(rows_of(), age=(20, 39), sex="female", race=["White", "Asian"])
    assert f"{mask.sum():,} of" in said(page).replace("**", "")
    assert dict(page.query_params) == {
        "view": "slice", "slice_race": "White-Asian", "slice_sex": "female", "slice_ages": "20-39",
    }  # fmt: skip


def test_under_thirty_faces_have_no_interval_and_claim_nothing(app):
    page = opened(app, "slice", slice_ages="100-120")
    assert "fewer than 30" in page.warning[0].value
    shown = page.dataframe[0].value
    assert not shown["the slice"].str.contains(r"\(").any() and (shown["clearly apart"] == "").all()
    assert shown["all others"].str.contains(r"\(").any()


def test_an_empty_slice_and_one_of_everybody_say_so(app):
    page = opened(app, "slice", slice_ages="117-120")
    assert "No face fits" in said(page) and not page.dataframe
    page.slider(key="slice_ages").set_value((0, 120)).run()
    assert "no rest to compare" in said(page) and not page.dataframe


@pytest.mark.parametrize("address", [{"slice_ages": "80-20"}, {"slice_race": "Martian"}, {"slice_sex": "x"}])
def test_nonsense_in_the_address_falls_back(app, address):
    assert "516 of 4,661" in said(opened(app, "slice", **address)).replace("**", "")


def test_a_second_model_answers_for_the_same_slice(app):
    page = opened(app, "slice", beside="cnn")
    shown = page.dataframe[1].value.set_index("figure")
    assert shown["better"]["Mean absolute age error"] == "MobileNet 144"
    assert "paired differences" in said(page)


def test_measures_of_the_photo_can_be_asked_for_where_they_are_known(app, folder):
    with_predictions(folder, lambda table: table.assign(blur=table.age_pred % 7))
    page = opened(app, "slice", slice_ages="0-120")
    assert "no measures of the photos" not in said(page)
    low, high = page.slider(key="slice_blur").value
    page.slider(key="slice_blur").set_value((low, 3.0)).run()
    blurred = (rows_of().age_pred % 7) <= 3
    assert f"{blurred.sum():,} of" in said(page).replace("**", "") and high > 6
    assert "slice_blur" not in page.query_params


def test_one_sex_only_has_figures_without_area(app):
    page = opened(app, "slice", slice_sex="female", slice_ages="0-120")
    shown = page.dataframe[0].value.set_index("figure")
    assert shown["the slice"]["Area under the ROC curve of the sex"] == "none"
    assert "years" in charts(page)


def test_slice_and_rest_have_a_dot_each():
    table = rows_of()
    found = slices.against_rest(table, slices.select(table, age=(117, 120)), draws=10)
    drawn = slice_dots(found, YEARS, kind="test").to_dict()
    (rows,) = drawn["datasets"].values()
    assert {row["series"] for row in rows} == {"all others"}  # nobody is in the slice
    found = slices.against_rest(table, slices.select(table, age=(0, 9)), draws=10)
    (rows,) = slice_dots(found, YEARS, kind="test").to_dict()["datasets"].values()
    assert len(rows) == 2 * len(YEARS)
