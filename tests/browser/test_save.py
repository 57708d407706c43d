"""Every chart can be taken away as a drawing, from any page, in the browser alone."""

from xml.etree import ElementTree

import pytest

pytestmark = pytest.mark.browser
SVG = "{http://www.w3.org/2000/svg}"


def saved(tab, button):
    with tab.page.expect_download() as download:
        button.click()
    return download.value.suggested_filename, ElementTree.parse(download.value.path()).getroot()


def test_a_chart_is_saved_as_the_drawing_that_it_is_under_its_own_name(open_tab, server):
    tab = open_tab(server, "/Metrics?view=sex")
    charts = tab.page.get_by_test_id("stVegaLiteChart")
    buttons = tab.page.locator("button.save-svg")
    assert buttons.count() == charts.count() == charts.locator("svg.marks").count() > 4
    tops = [chart.bounding_box()["y"] for chart in charts.all()]
    files = [saved(tab, button) for button in buttons.all()]
    assert len({name for name, _ in files}) == len(tops)
    for (name, root), chart in zip(files, charts.all(), strict=True):
        assert name.endswith(".svg") and root.tag == f"{SVG}svg"
        shown = {text for text in chart.locator("svg.marks text").all_text_contents() if text.strip()}
        drawn = {"".join(text.itertext()) for text in root.iter(f"{SVG}text")}
        assert shown and shown <= drawn
        title = root.find(f"{SVG}title").text.replace("\u00a0", " ")
        assert title.lower().split()[0] in name
        written = ["".join(text.itertext()).replace("\u00a0", " ") for text in root.findall(f"{SVG}text")]
        assert " ".join(written).startswith(title)  # wrapped, so in several pieces
        assert "n = " in " ".join(written) and "SHA-256" in " ".join(written)
        assert b"url(http" not in ElementTree.tostring(root)  # the page's address means nothing in a file
        inner = root.find(f"{SVG}svg")
        top, height = float(inner.get("y")), float(inner.get("height"))
        lines = [float(text.get("y")) for text in root.findall(f"{SVG}text")]
        assert lines[0] < top and lines[-1] > top + height and not [y for y in lines if top < y < top + height]
        assert lines[-1] < float(root.get("height"))
    assert not tab.outside and not tab.errors


def test_a_chart_can_be_had_as_a_picture_from_its_own_menu(open_tab, server):
    tab = open_tab(server, "/Metrics?view=sex")
    chart = tab.page.get_by_test_id("stVegaLiteChart").first
    chart.hover()
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="Download as PNG").first.click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
