"""The record of one face, and the one definition of what a model may be shown.

batch = check(np.stack([face.crop for face in found]))   # (n, 200, 200, 3) uint8
small = resize(batch, 144)                               # (n, 144, 144, 3) uint8
"""

from dataclasses import dataclass

import cv2
import numpy as np

from agesex.errors import BadImage, NoFace
from agesex.faces.align import SIZE, TEMPLATE

SQUARE_TOLERANCE = 1.1  # an "aligned crop" whose sides differ more than this is something else


@dataclass(frozen=True, eq=False)  # eq=False: comparing arrays field by field has no truth value
class Face:
    """One face of a photo.

    Attributes:
        crop: (200, 200, 3) uint8 RGB, aligned like UTKFace.
        box: (x, y, width, height) in pixels of the photo, floats; inside the photo.
        landmarks: (5, 2) float32, pixels of the photo: left eye, right eye, nose, left and right
            corner of the mouth, as they lie in the image ("left" has the smaller x).
        confidence: 0 to 1, how sure the detector is that this is a face (not a probability).
    """

    crop: np.ndarray
    box: tuple
    landmarks: np.ndarray
    confidence: float


def aligned(image):
    """Take the whole picture as a crop that is aligned like UTKFace already.

    Args:
        image: (H, W, 3) uint8 RGB, about square.

    Returns:
        Face: a 200×200 picture is passed on pixel for pixel, a larger one reduced by area, a smaller
        one enlarged by cubic interpolation. `box` is the whole picture, `landmarks` are where an
        aligned crop has them, `confidence` is 1.

    Raises:
        BadImage: not uint8 RGB, or not square.
    """
    check(image[None] if getattr(image, "ndim", 0) == 3 else image)
    height, width = image.shape[:2]
    if max(height, width) > SQUARE_TOLERANCE * min(height, width):
        raise BadImage(
            f"An aligned face crop is square; this picture is {width}×{height} pixels. If it is an "
            "ordinary photo, let the face be searched (on the command line: without --aligned)."
        )
    landmarks = TEMPLATE * np.float32([width / SIZE, height / SIZE])
    return Face(resize(image, SIZE), (0.0, 0.0, float(width), float(height)), landmarks, 1.0)


def check(faces):
    """The one door to the definition of a face.

    Args:
        faces: array to be looked at.

    Returns:
        The same array, C-contiguous: (n, H, W, 3) uint8, RGB, n may be 0.

    Raises:
        BadImage: anything else.
    """
    shape, dtype = getattr(faces, "shape", None), getattr(faces, "dtype", type(faces).__name__)
    if shape is None or dtype != np.uint8 or len(shape) != 4 or shape[3] != 3 or 0 in shape[1:]:
        raise BadImage(
            "A batch of faces must be an array of uint8 with shape (n, height, width, 3), RGB, "
            f"values 0 to 255. Received: {dtype}, shape {shape}. Decode pictures with "
            "agesex.images.decode and cut faces with agesex.faces.find or aligned."
        )
    return np.ascontiguousarray(faces)


def largest(faces):
    """The main face: the one whose box covers most of the photo.

    Raises:
        NoFace: the list is empty.
    """
    if not faces:
        raise NoFace("There is no face to choose the largest from: the search found none.")
    return max(faces, key=lambda face: (face.box[2] * face.box[3], face.confidence))


def resize(crops, size):
    """Make the model's input size from crops; the same function in training and everywhere else.

    Args:
        crops: (n, H, W, 3) or (H, W, 3) uint8.
        size: side of the result in pixels.

    Returns:
        (n, size, size, 3) or (size, size, 3) uint8, always a copy. Reduced with OpenCV's INTER_AREA
        (every pixel counts, no aliasing), enlarged with INTER_CUBIC, copied when the size fits.

    Raises:
        BadImage: the crops are not what `check` asks for.
    """
    if getattr(crops, "ndim", 0) == 3:
        return resize(crops[None], size)[0]
    crops = check(crops)
    result = np.empty((len(crops), size, size, 3), np.uint8)
    for small, crop in zip(result, crops, strict=True):
        if crop.shape[:2] == (size, size):
            small[:] = crop
        else:
            shrinks = min(crop.shape[:2]) >= size
            how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
            small[:] = cv2.resize(crop, (size, size), interpolation=how)
    return result
