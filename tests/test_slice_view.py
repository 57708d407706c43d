"""The view Slice of the page Metrics."""

import pytest
import streamlit as st
from metrics_view import charts, copied, opened, said, titles, with_predictions

from agesex import findings_groups, model, photo_quality
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
    assert shown["difference"]["Mean error"].startswith(f"+{mae.difference:.2f} years (+")
    assert "one in twenty" in said(page)


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


def test_a_link_with_measures_shows_the_same_slice(app):
    page = opened(app, "slice", slice_ages="0-120", slice_blur="2.0-5.0", slice_light="100.0-255.0")
    measures = photo_quality.read().set_index("file").reindex(rows_of().file)
    n = ((measures.blur >= 2) & (measures.light >= 100)).sum()
    assert page.slider(key="slice_blur").value == (2.0, 5.0)
    assert f"{n:,} of 4,661" in said(page).replace("**", "")


@pytest.mark.parametrize(
    "address",
    [
        {"slice_ages": "80-20"}, {"slice_race": "Martian"}, {"slice_sex": "x"}, {"slice_blur": "4.0-2.0"},
        {"slice_blur": "nan-nan"}, {"slice_burnt": "0.5"}, {"slice_light": "0.0-900.0"},
    ],
)  # fmt: skip
def test_nonsense_in_the_address_falls_back(app, address):
    assert "516 of 4,661" in said(opened(app, "slice", **address)).replace("**", "")


def test_a_second_model_answers_for_the_same_slice(app):
    page = opened(app, "slice", beside="cnn")
    shown = page.dataframe[1].value.set_index("figure")
    assert shown["better"]["Mean error"] == "MobileNet 144"
    assert "paired differences" in said(page)


def test_measures_of_the_photo_can_be_asked_for_where_they_are_known(app, folder):
    with_predictions(folder, lambda table: table.assign(blur=table.age_pred % 7))
    page = opened(app, "slice", slice_ages="0-120")
    assert "no measures of the photos" not in said(page)
    low, high = page.slider(key="slice_blur").value
    page.slider(key="slice_blur").set_value((low, 3.0)).run()
    blurred = (rows_of().age_pred % 7) <= 3
    assert f"{blurred.sum():,} of" in said(page).replace("**", "") and high == 5
    assert page.query_params["slice_blur"] == "0.0-3.0"


def test_the_measures_of_utkface_filter_the_slice_and_say_what_they_are(app):
    page = opened(app, "slice", slice_ages="0-120")
    text = said(page)
    assert "pixels of a crop 200 pixels wide" in text and "grey levels" in text
    assert "All 4,661 faces have these measures" in text and "no measures of the photos" not in text
    page.slider(key="slice_blur").set_value((2.0, 5.0)).run()
    measures = photo_quality.read().set_index("file")
    blurred = measures.blur.reindex(rows_of().file) >= 2
    assert 30 < blurred.sum() < 1000 and f"{blurred.sum():,} of 4,661" in said(page).replace("**", "")


def test_no_other_view_shows_the_measures(app):
    page = opened(app, "failures")
    assert len(page.dataframe) > 2
    assert not any({*photo_quality.MEASURES} & {*table.value.columns} for table in page.dataframe)


def test_a_face_without_a_measure_is_counted_and_in_no_slice_that_asks(app, folder, tmp_path, monkeypatch):
    some = photo_quality.read()
    out = rows_of().file.iloc[:5]
    some[~some.file.isin(out)].to_parquet(tmp_path / "some.parquet", index=False)
    monkeypatch.setattr(photo_quality, "FILE", tmp_path / "some.parquet")
    page = opened(app, "slice", slice_ages="0-120")
    assert "5 of 4,661 faces lack a measure" in said(page).replace("**", "")
    assert "no rest to compare" in said(page)  # nothing is asked for, so they are in it
    page.slider(key="slice_light").set_value((1.0, 255.0)).run()
    assert "4,656 of 4,661 test faces" in said(page).replace("**", "")


def test_without_the_file_there_are_no_filters_and_a_broken_one_says_so(app, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(photo_quality, "FILE", tmp_path / "none.parquet")
    page = opened(app, "slice")
    assert "no measures of the photos" in said(page) and not page.error
    assert [slider.key for slider in page.slider] == ["slice_ages"]
    assert "516 of 4,661" in said(page).replace("**", "")
    photo_quality.FILE.write_bytes(b"broken")
    st.cache_data.clear()
    page.run()
    assert "cannot be read" in page.error[0].value and "516 of 4,661" in said(page).replace("**", "")
    assert str(tmp_path) not in page.error[0].value.replace("\\", "")
    page.segmented_control(key="view").set_value("failures").run()
    assert page.dataframe and not page.error


def test_one_sex_only_has_figures_without_area(app):
    page = opened(app, "slice", slice_sex="female", slice_ages="0-120")
    shown = page.dataframe[0].value.set_index("figure")
    assert shown["the slice"]["ROC area"] == "none"
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
