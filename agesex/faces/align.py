"""The template: where UTKFace's crops have eyes, nose and mouth, and the way of a face onto it.

    crop = align(photo, landmarks)      # (H, W, 3), (5, 2) -> (200, 200, 3)

The template is fitted with the same detector that finds the landmarks later, so that what it sees
a little too high or too wide, it sees so in both.
"""

import cv2
import numpy as np

from agesex.errors import BadImage

SIZE = 200  # pixels, the side of UTKFace's aligned crops

# Median landmarks (x, y) in UTKFace's own crops by this project's detector, pixels of 200: n = 982
# of 1,000 random photos of the train split; spread is 1.48 × the median deviation across and down.
# On 196 other photos, aligned already, the similarity onto it moves the middle by 2.1 pixels, the
# size by 2.2 % and the direction by 0.8° (medians). Made by:
# python -m training.fit_template DATASET --n 1000 --check 200
TEMPLATE = np.array(
    [
        (60.0, 58.2),  # left eye, spread 3.3 and 2.6
        (136.7, 58.5),  # right eye, spread 3.2 and 2.7
        (97.7, 103.4),  # nose, spread 4.1 and 4.5
        (63.9, 136.9),  # left corner of the mouth, spread 6.4 and 4.9
        (132.6, 137.2),  # right corner of the mouth, spread 7.0 and 4.6
    ],
    dtype=np.float32,
)
TEMPLATE.setflags(write=False)


def similarity(source, target):
    """Least-squares similarity (rotation, one scale, shift) of points onto points.

    Umeyama's closed form (IEEE PAMI 13(4), 1991) for the plane, written with complex numbers:
    target ≈ a · source + b, where |a| is the scale and the angle of a the rotation; a mirror image
    cannot come out.

    Args:
        source: (n, 2) points, n ≥ 2, not all the same.
        target: (n, 2) points.

    Returns:
        (2, 3) float64 matrix M with target ≈ M @ [x, y, 1].

    Raises:
        BadImage: the points coincide or are not finite, so that no scale can be told.
    """
    source, target = np.asarray(source, np.float64), np.asarray(target, np.float64)
    z, w = source @ [1, 1j], target @ [1, 1j]
    centred = z - z.mean()
    spread = np.vdot(centred, centred).real
    if not (np.isfinite(spread) and np.isfinite(w).all() and spread > 1e-6):
        raise BadImage(
            "The landmarks of a face must be different points of the picture, in pixels. "
            f"Received: {source.round(1).tolist()}."
        )
    a = np.vdot(centred, w - w.mean()) / spread
    b = w.mean() - a * z.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def align(photo, landmarks):
    """Cut a face out so that its landmarks lie on `TEMPLATE`.

    Args:
        photo: (H, W, 3) uint8 RGB.
        landmarks: (5, 2) pixels of the photo, in the order of `TEMPLATE`.

    Returns:
        (200, 200, 3) uint8 RGB.

    Raises:
        BadImage: the landmarks coincide.
    """
    matrix = similarity(landmarks, TEMPLATE)
    photo, matrix = _reduced(photo, matrix)
    # UTKFace's own crops are black where they reach beyond the photo (seen by eye)
    return cv2.warpAffine(photo, matrix, (SIZE, SIZE), flags=cv2.INTER_CUBIC,
                          borderMode=cv2.BORDER_CONSTANT, borderValue=(0, 0, 0))  # fmt: skip


def _reduced(photo, matrix):
    """The part of the photo that the crop needs, reduced by area where the crop is smaller.

    A warp alone would look at a few pixels of a large face and skip the rest (aliasing).
    """
    scale = np.hypot(*matrix[:, 0])
    if scale >= 1:
        return photo, matrix
    corners = np.array([[0, 0], [SIZE, 0], [0, SIZE], [SIZE, SIZE]]) - 0.5
    inside = (corners - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T  # pixels of the photo
    limit = photo.shape[1::-1]
    border = 3 / scale  # cubic interpolation reads two pixels around, after the reduction
    x0, y0 = np.clip(np.floor(inside.min(axis=0) - border), 0, limit).astype(int)
    x1, y1 = np.clip(np.ceil(inside.max(axis=0) + border), 0, limit).astype(int)
    if x1 <= x0 or y1 <= y0:
        return photo, matrix  # the crop lies outside: all black
    size = np.maximum(np.round(np.array([x1 - x0, y1 - y0]) * scale), 1).astype(int)
    part = cv2.resize(photo[y0:y1, x0:x1], tuple(size.tolist()), interpolation=cv2.INTER_AREA)
    zoom = np.array([x1 - x0, y1 - y0]) / size  # photo pixels per pixel of part, ≈ 1 / scale
    linear = matrix[:, :2] * zoom
    # centre of pixel i of the part = (i + 0.5) · zoom − 0.5 + corner, in the photo
    shift = matrix[:, :2] @ (zoom / 2 - 0.5 + [x0, y0]) + matrix[:, 2]
    return part, np.column_stack([linear, shift])
