"""The live camera: a picture every few seconds while it is switched on, with Streamlit's own parts.

The browser takes the picture (`live.js`) and sends it over the connection that the page has anyway; no
relay server is asked, and like any photo of a visitor it stays in the session's memory.
"""

import base64
import binascii
from pathlib import Path

import streamlit as st

SECONDS, WIDTH = 2, 960  # between two pictures; px
REFUSED = (
    "No camera. The browser hands it out on HTTPS or on localhost only, and only if you allow it: check the "
    "address and the permission, or upload a photo instead."
)
_HTML = '<video autoplay muted playsinline aria-label="Your camera"></video><p>Waiting for the camera …</p>'
_CSS = "video {width: 100%; max-width: 520px; border-radius: .5rem} p {font-size: .9rem; opacity: .8}"


@st.cache_resource(show_spinner=False)
def _component():
    js = Path(__file__).with_name("live.js").read_text(encoding="utf-8")
    return st.components.v2.component("agesex_live", html=_HTML, css=_CSS, js=js)


def frame():
    """Draw the camera.

    Returns:
        bytes of the latest JPEG, or None where none has come in this run.
    """
    sent = _component()(
        data={"seconds": SECONDS, "width": WIDTH, "refused": REFUSED}, key="live_camera",
        on_frame_change=lambda: None,
    )  # fmt: skip
    return decoded(sent.frame)


def decoded(address):
    """The bytes in a data address, None where there are none."""
    _, comma, text = (address or "").partition(",")
    try:
        return base64.b64decode(text, validate=True) if comma else None
    except binascii.Error:
        return None
