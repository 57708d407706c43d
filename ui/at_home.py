"""Who may have the server read its own disk, and who may see photos that may not be passed on.

    at_home.may_see_photos()     # the photos of a connected data set
    at_home.may_import()         # Import on Dataset, Connect

Both are for those who sit at the computer that runs the page; a variable of the environment decides otherwise.
Ask anew in every run, and before anything that sessions share gives out a photo.
"""

import os
from urllib.parse import urlsplit

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

PHOTOS, IMPORT = "AGESEX_SHOW_PHOTOS", "AGESEX_ALLOW_IMPORT"
LOCAL = {"localhost", "127.0.0.1", "::1"}
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")
NOT_SHOWN = (
    "The photos of this data set may not be passed on, so they are shown only at the computer that runs the page; "
    f"who runs it can allow it with {PHOTOS}=1."
)
_APP_TEST = "test session id"  # of Streamlit's AppTest; a server draws its own at random


def may_see_photos():
    """Whether this visitor may see single photos of a data set.

    Returns:
        bool: AGESEX_SHOW_PHOTOS (1 or 0) where it is set; else whether the visitor is at the computer itself. A
        program without a browser, such as a test, is.
    """
    said = _said(PHOTOS)
    return _no_visitor() or at_the_computer() if said is None else said


def may_import():
    """Whether this visitor may have the server read its own disk.

    Returns:
        bool: AGESEX_ALLOW_IMPORT (1 or 0) where it is set; else whether the visitor is at the computer itself.
    """
    said = _said(IMPORT)
    return at_the_computer() if said is None else said


def at_the_computer():
    """Whether the page was opened on the computer that runs it.

    The server listens to nobody else, the browser was pointed at localhost, and nothing says that a proxy handed
    the request on.
    """
    headers = st.context.headers
    names = [headers.get("Host"), urlsplit(headers.get("Origin") or "").netloc]
    return (
        (st.get_option("server.address") or "") in LOCAL
        and all(name and urlsplit(f"//{name}").hostname in LOCAL for name in names)
        and not any(headers.get(name) for name in FORWARDED)
    )


def _said(name):
    return {"0": False, "1": True}.get(os.environ.get(name, "").strip())


def _no_visitor():
    """Whether no browser is there. Missing headers would not do: those of a session that just left are missing, too."""
    run = get_script_run_ctx(suppress_warning=True)
    return run is None or run.session_id == _APP_TEST
