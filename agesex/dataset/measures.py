"""Numbers about a picture as a picture: how bright, sharp and colourful it is, and what stands out.

    found = measure(images.decode("face.jpg"))
    found.brightness, found.flags              # 124.5, "blurred,grey"

Nothing here knows where the face is. The limits come from looking at UTKFace around each of them; the shares
are of its 22,702 well-named photos. OpenCV loads at the first measurement: pages need only the names.
"""

from dataclasses import dataclass

import numpy as np

NAMES = ("brightness", "contrast", "sharpness", "colour")
FACE_NAMES = ("blur", "light", "burnt")  # of aligned crops only, see `face_measures`
FLAGS = ("dark", "bright", "flat", "blurred", "tiny", "grey")
SIDE = 200  # pixels; sharpness is compared at this size

# Of the brightest hundredth: 0.3 % of UTKFace (Black 0.7 %, White 0.3 %). By the mean, dark skin counts as a
# dark photo: under 60 are 3.6 % of the faces labelled Black, 0.3 % of those labelled White, well lit ones
# among them.
DARK = 120  # grey levels
# 0.5 % of UTKFace, mostly babies and faces before white (labelled Asian 1.7 %, White 0.5 %, Black none).
BRIGHT = 200  # grey levels, of the mean
# 0.6 %: washed-out photos, and the few that show no face but a plain ground.
FLAT = 23  # grey levels
# 0.5 %: no eyelash or hair can be told apart. At 0.93 (2 %) every second face looks sharp enough.
BLURRED = 0.84  # log10
# None of UTKFace, whose crops are all 200 pixels; a face on so few pixels is "small" to `advice`, too.
TINY = 64  # pixels of the shorter side
# 3.1 %. JPEG gives grey photos a little colour: exact grey are 2.6 %, at 20 (3.4 %) tinted ones come in.
GREY = 12  # levels


@dataclass(frozen=True)
class Measures:
    """What `measure` finds.

    Attributes:
        width: pixels.
        height: pixels.
        brightness: mean luma, 0 to 255.
        contrast: standard deviation of luma.
        sharpness: log10(1 + variance of the Laplacian of luma), of the picture reduced to `SIDE` pixels.
        colour: mean chroma, the largest of R, G, B minus the smallest.
        peak: 99th percentile of luma.
        chroma: 99th percentile of chroma.
    """

    width: int
    height: int
    brightness: float
    contrast: float
    sharpness: float
    colour: float
    peak: int
    chroma: int

    @property
    def grey(self):
        """Whether the picture has no colours."""
        return self.chroma <= GREY

    @property
    def flags(self):
        """What stands out: names of `FLAGS` with commas between them, "" if nothing does."""
        fires = (
            self.peak <= DARK, self.brightness > BRIGHT, self.contrast < FLAT, self.sharpness < BLURRED,
            min(self.width, self.height) < TINY, self.grey,
        )  # fmt: skip
        return ",".join(name for name, does in zip(FLAGS, fires, strict=True) if does)


def measure(picture):
    """Measure one picture.

    Args:
        picture: (H, W, 3) uint8 RGB.

    Returns:
        Measures.
    """
    height, width = picture.shape[:2]
    import cv2

    luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    red, green, blue = cv2.split(picture)
    chroma = cv2.subtract(cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue))
    mean, spread = cv2.meanStdDev(luma)
    edges = cv2.Laplacian(_reduced(luma), cv2.CV_16S)
    return Measures(
        width=width,
        height=height,
        brightness=mean.item(),
        contrast=spread.item(),
        sharpness=float(np.log10(1 + cv2.meanStdDev(edges)[1].item() ** 2)),
        colour=cv2.mean(chroma)[0],
        peak=_percentile(luma),
        chroma=_percentile(chroma),
    )


def face_measures(crop):
    """Blur, light and burnt-out share of the face in an aligned crop, as `agesex.advice` measures them.

    Args:
        crop: (200, 200, 3) uint8 RGB, aligned like UTKFace.

    Returns:
        (blur, light, burnt): pixels of 200, grey levels, share; see `advice.measure`.
    """
    from agesex import advice, faces

    found = advice.measure(crop, faces.aligned(crop))
    return found.blur, found.light, found.burnt


def _reduced(luma):
    import cv2

    longest = max(luma.shape)
    if longest <= SIDE:
        return luma
    height, width = (max(1, round(side * SIDE / longest)) for side in luma.shape)
    return cv2.resize(luma, (width, height), interpolation=cv2.INTER_AREA)


def _percentile(values):
    """The 99th percentile of uint8 values, without sorting them."""
    below = np.bincount(values.ravel(), minlength=256).cumsum()
    return int(np.searchsorted(below, 0.99 * below[-1]))
