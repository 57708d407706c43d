"""Faces: find them in a photo, cut each out the way that UTKFace's own crops are cut.

    photo = images.decode("holiday.jpg")        # (H, W, 3) uint8, upright RGB
    for face in faces.find(photo):              # left to right; [] where there is none
        face.crop                               # (200, 200, 3) uint8, what a model is shown
    faces.aligned(crop)                         # the picture is such a crop already: no search

One definition of a face holds everywhere: uint8, RGB, (n, H, W, 3), upright, aligned. `check` is
its door, `resize` the only way from there to a model's input size. TensorFlow and the detector
are loaded by the first search, never by an import.
"""

from agesex.faces.align import TEMPLATE, align, similarity
from agesex.faces.detector import weights_report
from agesex.faces.face import SIZE, Face, aligned, check, largest, resize
from agesex.faces.find import find

__all__ = [
    "SIZE", "TEMPLATE", "Face", "align", "aligned", "check", "find", "largest", "resize",
    "similarity", "weights_report",
]  # fmt: skip
