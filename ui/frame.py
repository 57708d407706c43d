"""The frame of every page: menu, title, question, notice, error display.

`app.py` calls `run(overview)`, which registers the menu and runs the page that was asked for; a page
starts with `page(name)` and has its frame, however it was reached.
"""

import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from starlette.formparsers import MultiPartParser

from agesex.errors import AgeSexError, Busy
from ui import linked
from ui.loaders import warm_up

# Starlette writes upload parts over 1 MB to a temporary file. A visitor's photo never touches the
# disk, so the threshold lies above server.maxUploadSize (25 MB).
MultiPartParser.spool_max_size = 32 * 2**20


@dataclass(frozen=True)
class Entry:
    """One entry of the menu: its name, its file ("" is app.py), its icon and its question."""

    name: str
    file: str
    icon: str
    question: str

    @property
    def url(self):
        """The path in the address bar, without the leading slash."""
        return self.name.replace(" ", "_") if self.file else ""

    @property
    def headings(self):
        """What stands large at the top, and the line below it: the start page begins with its question."""
        return (self.name, self.question) if self.file else (self.question, SUBTITLE)


MENU = (
    Entry("Overview", "", "home", "What can a face tell, and what can it not?"),
    Entry(
        "Dataset",
        "pages/1_Dataset.py",
        "groups",
        "Who is in this data set, what is wrong with it, what does that do to a model?",
    ),
    Entry(
        "Metrics",
        "pages/2_Metrics.py",
        "monitoring",
        "How good is the model, for whom, and how sure are we?",
    ),
    Entry(
        "Predict",
        "pages/3_Predict.py",
        "photo_camera",
        "How old do I look to it, and how sure is it?",
    ),
    Entry(
        "Explain",
        "pages/4_Explain.py",
        "visibility",
        "Where does it look, and can that picture be trusted?",
    ),
    Entry(
        "Model card",
        "pages/5_Model_card.py",
        "description",
        "What was it trained on, where does it fail, what must it not be used for?",
    ),
)
SUBTITLE = "What a small model of age and sex sees in a photo, how good it is, and how far to trust it."  # of Overview
NOTICE = (
    "Research model, non-commercial weights. It guesses from one picture: never use it to check "
    "an age, to identify anyone or to decide about a person."
)
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" '
    'rx="7" fill="#1d3f72"/><circle cx="16" cy="13" r="6.5" fill="#f6efe4"/><path d="M5 28a11 8 0 '
    '0 1 22 0z" fill="#e0894a"/></svg>'
)
_STYLE = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
# Streamlit's menu and page links swallow Ctrl-click and Shift-click (a middle click works). This
# keeps its handler from seeing them, so that the browser opens a tab as it does with any link.
_NEW_TABS = """<script>
if (!window.agesexNewTabs) {
  window.agesexNewTabs = true;
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href]");
    if (link && (event.ctrlKey || event.metaKey || event.shiftKey)) event.stopPropagation();
  }, true);
}
</script>"""

_SAVE = f"<script>{(Path(__file__).parent / 'save.js').read_text(encoding='utf-8')}</script>"

_here = threading.local()  # one script run = one thread: did it come through `run`?


def run(overview):
    """Register the menu and run the page that the address asks for; called by app.py only.

    Args:
        overview: function that draws the start page, beginning with `page("Overview")`.
    """
    chosen = _register(overview)
    _here.framed, _here.busy = True, 0
    try:
        chosen.run()
        linked.finish()
    finally:  # also after st.stop()
        _here.framed = False
        warm_up()


def page(name):
    """Frame the current page: browser title, heading, question and notice.

    Streamlit finds the folder pages/ by itself and runs the first deep link of a fresh server
    without app.py, under a menu of file names. In that one run this registers the real menu and
    starts over through app.py; calling `st.navigation` and going on instead would give the
    page's widgets other identities than they have in every later run.

    Args:
        name: an entry of `MENU`, e.g. "Model card".

    Returns:
        The Entry.
    """
    entry = next(entry for entry in MENU if entry.name == name)
    if not getattr(_here, "framed", False):
        _register()
        st.rerun()
    linked.begin(name)
    st.set_page_config(page_title=f"{name} · Age and sex")
    st.html(f"<style>{_STYLE}</style>")
    title, below = entry.headings
    st.title(title, anchor=False)
    with st.container(key="question"):
        st.markdown(below)
    with st.container(key="notice"):
        st.markdown(NOTICE)
        st.html(_NEW_TABS + _SAVE, unsafe_allow_javascript=True)
        if name != "Model card":
            link("Model card", "What it was made for, and where it fails")
    return entry


def link(name, label=None, **kwargs):
    """A link to another page that can be opened in a new tab.

    Args:
        name: an entry of `MENU`.
        label: text of the link; the name of the page when left out.
        **kwargs: passed on to `st.page_link` (help, width, ...).
    """
    index = [entry.name for entry in MENU].index(name)
    icon = f":material/{MENU[index].icon}:"
    return st.page_link(_pages()[index], label=label or name, icon=icon, **kwargs)


def _register(overview=lambda: None):
    """Tell Streamlit the menu; returns the page that the address asks for."""
    # The icon has to be set first: for a menu entry with a symbol the browser would else fetch
    # that symbol from Google as the icon of its tab.
    st.set_page_config(page_icon=ICON, layout="wide")
    return st.navigation(_pages(overview), position="top")


def _pages(overview=lambda: None):
    """The menu as Streamlit pages; made anew in each run, because they belong to one."""
    return [
        st.Page(
            entry.file or overview,
            title=entry.name,
            icon=f":material/{entry.icon}:",
            url_path=entry.url or "Overview",
            default=not entry.file,
        )
        for entry in MENU
    ]


@contextmanager
def guard():
    """Show an AgeSexError as one sentence and go on after the block; bugs pass through."""
    try:
        yield
    except Busy as busy:
        st.warning(plain(str(busy)), icon=":material/hourglass_top:")
        _here.busy = getattr(_here, "busy", 0) + 1  # a page may have two of them
        st.button("Try again", key=f"again_{_here.busy}", icon=":material/refresh:")
    except AgeSexError as error:
        st.error(plain(str(error)), icon=":material/error:")


def plain(text):
    """Text as Markdown that shows it literally; file names are full of underscores."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)
