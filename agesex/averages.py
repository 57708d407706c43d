"""Average faces of groups, and where two of them differ.

    women, men = average(photos_a), average(photos_b)     # each of at least 50 photos
    found = difference(women, men)                        # grey levels, (200, 200)
    diverging(found, limit=30)                            # the same as a picture: orange lighter, blue darker

Photos have to be aligned: where eyes lie on eyes a mean shows a face, otherwise fog. An average shows nobody
in particular, and what a group's photos have in common: light, hair, make-up and pose as much as faces.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from agesex import images
from agesex.errors import BadDataset, BadImage

LEAST = 50  # photos, so that nobody in particular can be made out
MOST = 400  # photos; the mean of more takes longer and looks the same
SIDE = 200  # pixels
ALIGNED = ("utkface", "csv48")  # sources whose photos are aligned crops
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
LIGHTER, DARKER = (213, 94, 0), (0, 114, 178)  # orange, blue: told apart with every colour blindness
LIMITS = (10, 20, 40, 80)  # grey levels; steps, so that two pictures can be compared
EVEN = 245  # grey level of no difference
# Rows and columns of an aligned 200-pixel face, whose eyes lie at y = 58, the tip of the nose at y = 105.
REGIONS = {
    "the forehead and the hair above it": (slice(0, 40), slice(45, 155)),
    "the eyes and brows": (slice(40, 75), slice(40, 160)),
    "the nose and cheeks": (slice(75, 118), slice(45, 155)),
    "the mouth and chin": (slice(118, 190), slice(50, 150)),
    "the sides (hair, ears, background)": (slice(20, 180), np.r_[0:30, 170:200]),
}


@dataclass(frozen=True, eq=False)
class Average:
    """The mean of some aligned photos.

    Attributes:
        picture: (200, 200, 3) float32 RGB, 0 to 255.
        variance: (200, 200) float32, of the luma between the photos; None where it is not known.
        n: photos.
    """

    picture: np.ndarray
    variance: np.ndarray | None
    n: int

    @property
    def shown(self):
        """The picture as uint8."""
        return np.round(self.picture).astype(np.uint8)

    @property
    def luma(self):
        """(200, 200) float32, grey levels."""
        return self.picture @ LUMA


def average(photos):
    """The mean of photos.

    Args:
        photos: iterable of bytes; those that cannot be decoded are left out.

    Returns:
        Average.

    Raises:
        BadDataset: fewer than `LEAST` can be read.
    """
    total = np.zeros((SIDE, SIDE, 3))
    squares = np.zeros((SIDE, SIDE))
    n = 0
    for photo in photos:
        try:
            picture = images.decode(photo)
        except BadImage:
            continue
        if picture.shape[:2] != (SIDE, SIDE):
            large = picture.shape[0] > SIDE
            picture = cv2.resize(
                picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA if large else cv2.INTER_CUBIC
            )
        total += picture
        squares += (picture @ LUMA) ** 2
        n += 1
    if n < LEAST:
        raise BadDataset(
            f"an average face takes at least {LEAST} photos, so that it shows nobody in particular; received "
            f"{n}. Choose a larger group."
        )
    picture = (total / n).astype(np.float32)
    variance = np.maximum(squares / n - (picture @ LUMA) ** 2, 0) * n / (n - 1)
    return Average(picture, variance.astype(np.float32), n)


def difference(first, second):
    """Where the first is lighter (positive) or darker than the second: (200, 200) float32, grey levels."""
    return first.luma - second.luma


def chance(first, second):
    """The mean absolute difference that two samples of one and the same group, as large as these, would show.

    Returns:
        float, grey levels, averaged over the picture; None where a variance is not known.
    """
    if first.variance is None or second.variance is None:
        return None
    error = np.sqrt(first.variance / first.n + second.variance / second.n)
    return float(np.sqrt(2 / np.pi) * error.mean())  # of a normal deviation, the mean of its absolute value


def furthest(found):
    """Where a difference is largest.

    Args:
        found: result of `difference`.

    Returns:
        (str, float): a name of `REGIONS`, and the mean difference in it, signed, grey levels.
    """
    means = {name: float(found[place].mean()) for name, place in REGIONS.items()}
    name = max(means, key=lambda region: abs(means[region]))
    return name, means[name]


def limit_of(found):
    """The difference that gets the full colour: the least of `LIMITS` that hardly a pixel exceeds."""
    most = np.percentile(np.abs(found), 99)
    return next((limit for limit in LIMITS if limit >= most), LIMITS[-1])


def diverging(found, limit):
    """A difference as a picture: orange where the first is lighter, blue where it is darker.

    Args:
        found: (h, w) grey levels.
        limit: the difference that has the full colour, grey levels.

    Returns:
        (h, w, 3) uint8.
    """
    far = np.clip(np.abs(found) / limit, 0, 1)[..., None]
    colour = np.where(found[..., None] > 0, np.array(LIGHTER), np.array(DARKER))
    return np.round(EVEN + far * (colour - EVEN)).astype(np.uint8)
