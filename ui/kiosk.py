"""Kiosk: forget a visitor's photo after some idle minutes; AGESEX_KIOSK_MINUTES switches it on."""

import os
import time

import streamlit as st

import ui.photo

CHECK = 10  # seconds between two looks at the clock


def minutes():
    """The setting, or None where it is off or no positive number."""
    try:
        found = float(os.environ.get("AGESEX_KIOSK_MINUTES", ""))
    except ValueError:
        return None
    return found if found > 0 else None


def watch():
    """Start the clock anew, for somebody has just done something, and draw what watches it."""
    limit = minutes()
    if limit is None:
        return
    st.session_state["active"] = time.monotonic()
    _watcher(limit)


@st.fragment(run_every=CHECK)
def _watcher(limit):
    if not ui.photo.held():
        return
    st.caption(f"Kiosk: your photo is forgotten after {limit:g} minutes without a click.")
    if time.monotonic() - st.session_state["active"] > 60 * limit:
        ui.photo.forget()
        st.rerun(scope="app")
