"""A picture to look at, and what was found in it."""

import io
from dataclasses import dataclass, field

import numpy as np

import ui
from agesex import advice


@dataclass(frozen=True, eq=False)
class Photo:
    """A picture to look at.

    Attributes:
        key: tells one picture from another; results are stored under it.
        title: what a person reads.
        note: where it comes from and its caveat, or "".
        source: a name of `SOURCES`.
        data: file content (bytes), or uint8 (H, W, 3) of a sample.
        average: True for an average face: an interval means nothing.
        aligned: True where the picture is an aligned face already, which needs no search.
    """

    key: str
    title: str
    note: str
    source: str
    data: bytes | np.ndarray = field(repr=False)
    average: bool = False
    aligned: bool = False

    @property
    def mine(self):
        """True for a visitor's own photo, which stands in no address and can be forgotten."""
        return self.source in ("upload", "camera")


@dataclass(frozen=True, eq=False)
class Seen:
    """What was found in a picture.

    Attributes:
        picture: uint8 (h, w, 3), the photo with boxed and numbered faces, at screen size.
        faces: list of `faces.Face`, left to right.
        answers: list of `predict.Prediction`, one per face.
        notes: what a person should know about how the file was read, clauses.
        whole: True where the picture was taken for a face without a search.
        seconds: time from the file's bytes to the answers, without loading the networks.
        measures: list of `advice.Measures`, one per face.
    """

    picture: np.ndarray
    faces: list
    answers: list
    notes: list
    whole: bool | tuple
    seconds: float
    measures: list = field(default_factory=list)

    def advice(self, i, name):
        """What is wrong with a face in its photo: list of `advice.Note`, costs by the model's stress test."""
        if self.whole:  # nobody searched, so landmarks and confidence mean nothing
            return []
        return advice.judged(self.measures[i], ui.read_stress(name))


def source(photo):
    """The data with the file's name, which messages about broken files mention."""
    if isinstance(photo.data, np.ndarray):
        return photo.data
    file = io.BytesIO(photo.data)
    file.name = photo.title
    return file
