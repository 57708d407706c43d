"""Connect: which data is here, how to bring in more, and what its words mean."""

import time

import pandas as pd
import streamlit as st

import ui
from agesex import labels
from agesex.dataset import pictures, store, unfinished
from agesex.dataset.counting import counted
from agesex.dataset.job import DONE, FAILED, STOPPED, STOPPING, Job
from agesex.dataset.sources.base import SOURCES
from agesex.findings import percent
from ui import at_home

GUESS = "find out"
JOBS = []  # the import of this server, whoever watches it: at most one `Job`
SURE = 3  # seconds, before which the time left would be a guess
_FIRST = {}  # of the import at work: (when its share was first seen, the share then)
SLOW = (
    "It is a packed .tar, in which no photo can be found without unpacking what comes before: a page of the gallery "
    "takes about 15 seconds. Importing it, below, makes it quick."
)
COMMANDS = """# a folder, .tar.gz or .zip of UTKFace, a CSV of 48×48 pixels, IMDB-WIKI, or labels of FairFace
python -m agesex dataset import UTKFace.tar.gz

# or fetch it first; the licence is shown and asked about
python -m agesex dataset download utkface --import

# is it whole?
python -m agesex dataset check utkface

# or leave UTKFace where it lies
AGESEX_DATASET=/path/to/UTKFace streamlit run app.py"""
GUIDE = {
    "What “sex” means here": "A label: in UTKFace 0 (male) or 1 (female). Nobody in the "
    "photos was asked, and there is nothing else to choose. It is no statement about anybody's gender.",
    "What “race” means here": "A label: in UTKFace one of five coarse codes, White, "
    "Black, Asian, Indian, or “Others”, which lumps everybody else together. FairFace has seven groups, "
    "which are mapped to these five; the other sources say nothing. The codes serve to see for whom data and "
    "model are poor. Race is never predicted for a visitor.",
    "Who labelled": f"{labels.ORIGIN} Those of IMDB-WIKI come from a birth date and the year of the photo, so they are as wrong as "
    "the guess which face is whose. FairFace was labelled by paid annotators, its ages as ranges.",
    "Licence": "UTKFace is for non-commercial research; the photos belong to their owners and may not be "
    "passed on. IMDB-WIKI is for academic research. FairFace is CC BY 4.0. The repository carries labels, "
    "figures and averages of at least 50 photos, and no photo of anybody in these data sets.",
    "What stays here": "An imported data set lies in one folder on this computer and is never sent anywhere. "
    "A visitor's own photo is never added to it.",
}  # fmt: skip


def draw(faces, choice):
    """Draw the view.

    Args:
        faces: `agesex.census.Faces`.
        choice: `agesex.census.Choice`; says nothing here.
    """
    st.subheader("What is connected", anchor=False)
    _connected(faces)
    _unfinished()
    st.subheader("Bring data in", anchor=False)
    if at_home.may_import():
        _form()
    else:
        st.caption(
            "Importing from this page is for those who sit at the computer that runs it: the page was not "
            "opened on localhost there. AGESEX_ALLOW_IMPORT=1 allows it to every visitor, "
            "AGESEX_ALLOW_IMPORT=0 to nobody."
        )
    st.markdown("On the command line of the computer that runs this page:")
    st.code(COMMANDS, language="bash", wrap_lines=True)
    st.caption(
        "Data sets go into the folder that `python -m agesex dataset where` names; AGESEX_HOME names another "
        "one. An import that was cut off goes on with the same command, and a second one of the same data "
        "changes nothing."
    )
    st.subheader("What the words mean", anchor=False)
    for title, text in GUIDE.items():
        st.markdown(f"**{title}.** {text}")


def _connected(faces):
    names = store.names()
    if not names:
        data = ui.connected()
        if data is not None:
            st.markdown(
                f"The copy of UTKFace that AGESEX_DATASET names: **{len(data.table):,}** photos, read where "
                "they lie."
            )
            if data.path.name.lower().endswith((".tar.gz", ".tgz")):
                st.caption(SLOW)
            return
        st.markdown(
            f"The labels of **{faces.n:,}** photos of UTKFace that the repository carries, with measures of "
            "each photo. The photos themselves are not here: it may not carry them."
        )
        return
    rows = []
    for name in names:
        stored = store.open_stored(name)
        facts = stored.facts
        rows.append(
            {
                "data set": name,
                "source": facts["source"],
                "photos": facts["photos"],
                "refused": sum(facts.get("refused", {}).values()),
                "pictures": "yes" if pictures.there(stored) else "labels only",
                "imported": facts["made"],
            }
        )
    numbers = {name: st.column_config.NumberColumn(format="localized") for name in ("photos", "refused")}
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=numbers)
    st.caption(
        f"n = {faces.n:,} photos in all. Several data sets are counted together, the same photo in two of them twice; the filter "
        "Source picks those of one form (UTKFace, CSV, …). To look at one alone, remove the others or keep them under "
        "another AGESEX_HOME."
    )


def _unfinished():
    """Imports that were cut off, each with the command that goes on; not the one that this page runs."""
    for left in unfinished.unfinished():
        if left.running:
            continue
        st.warning(
            ui.plain(f"An import of {left.origin or left.name} was cut off: {counted(left.photos, 'photo')} kept, not shown on any "
                     f"page yet. To go on, or to delete them:"), icon=":material/pause_circle:",
        )  # fmt: skip
        remove = f"python -m agesex dataset remove {left.name}"
        st.code("\n".join(filter(None, (left.command, remove))), language="bash", wrap_lines=True)


def _form():
    if JOBS and JOBS[-1].at_work:
        _watch()
        return
    if JOBS:
        _told(JOBS[-1])
    with st.container(border=True, horizontal=True, vertical_alignment="bottom", key="import"):
        st.text_input("Path on this computer", key="import_path", placeholder="/home/me/UTKFace.tar.gz")
        st.selectbox("What it is", [GUESS, *SOURCES], key="import_source", width=180)
        st.text_input("Name", key="import_name", placeholder="that of its form", width=160)
        st.toggle(
            "Replace", key="import_replace", help="Let a data set of this name give way, whatever it holds"
        )
        st.button("Import", icon=":material/download:", key="start_import", on_click=_start)
    if st.session_state.pop("no_path", False):
        st.warning("Name a folder, an archive or a table first.", icon=":material/edit:")


def _start():
    path, source = st.session_state["import_path"].strip(), st.session_state["import_source"]
    if not path:
        st.session_state["no_path"] = True
    elif at_home.may_import() and not (JOBS and JOBS[-1].at_work):
        name, replace = st.session_state["import_name"].strip() or None, st.session_state["import_replace"]
        _FIRST.clear()
        JOBS[:] = [Job(path, None if source == GUESS else source, name, replace).start()]


@st.fragment(run_every=1)
def _watch():
    """How far the import is; the whole page comes anew when it has ended."""
    if not JOBS or not JOBS[-1].at_work:
        st.rerun()
    job = JOBS[-1]
    share = getattr(job, "share", None)
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="importing"):
        said = _so_far(job, share)
        what = f"**{'Stopping' if job.state == STOPPING else 'Importing'}**: {said}"
        if share is None:
            st.markdown(f":material/hourglass_top: {what}")
        else:
            st.progress(min(max(float(share), 0.0), 1.0), text=what)
        st.button(
            "Stop",
            icon=":material/stop:",
            key="stop_import",
            disabled=job.state == STOPPING,
            on_click=job.stop,
        )


def _so_far(job, share):
    """How many photos were seen, how much that is, and how long the rest takes."""
    if job.report is None:
        return "looking for photos …"
    said = f"{_counted(job.report.seen, 'photo')}, {job.report.bytes / 1e6:,.0f} MB"
    if share is None:
        return said
    first, so_far = _FIRST.setdefault(id(job), (time.monotonic(), share))
    passed, done = time.monotonic() - first, share - so_far
    if done <= 0 or passed < SURE:  # too early to tell
        return f"{said}, {percent(share, 0)}"
    return f"{said}, {percent(share, 0)}, {_lasting((1 - share) / done * passed)} left"


def _lasting(seconds):
    """A time to wait, roughly."""
    if seconds < 60:
        return f"about {max(5, 5 * round(seconds / 5))} seconds"
    minutes = round(seconds / 60)
    return f"about {_counted(minutes, 'minute')}" if minutes < 100 else f"about {_counted(round(minutes / 60), 'hour')}"


def _counted(n, name):
    return f"{n:,} {name}" if n == 1 else f"{n:,} {name}s"


def _told(job):
    """How the last import ended."""
    if job.state == FAILED:
        st.error(ui.plain(job.error), icon=":material/error:")
    elif job.state == STOPPED:
        st.info(
            "Stopped. What was read is kept; the same import goes on from there.",
            icon=":material/pause_circle:",
        )
    elif job.state == DONE:
        report = job.report
        refused = report.refused.total()
        end = "It was there already, and is unchanged." if report.unchanged else ""
        st.success(
            f"{report.name}: {_counted(report.seen, 'file')} seen, {report.taken:,} taken, {refused:,} refused. {end}",
            icon=":material/check_circle:",
        )
        if refused:
            st.markdown(
                "\n".join(f"- {n:,} × {ui.plain(reason)}" for reason, n in report.refused.most_common())
            )
