"""Every page as those meet it who see little or use a keyboard, judged by axe-core; and small screens.

The rules of WCAG 2.2, A and AA, in the light and in the dark.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe

import ui

pytestmark = pytest.mark.browser
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
CHARTS = "svg-img-alt"  # a chart has a name as a whole; Vega names neither a brush nor a layer of a single mark in it
QUIET = ["/", "/Dataset", "/Dataset?view=wrong", "/Dataset?view=connect", "/Metrics?view=fairness", "/Metrics?view=failures"]
LOUD = ["/Predict", "/Explain?view=lesson", "/Model_card"]  # TensorFlow answers, or much has to be drawn


def faults(tab):
    """What axe-core finds fault with: [(rule, how much, the first place)]."""
    found = Axe().run(tab.page, options=RULES).response["violations"]
    shown = []
    for rule in found:
        places = [node for node in rule["nodes"] if rule["id"] != CHARTS or "mark-" not in node["html"]]
        if places:
            shown.append((rule["id"], len(places), places[0]["html"], places[0]["failureSummary"]))
    return shown


def looked_at(tab):
    found = {}
    for scheme in ("light", "dark"):
        tab.page.emulate_media(color_scheme=scheme)
        tab.settle()
        found[scheme] = faults(tab)
    return found


def test_axe_sees_what_is_wrong(make_tab):
    tab = make_tab()
    tab.page.set_content("<html lang=en><title>t</title><p style='color: #999; background: #fff'>pale</p><img src=x></html>")
    assert {fault[0] for fault in faults(tab)} == {"color-contrast", "image-alt"}


@pytest.mark.parametrize("address", QUIET)
def test_everybody_can_read_and_reach_it(open_tab, server, address):
    assert looked_at(open_tab(server, address, width=1280)) == {"light": [], "dark": []}


@pytest.mark.model
@pytest.mark.parametrize("address", LOUD)
def test_everybody_can_read_and_reach_what_a_model_says(open_tab, server, address):
    assert looked_at(open_tab(server, address, width=1280)) == {"light": [], "dark": []}


@pytest.mark.model
def test_on_a_phone_the_answer_about_a_face_is_on_the_first_screen(open_tab, server):
    tab = open_tab(server, "/Predict", width=400)
    answer = tab.page.locator(".st-key-faces h3").first
    answer.wait_for()
    box = answer.bounding_box()
    assert box["y"] + box["height"] < 800
    assert box["y"] < tab.page.locator(".st-key-photo img").first.bounding_box()["y"]
    assert tab.page.get_by_role("heading", name=ui.MENU[3].name, exact=True, level=1).count() == 1
