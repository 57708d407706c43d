"""A picture from the clipboard: pasted anywhere on the page, held like an upload.

    paste.listen(take, here=False)      # take(data) is called with the bytes of the file

The browser reads the file in the clipboard (`paste.js`) and sends its bytes as they are, over the connection
that the page has anyway; like any photo of a visitor it stays in the session's memory.
"""

from pathlib import Path

import streamlit as st

from agesex import images
from ui import live

KEY = "paste_clipboard"
TITLE = "Pasted picture"
NOTE = "From the clipboard."
HINT = "Or paste a picture (Ctrl+V)."
FROM = "This picture came from the clipboard. Paste another one (Ctrl+V) to replace it."
NOTHING = "There is no picture in the clipboard. Copy a picture or a picture file, then paste again."
REFUSED = f"“{TITLE}” is larger than {images.MAX_BYTES / 2**20:g} MB. Reduce it or save it as JPEG."
UNREADABLE = "The browser could not read the file in the clipboard. Copy it again, or upload it instead."
SUFFIXES = (*images.SUFFIXES, ".heic", ".heif")  # the decoder has a sentence of its own about these two
_HTML = '<p role="status"></p>'
_CSS = "p {font-size: .9rem; opacity: .8; margin: 0}"


@st.cache_resource(show_spinner=False)
def _component():
    js = Path(__file__).with_name("paste.js").read_text(encoding="utf-8")
    return st.components.v2.component("agesex_paste", html=_HTML, css=_CSS, js=js)


def listen(take, *, here):
    """Draw the caption, and wait for a paste as long as it is drawn.

    Args:
        take: function bytes -> None for the content of the pasted file. It is called before the run that
            the paste starts, so a click that ends this run early loses no picture.
        here: True where the picture that the visitor looks at was pasted.
    """
    data = {
        "hint": HINT, "from": FROM, "nothing": NOTHING, "refused": REFUSED, "unreadable": UNREADABLE,
        "here": here, "most": images.MAX_BYTES, "suffixes": list(SUFFIXES),
    }  # fmt: skip

    def came():
        sent = live.decoded(st.session_state[KEY].get("picture"))
        if sent is not None:
            take(sent)

    _component()(data=data, key=KEY, on_picture_change=came)
