"""The Dataset page in a real Chromium: a click and a stroke on charts are filters, and reload keeps them.

pytest tests/browser/test_dataset.py
"""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from agesex import census
from agesex.census import Choice

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True, scope="module")
def patience():
    """Machines that test are busy."""
    expect.set_options(timeout=240_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(autouse=True, scope="module")
def nothing_connected(tmp_path_factory):
    """The server of this module knows no data set but the labels of the repository."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGESEX_HOME", str(tmp_path_factory.mktemp("home")))
        patch.delenv("AGESEX_DATASET", raising=False)
        yield


@pytest.fixture(scope="module")
def faces():
    return census.Faces(census.known())


def chart(tab, title):
    """The drawing under the sentence that holds `title`."""
    block = tab.page.locator('[data-testid="stVerticalBlock"]').filter(has=tab.page.get_by_text(title)).last
    return block.locator('[data-testid="stVegaLiteChart"]')


def bar(tab, title, words):
    """The mark that is read out with these words."""
    return chart(tab, title).locator(f'path[aria-roledescription="bar"][aria-label*="{words}"]').first


def shown(tab, n):
    expect(tab.page.locator(".st-key-chips")).to_contain_text(f"{n:,} of 22,702 photos")
    tab.settle()


def test_a_click_is_a_filter_a_reload_keeps_it_and_a_second_click_takes_it_back(open_tab, server, faces):
    tab = open_tab(server, "/Dataset")
    shown(tab, faces.n)
    wanted = "labelled female"
    bar(tab, wanted, "labelled age, years: 25–29; sex: male").click()
    choice = Choice(ages=(25, 29), sexes=("male",))
    shown(tab, faces.totals(choice)["photos"])
    assert "of_sex=male" in tab.page.url and "of_age=25-29" in tab.page.url
    tab.shot("dataset-clicked")
    tab.page.reload()
    tab.settle()
    shown(tab, faces.totals(choice)["photos"])
    bar(tab, wanted, "labelled age, years: 25–29; sex: male").click()
    shown(tab, faces.n)
    assert "of_" not in tab.page.url


def test_a_stroke_over_ages_takes_them_all_and_a_chip_takes_it_back(open_tab, server, faces):
    tab = open_tab(server, "/Dataset?bar=10")
    drawing = chart(tab, "Half of the photos")
    drawing.scroll_into_view_if_needed()
    low, high = (
        bar(tab, "Half of the photos", f"years: {start} – ").bounding_box() for start in (20, 40)
    )
    y = low["y"] + low["height"] - 3
    tab.page.mouse.move(low["x"] + 2, y)
    tab.page.mouse.down()
    tab.page.mouse.move(low["x"] + 20, y, steps=4)
    tab.page.wait_for_timeout(1500)  # the page is drawn again meanwhile, and the stroke goes on
    tab.settle()
    tab.page.mouse.move(high["x"] - 8, y, steps=6)
    tab.page.mouse.up()
    shown(tab, faces.totals(Choice(ages=(20, 39)))["photos"])
    assert chart(tab, "Half of the photos").locator(".mark-rect.role-mark").count()  # the stroke is still drawn
    tab.page.get_by_role("button", name="Age 20–39").click()
    shown(tab, faces.n)


def test_the_table_of_two_fields_keeps_its_cells_and_a_second_click_takes_the_first_back(open_tab, server, faces):
    tab = open_tab(server, "/Dataset")
    shown(tab, faces.n)
    cells = chart(tab, "Found together").locator('path[aria-label*="expected if unrelated"]')
    number = cells.count()
    cell = cells.and_(tab.page.locator('[aria-label*="race code: Asian"][aria-label*="20–29"]')).first
    cell.click(force=True)  # the number lies on the cell
    shown(tab, faces.totals(Choice(ages=(20, 29), races=("Asian",)))["photos"])
    assert cells.count() == number > 40
    cell.click(force=True)  # the number lies on the cell
    shown(tab, faces.n)
    assert "of_" not in tab.page.url


def test_copies_are_filtered_by_a_click(open_tab, server, faces):
    tab = open_tab(server, "/Dataset?view=wrong")
    bar(tab, "One photo, two labels", "11–20 years").click()
    shown(tab, faces.totals(Choice(apart=(11, 20)))["photos"])
    assert "of_apart=11-20" in tab.page.url


def test_on_a_narrow_screen_one_line_stands_for_the_filters_until_they_are_asked_for(open_tab, server, faces):
    tab = open_tab(server, "/Dataset?of_sex=female", width=400)
    n = faces.totals(Choice(sexes=("female",)))["photos"]
    line, body = tab.page.locator(".st-key-filters_line"), tab.page.locator(".st-key-filters_body")
    expect(line).to_contain_text(f"{n:,} of 22,702 photos · Sex female")
    expect(body).to_be_hidden()
    line.get_by_text("Filters").click()
    expect(body).to_be_visible()
    tab.page.set_viewport_size({"width": 1280, "height": 900})
    expect(line).to_be_hidden()
    expect(body).to_be_visible()


def test_back_takes_the_last_filter_back(open_tab, server, faces):
    tab = open_tab(server, "/Dataset")
    tab.page.get_by_role("button", name=re.compile("^female")).first.click()
    shown(tab, faces.totals(Choice(sexes=("female",)))["photos"])
    tab.page.get_by_role("button", name="Take back all filters").click()
    shown(tab, faces.n)


def test_a_sentence_leads_to_its_slice(open_tab, server):
    tab = open_tab(server, "/Dataset")
    link = tab.page.locator('.st-key-so_what a[href*="slice_race"]')
    expect(link).to_have_count(1)
    link.click()
    tab.page.get_by_role("heading", name="Metrics", exact=True, level=1).wait_for()
    tab.settle()
    expect(tab.page.get_by_text("test faces are in the slice")).to_be_visible()
    assert "view=slice" in tab.page.url and re.search("slice_race=[A-Z]", tab.page.url)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (400, True)])
def test_nothing_is_wider_than_the_screen_and_nothing_is_fetched(open_tab, server, width, dark):
    tab = open_tab(server, "/Dataset", width=width, dark=dark)
    tab.page.locator('[data-testid="stVegaLiteChart"] svg').first.wait_for()
    tab.shot(f"dataset-{width}")
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    assert not tab.errors


def test_a_held_arrow_key_loses_no_other_filter(open_tab, server):
    tab = open_tab(server, "/Dataset?of_race=Black&rows=sex&columns=split&stats=brightness")
    slider = tab.page.locator('.st-key-of_age input[type="range"]').first
    slider.focus()
    for _ in range(30):
        tab.page.keyboard.press("ArrowRight")
        tab.page.wait_for_timeout(33)  # as a held key repeats
    expect(slider).to_have_attribute("aria-valuetext", "30")
    tab.settle()
    tab.page.wait_for_url(re.compile("of_age=30-120"))
    query = parse_qs(urlsplit(tab.page.url).query)
    assert query == {
        "of_age": ["30-120"], "of_race": ["Black"], "rows": ["sex"], "columns": ["split"], "stats": ["brightness"],
    }  # fmt: skip
    black = tab.page.locator(".st-key-of_race button", has_text="Black")
    assert black.get_attribute("aria-checked") == "true" or black.get_attribute("aria-pressed") == "true"
    numbers = black.evaluate("pill => getComputedStyle(pill, '::after').content")
    assert re.fullmatch(r'"\d,\d{3}"', numbers)
