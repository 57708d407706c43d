"""The frame of every page in a real Chromium: deep links, menu, narrow and dark, nothing fetched."""

import re

import pytest

import ui

pytestmark = pytest.mark.browser
LINK = '[data-testid="stTopNavLink"]'


def path_of(entry):
    return f"/{entry.url}"


def menu(tab):
    """[(name, href)] of the menu, without the names of the icon font's letters."""
    links = tab.page.locator(f"{LINK} >> visible=true")
    return [
        (
            link.locator('[data-testid="stMarkdownContainer"]').inner_text(),
            link.get_attribute("href"),
        )
        for link in links.all()
    ]


def assert_frame(tab, entry):
    page = tab.page
    assert page.locator("h1").all_inner_texts() == [entry.headings[0]]
    assert page.get_by_text(entry.headings[1], exact=True).first.is_visible()
    assert page.get_by_text(ui.NOTICE).is_visible()
    assert page.title() == f"{entry.name} · Age and sex"
    assert page.locator('[data-testid="stException"]').count() == 0
    assert page.get_by_text("Page not found").count() == 0


@pytest.mark.parametrize("entry", ui.MENU, ids=lambda entry: entry.name)
def test_a_deep_link_to_a_fresh_server_has_the_whole_frame(open_tab, fresh_server, entry):
    address = fresh_server()
    tab = open_tab(address, path_of(entry))
    assert_frame(tab, entry)
    assert tab.page.url.rstrip("/") == (address + path_of(entry)).rstrip("/")
    names, hrefs = zip(*menu(tab), strict=True)
    assert list(names) == [other.name for other in ui.MENU]
    assert [href.removeprefix(address) for href in hrefs] == [path_of(other) for other in ui.MENU]
    current = tab.page.locator(f'{LINK}[aria-current="page"]')
    assert current.count() == 1
    assert entry.name in current.inner_text()
    tab.shot(f"frame-{entry.url or 'Overview'}")


def test_every_entry_opens_in_a_new_tab(open_tab, server):
    tab = open_tab(server)
    for entry in ui.MENU[1:]:
        with tab.context.expect_page() as opened:
            tab.page.locator(LINK, has_text=entry.name).click(modifiers=["ControlOrMeta"])
        new = opened.value
        new.get_by_role("heading", name=entry.headings[0], exact=True, level=1).wait_for()
        new.get_by_text(ui.NOTICE).wait_for()
        assert new.url == server + path_of(entry)
        new.close()
    assert tab.page.locator("h1").inner_text() == ui.MENU[0].question


def test_the_menu_leads_through_all_pages_and_back(open_tab, server):
    tab = open_tab(server)
    for entry in [*ui.MENU[1:], ui.MENU[0]]:
        tab.page.locator(LINK, has_text=entry.name).click()
        tab.page.get_by_role("heading", name=entry.headings[0], exact=True, level=1).wait_for()
        tab.settle()
        assert_frame(tab, entry)
    tab.page.go_back()
    tab.page.get_by_role("heading", name="Model card", exact=True, level=1).wait_for()


def test_the_notice_leads_to_the_model_card(open_tab, server):
    tab = open_tab(server, "/Predict")
    link = tab.page.locator(".st-key-notice a")
    assert link.get_attribute("href").endswith("Model_card")
    link.click()
    tab.page.get_by_role("heading", name="Model card", exact=True, level=1).wait_for()


def test_icons_are_drawn_from_the_font_that_streamlit_carries(open_tab, server):
    tab = open_tab(server)
    loaded = tab.page.evaluate(
        "[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)"
    )
    assert any("Material Symbols" in family for family in loaded)
    icons = tab.page.locator(f'{LINK} [data-testid="stIconMaterial"]')
    assert icons.count() == len(ui.MENU)
    for icon in icons.all():  # a missing font would spell the icon's name out
        assert icon.bounding_box()["width"] < 32
    icon = tab.page.locator('link[rel="shortcut icon"]').get_attribute("href")
    assert icon.startswith("data:image/svg+xml")


@pytest.mark.parametrize("entry", ui.MENU, ids=lambda entry: entry.name)
def test_a_phone_shows_the_page_without_sideways_scrolling(open_tab, server, entry):
    tab = open_tab(server, path_of(entry), width=400, height=800)
    assert_frame(tab, entry)
    overflow = tab.page.evaluate(
        """() => [...document.querySelectorAll('html, [data-testid="stMain"]')]
                 .map(e => e.scrollWidth - e.clientWidth)"""
    )
    assert max(overflow) <= 0
    tab.shot(f"narrow-{entry.url or 'Overview'}")


def test_a_phone_reaches_the_menu(open_tab, server):
    tab = open_tab(server, width=400, height=800)
    tab.page.locator('[data-testid="stExpandSidebarButton"]').click()
    links = tab.page.locator('[data-testid="stSidebarNavLink"]')
    links.first.wait_for()
    assert [link.get_attribute("href").removeprefix(server) for link in links.all()] == [
        path_of(entry) for entry in ui.MENU
    ]
    links.nth(3).click()
    tab.page.get_by_role("heading", name="Predict", exact=True, level=1).wait_for()


@pytest.mark.parametrize("dark", [False, True])
def test_the_theme_follows_the_system(open_tab, server, dark):
    tab = open_tab(server, dark=dark)
    ground = tab.page.evaluate(
        "getComputedStyle(document.querySelector('[data-testid=\"stApp\"]')).backgroundColor"
    )
    red = int(re.search(r"\d+", ground)[0])
    assert red < 60 if dark else red > 200
    tab.shot(f"theme-{'dark' if dark else 'light'}")


def test_the_console_is_quiet(open_tab, server):
    tab = open_tab(server, "/Dataset")
    assert tab.errors == []


def test_asking_another_host_is_noticed(make_tab, server):
    tab = make_tab().open(server)
    tab.page.evaluate("fetch('https://example.com/x.woff2').catch(() => null)")
    tab.page.wait_for_timeout(200)
    assert tab.outside == ["https://example.com/x.woff2"]
