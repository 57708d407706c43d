"""What is worked out about a data set once for all visitors, and never shown of another one."""

import json
import threading
from dataclasses import FrozenInstanceError

import pandas as pd
import pytest

from agesex import census
from agesex.census import Choice, Faces, kept, who
from agesex.census import faces as module
from agesex.census.kept import Store
from ui.dataset import clicks
from ui.dataset import who as view

WOMEN = Choice(sexes=("female",))


@pytest.fixture(scope="module")
def table():
    return census.known().head(300)


@pytest.fixture
def faces(table):
    return Faces(table)


def counting():
    """A kept function, and the list of what it was asked."""
    asked = []

    @kept
    def work(faces, choice, width=1):
        asked.append((choice, width))
        return who.age_counts(faces, choice, width=width)

    return work, asked


def test_the_second_visitor_with_the_same_choice_computes_nothing(faces):
    work, asked = counting()
    first, second = work(faces, Choice(ages=(0, 9))), work(faces, Choice(ages=(0, 9)))
    pd.testing.assert_frame_equal(first, second)
    assert len(asked) == 1
    work(faces, Choice(ages=(0, 8)))
    work(faces, Choice(ages=(0, 9)), width=5)
    assert len(asked) == 3


def test_options_and_totals_ask_the_table_once(faces, monkeypatch):
    before = faces.options(WOMEN), faces.totals(WOMEN)

    def no_question(*args):
        raise AssertionError("asked again")

    monkeypatch.setattr(faces, "tuples", no_question)
    monkeypatch.setattr(faces, "ask", no_question)
    assert (faces.options(WOMEN), faces.totals(WOMEN)) == before
    with pytest.raises(AssertionError, match="asked again"):
        faces.totals(Choice(sexes=("male",)))


def test_nothing_is_an_answer_and_an_error_is_none(faces):
    asked = []

    @kept
    def work(faces, fails):
        asked.append(fails)
        if fails and len(asked) < 3:
            raise ValueError("not now")

    assert work(faces, False) is None and work(faces, False) is None and asked == [False]
    with pytest.raises(ValueError, match="not now"):
        work(faces, True)
    assert work(faces, True) is None and asked == [False, True, True]


def test_another_data_set_is_not_answered_from_the_store_of_the_first(table):
    work, asked = counting()
    one, other = Faces(table), Faces(table.head(100))
    assert work(one, Choice()).n.sum() == 300 and work(other, Choice()).n.sum() == 100
    assert len(asked) == 2 and len(one.store) == len(other.store) == 1
    assert one.totals()["photos"] == 300 and other.totals()["photos"] == 100
    assert other.options()["sexes"] != one.options()["sexes"]
    assert view._of_pyramid(one, Choice()) != view._of_pyramid(other, Choice())


def test_no_asker_can_spoil_what_is_kept(faces):
    work, asked = counting()
    work(faces, Choice())  # of whoever comes first, too
    for spoilt in (work(faces, Choice()), work(faces, Choice())):
        spoilt["n"] = 0
        spoilt.loc[0, "share"] = 7.0
        spoilt.iloc[:, 2] = -1
        del spoilt["name"]
        spoilt.attrs["step"] = "spoilt"
        spoilt.columns.name = "spoilt"
    with pytest.raises(ValueError, match="read-only"):
        work(faces, Choice()).n.to_numpy()[0] = 5
    found = work(faces, Choice())
    assert len(asked) == 1
    pd.testing.assert_frame_equal(found, who.age_counts(faces, Choice()))
    assert not found.attrs and found.columns.name is None
    faces.options(WOMEN)["sexes"]["female"] = faces.totals(WOMEN)["photos"] = -1
    assert faces.options(WOMEN)["sexes"]["female"] == faces.totals(WOMEN)["photos"] > 0
    rows = faces.ask("SELECT age FROM faces LIMIT 3")
    rows["age"] = rows.iloc[:, 0] = -1
    assert (faces.ask("SELECT age FROM faces LIMIT 3").age >= 0).all()


def test_a_figure_that_is_kept_cannot_be_changed(faces):
    found = view._of_pyramid(faces, Choice())
    assert isinstance(found, clicks.Figure) and found is view._of_pyramid(faces, Choice())
    with pytest.raises(FrozenInstanceError):
        found.title = "spoilt"
    json.loads(found.spec)["encoding"].clear()
    assert json.loads(view._of_pyramid(faces, Choice()).spec)["encoding"]


def test_the_store_holds_so_many_answers_those_asked_for_last():
    store = Store(3)
    for number in range(3):
        store.put(number, number)
    assert store.get(0) == 0
    store.put(3, 3)
    assert len(store) == 3 and store.get(1, "gone") == "gone" and [store.get(n) for n in (0, 2, 3)] == [0, 2, 3]


def test_the_stores_of_a_data_set_are_bounded_and_long_lists_are_not_in_them(table, monkeypatch):
    monkeypatch.setattr(module, "WORKED_OUT", 5)
    monkeypatch.setattr(module, "KEPT", 5)
    monkeypatch.setattr(module, "LONGEST", 100)
    faces = Faces(table)
    for age in range(20):
        faces.totals(Choice(ages=(0, age)))
        faces.ask("SELECT ? AS age", [age])
    assert len(faces.store) == len(faces._answers) == 5
    before = list(faces._answers._answers)
    assert len(faces.rows()) == 300 and list(faces._answers._answers) == before


def test_two_who_ask_at_once_both_get_the_whole_answer_and_nobody_waits(faces):
    together = threading.Barrier(2, timeout=30)

    @kept
    def work(faces, choice):
        together.wait()  # a lock around the work would keep the second one out for ever
        return who.age_counts(faces, choice)

    found = []
    threads = [threading.Thread(target=lambda: found.append(work(faces, Choice()))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pd.testing.assert_frame_equal(*found)
    assert found[0].n.sum() == 300
