"""Photos of a stored data set in a real browser: the gallery, one face, its copies, an import."""

import shutil

import pytest
from drawn import write_utkface

from agesex.dataset import importing

pytestmark = pytest.mark.browser
SEEN = "img => img.complete && img.naturalWidth > 0"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faces") / "UTKFace"
    first = write_utkface(folder, n=60)[0]
    shutil.copy(folder / first, folder / "77_1_3_20170101999900002.jpg.chip.jpg")
    return folder


@pytest.fixture(scope="module")
def home(folder, tmp_path_factory):
    """A home with the drawn photos, imported."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGESEX_HOME", str(home))
        importing.import_from(folder)
    return home


@pytest.fixture
def connected(home, fresh_server):
    """The address of a server with drawn photos."""
    return fresh_server(AGESEX_HOME=str(home), AGESEX_DATASET="")


def gallery(tab):
    return tab.page.locator('[class*="st-key-gallery"] button')


@pytest.mark.parametrize("width", [1280, 400])
def test_the_gallery_opens_a_face_and_the_address_keeps_it(open_tab, connected, width):
    tab = open_tab(connected, "/Dataset?view=pictures&order=age&turned=yes", width=width)
    assert gallery(tab).count() == 40
    tab.page.wait_for_function(f"[...document.querySelectorAll('[class*=st-key-gallery] img')].every({SEEN})")
    tab.shot(f"gallery_{width}")
    oldest = gallery(tab).first.inner_text().split(",")[0]
    gallery(tab).first.click()
    heading = tab.page.get_by_role("heading", name=f"Labelled {oldest},")
    heading.wait_for()
    tab.settle()
    assert "face=" in tab.page.url
    tab.page.wait_for_function(f"[...document.querySelectorAll('.st-key-the_face img')].every({SEEN})")
    tab.shot(f"face_{width}")
    tab.page.reload()
    heading.wait_for()
    tab.settle()
    tab.page.get_by_role("button", name="Back", exact=True).click()
    gallery(tab).nth(39).wait_for()
    tab.settle()
    assert "face=" not in tab.page.url and "order=age" in tab.page.url
    wide = "document.documentElement.scrollWidth <= window.innerWidth"
    assert tab.page.evaluate(wide) and not tab.errors


def test_copies_stand_side_by_side_and_averages_can_be_seen(open_tab, connected):
    tab = open_tab(connected, "/Dataset?view=wrong")
    group = tab.page.locator(".st-key-gallery_group_0")
    assert group.locator("button").count() >= 2
    tab.page.get_by_role("radio", name="Averages").click()
    tab.page.get_by_role("heading", name="Where two of them differ").wait_for()
    tab.settle()
    assert tab.page.locator(".faces img").count() == 22 and not tab.errors


def test_an_import_from_the_page_brings_photos(open_tab, fresh_server, folder, tmp_path):
    address = fresh_server(AGESEX_HOME=str(tmp_path / "home"), AGESEX_DATASET="")
    tab = open_tab(address, "/Dataset?view=connect")
    tab.page.get_by_label("Path on this computer").fill(str(folder))
    tab.page.get_by_role("button", name="Import", exact=True).click()
    tab.page.get_by_text("61 taken").wait_for()
    tab.settle()
    tab.page.get_by_role("radio", name="Pictures").click()
    gallery(tab).nth(39).wait_for()
    assert not tab.errors
