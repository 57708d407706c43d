"""MTCNN, the face detector: loaded on first use, its weight files checked before they are opened.

    boxes, landmarks, confidences = detect(picture)     # (n, 4), (n, 5, 2), (n,)

The package `mtcnn` 1.0 (MIT licence, TensorFlow) carries three small networks: one proposes faces
in an image pyramid, two refine them (Zhang et al., IEEE Signal Processing Letters 23(10), 2016). It
looks for their files in the current directory first and unpickles them, so that a file called
pnet.lz4 beside somebody's photos would be run: here they are given by absolute path, and only
after their SHA-256 has been found to be that of the release.
"""

import hashlib
import importlib.util
import logging
import threading
from pathlib import Path

import numpy as np

from agesex import threads
from agesex.errors import BadModel, ModelMissing

# SHA-256 of mtcnn/assets/weights/* in mtcnn-1.0.0-py3-none-any.whl, https://pypi.org/project/mtcnn/
WEIGHTS = {
    "pnet.lz4": "ea6b0c3e685ebee3165326ad6484acc95f2ef78f1c94fbf40a55704fa989f7b5",
    "rnet.lz4": "cb00e6460f3c98b0bfafaba3c0a0ded4bdf6e62cee7174d969e8670d7e757fee",
    "onet.lz4": "94f6ea2f4cf985275ee958cdd762d17b6009348a4fb9d8c6be39ba73ffd22ca3",
}
MIN_SIDE = 24  # pixels; below, the detector's pyramid has no level left

_lock = threading.Lock()  # one search at a time: TensorFlow spreads each over all cores anyway
_detector = None


def weights_folder():
    """Where the installed package keeps its weight files.

    Raises:
        ModelMissing: the package is not installed.
    """
    spec = importlib.util.find_spec("mtcnn")  # finds, does not import: TensorFlow stays out
    if spec is None or not spec.submodule_search_locations:
        raise ModelMissing(
            "The face detector is missing: the Python package 'mtcnn' is not installed. Install "
            "what requirements.txt lists: pip install -r requirements.txt."
        )
    return Path(spec.submodule_search_locations[0]).resolve() / "assets" / "weights"


def weights_report():
    """State of the detector's files, for `python -m agesex doctor`.

    Returns:
        list of (file name, ok, message), one per file of `WEIGHTS`; never raises.
    """
    try:
        folder = weights_folder()
    except ModelMissing as error:
        return [(name, False, str(error)) for name in WEIGHTS]
    report = []
    for name, expected in WEIGHTS.items():
        try:
            found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        except OSError as error:
            report.append((name, False, f"cannot be read ({error.strerror})"))
            continue
        message = "as released" if found == expected else (
            f"SHA-256 is {found[:12]}…, that of the release is {expected[:12]}…"
        )  # fmt: skip
        report.append((name, found == expected, message))
    return report


def detect(picture):
    """Every face of a picture, at the picture's own resolution.

    Args:
        picture: (H, W, 3) uint8 RGB.

    Returns:
        (boxes, landmarks, confidences): (n, 4) x, y, width, height; (n, 5, 2) left eye, right eye,
        nose, left and right corner of the mouth; (n,) 0 to 1. All float64, in pixels of `picture`,
        sorted by falling confidence; n is 0 when there is no face or a side is under 24 pixels.

    Raises:
        ModelMissing: the package or one of its files is missing.
        BadModel: a weight file is not that of the release.
    """
    height, width = picture.shape[:2]
    rows = np.empty((0, 16))
    if min(height, width) >= MIN_SIDE:
        with _lock:
            rows = _search(_load(), picture)
    rows = rows[np.argsort(-rows[:, 5], kind="stable")]
    landmarks = np.stack([rows[:, 6:11], rows[:, 11:16]], axis=2)  # x1…x5 y1…y5 -> (n, 5, 2)
    return rows[:, 1:5], _centred(landmarks, rows[:, 1:5], (width, height)), rows[:, 5]


def _search(detector, picture):
    """(n, 16) rows of mtcnn: image, box, confidence, five x, five y."""
    try:
        # float32, because mtcnn would otherwise resize its whole pyramid in float64
        rows = detector.detect_faces(picture.astype(np.float32), output_type="numpy")
    except (ValueError, IndexError, ArithmeticError) as error:
        # A stage left without candidates has failed in numpy in several ways; that is "no face".
        logging.getLogger(__name__).warning(
            "mtcnn failed on a picture of %s, taken as no face: %r", picture.shape, error
        )
        return np.empty((0, 16))
    return rows if rows.shape[1] == 16 else np.empty((0, 16))  # (0, 6) when nothing is proposed


def _centred(landmarks, boxes, size):
    """Undo two slips in mtcnn 1.0, which matter on small faces (0.7 of a pixel of the picture).

    `adjust_landmarks` takes (w + 1) · l + x − 1 for a landmark at the fraction l of a patch that
    was sampled at w · l + x, and `extract_patches` divides pixel positions by the length where
    `crop_and_resize` expects length − 1.
    """
    fraction = np.clip((landmarks - boxes[:, None, :2]) / boxes[:, None, 2:], 0, 1)
    size = np.float64(size)
    return (landmarks + 1 - fraction) * (size - 1) / size


def _load():
    """The detector, built once; the caller holds the lock."""
    global _detector
    if _detector is None:
        for name, ok, message in weights_report():
            if not ok:
                raise (ModelMissing if "SHA-256" not in message else BadModel)(
                    f"The face detector's file {name} cannot be used: {message}. It belongs to "
                    "the package mtcnn 1.0.0; install that again: "
                    "pip install --force-reinstall --no-deps mtcnn==1.0.0."
                )
        threads.one_per_operation()
        from mtcnn import MTCNN
        from mtcnn.stages import StageONet, StagePNet, StageRNet

        folder = weights_folder()
        stages = zip((StagePNet, StageRNet, StageONet), WEIGHTS, strict=True)
        built = [stage(weights=str(folder / name)) for stage, name in stages]
        for stage, side in zip(built, (None, 24, 48), strict=True):
            _compile(stage, side)
        _detector = MTCNN(stages=built)
    return _detector


def _compile(stage, side):
    """Run a stage's network as one graph, the same for every size and number of pictures.

    The first stage runs once per size of the pyramid; layer by layer that takes two thirds of the search.
    """
    import tensorflow as tf

    photos = tf.TensorSpec([None, side, side, 3], tf.float32)
    stage._model = tf.function(stage._model, input_signature=[photos], autograph=False)
