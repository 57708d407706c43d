"""The views Pictures, Averages, Map, What is wrong and Connect of the Dataset page."""

import json
import shutil
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from drawn import write_utkface

from agesex import (
    averages,
    census,
    dataset,
    face_map,
    findings_dataset,
    findings_dataset_more,
    leakage,
    suspects,
)
from agesex.census import Choice, Faces
from agesex.charts import face_map as drawn_map
from agesex.dataset import importing, pictures, store
from agesex.errors import BadDataset
from ui.dataset import connect, face
from ui.dataset import map as map_view

PAGE = "pages/1_Dataset.py"
N = 130
WRONG = "nothing_2017.jpg"


@pytest.fixture(autouse=True)
def nothing_connected(tmp_path, monkeypatch):
    for name in ("AGESEX_DATASET", "AGESEX_ALLOW_IMPORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """(folder of drawn photos, home into which they were imported, names of three copies of one photo)."""
    folder, home = tmp_path_factory.mktemp("faces") / "UTKFace", tmp_path_factory.mktemp("home")
    first = write_utkface(folder, n=N)[0]
    copies = [first, "31_0_0_20170101999900001.jpg.chip.jpg", "77_1_3_20170101999900002.jpg.chip.jpg"]
    for name in copies[1:]:
        shutil.copy(folder / first, folder / name)
    (folder / WRONG).write_bytes(b"no label")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGESEX_HOME", str(home))
        report = importing.import_from(folder)
    assert report.taken == N + 2 and report.refused.total() == 1
    return SimpleNamespace(folder=folder, home=home, copies=copies)


@pytest.fixture
def stored(drawn, monkeypatch):
    monkeypatch.setenv("AGESEX_HOME", str(drawn.home))
    return drawn


@pytest.fixture
def opened(root):
    from streamlit.testing.v1 import AppTest

    def opener(view, **address):
        """A view, as a link with these values opens it for somebody new."""
        app = AppTest.from_file(root / "app.py", default_timeout=120).run()
        app.query_params["view"] = view
        for key, value in address.items():
            app.query_params[key] = value
        page = app.switch_page(PAGE).run()
        assert not page.exception
        return page

    return opener


def words(page):
    kinds = (page.markdown, page.caption, page.info, page.subheader, page.error, page.success)
    return " ".join(e.value for kind in kinds for e in kind).replace("\u00a0", " ")


def photos(page):
    """The photos of galleries: buttons whose label is a picture."""
    return [button for button in page.button if button.label.startswith("![Photo")]


def button(page, key):
    return page.button(key=key)


def tables(page):
    return [frame.value for frame in page.dataframe]


def test_the_gallery_shows_forty_photos_a_page_with_their_labels(stored, opened):
    page = opened("pictures", order="age")
    first = photos(page)
    assert len(first) == 40 and f"Photos 1–40 of {N + 2}" in words(page)
    ages = [int(one.label.rpartition(") ")[2].partition(",")[0]) for one in first]
    assert ages == sorted(ages) and "data:image/jpeg;base64," in first[0].label
    button(page, "page_Next").click().run()
    assert page.query_params["page"] == "2" and f"Photos 41–80 of {N + 2}" in words(page)
    assert not {one.key for one in first} & {one.key for one in photos(page)}


def test_another_order_or_filter_leads_back_to_the_first_page(stored, opened):
    page = opened("pictures", order="age", page="3")
    assert f"Photos 81–120 of {N + 2}" in words(page)
    page.selectbox(key="order").set_value("file").run()
    assert f"Photos 1–40 of {N + 2}" in words(page) and "page" not in page.query_params
    page.number_input(key="page").set_value(4).run()
    assert len(photos(page)) == N + 2 - 120
    page.slider[0].set_value((0, 40)).run()
    assert not page.exception and "Photos 1–" in words(page)


def test_the_random_order_changes_on_request_only(stored, opened):
    page = opened("pictures")
    first = [one.key for one in photos(page)]
    page.run()
    assert [one.key for one in photos(page)] == first
    button(page, "others").click().run()
    assert [one.key for one in photos(page)] != first and page.query_params["seed"]


def test_a_click_opens_the_face_and_back_leads_to_where_it_was(stored, opened):
    page = opened("wrong")
    shown = photos(page)[0]
    file = next(name for name in stored.copies if name in shown.key)
    shown.click().run()
    assert page.query_params == {"view": "pictures", "face": file, "back": "wrong"}
    assert f"Labelled {file.partition('_')[0]}," in words(page) and len(page.image) == 1
    button(page, "close_face").click().run()
    assert page.query_params == {"view": "wrong"} and "labelled again" in words(page)


def test_the_address_of_a_face_keeps_the_place_in_the_gallery(stored, opened):
    page = opened("pictures", order="age", turned="yes", page="2", face=stored.copies[0])
    assert page.query_params["order"] == "age" and page.query_params["page"] == "2"
    button(page, "close_face").click().run()
    assert f"Photos 41–80 of {N + 2}" in words(page) and page.query_params["turned"] == "yes"


def test_a_face_stands_beside_its_copies_and_their_labels(stored, opened):
    page = opened("pictures", face=stored.copies[1])
    text = words(page)
    assert "Labelled 31, male" in text and "2 other copies of this photo" in text
    assert "the sexes disagree and the race codes disagree" in text
    assert {one.label.rpartition(") ")[2].partition(" ")[0] for one in photos(page)} >= {"77,"}
    assert "Open in Explain" in [one.proto.label for one in page.get("page_link")]


def test_a_face_that_is_not_there_is_one_sentence(opened):
    page = opened("pictures", face="99_0_0_gone.jpg")
    assert "There is no photo" in words(page)
    button(page, "close_face").click().run()
    assert not page.exception and "face" not in page.query_params


def test_without_a_copy_the_same_faces_are_a_table_and_average_faces_stand_in(opened):
    page = opened("pictures", order="age", turned="yes", of_sex="female", of_age="20-29")
    assert "Pictures need a copy" in words(page) and not photos(page)
    (table,) = tables(page)
    assert len(table) == 40 and set(table.sex) == {"female"} and table["labelled age"].eq(29).all()
    grids = [e.proto.body for e in page.get("html") if '<div class="faces">' in e.proto.body]
    assert len(grids) == 1 and grids[0].count("<img ") == 1
    assert "Average faces of the chosen ages and sexes" in [e.value for e in page.subheader]
    assert "not taken into account" not in words(page)
    button(page, "go_connect").click().run()
    assert page.query_params["view"] == "connect"


@pytest.mark.parametrize("view", ["pictures", "averages"])
def test_filters_that_the_carried_averages_do_not_follow_are_named_beside_them(opened, view):
    page = opened(view, of_race="Black", of_split="test", of_sex="male")
    heads = [e.value for e in page.subheader]
    assert any(head.endswith(("sex, of everybody", "sexes, of everybody")) for head in heads)
    (note,) = [e.value for e in page.info if "not taken into account" in e.value]
    assert note.startswith("Race code Black and Split test are not taken into account here")
    assert "male" not in note  # the sex is followed
    (grid,) = [e.proto.body for e in page.get("html") if '<div class="faces">' in e.proto.body]
    assert "male, 0–2" in grid and "female, " not in grid
    page = opened(view, of_race="Black")
    assert any(e.value.startswith("Race code Black is not taken") for e in page.info)


def test_a_face_without_a_picture_has_its_label_the_models_answer_and_the_doubt(opened):
    rows = census.known()
    predictions = face._predicted({"source": "utkface", "file": rows.file[0]})
    page = opened("pictures", face=rows.file[0])
    text = words(page)
    assert f"Labelled {rows.age[0]}, {rows.sex[0]}" in text and "The picture comes with a copy" in text
    assert findings_dataset_more.predicted(predictions) in text
    if suspects.read() is not None:
        assert "Judged without this photo" in text
    dropped = rows.file[rows.split == "dropped"].iloc[0]
    assert "No answer about this photo: it is a copy that no model uses" in words(
        opened("pictures", face=dropped)
    )


def test_the_address_for_explain_finds_the_face(drawn, monkeypatch):
    data = dataset.open_dataset(drawn.folder)
    monkeypatch.setattr(face.ui, "utkface", lambda: data)
    for file in drawn.copies:
        address = face.explain_address(file)
        age = int(address["ages"].partition("-")[0])
        rows = data.table[data.table.age.eq(age) & data.table.sex.eq(address["labelled"])]
        assert rows.iloc[int(address["number"]) - 1].file == file
    assert face.explain_address("gone.jpg") is None


def test_photos_are_read_from_a_stored_data_set_and_in_place_alike(stored):
    files = [stored.copies[0], stored.copies[2], "gone.jpg"]
    here, there = dataset.open_dataset(stored.folder), store.open_stored("utkface")
    assert pictures.there(here) and pictures.there(there)
    expected = {name: (stored.folder / name).read_bytes() for name in files[:2]}
    assert pictures.read(here, files) == pictures.read(there, files) == expected
    assert pictures.read(there, []) == {}


def test_bytes_that_are_gone_are_an_error_that_says_what_to_do(stored, tmp_path):
    shutil.copytree(stored.home / "datasets" / "utkface", tmp_path / "cut")
    (tmp_path / "cut" / store.PHOTOS).write_bytes(b"short")
    cut = store.Stored("cut", tmp_path / "cut" / store.TABLE, {})
    with pytest.raises(BadDataset, match="ends too early.*dataset check cut"):
        pictures.read(cut, stored.copies)
    (tmp_path / "cut" / store.PHOTOS).unlink()
    assert not pictures.there(cut)


def test_copies_that_disagree_stand_side_by_side(stored, opened):
    page = opened("wrong")
    text = words(page)
    assert "**3 copies, two sexes," in text and "2 race codes" in text
    assert [one.label.rpartition("**  ")[0].rpartition("**")[2] for one in photos(page)].count(
        "77, female"
    ) == 1
    assert "0 of the 132 here" in text  # drawn photos are in none of the committed tables


def test_what_copies_do_to_a_test_is_said_of_the_published_set(opened):
    text = words(opened("wrong"))
    assert findings_dataset_more.leakage(leakage.read()) in text
    assert findings_dataset_more.label_noise(leakage.read()["labels"]) in text


def test_what_an_import_refused_is_listed_with_its_reason(stored, opened):
    page = opened("wrong", fault="names")
    text = words(page).replace("\\", "")
    assert f"1 file was refused, {N + 2} taken" in text and WRONG in text


def test_names_of_files_are_shown_as_they_are_and_ask_no_host(stored, opened, monkeypatch):
    name = "`![x](https://e.example/x.png)`_1_2_3.jpg"
    whole = store.open_stored("utkface")
    facts = whole.facts | {"refused": {"bad <b>": 1}, "refused_examples": [{"name": name, "reason": "bad <b>"}]}
    monkeypatch.setattr(store, "open_stored", lambda _: store.Stored("utkface", whole.table_path, facts))
    page = opened("wrong", fault="names")
    (line,) = [element.value for element in page.markdown if "e\\.example" in element.value]
    assert "\\!\\[x\\]\\(https" in line and "\\`" in line and "bad \\<b\\>" in line


def test_malformed_names_of_the_published_set_are_said(opened):
    page = opened("wrong", fault="names")
    facts = census.facts()
    assert f"{facts['malformed']} names are no labels" in words(page)
    assert all(name in words(page) for name in facts["malformed_names"])


def test_doubted_labels_come_by_rank_with_what_a_reader_said(opened):
    if suspects.read() is None:
        assert "The search for labels in doubt is not there" in words(opened("wrong", fault="doubts"))
        return
    page = opened("wrong", fault="doubts", doubt="sex")
    (table,) = tables(page)
    assert table.file.tolist() == suspects.worst(len(table), by="sex").file.tolist()
    judged, control = suspects.counts("sex"), suspects.counts("random sex")
    assert findings_dataset_more.verdict("sex", judged, control) in words(page)
    page = opened("wrong", fault="doubts", of_sex="female", of_age="0-9")
    assert set(tables(page)[0].sex) == {"female"} and tables(page)[0]["labelled age"].max() <= 9


def test_photos_that_stand_out_are_listed_by_flag(opened):
    page = opened("wrong", fault="photos")
    counts = Faces().options()["flags"]
    assert findings_dataset_more.flagged(counts, Faces().n) in words(page)
    page = opened("wrong", fault="photos", stands_out="blurred")
    assert all("blurred" in flags for flags in tables(page)[0]["flags"])


def test_averages_of_the_selection_leave_out_groups_of_fewer_than_fifty(stored, opened):
    page = opened("averages", averages_of="chosen", mean_rows="sex", mean_columns="band")
    assert "No group of these two fields has 50 photos" in words(page)
    assert "A (female)" in words(page) and "grey levels of 255" in words(page)
    assert len(page.image) == 3
    page = opened("averages", averages_of="chosen", a_band="0–3")
    assert f"an average takes at least {averages.LEAST}" in words(page) and not page.image


def test_averages_that_the_repository_carries_can_be_compared_without_a_copy(opened):
    page = opened("averages", face_a="female, 20–29", face_b="male, 70–79")
    text = words(page)
    assert "A (female, 20–29) is" in text and "grey levels of 255" in text and "sharpened afterwards" in text
    assert "chance alone" not in text and len(page.image) == 3
    page.selectbox(key="face_b").set_value("female, 20–29").run()
    assert "Choose two different pictures" in words(page)


def a_map():
    table = dataset.known()[["file", "group"]].sort_values("file", ignore_index=True)
    turn = np.arange(len(table)) / len(table) * 2 * np.pi
    table = table.assign(x=np.cos(turn), y=np.sin(turn))
    vectors = table[["x", "y"]].to_numpy(np.float32)
    return face_map.FaceMap(table, vectors, {"method": "PaCMAP", "trustworthiness": 0.9})


def half(rows):
    """(x in the middle of some photos on the map, the address of what lies left of it)."""
    table = a_map().table
    middle = round(table.x[table.file.isin(rows.file)].median(), 3)
    return middle, f"-2_-2_{middle}_-2_{middle}_2_-2_2"


def test_a_lasso_on_the_map_shows_whom_it_holds(opened, monkeypatch):
    monkeypatch.setattr(face_map, "read", lambda *args: a_map())
    page = opened("faces", map_by="sex", of_age="30-31")
    rows = Faces().rows(Choice(ages=(30, 31)))
    assert f"{len(rows):,} photos, near where" in words(page) and "no resemblance" in words(page)
    chart = page.get("plotly_chart")[0]
    assert chart.proto.selection_mode and "scattergl" in chart.proto.spec
    middle, circle = half(rows)
    table = a_map().table
    inside = table[table.file.isin(rows.file) & (table.x < middle)]
    assert 0 < len(inside) < len(rows)
    page = opened("faces", map_by="sex", of_age="30-31", of_map=circle)
    assert f"{len(inside):,} photos in there" in words(page)
    assert set(tables(page)[0].file) <= set(inside.file) and len(tables(page)[0]) == min(40, len(inside))
    assert "of_map" in page.query_params and "M-2.0,-2.0L" in page.get("plotly_chart")[0].proto.spec


@pytest.mark.parametrize("nonsense", ["", "0_0_1_0", "0_0_1_0_1_nan", "a_b_c_d_e_f", "0_0_1_0_1_99", "_".join("0" * 66)])
def test_nonsense_about_the_map_is_as_if_nothing_were_circled(opened, monkeypatch, nonsense):
    monkeypatch.setattr(face_map, "read", lambda *args: a_map())
    page = opened("faces", of_age="30-31", of_map=nonsense)
    assert "in there" not in words(page) and not page.error


def test_what_was_circled_is_there_again_after_a_face_and_a_reload(opened, monkeypatch):
    monkeypatch.setattr(face_map, "read", lambda *args: a_map())
    _, circle = half(Faces().rows(Choice(ages=(30, 31))))
    page = opened("faces", map_by="sex", of_age="30-31", of_map=circle)
    shown = tables(page)[0].file.tolist()
    page = opened("pictures", face=shown[0], back="faces", map_by="sex", of_age="30-31", of_map=circle)  # a reload
    button(page, "close_face").click().run()
    assert page.query_params == {"view": "faces", "map_by": "sex", "of_age": "30-31", "of_map": circle}
    assert tables(page)[0].file.tolist() == shown


def test_without_a_map_the_view_says_how_to_make_one(opened, monkeypatch):
    monkeypatch.setattr(face_map, "read", lambda *args: None)
    assert "python -m training.embed" in words(opened("faces"))


def test_faces_that_are_not_on_the_map_are_said(stored, opened, monkeypatch):
    monkeypatch.setattr(face_map, "read", lambda *args: a_map())
    assert "None of the chosen photos is on the map" in words(opened("faces"))


def test_neighbours_on_the_map_stand_below_a_face(opened, monkeypatch):
    monkeypatch.setattr(face_map, "read", lambda *args: a_map())
    file = a_map().table.file[0]
    page = opened("pictures", face=file)
    assert "What the model takes for alike" in words(page) and "nothing about who somebody is" in words(page)
    assert tables(page)[-1].file.tolist() == a_map().neighbours(file, 8).file.tolist()


def test_the_traces_of_the_map_hold_each_point_once():
    points = pd.DataFrame(
        {
            "x": [0.0, 0.1, 0.2],
            "y": [0.0, 0.0, 0.0],
            "sex": ["male", "female", "male"],
            "error": [1.0, np.nan, 3.0],
        }
    )
    assert [(name, rows.tolist()) for name, rows in drawn_map.parts(points, "sex")] == [
        ("female", [1]),
        ("male", [0, 2]),
    ]
    assert [rows.tolist() for _, rows in drawn_map.parts(points, "error")] == [[0, 2], [1]]
    figure = drawn_map.face_map(points, "sex", background=points[["x", "y"]])
    assert [trace.name for trace in figure.data] == ["female", "male", "not chosen"]
    assert [len(trace.x) for trace in figure.data] == [1, 2, 3]
    square = drawn_map.corners({"box": [{"x": [0.15, 0.05], "y": [-1, 1]}]})
    assert drawn_map.inside(points, square).tolist() == [False, True, False]
    assert list(drawn_map.face_map(points, "sex", circle=square).data[0].selectedpoints) == [0]


def test_a_lasso_is_kept_in_few_corners():
    turn = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    lasso = {"lasso": [{"x": np.cos(turn).tolist(), "y": np.sin(turn).tolist()}]}
    circle = drawn_map.corners(lasso)
    assert 3 <= len(circle) <= drawn_map.CORNERS
    rng = np.random.default_rng(0)
    points = pd.DataFrame(rng.uniform(-1, 1, (4000, 2)), columns=["x", "y"])
    truth = np.hypot(points.x, points.y) < 1
    assert (drawn_map.inside(points, circle) == truth).mean() > 0.98
    assert drawn_map.corners({"points": [{"x": 0.5, "y": 0.5}]})[0] == (0.498, 0.498)
    assert drawn_map.corners({"points": [], "lasso": [], "box": []}) is None


def test_no_more_points_than_the_browser_bears_go_to_it(monkeypatch):
    table = pd.DataFrame({"file": [f"f{n}" for n in range(50)], "age": 30})
    monkeypatch.setattr(map_view, "MOST", 20)
    found = SimpleNamespace(table=table.assign(x=0.0, y=0.0)[["file", "x", "y"]])
    assert len(map_view._points(Faces(table), Choice(), found, "sex")) == 20


def test_connect_lists_what_is_there_and_what_the_words_mean(stored, opened):
    page = opened("connect")
    (table,) = tables(page)
    assert table["data set"].tolist() == ["utkface"] and table.photos.tolist() == [N + 2]
    assert table.pictures.tolist() == ["yes"] and table.refused.tolist() == [1]
    assert "no statement about anybody's gender" in words(page) and "non-commercial research" in words(page)
    assert "dataset import" in page.code[0].value and not page.text_input


def test_connect_names_an_import_that_was_cut_off_and_how_to_go_on(stored, opened):
    from agesex.dataset import store, unfinished

    folder = store.part_of("half")
    folder.mkdir(parents=True)
    notes = {"source": "utkface", "path": "/somewhere/half.zip", "from": "half.zip", "name": "half"}
    (folder / unfinished.WORK).write_text(json.dumps(notes), "utf-8")
    page = opened(view="connect")
    assert any("half\\.zip was cut off" in one.value for one in page.warning)
    (commands,) = [one.value for one in page.code if "dataset remove half" in one.value]
    assert "dataset import /somewhere/half.zip" in commands
    folder.rename(folder.with_name("elsewhere"))
    assert not opened(view="connect").warning


def test_an_import_from_the_page_brings_the_pictures(drawn, opened, monkeypatch):
    monkeypatch.setenv("AGESEX_ALLOW_IMPORT", "1")
    connect.JOBS.clear()
    page = opened("connect")
    page.text_input(key="import_path").set_value(str(drawn.folder))
    button(page, "start_import").click().run()
    (job,) = connect.JOBS
    assert job.wait(60)
    page.run()
    assert not page.exception
    assert f"{N + 3} files seen, {N + 2} taken, 1 refused" in words(page)
    assert tables(page)[0].photos.tolist() == [N + 2]
    connect.JOBS.clear()


def test_what_cannot_be_imported_is_one_sentence(opened, monkeypatch, tmp_path):
    monkeypatch.setenv("AGESEX_ALLOW_IMPORT", "1")
    connect.JOBS.clear()
    page = opened("connect")
    button(page, "start_import").click().run()
    assert [e.value for e in page.warning] == [
        "Name a folder, an archive or a table first."
    ] and not connect.JOBS
    page.text_input(key="import_path").set_value(str(tmp_path / "gone"))
    button(page, "start_import").click().run()
    assert connect.JOBS[0].wait(60)
    page.run()
    assert "Expected a folder or an archive" in words(page).replace("\\", "") and not page.exception
    connect.JOBS.clear()


def test_an_import_says_how_far_it_is_and_how_long_the_rest_takes(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(connect.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(connect, "_FIRST", {})
    job = SimpleNamespace(report=None)
    assert connect._so_far(job, None) == "looking for photos …"
    job.report = SimpleNamespace(seen=1, bytes=2e6)
    assert connect._so_far(job, None) == "1 photo, 2 MB"
    job.report = SimpleNamespace(seen=4500, bytes=2e7)
    assert connect._so_far(job, 0.2) == "4,500 photos, 20 MB, 20 %"
    now[0] = 10.0
    assert connect._so_far(job, 0.4) == "4,500 photos, 20 MB, 40 %, about 30 seconds left"
    now[0] = 600.0
    assert connect._so_far(job, 0.5).endswith("about 17 minutes left")


@pytest.mark.parametrize(("share", "bars"), [(0.25, 1), (None, 0)])
def test_a_running_import_has_a_bar_where_its_share_is_known(opened, monkeypatch, share, bars):
    monkeypatch.setenv("AGESEX_ALLOW_IMPORT", "1")
    report = SimpleNamespace(seen=4500, bytes=2e7)
    job = SimpleNamespace(at_work=True, state="running", report=report, share=share, stop=lambda: None)
    monkeypatch.setattr(connect, "JOBS", [job])
    page = opened("connect")
    shown = page.get("progress")
    assert len(shown) == bars
    assert "4,500 photos, 20 MB" in (shown[0].proto.text if bars else words(page))


@pytest.mark.parametrize(("name", "slow"), [("UTKFace.tar.gz", True), ("UTKFace", False)])
def test_a_packed_archive_in_place_is_said_to_be_slow(opened, monkeypatch, name, slow, tmp_path):
    data = dataset.Dataset(tmp_path / name, dataset.known().head(60), [])
    monkeypatch.setattr(connect.ui, "connected", lambda: data)
    assert (connect.SLOW in words(opened("connect"))) is slow


def test_only_photos_that_have_a_score_are_counted_as_pages(opened, monkeypatch):
    rows = suspects.read()
    monkeypatch.setattr(suspects, "read", lambda *args: rows.head(45))
    st.cache_resource.clear()
    page = opened("wrong", fault="doubts")
    st.cache_resource.clear()
    assert [one.label for one in page.number_input if one.key == "doubts"] == ["Page of 3"]
    assert f"{len(rows) - 45:,} of the chosen photos were not in the search" in words(page)


def test_who_judged_the_labels_is_said_as_it_was(opened):
    text = words(opened("wrong", fault="doubts"))
    assert "one of the project's authors, no expert, who saw the label but not the model's guess, knew that most" in text
    assert "a reader" not in text and "95 % interval" in text


def test_probabilities_are_never_all_or_nothing():
    said = [findings_dataset_more._sure(p) for p in (0.0, 0.0004, 0.5, 0.9996, 1.0)]
    assert said == ["less than 0.1 %", "less than 0.1 %", "50.0 %", "more than 99.9 %", "more than 99.9 %"]
    shares = [findings_dataset.share_of(n, of) for n, of in ((0, 50), (1, 5000), (3, 7), (25, 50))]
    assert shares == ["none", "fewer than 0.1 %", "3 of 7", "50.0 %"]


def test_the_sentences_count_what_they_say():
    words = findings_dataset_more
    group = SimpleNamespace(n=3, sexes=2, years=1, races=1)
    assert words.group(group) == "3 copies, two sexes and 1 year apart"
    assert words.group(SimpleNamespace(n=2, sexes=1, years=0, races=1)) == "2 copies, same age and sex"
    row = {"age": 40, "age_pred": 31.6, "age_low": 20.0, "age_high": 44.0, "p_female": 0.25, "sex": "female"}
    assert words.predicted(row) == (
        "It guesses 32 years (20–44 at 90 %), 8 years younger than the label, and male with 75.0 %, labelled "
        "female"
    )
    judged = {"n": 0, "wrong": 0}
    assert words.verdict("age", judged, judged).startswith("Nobody has looked")
    assert words.flagged({"dark": 0}, 10) == "None of the 10 photos stands out as a picture"
    assert (
        words.flagged({"dark": 1, "grey": 2}, 100)
        == "Few photos stand out as pictures: 2.0 % grey and 1.0 % dark"
    )


def test_an_imported_copy_serves_explain_and_metrics(stored, drawn, app):
    from ui import loaders
    from ui.metrics import photos

    data = loaders.utkface()
    assert data is loaders.utkface() and len(data.table) == N + 2 and loaders.connected() is None
    address = face.explain_address(drawn.copies[0])
    app.run()
    for key, value in address.items():
        app.query_params[key] = value
    page = app.switch_page("pages/4_Explain.py").run()
    assert not page.exception
    text = " ".join(element.value for element in page.caption).replace("\u00a0", " ")
    row = data.table.set_index("file").loc[drawn.copies[0]]
    assert f"labelled {row.age} years, {row.sex}" in text
    found = photos.of(data.table.head(2))
    assert all(found) and found[0] == data.photo(data.table.file[0])
