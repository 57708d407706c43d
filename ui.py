"""The page frame, cached loaders and error display: the only Streamlit code that pages share.

A page starts with one call and has its menu, title, question and notice, however it was reached:

    import ui

    ui.page("Predict")
    with ui.guard():
        model = ui.load_model()

`app.py` calls `ui.run(overview)`, which registers the menu and runs the page that was asked for.
Nothing in here loads TensorFlow at import time; the loaders do at first use, or the warm-up
thread a moment after the first page is drawn (AGESEX_WARMUP=0 turns it off).
"""

import logging
import os
import re
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st
from starlette.formparsers import MultiPartParser

from agesex.errors import AgeSexError

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
NOTICE = (
    "Research model, non-commercial weights. It guesses from one picture: never use it to check "
    "an age, to identify anyone or to decide about a person."
)
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" '
    'rx="7" fill="#1d3f72"/><circle cx="16" cy="13" r="6.5" fill="#f6efe4"/><path d="M5 28a11 8 0 '
    '0 1 22 0z" fill="#e0894a"/></svg>'
)
_STYLE = """<style>
[data-testid="stMainBlockContainer"] {max-width: 76rem; margin-inline: auto}
[data-testid="stHeading"] h1 {padding-bottom: .2rem}
.st-key-question p {font-size: 1.25rem; line-height: 1.4; opacity: .82; max-width: 46rem}
.st-key-notice {border-left: 3px solid #e0894a; padding-left: .9rem; row-gap: 0}
.st-key-notice p {font-size: .88rem; opacity: .82; max-width: 60rem}
.st-key-notice a, [class*="st-key-card"] a {padding: 0; min-height: 0}
[class*="st-key-card"] a p {font-weight: 600; font-size: 1.1rem}
.faces {display: grid; gap: .5rem; grid-auto-columns: minmax(0, 8rem)}
.faces figure {margin: 0; grid-column: var(--band); grid-row: var(--row)}
.faces img {width: 100%; aspect-ratio: 1; border-radius: .35rem; display: block}
.faces figcaption {font-size: .72rem; line-height: 1.25; opacity: .8; padding-top: .2rem}
@media (max-width: 60rem) {
  .faces {grid-template-columns: repeat(4, minmax(0, 1fr))}
  .faces figure {grid-column: auto; grid-row: auto}
}
.st-key-notice a p {text-decoration: underline; text-underline-offset: .2em}
.st-key-sample button {height: auto; padding: .3rem; border-radius: .6rem; flex: none}
.st-key-sample button p {display: flex; flex-direction: column; align-items: center; gap: .15rem}
.st-key-sample button img {width: 3.6rem; height: 3.6rem; max-height: none; border-radius: .4rem}
.st-key-photo img {max-height: 78vh; object-fit: contain; object-position: left top}
.st-key-faces {display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr))}
@media (max-width: 640px) {
  .st-key-sample [role="radiogroup"] {flex-wrap: nowrap; overflow-x: auto}
  .st-key-photo img {max-height: 60vh; object-position: center}
}
@media (min-width: 641px) {
  [data-testid="stLayoutWrapper"]:has(> .st-key-photo) {position: sticky; top: 4.5rem}
}
@media (min-width: 1100px) {
  .st-key-sample [role="radiogroup"] {display: grid; grid-template-columns: repeat(12, auto)}
}
</style>"""
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

_here = threading.local()  # one script run = one thread: did it come through `run`?


def run(overview):
    """Register the menu and run the page that the address asks for; called by app.py only.

    Args:
        overview: function that draws the start page, beginning with `page("Overview")`.
    """
    chosen = _register(overview)
    _here.framed = True
    try:
        chosen.run()
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
    st.set_page_config(page_title=f"{name} · Age and sex")
    st.html(_STYLE)
    st.title(name, anchor=False)
    with st.container(key="question"):
        st.markdown(entry.question)
    with st.container(key="notice"):
        st.markdown(NOTICE)
        st.html(_NEW_TABS, unsafe_allow_javascript=True)
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
    except AgeSexError as error:
        st.error(plain(str(error)), icon=":material/error:")


def plain(text):
    """Text as Markdown that shows it literally; file names are full of underscores."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def figure(title, chart, note):
    """A chart under the sentence that says what to see in it, with n and caveat below it.

    Args:
        title: one sentence, computed from the data of the chart (see `agesex.findings`).
        chart: alt.Chart without title and width.
        note: n, caveat, how to read it.
    """
    with st.container(gap="xsmall"):
        st.markdown(f"#### {_unbroken(title)}")
        st.altair_chart(chart.properties(description=title), width="stretch")
        st.caption(_unbroken(note))


def _unbroken(text):
    """Keep a figure and its unit on one line."""
    return re.sub(r"(?<=\d) (?=%|years)|(?<=\bn) (?==)|(?<==) (?=\d)", "\u00a0", text)


def big_figure(metric, row, *, width=262):
    """One headline figure in a frame: value, 95 % interval, n and what stands beside it.

    Args:
        metric: a name of `agesex.metrics.NAMES`.
        row: dict with value, low, high, n, baseline, as in card.json.
        width: of the frame, px.
    """
    from agesex import findings, metrics, model_card

    with st.container(border=True, width=width, height="stretch", gap="xsmall"):
        st.metric(metrics.NAMES[metric], findings.amount(metric, row["value"], 2))
        between = findings.interval(metric, row["low"], row["high"], 2)
        beside = model_card.beside(metric, row)
        st.caption(f"95 % interval {between} · n = {row['n']:,}  \n{beside}")


def average_faces(sexes=(), ages=(0, 120)):
    """The average faces as a grid: age bands from left to right, the sexes below each other.

    Args:
        sexes: those to show; all when empty.
        ages: (lowest, highest) age, years; every band that overlaps is shown.
    """
    shown = [
        (cell, data)
        for cell, data in _average_pictures()
        if (not sexes or cell["sex"] in sexes) and cell["low"] <= ages[1] and cell["high"] >= ages[0]
    ]
    bands = sorted({cell["low"] for cell, _ in shown})
    rows = sorted({cell["sex"] for cell, _ in shown})
    pictures = [
        f'<figure style="--band:{bands.index(cell["low"]) + 1};--row:{rows.index(cell["sex"]) + 1}">'
        f'<img src="data:image/webp;base64,{data}" alt="Average face, {cell["sex"]}, {years}">'
        f"<figcaption>{cell['sex']}, {years}<br>{cell['n']:,} of {cell['of']:,}</figcaption></figure>"
        for cell, data in shown
        for years in [f"{cell['low']}–{cell['high']}" if cell["high"] < 100 else f"{cell['low']}+"]
    ]
    st.html(f'<div class="faces">{"".join(pictures)}</div>')
    st.caption(
        "Each picture is the mean of at least 50 photos, those most like the mean of all photos of its age "
        "and sex (numbers below it): it shows nobody in particular, and what is most common in the data "
        "rather than how people look. Averaging smooths the skin, which makes the old look younger."
    )


@st.cache_resource(max_entries=2, show_spinner=False)
def _model(name):
    from agesex import model

    return model.load(name)


def load_model(name=None):
    """The model, loaded once per server and shared by all sessions.

    Args:
        name: a folder of models/; the default model when left out.

    Raises:
        AgeSexError: the folder is missing, incomplete or not what its card says.
    """
    from agesex import model

    return _model(name or model.DEFAULT)


@st.cache_resource(show_spinner=False)
def detector():
    """`agesex.faces.find`, after its network has been loaded and has run once."""
    import numpy as np

    from agesex import faces

    faces.find(np.full((96, 96, 3), 127, "uint8"))
    return faces.find


@st.cache_data(max_entries=1, show_spinner=False)
def sample_labels():
    """Labels of the sample faces, a small picture over the age: {key: Markdown}."""
    import base64

    import cv2

    from agesex import samples

    labels = {}
    for sample in samples.all():
        height, width = sample.photo.shape[:2]
        face = sample.photo
        if not sample.average:  # a portrait: head and shoulders lie in the upper middle
            face = face[: height // 2, width // 5 : width // 5 + height // 2]
        small = cv2.resize(face[..., ::-1], (96, 96), interpolation=cv2.INTER_AREA)
        data = base64.b64encode(cv2.imencode(".webp", small)[1]).decode()
        age = sample.title.rpartition("aged ")[2]
        labels[sample.key] = f"![{sample.title}](data:image/webp;base64,{data}) {age}"
    return labels


@st.cache_data(max_entries=8, show_spinner=False)
def read_card(name=None):
    """`agesex.model.read_card`, cached: what the model is and its published figures (dict)."""
    from agesex import model

    return model.read_card(name or model.DEFAULT)


@st.cache_data(max_entries=8, show_spinner=False)
def read_history(name=None):
    """`agesex.model.read_history`, cached: one row per epoch (DataFrame)."""
    from agesex import model

    return model.read_history(name or model.DEFAULT)


@st.cache_data(max_entries=8, show_spinner=False)
def read_predictions(name=None):
    """`agesex.model.read_predictions`, cached: one row per evaluated face (DataFrame)."""
    from agesex import model

    return model.read_predictions(name or model.DEFAULT)


@st.cache_data(max_entries=8, show_spinner=False)
def full_card(name=None):
    """The card with the figures of every group of test faces, cached (dict)."""
    from agesex import model_card

    return model_card.with_groups(read_card(name), read_predictions(name))


@st.cache_data(max_entries=64, show_spinner=False)
def by_group(name, split, columns):
    """`agesex.metrics.by_group` of one split of a model's predictions, cached.

    Args:
        name: a folder of models/.
        split: e.g. "test".
        columns: tuple of grouping columns: band (of the true age), sex, race.
    """
    from agesex import metrics

    rows = read_predictions(name)
    rows = rows[rows.split == split]
    return metrics.by_group(rows.assign(band=metrics.age_band(rows.age)), list(columns))


@st.cache_data(max_entries=1, show_spinner=False)
def label_table():
    """`agesex.dataset.known`, cached: the labels of every photo of the data set (DataFrame)."""
    from agesex import dataset

    return dataset.known()


@st.cache_data(max_entries=1, show_spinner=False)
def dataset_facts():
    """`agesex.census.facts`, cached: counts and hashes of the whole data set (dict)."""
    from agesex import census

    return census.facts()


@st.cache_data(max_entries=1, show_spinner=False)
def _average_pictures():
    """(what is known of it, data URI) of every average face; the files are small."""
    import base64

    from agesex import samples

    return [
        (cell, base64.b64encode((samples.FOLDER / cell["file"]).read_bytes()).decode())
        for cell in samples.index()
    ]


@st.cache_resource(show_spinner=False)
def warm_up():
    """Load TensorFlow, the default model and the detector in a thread, once per server.

    Returns:
        The thread, or None where AGESEX_WARMUP=0.
    """
    if os.environ.get("AGESEX_WARMUP", "1") == "0":
        return None
    thread = threading.Thread(target=_warm_up, name="warm-up", daemon=True)
    thread.start()
    return thread


def _warm_up():
    """Never raises: whatever fails here fails again, with a message, on the page that needs it."""
    log = logging.getLogger("agesex.warm_up")
    time.sleep(0.5)  # the page that started this is still on its way to the browser
    started = time.perf_counter()
    for load in (load_model, detector):
        try:
            load()
        except Exception:
            log.warning("%s could not be loaded ahead", load.__name__, exc_info=True)
    log.info("warm after %.1f s", time.perf_counter() - started)
