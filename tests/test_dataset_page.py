"""The Dataset page, from app.py, without a copy of the photos: its frame, its filters and the view Who."""

import json
import re
import subprocess
import sys
from datetime import date

import pandas as pd
import pytest
import streamlit as st
from pyarrow import ipc

from agesex import census, dataset, model
from agesex.census import Choice, Faces
from ui import dataset as page_of_dataset
from ui.dataset import clicks, filters, so_what, who
from ui.dataset.filters import PILL

PAGE = "pages/1_Dataset.py"
CHARTS = 10  # of the view Who, four of them about measures
LOOK = """
import os, sys
os.environ["AGESEX_WARMUP"] = "0"
from streamlit.testing.v1 import AppTest
page = AppTest.from_file("app.py", default_timeout=120).run()
page = page.switch_page("pages/1_Dataset.py").run()
assert not page.exception, page.exception[0].value
print("tensorflow" in sys.modules, "scipy.stats" in sys.modules)
"""


@pytest.fixture(autouse=True)
def nothing_connected(tmp_path, monkeypatch):
    monkeypatch.delenv("AGESEX_DATASET", raising=False)
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))


@pytest.fixture
def opened(root):
    from streamlit.testing.v1 import AppTest

    def opener(**address):
        """The page, as a link with these values opens it for somebody new."""
        app = AppTest.from_file(root / "app.py", default_timeout=120).run()
        for key, value in address.items():
            app.query_params[key] = value
        page = app.switch_page(PAGE).run()
        assert not page.exception
        return page

    return opener


@pytest.fixture(scope="module")
def faces():
    return Faces(census.known())


def charts(page):
    return page.get("vega_lite_chart")


def words(page):
    return " ".join(e.value for e in [*page.markdown, *page.caption]).replace("\u00a0", " ")


def figures(page):
    return {metric.label: metric.value for metric in page.metric}


def group(page, label):
    (found,) = [widget for widget in page.button_group if widget.label == label]
    return found


def beside(page, key):
    """The numbers beside the options of a filter, which a style writes there."""
    (style,) = [part.proto.body for part in page.get("html") if f".st-key-{key} {PILL}:nth" in part.proto.body]
    return re.findall(rf'st-key-{key} {re.escape(PILL)}:nth-of-type\(\d+\)::after {{content: "([^"]*)"}}', style)


def button(page, label):
    (found,) = [widget for widget in page.button if widget.label == label]
    return found


def stored(home, name="drawn", **columns):
    """A stored data set of six photos; column by column what is to be different."""
    rows = pd.DataFrame(
        {
            "file": [f"{i}.jpg" for i in range(6)], "age": [1, 20, 30, 40, 50, 90], "sex": ["female", "male", None] * 2,
            "race": None, "source": "wiki", "split": "unseen", "taken": pd.to_datetime(["1999-07-01", "2009-07-01"] * 3),
        }
    )  # fmt: skip
    folder = home / "datasets" / name
    folder.mkdir(parents=True)
    rows.assign(**columns).to_parquet(folder / "table.parquet")
    facts = {"name": name, "source": "wiki", "from": "x", "photos": 6, "taken": 6, "refused": {}, "format": 1, "made": "2026-01-01"}
    (folder / "facts.json").write_text(json.dumps(facts))
    return folder


def test_the_counts_are_those_of_the_labels(opened):
    table, facts = dataset.known(), census.facts()
    assert figures(opened()) == {
        "Photos": f"{len(table):,}",
        "Female": f"{(table.sex == 'female').sum():,}",
        "Male": f"{(table.sex == 'male').sum():,}",
        "Have a copy": f"{facts['photos_in_groups']:,}",
        "Dropped": f"{facts['splits']['dropped']:,}",
        "Left out before": f"{facts['malformed']:,}",
    }


def test_every_chart_has_a_sentence_n_and_its_caveat(opened):
    page = opened()
    assert len(charts(page)) == sum(e.value.startswith("#### ") for e in page.markdown) == CHARTS
    text = words(page)
    assert text.count("n = ") >= CHARTS
    for caveat in (
        "five coarse codes", "Sex is a label (UTKFace", "estimated by a program", "checked by a person",
        "copies are not, so p is a little too small", "not when it was taken", "depend on the skin",
        f"n = {len(dataset.known()):,}",
    ):  # fmt: skip
        assert caveat in text, caveat


def test_tensorflow_is_not_loaded(root):
    found = subprocess.run([sys.executable, "-c", LOOK], cwd=root, capture_output=True, text=True, timeout=300)
    assert found.returncode == 0, found.stderr[-2000:]
    assert found.stdout.split()[-2] == "False"


def test_a_filter_reaches_the_whole_page_and_the_address(opened, faces):
    page = opened()
    group(page, "Sex").set_value(["female"])
    group(page, "Split").set_value(["test"])
    page.slider[0].set_value((20, 29))
    page.run()
    assert not page.exception
    choice = Choice(ages=(20, 29), sexes=("female",), splits=("test",))
    n = faces.totals(choice)["photos"]
    assert figures(page)["Photos"] == figures(page)["Female"] == f"{n:,}"
    assert f"**{n:,}** of {faces.n:,} photos" in words(page)
    assert page.query_params == {"of_age": "20-29", "of_sex": "female", "of_split": "test"}
    options = faces.options(choice)
    assert beside(page, "of_sex") == [f"{n:,}" for n in options["sexes"].values()]
    assert beside(page, "of_race") == [f"{n:,}" for n in options["races"].values()]
    assert group(page, "Race code").options == list(options["races"])


def test_a_link_brings_every_filter(opened, faces):
    page = opened(
        of_age="20-40", of_sex="female-male", of_race="Asian-White", of_split="train", of_copies="disagreeing",
        of_taken="20170101-20170115", of_flag="none-grey",
    )  # fmt: skip
    choice = Choice(
        (20, 40), ("female", "male"), ("White", "Asian"), ("train",), ("grey", "none"), "disagreeing", (),
        (date(2017, 1, 1), date(2017, 1, 15)),
    )  # fmt: skip
    assert 0 < int(figures(page)["Photos"].replace(",", "")) <= faces.totals(choice.but("flags"))["photos"]
    assert {"Age 20–40", "Copies that disagree", "Collected 01 Jan 2017 – 15 Jan 2017"} <= {b.label for b in page.button}


@pytest.mark.parametrize(
    "address",
    [
        {"of_age": "40-20"}, {"of_sex": "women"}, {"of_taken": "20171301-20171401"}, {"of_taken": "x"},
        {"of_taken": "00010101-99991231"}, {"of_measure": "brightness_inf_inf"},
        {"of_measure": "beauty_0_1"}, {"of_measure": "blur_1_0"}, {"of_copies": "many"}, {"of_flag": "ugly"},
        {"view": "nothing"}, {"bar": "7"}, {"rows": "file"},
    ],
)  # fmt: skip
def test_nonsense_in_the_address_changes_nothing(opened, address):
    page = opened(**address)
    assert not page.error and figures(page)["Photos"] == f"{len(dataset.known()):,}"


def test_chips_and_the_button_take_filters_back(opened, faces):
    page = opened(of_age="20-29", of_sex="female", of_taken="20170101-20170131")
    button(page, "Age 20–29").click().run()
    assert page.query_params == {"of_sex": "female", "of_taken": "20170101-20170131"}
    assert page.slider[0].value == census.ALL_AGES
    button(page, "Take back all filters").click().run()
    assert page.query_params == {} and figures(page)["Photos"] == f"{faces.n:,}"
    assert not [b for b in page.button if b.label == "Take back all filters"]


def test_nobody_left_is_one_sentence_and_the_last_filter_can_go(opened):
    page = opened()
    group(page, "Race code").set_value(["Others"]).run()
    others = figures(page)["Photos"]
    page.slider[0].set_value((115, 116)).run()
    assert not page.exception
    assert [e.value for e in page.info] == ["No photo fits these filters. Take one of them back."]
    assert not charts(page)
    button(page, "Take back the last filter").click().run()
    assert figures(page)["Photos"] == others
    assert page.query_params == {"of_race": "Others"}


def test_an_empty_selection_by_link_can_be_left(opened):
    page = opened(of_race="Others", of_age="116-116")
    assert not charts(page)
    button(page, "Take back the last filter").click().run()
    assert len(charts(page)) == CHARTS


def test_one_photo_is_no_error(opened):
    page = opened(of_age="116-116", of_race="White", of_split="train")
    assert not page.error and charts(page)


@pytest.mark.parametrize(("by", "number"), [("race", 5), ("split", 5), ("nothing", 1), ("sex", 1)])
def test_the_ages_come_in_panels_counts_or_shares(opened, by, number):
    page = opened(ages_by=by, bar="10")
    assert len(charts(page)) == CHARTS - 1 + number
    page.toggle(key="shares").set_value(True).run()
    assert not page.exception and len(charts(page)) == CHARTS - 1 + (1 if by == "split" else number)


def test_any_measure_can_be_shown(opened):
    page = opened(stats="blur-light")
    assert len(charts(page)) == CHARTS - 2
    group(page, "Measures").set_value([]).run()
    assert not page.exception and len(charts(page)) == CHARTS - 4


@pytest.mark.parametrize(("first", "second"), [("sex", "race"), ("band", "split"), ("split", "sex")])
def test_any_two_fields_make_a_table(opened, first, second):
    page = opened(rows=first, columns=second, boxes_by="split")
    assert len(charts(page)) == CHARTS
    page.selectbox(key="columns").set_value(first).run()
    assert [e.value for e in page.info] == ["Choose two different fields."]


def test_so_what_names_the_harm_with_both_figures_and_links_to_its_slice(opened, faces):
    told = so_what.sentences(faces, Choice())
    assert 1 <= len(told) <= 3 and all(address["view"] == "slice" for _, address in told)
    page = opened()
    assert all(sentence in words(page) for sentence, _ in told)
    white = Choice(ages=(50, 59), races=("White",))
    told = so_what.sentences(faces, white)
    assert told[0][1] == {"view": "slice", "slice_ages": "50-59", "slice_race": "White", "slice_sex": "female"}
    test = model.read_predictions(model.DEFAULT).query("split == 'test'")
    error = (test.age_pred.astype(float) - test.age).abs()
    mine = test.eval("50 <= age <= 59 and race == 'White' and sex == 'female'")
    n, whole = faces.totals(Choice(white.ages, ("female",), white.races))["photos"], faces.totals(white)["photos"]
    assert f"Women of 50–59 coded White are {100 * n / whole:.1f} % of the photos" in told[0][0]
    assert f"off by {error[mine].mean():.1f} years" in told[0][0] and f"n = {mine.sum():,})" in told[0][0]
    assert f"against {error[~mine].mean():.1f} for everybody else (n = {(~mine).sum():,})" in told[0][0]


def test_so_what_is_headed_by_its_rule_and_names_the_furthest_behind_where_it_is_not_rare(opened, faces):
    test = model.read_predictions(model.DEFAULT).query("split == 'test'")
    error = (test.age_pred.astype(float) - test.age).abs()
    by_race = error.groupby(test.race.astype(str)).mean()
    worst, n = by_race.idxmax(), int((test.race == by_race.idxmax()).sum())
    share = faces.totals(Choice(races=(worst,)))["photos"] / faces.n
    assert share > 1 / 5  # else it is rare, and named anyway
    text = words(opened())
    assert so_what.HEAD in text and "rare" in so_what.HEAD and "worse off" in so_what.HEAD
    assert f"people coded {worst} are {100 * share:.1f} % of the photos; their age is off by {by_race[worst]:.1f}" in text
    assert f"n = {n:,})" in so_what.common(faces, Choice())
    assert so_what.common(faces, Choice(races=("White",))) == ""


def test_so_what_says_nothing_that_chance_explains(opened, faces, monkeypatch):
    rows = model.read_predictions(model.DEFAULT)
    alike = rows.assign(age_pred=rows.age + 3 + (rows.index % 2), p_female=(rows.sex == "female").astype(float))
    monkeypatch.setattr(so_what.ui, "read_predictions", lambda: alike)
    monkeypatch.setattr(so_what, "_state", lambda: "another table")
    assert so_what.sentences(faces, Choice()) == [] and so_what.common(faces, Choice()) == ""
    assert so_what.NOBODY in words(opened())


def test_a_few_photos_are_counted_and_nothing_is_concluded(opened, faces):
    page = opened(of_age="105-105")
    n = int(figures(page)["Photos"])
    assert 0 < n < 10
    text = words(page)
    assert f"{n} photos: too few to say who is rare among them" in text
    # charts that are of other ages, too, may conclude; those of these photos give counts only
    assert f"{n} photos: too few to say which ages are frequent" in text and "0.0 %" not in text
    assert text.count("too few") >= 5 and not page.error


def test_six_photos_have_counts_and_no_shares(opened, tmp_path):
    stored(tmp_path / "home")
    text = words(opened(shares="yes"))
    assert "Counts, for no group has 50 photos." in text and " %" not in text.replace("middle 90 %", "").replace("least 20 %", "")


def test_so_what_is_silent_where_something_is_chosen_that_errors_are_not_known_by(opened):
    text = words(opened(of_split="test", of_flag="grey"))
    assert "Here split and flag is chosen, too" in text and "their age is off by" not in text
    assert "their age is off by" in words(opened(of_age="20-90"))


def test_a_bar_of_which_a_part_is_chosen_is_drawn_half_pale_and_not_outlined():
    from agesex.charts import who as drawn
    from ui.dataset import clicks

    bands = pd.Series(["10–19", "20–29", "30–39"])
    part = clicks.part(Choice(ages=(26, 39)), "band", bands)
    assert part.tolist() == [0, clicks.PARTLY, 1]
    years = clicks.of_ages(Choice(ages=(26, 26)), pd.Series([25, 26, 30]), pd.Series([29, 26, 34]))
    assert years.tolist() == [clicks.PARTLY, 1, 0]
    assert clicks.part(Choice(sexes=("male",)), "sex", pd.Series(["male", "female"])).tolist() == [1, 0]
    rows = pd.DataFrame({
        "first": "a", "second": bands, "n": 5, "expected": 5.0, "ratio": 1.0, "adjusted": 0.0, "mark": "", "chosen": part > 0,
        "part": part,
    })  # fmt: skip
    shown = drawn.two_way(rows, ("a", "b")).rows
    assert shown.outline.nunique() == 2 and shown.outline.iloc[1] == shown.outline.iloc[0] != shown.outline.iloc[2]
    assert shown.shown.is_monotonic_increasing and shown.shown.nunique() == 3


def test_one_age_has_no_middle_half_and_no_means_to_compare(opened):
    text = words(opened(of_age="26-26"))
    assert "photos show people labelled 26" in text and "the mean age is the same: 26.0" in text


def test_the_csv_holds_the_selection(faces):
    choice = Choice(ages=(110, 116), sexes=("female",))
    lines = who._csv(faces, choice).splitlines()
    assert lines[0] == "file,age,sex,race,split,source,group,copies,flags"
    assert len(lines) - 1 == faces.totals(choice)["photos"]
    assert all(",female," in line for line in lines[1:])


def test_a_stored_data_set_stands_in_the_place_of_the_known_labels(opened, tmp_path):
    stored(tmp_path / "home")
    page = opened()
    assert figures(page)["Photos"] == "6" and figures(page)["Sex unknown"] == "2"
    assert group(page, "Sex").options[-1] == "unknown" and beside(page, "of_sex")[-1] == "2"
    assert "no measures" in words(page)
    for address in ({"ages_by": "race"}, {"of_sex": "unknown"}, {"rows": "sex"}, {"boxes_by": "split"}):
        assert not opened(**address).error, address


def test_two_data_sets_can_be_told_apart(opened, tmp_path):
    stored(tmp_path / "home", source="utkface")
    stored(tmp_path / "home", "other", source="utkface-wild")
    page = opened()
    assert figures(page)["Photos"] == "12"
    for names in (["utkface-wild"], ["utkface", "utkface-wild"]):
        group(page, "Source").set_value(names).run()
        assert figures(page)["Photos"] == f"{6 * len(names)}"
        assert page.query_params == {"of_source": "-".join(names)}
        assert figures(opened(of_source="-".join(names)))["Photos"] == f"{6 * len(names)}"


def test_a_broken_table_is_one_sentence(opened, tmp_path):
    (stored(tmp_path / "home") / "table.parquet").write_bytes(b"nothing")
    page = opened()
    assert len(page.error) == 1 and "dataset check" in page.error[0].value.replace("\\", "")


def test_broken_measures_cost_the_measures_only(opened, monkeypatch, tmp_path):
    from agesex import photo_quality

    broken = tmp_path / "quality.parquet"
    broken.write_bytes(b"nothing")
    monkeypatch.setattr(photo_quality, "FILE", broken)
    st.cache_resource.clear()
    page = opened()
    st.cache_resource.clear()
    assert not page.error and "no measures" in words(page)


def spec(page, title):
    """The drawing under the sentence that begins so, and its rows."""
    titles = [e.value for e in page.markdown if e.value.startswith("#### ")]
    place = next(i for i, one in enumerate(titles) if one.removeprefix("#### ").startswith(title))
    proto = charts(page)[place].proto
    data = proto.datasets[0].data if proto.datasets else proto.data
    return json.loads(proto.spec), ipc.open_stream(data.data).read_pandas()


def test_the_two_way_table_keeps_its_other_cells_and_outlines_the_chosen_one(opened, faces):
    whole = spec(opened(), "Found together")[1]
    rows = spec(opened(of_race="Asian", of_age="20-29", of_sex="female"), "Found together")[1]
    assert len(rows) == len(whole) and rows.n.sum() == faces.totals(Choice(sexes=("female",)))["photos"]
    (cell,) = rows[rows.outline > 1].itertuples()
    assert (cell.first, cell.second) == ("Asian", "20–29") and cell.read == 1 and rows.read.min() < 1
    assert whole.outline.nunique() == 1 and whole.read.min() == 1
    chosen = Choice((20, 29), ("female",), ("Asian",))
    assert clicks.pair("race", "band", chosen, {"first": "Asian", "second": "20–29"}, None) == Choice(sexes=("female",))
    other = clicks.pair("race", "band", chosen, {"first": "Black", "second": "4–9"}, None)
    assert (other.races, other.ages) == (("Black",), (4, 9))


def test_a_measure_ignores_its_own_filter_and_keeps_the_others(opened):
    faces = Faces()  # with the measures
    dark, sharp = ("brightness", 0.0, 100.0), ("sharpness", 0.0, 1.5)
    page = opened(of_measure="brightness_0.0_100.0-sharpness_0.0_1.5", stats="brightness")
    rows = spec(page, "Nine in ten photos have a brightness")[1]
    assert rows.n.sum() == faces.totals(Choice(measures=(sharp,)))["photos"]
    kept = faces.totals(Choice(measures=(dark, sharp)))["photos"]
    assert rows.n[rows.shown == 1].sum() >= kept > 0 and rows.shown.min() < 1


def test_a_handful_of_photos_in_a_split_spoils_no_shares(opened, monkeypatch, faces):
    table = dataset.known()
    table.loc[table.index[:6], "split"] = "unseen"
    few = Faces(census.known(table))
    monkeypatch.setattr(page_of_dataset, "faces", lambda: few)
    page = opened(ages_by="split", shares="yes")
    text = words(page)
    assert text.count("fewer than 50 photos say little: unseen (6 photos)") == 2
    rows = spec(page, ("The splits differ", "No difference"))[1]
    assert "unseen" not in set(rows.split) and "unseen" in few.options()["splits"]


def test_copies_are_a_filter_by_how_far_their_labels_differ(opened, faces):
    page = opened(view="wrong", of_apart="3-5")
    groups = faces.groups(Choice(apart=(3, 5)))
    assert groups.years.between(3, 5).all() and 0 < len(groups) < len(faces.groups())
    assert "Labels of copies 3–5 years apart" in [b.label for b in page.button]
    rows = spec(page, "One photo, two labels")[1]
    assert rows.n.sum() == len(faces.groups()) and rows.disagreement[rows.shown == 1].tolist() == ["3–5 years"]
    wanted = clicks.apart(Choice(), {"low": 3, "high": 5}, None)
    assert wanted == Choice(apart=(3, 5)) and clicks.apart(wanted, {"low": 3, "high": 5}, None) == Choice()
    assert faces.totals(Choice(apart=(0, 0)))["photos"] < faces.totals(Choice(copies="only"))["photos"]


def test_every_chart_that_looks_clickable_is_a_filter(opened):
    for view in ({"view": "who"}, {"view": "wrong"}):
        page = opened(**view)
        for chart in charts(page):
            clickable = '"cursor": "pointer"' in chart.proto.spec or '"cursor":"pointer"' in chart.proto.spec
            assert clickable == bool(chart.proto.selection_mode), chart.proto.spec[:200]


def test_what_is_chosen_stands_in_one_line_for_narrow_screens(opened, faces):
    page = opened(of_age="20-29", of_sex="female")
    n = faces.totals(Choice((20, 29), ("female",)))["photos"]
    assert f"**{n:,}** of {faces.n:,} photos · Age 20–29 · Sex female" in [e.value for e in page.markdown]


def test_texts_about_utkface_stand_over_utkface_only_whatever_a_data_set_is_called(opened, tmp_path):
    stored(tmp_path / "home", "utkface", source="imdb")
    for address in ({}, {"view": "wrong"}, {"view": "wrong", "fault": "doubts"}, {"view": "wrong", "fault": "names"}):
        text = " ".join([words(opened(**address)), *(e.value for e in opened(**address).info)])
        for theirs in ("UTKFace were estimated", "Sex is a label (UTKFace", "UTKFace's date", "random split", "Nobody in the photos"):
            assert theirs not in text, (theirs, address)
    assert "less that of a birth date" in words(opened())
    assert "birth date" in words(opened(view="wrong", fault="names"))
    assert "python -m training.suspects" in opened(view="wrong", fault="doubts").info[0].value
    assert "python -m training.leakage" in words(opened(view="wrong"))


def test_a_utkface_import_of_any_name_has_the_texts_about_utkface(opened, tmp_path):
    table = dataset.known().head(60)
    folder = stored(tmp_path / "home", "mine")
    taken = pd.to_datetime("2017-01-01")
    extra = pd.DataFrame({"file": ["9_0_0_1.jpg"], "age": [9], "sex": ["male"], "split": ["unseen"], "group": ["x"]})
    pd.concat([table, extra]).assign(source="utkface", taken=taken).to_parquet(folder / "table.parquet")
    assert "UTKFace were estimated" in words(opened()) and "UTKFace's date" in words(opened())
    text = words(opened(view="wrong"))
    assert "A random split would have trained on a copy" in text and "60 of the 61 here" in text
    page = opened(view="wrong", fault="doubts")
    assert "1 of the chosen photos was not in the search" in words(page)


def bars(start, end):
    return {"start": start, "end": end}


def test_a_click_sets_a_filter_and_a_second_one_takes_it_back():
    for after, clicked, wanted in (
        (lambda *a: clicks.ages(5, *a), bars(20, 25), Choice(ages=(20, 24))),
        (clicks.sex_and_ages, {"sex": "male", **bars(0, 5)}, Choice(ages=(0, 4), sexes=("male",))),
        (lambda *a: clicks.group("race", *a), {"name": "Asian"}, Choice(races=("Asian",))),
        (
            lambda *a: clicks.pair("band", "race", *a), {"first": "80+", "second": "Asian"},
            Choice(ages=(80, 120), races=("Asian",)),
        ),
        (clicks.split_and_band, {"split": "test", "band": "0–3"}, Choice(ages=(0, 3), splits=("test",))),
        (
            lambda *a: clicks.taken("day", *a), {"first": "20170102", "last": "20170102"},
            Choice(taken=(date(2017, 1, 2), date(2017, 1, 2))),
        ),
        (lambda *a: clicks.measure("blur", *a), bars(0.5, 1.0), Choice(measures=(("blur", 0.5, 1.0),))),
    ):  # fmt: skip
        assert after(Choice(), clicked, None) == wanted
        assert after(wanted, clicked, None) == Choice()
        others = Choice(copies="only")
        assert after(after(others, clicked, None), clicked, None) == others


def test_a_stroke_takes_every_bar_that_it_touches_and_wiping_it_takes_it_back():
    at = pd.Timestamp("2009-03-05").timestamp() * 1000
    for after, stroked, wanted in (
        (lambda *a: clicks.ages(10, *a), (20.4, 39.2), Choice(ages=(20, 39))),
        (lambda *a: clicks.ages(1, *a), (20.4, 39.0), Choice(ages=(20, 38))),
        (lambda *a: clicks.ages(5, *a), (117, 130), Choice(ages=(115, 120))),
        (lambda *a: clicks.taken("day", *a), (at, at + 1), Choice(taken=(date(2009, 3, 5), date(2009, 3, 5)))),
        (lambda *a: clicks.taken("year", *a), (at, at + 1), Choice(taken=(date(2009, 1, 1), date(2009, 12, 31)))),
        (lambda *a: clicks.measure("blur", *a), (0.5, 1.0), Choice(measures=(("blur", 0.5, 1.0),))),
    ):
        assert after(Choice(), None, stroked) == after(wanted, None, stroked) == wanted
        assert after(wanted, None, None) == Choice()


@pytest.mark.parametrize(
    "choice",
    [
        Choice(), Choice(ages=(3, 9), copies="only"), Choice(measures=(("blur", 0.1, 2.5), ("light", 0.0, 9.0))),
        Choice(taken=(date(2017, 1, 2), date(2017, 2, 1)), flags=("dark", "none")), Choice(apart=(0, 0)),
    ],
)  # fmt: skip
def test_what_is_written_into_the_address_is_read_back(choice, faces, monkeypatch):
    kept = {}
    monkeypatch.setattr(filters.linked, "put", kept.__setitem__)
    filters.write(choice)
    monkeypatch.setattr(
        filters.linked, "held",
        lambda key, default, parse: default if kept[key] == default else parse(filters.linked._text(kept[key])),
    )  # fmt: skip
    assert filters.asked(faces) == choice


def test_what_was_drawn_before_is_drawn_from_the_store_for_the_next_visitor(opened, monkeypatch):
    st.cache_resource.clear()
    first = opened(of_sex="female", of_age="20-29")

    def asked(*args, **kwargs):
        raise AssertionError("worked out again")

    for name in ("ask", "tuples"):
        monkeypatch.setattr(Faces, name, asked)
    monkeypatch.setattr(clicks, "made", asked)
    second = opened(of_sex="female", of_age="20-29")
    assert words(second) == words(first) and figures(second) == figures(first)
    assert [(c.proto.spec, c.proto.data.data) for c in charts(second)] == [
        (c.proto.spec, c.proto.data.data) for c in charts(first)
    ]


def test_an_import_of_the_same_name_and_its_removal_are_seen_at_once(opened, tmp_path):
    folder = stored(tmp_path / "home")
    assert figures(opened())["Photos"] == "6"
    rows = pd.read_parquet(folder / "table.parquet")
    rows.head(4).to_parquet(folder / "table.parquet")
    page = opened()
    assert figures(page)["Photos"] == "4" and "n = 4 photos" in words(page)
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    assert figures(opened())["Photos"] == f"{len(dataset.known()):,}"
