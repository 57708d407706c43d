"""The picture that a visitor is looking at: chosen, kept for the session, forgotten.

    photo = ui.photo.choose()           # a sample, an upload, a pasted picture, the camera, a face of a
                                        # connected data set; None where nothing is chosen yet
    seen = ui.photo.look(photo)         # its faces and the answers, computed once per photo

Predict and Explain share it. A visitor's photo and everything derived from it lie in
`st.session_state` only: never in a cache that sessions share, never on disk, never in a log.
`picture` says what a photo is and what was seen in it, `picker` draws the choice, `session` keeps and
forgets, `search` finds the faces.
"""

from ui.photo.picker import PRIVACY, SOURCES, choose, sample_number, sample_of
from ui.photo.picture import Photo, Seen, source
from ui.photo.search import found_in, look, take_crop, toggle_whole, wants_whole
from ui.photo.session import forget, held, hold, kept, look_at

__all__ = [
    "PRIVACY", "SOURCES", "Photo", "Seen", "choose", "forget", "found_in", "held", "hold", "kept", "look",
    "look_at", "sample_number", "sample_of", "source", "take_crop", "toggle_whole", "wants_whole",
]  # fmt: skip
