"""Search a photo for faces: how large a copy is searched, what is tried when nothing shows.

    found = find(photo)          # (H, W, 3) uint8 -> [Face], left to right

The search runs on a copy of about 0.8 megapixels, the crops are cut from the photo itself.
"""

import cv2
import numpy as np

from agesex.faces import detector
from agesex.faces.align import align
from agesex.faces.face import Face, check

# The detector finds faces from 20 pixels on, so a budget of pixels sets the smallest face found: at
# 0.8 megapixels 1/40 of the height of a 4:3 photo; the time (0.13 s on two cores) does not
# grow with the camera. By area, not by side, so that a panorama keeps its people.
SEARCH_PIXELS = 1024 * 768
SMALL_SIDE = 96  # pixels; a smaller picture is enlarged, up to 4 times, before it is searched
OVERLAP = 0.4  # two boxes that share more of their union, or 0.75 of the smaller, are one face
# A find under this confidence is compared with what other views of the photo show, and a turned
# view must reach it. 87 of 90 upright portraits reach it as they are, the margin lifts two more over
# it; 12 of 15 laid on their side or upside down come back upright. 26 pictures without a face (11 of
# scikit-image, 15 photos with the faces blurred away) show nothing above 0.9 in any view.
SURE = 0.97
VIEWS = ((0, 0), (0, 1), (1, 0), (3, 0), (2, 0))  # (quarter turns, with a margin), in this order


def find(photo, *, min_confidence=0.9, max_faces=100):
    """Every face of a photo.

    When no find is sure, the photo is searched once more with a grey margin (for a face that fills
    the picture) and then turned by quarters (for a photo that lost its EXIF tag); the view with the
    surest face counts.

    Args:
        photo: (H, W, 3) uint8 RGB, upright.
        min_confidence: 0 to 1; below it a find is dropped.
        max_faces: the largest that many are kept.

    Returns:
        list of `Face`, ordered left to right by the middle of the box; [] where there is none, and
        for pictures with a side under 24 pixels.

    Raises:
        BadImage: not an (H, W, 3) uint8 array.
        ModelMissing, BadModel: the detector's files are missing or changed.
    """
    check(photo[None] if getattr(photo, "ndim", 0) == 3 else photo)
    if min(photo.shape[:2]) < detector.MIN_SIDE:
        return []
    search, scale = _search_copy(photo)
    sure = max(min_confidence, SURE)
    best, top = None, 0.0
    for turns, margin in VIEWS:
        view = _look(search, turns, margin)
        surest = view[2].max(initial=0.0)
        if surest >= (sure if turns else min_confidence) and surest > top:
            best, top = view, surest
        if top >= sure and not turns:
            break
    if best is None:
        return []
    boxes, landmarks, confidences = best
    found = []
    for i in _distinct(boxes, np.flatnonzero(confidences >= min_confidence)):
        box, points = boxes[i] * np.tile(scale, 2), (landmarks[i] + 0.5) * scale - 0.5
        face = _cut(photo, box, points, confidences[i])
        if face is not None:
            found.append(face)
    found.sort(key=lambda face: -face.box[2] * face.box[3])
    return sorted(found[:max_faces], key=lambda face: face.box[0] + face.box[2] / 2)


def _search_copy(photo):
    """(copy, (sx, sy)): what is searched, and photo pixels per pixel of it."""
    height, width = photo.shape[:2]
    factor = (SEARCH_PIXELS / (height * width)) ** 0.5  # above 1 for a small photo
    factor = min(factor, max(1.0, min(4.0, SMALL_SIDE / min(height, width))))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    if size != (width, height):
        how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        photo = cv2.resize(photo, size, interpolation=how)
    return photo, np.array([width / size[0], height / size[1]])


def _look(picture, turns, margin):
    """Search after `turns` quarter turns counter-clockwise, with or without a grey margin.

    Returns:
        (boxes, landmarks, confidences) as `detector.detect`, in pixels of the picture as it came;
        boxes as corners x0, y0, x1, y1, clipped to the picture.
    """
    height, width = picture.shape[:2]
    seen = np.ascontiguousarray(np.rot90(picture, turns))
    pad = min(seen.shape[:2]) // 4 if margin else 0
    if pad:  # 127: what the detector itself takes the outside of a picture to be
        seen = cv2.copyMakeBorder(seen, *[pad] * 4, cv2.BORDER_CONSTANT, value=[127] * 3)
    boxes, landmarks, confidences = detector.detect(seen)
    corners = np.stack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1) - pad  # (n, 2, 2)
    corners = _unturn(corners, turns, width, height)
    boxes = np.hstack([corners.min(axis=1), corners.max(axis=1)])
    boxes = np.clip(boxes, 0, [width, height] * 2)
    return boxes, _unturn(landmarks - pad + 0.5, turns, width, height) - 0.5, confidences


def _unturn(points, turns, width, height):
    """Points of np.rot90(picture, turns) as points of the picture, edges at 0 and width."""
    x, y = points[..., 0], points[..., 1]
    turned = ((x, y), (width - y, x), (width - x, height - y), (y, height - x))[turns]
    return np.stack(turned, axis=-1)


def _distinct(boxes, order):
    """Indices of `order` (falling confidence) without those that cover an earlier one."""
    kept = []
    for i in order:
        if all(_overlap(boxes[i], boxes[j]) <= OVERLAP for j in kept):
            kept.append(i)
    return kept


def _overlap(a, b):
    """Intersection over union; 1 when three quarters of the smaller box lie in the other."""
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    shared = sides[0] * sides[1] if (sides > 0).all() else 0.0
    area_a, area_b = np.prod(a[2:] - a[:2]), np.prod(b[2:] - b[:2])
    if shared > 0.75 * min(area_a, area_b):
        return 1.0
    return shared / (area_a + area_b - shared)


def _cut(photo, box, landmarks, confidence):
    """The Face, or None where the box or the landmarks have collapsed."""
    x0, y0, x1, y1 = box.tolist()
    eyes = np.linalg.norm(landmarks[1] - landmarks[0])
    if min(x1 - x0, y1 - y0) < 1 or not eyes > 1:
        return None
    landmarks = landmarks.astype(np.float32)
    crop = align(photo, landmarks)
    return Face(crop, (x0, y0, x1 - x0, y1 - y0), landmarks, min(float(confidence), 1.0))
