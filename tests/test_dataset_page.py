"""The Dataset page, from app.py, without a copy of the photos."""

import pytest

from agesex import census, dataset

PAGE = "pages/1_Dataset.py"


@pytest.fixture
def page(app, monkeypatch):
    monkeypatch.delenv("AGESEX_UTKFACE", raising=False)
    app.run()
    app.switch_page(PAGE).run()
    assert not app.exception
    return app


def charts(page):
    return page.get("vega_lite_chart")


def words(page):
    return " ".join(e.value for e in [*page.markdown, *page.caption]).replace("\u00a0", " ")


def figures(page):
    return {metric.label: metric.value for metric in page.metric}


def group(page, label):
    (found,) = [widget for widget in page.button_group if widget.label == label]
    return found


def test_the_counts_are_those_of_the_labels(page):
    table, facts = dataset.known(), census.facts()
    assert figures(page) == {
        "Photos": f"{len(table):,}",
        "Female": f"{(table.sex == 'female').sum():,}",
        "Male": f"{(table.sex == 'male').sum():,}",
        "Have a copy": f"{facts['photos_in_groups']:,}",
        "Dropped": f"{facts['splits']['dropped']:,}",
        "Malformed": f"{facts['malformed']:,}",
    }


def test_every_chart_has_a_sentence_n_and_its_caveat(page):
    assert len(charts(page)) == 5
    assert sum(e.value.startswith("#### ") for e in page.markdown) == 5
    text = words(page)
    for caveat in (
        "five coarse codes",
        "Sex is what annotators wrote down",
        "estimated by a program",
        "checked by a person",
        "Averaging smooths the skin, which makes the old look younger",
        "at least 50 photos",
        "it contains a blank",
        f"n = {len(dataset.known()):,}",
    ):
        assert caveat in text, caveat


def test_the_average_faces_are_there_with_their_numbers(page):
    (grid,) = [e for e in page.get("html") if '<div class="faces">' in e.proto.body]
    assert grid.proto.body.count("<img ") == 22
    assert "female, 0–2" in grid.proto.body


def test_a_filter_reaches_the_whole_page(page):
    group(page, "Sex").set_value(["female"])
    group(page, "Split").set_value(["test"])
    page.slider[0].set_value((20, 29))
    page.run()
    assert not page.exception
    table = dataset.known()
    rows = census.choose(table, sexes=["female"], splits=["test"], ages=(20, 29))
    assert figures(page)["Photos"] == figures(page)["Female"] == f"{len(rows):,}"
    assert f"Showing {len(rows):,} of {len(table):,} photos" in words(page)
    (grid,) = [e for e in page.get("html") if '<div class="faces">' in e.proto.body]
    assert grid.proto.body.count("<img ") == 1
    assert "One split only" in words(page)


def test_nobody_left_is_one_sentence(page):
    group(page, "Race code").set_value(["Others"])
    page.slider[0].set_value((115, 116))
    page.run()
    assert not page.exception
    assert [e.value for e in page.info] == [
        "No photo fits these filters. Take one of them back."
    ]
    assert not charts(page)


def test_one_photo_is_no_error(page):
    page.slider[0].set_value((116, 116))
    group(page, "Race code").set_value(["White"])
    group(page, "Split").set_value(["train"])
    page.run()
    assert not page.exception


@pytest.mark.parametrize(("panels", "number"), [("race", 5), ("split", 5)])
def test_the_ages_come_in_panels(page, panels, number):
    group(page, "Panels").set_value(panels)
    group(page, "Years per bar").set_value(10)
    page.run()
    assert not page.exception
    assert len(charts(page)) == 4 + number
