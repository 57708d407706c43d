"""Values in the address: kept over pages, read from links, never nonsense."""

import pytest
from streamlit.testing.v1 import AppTest

from ui import linked


def script():
    import streamlit as st

    from ui import linked

    linked.begin("A")
    linked.remembered(st.slider, "n", 0, 10, key="n", default=3, parse=linked.whole(0, 10))
    linked.remembered(st.segmented_control, "c", ["x", "y"], key="c", default="x")
    linked.remembered(st.toggle, "t", key="t", default=False, parse=linked.flag)
    linked.remembered(
        st.slider, "p", 0, 100, key="p", default=(20, 60), parse=linked.pair(0, 100)
    )
    linked.remembered(st.text_input, "s", key="s", default="", parse=str, shared=False)
    step = linked.held("step", default=1, parse=linked.whole(1, 5))
    st.button("next", on_click=linked.put, args=("step", step + 1))
    st.write(f"step {step}")
    linked.finish()


@pytest.fixture
def page():
    return AppTest.from_function(script, default_timeout=60)


def test_defaults_leave_the_address_empty(page):
    page.run()
    assert dict(page.query_params) == {}


def test_what_is_moved_stands_in_the_address(page):
    page.run()
    page.slider(key="n").set_value(7).run()
    page.toggle(key="t").set_value(True).run()
    page.slider(key="p").set_value((30, 40)).run()
    page.text_input(key="s").set_value("secret").run()
    page.button[0].click().run()
    assert not page.exception
    said = dict(page.query_params)
    assert said == {"n": "7", "t": "yes", "p": "30-40", "step": "2"}
    page.slider(key="n").set_value(3).run()
    assert "n" not in page.query_params


def test_a_link_sets_the_widgets_and_nonsense_is_ignored(page):
    page.query_params.update({"n": "9", "c": "z", "t": "maybe", "p": "90-10", "step": "77", "q": "?"})
    page.run()
    assert page.slider(key="n").value == 9
    assert page.button_group(key="c").value == "x"
    assert page.toggle(key="t").value is False
    assert page.slider(key="p").value == (20, 60)
    assert page.markdown[0].value == "step 1"
    assert dict(page.query_params) == {"n": "9"}


def test_back_brings_the_older_values(page, go_back):
    page.run()
    page.slider(key="n").set_value(7).run()
    page.slider(key="n").set_value(8).run()
    go_back(page, n="7")
    assert page.slider(key="n").value == 7
    del page.query_params["n"]
    go_back(page)
    assert page.slider(key="n").value == 3


def test_an_address_that_is_behind_undoes_nothing(page):
    page.run()
    page.slider(key="n").set_value(7).run()
    page.query_params["n"] = "3"  # the browser has not seen the new address when the next click comes
    page.slider(key="n").set_value(8).run()
    assert page.slider(key="n").value == 8
    page.query_params.clear()
    page.run()  # by a widget that is not in the address, a file that has come, a timer
    assert page.slider(key="n").value == 8
    assert dict(page.query_params) == {"n": "8"}


def interrupted():
    import streamlit as st

    from ui import linked

    linked.begin("A")
    linked.remembered(st.slider, "n", 0, 10, key="n", default=3, parse=linked.whole(0, 10))
    if st.session_state.get("cut", True):
        st.stop()
    linked.remembered(st.slider, "m", 0, 10, key="m", default=3, parse=linked.whole(0, 10))
    linked.finish()


def test_a_link_is_followed_to_its_end_though_a_click_cuts_the_first_run_short():
    page = AppTest.from_function(interrupted, default_timeout=60)
    page.query_params.update({"n": "9", "m": "8"})
    page.run()
    page.session_state["cut"] = False
    page.slider(key="n").set_value(5).run()
    assert (page.slider(key="n").value, page.slider(key="m").value) == (5, 8)
    assert dict(page.query_params) == {"n": "5", "m": "8"}
    page.slider(key="m").set_value(1).run()
    assert (page.slider(key="n").value, page.slider(key="m").value) == (5, 1)


def resetting():
    import functools

    import streamlit as st

    from ui import linked

    linked.begin("A")
    linked.remembered(
        st.segmented_control, "part", ["x", "y", "z"], key="part", default="x",
        moved=functools.partial(linked.reset, "vote", "none"),
    )  # fmt: skip
    linked.remembered(st.segmented_control, "vote", ["none", "a", "b"], key="vote", default="none")
    linked.finish()


def test_one_widget_resets_another_but_not_what_was_chosen_after_it():
    page = AppTest.from_function(resetting, default_timeout=60).run()
    page.button_group(key="vote").set_value("a").run()
    page.button_group(key="part").set_value("y").run()
    assert page.button_group(key="vote").value == "none"
    page.button_group(key="part").set_value("z")  # a slow server learns of both clicks at once
    page.button_group(key="vote").set_value("b").run()
    assert (page.button_group(key="part").value, page.button_group(key="vote").value) == ("z", "b")


def several():
    import streamlit as st

    from ui import linked

    linked.begin("A")
    linked.remembered(
        st.pills, "many", ["x", "y", "z"], key="many", default=(), selection_mode="multi",
        parse=lambda text: tuple(text.split(",")), moved=lambda: linked.put("moved", True),
    )  # fmt: skip
    linked.remembered(st.slider, "n", 0, 10, key="n", default=3, parse=linked.whole(0, 10))
    st.write(f"moved {linked.value('moved', False)}, {sorted(linked._kept()['many'])}")
    linked.finish()


def test_a_choice_that_a_browser_sends_back_as_a_list_has_not_been_moved():
    page = AppTest.from_function(several, default_timeout=60)
    page.query_params["many"] = "x,y"
    page.run()
    page.slider(key="n").set_value(7).run()
    assert page.markdown[0].value == "moved False, ['x', 'y']"
    page.button_group(key="many").set_value(["x"]).run()
    assert page.markdown[0].value == "moved True, ['x']"


def test_the_browser_is_not_told_what_it_said_itself(page):
    """Or a late answer would move a widget back that was moved once more meanwhile."""
    page.run()
    page.slider(key="n").set_value(7).run()
    assert not page.slider(key="n").proto.set_value
    page.toggle(key="t").set_value(True).run()
    told = [page.slider(key=key).proto.set_value for key in "np"]
    assert told == [False, False]
    page.session_state["linked_values"]["n"] = 2  # by a callback, a link, another page
    page.run()
    assert page.slider(key="n").proto.set_value


def test_a_secret_does_not_come_from_a_link(page):
    page.query_params["s"] = "planted"
    page.run()
    assert page.text_input(key="s").value == ""


@pytest.mark.parametrize(("parse", "text"), [
    (linked.whole(1, 5), "6"), (linked.whole(1, 5), "two"), (linked.pair(0, 9), "3"),
    (linked.pair(0, 9), "3-20"), (linked.flag, "1"),
])  # fmt: skip
def test_what_cannot_be_a_value_is_refused(parse, text):
    with pytest.raises((ValueError, KeyError)):
        parse(text)
