"""What is wrong with one face in its photo, and what that costs in years.

    notes(photo, face, model.read_stress("mobile"))
    # [Note("blurred", "the face is blurred", 0.336, "3 px")]

A note that fires on everything tells nothing: the limits were measured on 400 validation faces of UTKFace,
untouched and degraded as the stress test does it, by `python -m training.fit_advice DATASET --detector 100`.
"""

import re
from dataclasses import dataclass

import cv2
import numpy as np

from agesex.faces import SIZE, TEMPLATE, similarity
from agesex.faces.find import SURE

FACE_WIDTH = 163  # pixels of 200: the detector's box on UTKFace's own crops, median of 96
SMALL = 60  # pixels of the photo
# Fires on 2.0 % of untouched faces, on 95 % of those blurred by 3 px, 27 % by 2 px, 9 % by 1 px, on 9 % of
# those at half or a quarter of the resolution, and on 0.7 % of those with 30 % of the light.
BLURRED = 2.5  # pixels of 200
# Fires on no untouched face, on 90 % of those with 30 % of the light and 4 % with half of it (Black 9 %
# of 65, White 4 % of 195, Asian and Indian 2 % of 57 and 56): it does not take dark skin for a dark photo.
DARK = 70  # grey levels
# Fires on 0.3 % of untouched faces, on 33, 72, 90 and 97 % of those with 1.3, 1.6, 2 and 2.5 times the light.
BURNT = 0.1  # share of the face
# Fires on 3 of 96 untouched faces that the detector found again; "unsure" (SURE) on 8 of them.
TURNED = 0.33  # of the distance of the eyes
# Of 96 faces turned by 15, 30, 45, 60° the detector found 99, 97, 89, 62 % again, with landmarks off by 2.0,
# 3.7, 7.3, 14.1 pixels of 200 (medians): over 30° the crop itself gets worse.
TILTED = 30  # degrees
# UTKFace's own crops are black where they leave the photo: 2 % of the 400 are black over more than this.
CUT_OFF = 0.1  # share of the crop
USUAL_BLUR, USUAL_LIGHT = 1.34, 206  # medians of untouched faces
FAULTS = ("small", "blurred", "dark", "over-exposed", "turned", "tilted", "cut off", "unsure")

_Y, _X = np.mgrid[:SIZE, :SIZE]
_FACE = ((_X - 98.5) / 60) ** 2 + ((_Y - 98) / 75) ** 2 <= 1  # the face without hair and background
_REBLUR = 1.5  # pixels


@dataclass(frozen=True)
class Note:
    """One thing about a face that matters for the answer.

    Attributes:
        fault: one of `FAULTS`.
        words: a clause for a person, e.g. "the face is blurred".
        cost: years of mean absolute error that this fault adds, by the model's stress table; None where
            the table has no row of it.
        strength: of the row that is nearest, e.g. "3 px"; "" without one. A fault beyond the strongest row
            costs at least that.
    """

    fault: str
    words: str
    cost: float | None = None
    strength: str = ""


@dataclass(frozen=True)
class Measures:
    """What the notes are decided by; see `measure`."""

    width: float
    resolution: float
    blur: float
    light: float
    burnt: float
    turn: float
    tilt: float
    outside: float
    confidence: float


def notes(photo, face, stress=None):
    """What matters for the answer about a face.

    Args:
        photo: (H, W, 3) uint8 RGB, the photo that the face was found in.
        face: a `faces.Face` of it.
        stress: result of `model.read_stress`; without it, or where it lacks the fault, no cost is given.

    Returns:
        list of Note in the order of `FAULTS`; [] for an ordinary face.
    """
    return judged(measure(photo, face), stress)


def judged(found, stress=None):
    """`notes` of a face that has been measured before.

    Args:
        found: result of `measure`.
        stress: as in `notes`.
    """
    burnt, outside = (f"{100 * part:.0f} %" for part in (found.burnt, found.outside))
    # A turned head and a cut or burnt face have no row of the stress test. Nor has a tilted head:
    # the row "rotation" is of crops left askew, and a tilted face is turned upright before the model.
    said = (
        ("small", found.width < SMALL, f"the face is only {found.width:.0f} pixels wide",
         "low resolution", found.resolution),
        ("blurred", found.blur > BLURRED, "the face is blurred",
         "blur", max(found.blur**2 - USUAL_BLUR**2, 0) ** 0.5),
        ("dark", found.light < DARK, "the face is dark", "darkness", found.light / USUAL_LIGHT),
        ("over-exposed", found.burnt > BURNT, f"{burnt} of the face is burnt out to white", "", 0),
        ("turned", abs(found.turn) > TURNED, "the head is turned to the side", "", 0),
        ("tilted", abs(found.tilt) > TILTED, f"the head is tilted by {abs(found.tilt):.0f}°", "", 0),
        ("cut off", found.outside > CUT_OFF,
         f"{outside} of what the model looks at lies outside the photo", "", 0),
        ("unsure", found.confidence < SURE, "the detector is not sure that this is a face", "", 0),
    )  # fmt: skip
    return [
        Note(fault, words, *_cost(stress, row, amount)) for fault, fires, words, row, amount in said if fires
    ]


def measure(photo, face):
    """Numbers about a face.

    Args:
        photo: (H, W, 3) uint8 RGB.
        face: a `faces.Face` of it.

    Returns:
        Measures: `width` of the face in pixels of the photo and `resolution`, pixels of the photo per pixel
        of the crop, both by the landmarks; `blur`, about the sigma of its sharper edges in pixels of 200, 0
        where there is no edge; `light`, the 99th percentile of grey, which
        depends less on the skin than a mean; `burnt`, the share of (almost) white pixels; `turn`, how
        far the nose lies from its place between the eyes, in distances of the eyes, positive to the right of
        the picture; `tilt` in degrees; `outside`, the share of the crop beyond the photo; `confidence`.
    """
    matrix = similarity(face.landmarks, TEMPLATE)
    resolution = 1 / np.hypot(*matrix[:, 0])
    grey = cv2.cvtColor(face.crop, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return Measures(
        width=float(FACE_WIDTH * resolution),
        resolution=float(resolution),
        blur=_blur(grey),
        light=float(np.percentile(grey[_FACE], 99)),
        burnt=float((grey[_FACE] >= 245).mean()),
        turn=_along(face.landmarks) - _along(TEMPLATE),
        tilt=float(np.degrees(np.arctan2(-matrix[1, 0], matrix[0, 0]))),
        outside=_outside(matrix, photo.shape),
        confidence=float(face.confidence),
    )


def _blur(grey):
    """How wide the edges are: those of a sharp picture weaken more when it is blurred once more.

    An edge of sigma s keeps s / sqrt(s² + r²) of its slope under a further blur r (Zhuo and Sim, Pattern
    Recognition 44(9), 2011). Unlike the variance of the Laplacian it takes no dark face for a blurred one.
    """
    before, after = _slope(grey), _slope(cv2.GaussianBlur(grey, (0, 0), _REBLUR))
    limit = np.percentile(before[_FACE], 90)
    if limit < 2:
        return 0.0
    edges = _FACE & (before >= limit)
    ratio = np.maximum(before[edges] / np.maximum(after[edges], 1e-3), 1.0001)
    return float(np.percentile(_REBLUR / np.sqrt(ratio**2 - 1), 25))


def _slope(grey):
    return np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))


def _along(landmarks):
    """Where the nose lies on the way from the left eye (0) to the right one (1)."""
    left, right, nose = np.asarray(landmarks, np.float64)[:3]
    eyes = right - left
    return float((nose - left) @ eyes / max(eyes @ eyes, 1e-9))


def _outside(matrix, shape):
    """Share of the crop that the photo does not reach."""
    places = np.stack([_X[::2, ::2], _Y[::2, ::2]], axis=-1).reshape(-1, 2)
    x, y = ((places - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T).T  # pixels of the photo
    inside = (x >= -0.5) & (x <= shape[1] - 0.5) & (y >= -0.5) & (y <= shape[0] - 0.5)
    return float(1 - inside.mean())


def _cost(stress, fault, amount):
    """(years, strength) of the nearest row of a fault, (None, "") without one."""
    rows = [] if stress is None else stress[stress.fault == fault].itertuples()
    known = [(amount_of(row.strength), row) for row in rows]
    known = [(value, row) for value, row in known if value]
    if not known:
        return None, ""
    _, row = min(known, key=lambda pair: abs(np.log(pair[0] / max(amount, 1e-3))))
    return float(row.cost), row.strength


def amount_of(strength):
    """A strength of the stress table as a number: "3 px" is 3, "30 % of the light" 0.3; None for others."""
    spelled = {"three quarters": 0.75, "half": 0.5, "a quarter": 0.25}
    if strength in spelled:
        return spelled[strength]
    number = re.match(r"(\d+(?:\.\d+)?)( %)?", strength)
    return number and float(number[1]) / (100 if number[2] else 1)
