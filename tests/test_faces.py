"""agesex.faces: geometry by hand, the real detector on one real portrait and on UTKFace.

AGESEX_UTKFACE=<folder> pytest tests/test_faces.py
"""

import hashlib
import random
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
import skimage.data

from agesex import faces, images
from agesex.errors import BadImage, BadModel, ModelMissing, NoFace
from agesex.faces import detector

EYES = ((204, 101), (245, 103))  # of the woman in astronaut.png, read off the picture


@pytest.fixture(scope="module")
def astronaut():
    return skimage.data.astronaut()  # (512, 512, 3), public domain, one face


@pytest.fixture(scope="module")
def found(astronaut):
    return faces.find(astronaut)


def moved(points, scale=1.0, degrees=0.0, shift=(0.0, 0.0)):
    """Points after a known similarity, written with sine and cosine."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return scale * np.asarray(points, float) @ np.array([[c, s], [-s, c]]) + shift


def ramp(height, width):
    """A smooth picture in which a pixel's value tells its place: red = x, green = y, in percent."""
    y, x = np.mgrid[:height, :width]
    return np.dstack([x * 250 / width, y * 250 / height, np.full_like(x, 99)]).astype(np.uint8)


# -- geometry


def test_the_template_is_that_of_utkface_within_the_measured_anchors():
    left, right, nose, mouth_left, mouth_right = faces.TEMPLATE
    assert faces.TEMPLATE.shape == (5, 2) and faces.TEMPLATE.dtype == np.float32
    assert not faces.TEMPLATE.flags.writeable
    assert np.allclose([left, right], [(60.5, 58), (137, 58)], atol=2)
    assert np.allclose(nose, (97, 105), atol=3)
    assert np.allclose([mouth_left, mouth_right], [(66.9, 134.5), (133.1, 134.5)], atol=6)


def test_similarity_of_known_points():
    square = [(0, 0), (2, 0), (2, 2), (0, 2)]
    turned = [(5, 1), (5, 5), (1, 5), (1, 1)]  # a quarter turn, twice the size, 5 right and 1 down
    assert np.allclose(faces.similarity(square, turned), [[0, -2, 5], [2, 0, 1]])


def test_similarity_agrees_with_scikit_image():
    rng = np.random.default_rng(0)
    for _ in range(20):
        source, target = rng.normal(size=(2, 5, 2)) * 50
        matrix = faces.similarity(source, target)
        assert np.hypot(*matrix[:, 0]) > 0 and np.linalg.det(matrix[:, :2]) > 0
        oracle = skimage.transform.estimate_transform("similarity", source, target)
        best = ((oracle(source) - target) ** 2).sum()
        ours = ((source @ matrix[:, :2].T + matrix[:, 2] - target) ** 2).sum()
        assert ours <= best + 1e-6  # equal, but where scikit-image would let a mirror image in
        if np.linalg.det(oracle.params[:2, :2]) > 0:
            assert np.allclose(matrix, oracle.params[:2])


def test_landmarks_that_coincide_or_are_not_numbers_are_refused():
    for points in (np.ones((5, 2)), np.full((5, 2), np.nan)):
        with pytest.raises(BadImage, match="landmarks"):
            faces.align(np.zeros((50, 50, 3), np.uint8), points)


def test_align_leaves_an_aligned_crop_alone():
    crop = ramp(200, 200)
    assert np.abs(faces.align(crop, faces.TEMPLATE).astype(int) - crop).max() <= 1


@pytest.mark.parametrize("degrees", [0, 15, -90, 180])
@pytest.mark.parametrize("scale", [0.4, 1.0, 3.7])
def test_align_undoes_a_known_similarity(scale, degrees):
    noise = np.random.default_rng(1).normal(size=(200, 200, 3)).astype(np.float32)
    smooth = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 6), None, 0, 255, cv2.NORM_MINMAX)
    crop = smooth.astype(np.uint8)
    # pixel centres: p + 0.5 is what scales, as cv2.resize has it; the middle stays in the middle
    landmarks = moved(faces.TEMPLATE - 99.5, scale, degrees, (600, 550))
    matrix = faces.similarity(faces.TEMPLATE, landmarks)
    photo = cv2.warpAffine(crop, matrix, (1200, 1100), flags=cv2.INTER_CUBIC)
    again = faces.align(photo, landmarks).astype(int)
    inner = np.abs(again - crop)[10:-10, 10:-10]  # at the edge the photo is black beyond the crop
    assert inner.mean() < 1.5


def test_a_large_face_is_reduced_without_aliasing():
    photo = np.zeros((1600, 1600, 3), np.uint8)
    photo[:, ::2] = 255  # stripes of one pixel: grey from afar, a pattern where pixels are skipped
    crop = faces.align(photo, faces.TEMPLATE * 8)
    assert np.abs(crop[5:-5, 5:-5].astype(int) - 128).max() <= 2


def test_a_crop_that_reaches_beyond_the_photo_is_black_there_as_in_utkface():
    photo = np.full((150, 150, 3), 200, np.uint8)
    for scale in (1.0, 0.5):  # an enlarged and a plain face
        crop = faces.align(photo, (faces.TEMPLATE - 100) * scale)  # the middle lies at the corner
        assert (crop[:90] == 0).all() and (crop[:, :90] == 0).all()
        assert (crop[110:, 110:] == 200).all()
    assert (faces.align(photo, faces.TEMPLATE * 3 + 9000) == 0).all()


# -- the record, the door, the one resize


def test_aligned_passes_a_crop_on_pixel_for_pixel():
    crop = ramp(200, 200)
    face = faces.aligned(crop)
    assert np.array_equal(face.crop, crop) and not np.shares_memory(face.crop, crop)
    assert face.box == (0, 0, 200, 200) and face.confidence == 1
    assert np.array_equal(face.landmarks, faces.TEMPLATE)


def test_aligned_resizes_and_refuses_what_is_not_square():
    face = faces.aligned(ramp(100, 104))
    assert face.crop.shape == (200, 200, 3) and face.box == (0, 0, 104, 100)
    assert np.allclose(face.landmarks, faces.TEMPLATE * [0.52, 0.5])
    with pytest.raises(BadImage, match="640×480"):
        faces.aligned(ramp(480, 640))


def test_largest_is_by_area_then_confidence():
    def face(width, height, confidence):
        return faces.Face(None, (0, 0, width, height), None, confidence)

    tall, wide, sure = face(10, 30, 0.9), face(20, 14, 0.99), face(30, 10, 0.95)
    assert faces.largest([wide, tall, sure]) is sure
    with pytest.raises(NoFace):
        faces.largest([])


def test_check_is_the_definition_of_a_face():
    good = np.zeros((2, 30, 30, 3), np.uint8)
    assert faces.check(good) is good
    assert faces.check(good[:, ::-1]).flags.c_contiguous
    assert faces.check(good[:0]).shape == (0, 30, 30, 3)
    bad = [good[0], good[..., 0], good.astype(np.float32), good / 255, None, [1], good[..., :2]]
    for faulty in [*bad, np.zeros((1, 0, 30, 3), np.uint8), np.zeros((1, 3, 30, 30), np.uint8)]:
        with pytest.raises(BadImage, match="Received"):
            faces.check(faulty)


def test_resize_is_opencv_inter_area_for_one_and_for_many():
    crops = np.random.default_rng(0).integers(0, 255, (3, 200, 200, 3), np.uint8)
    small = faces.resize(crops, 144)
    oracle = cv2.resize(crops[1], (144, 144), interpolation=cv2.INTER_AREA)
    assert np.array_equal(small[1], oracle)
    assert np.array_equal(faces.resize(crops[1], 144), oracle)
    assert faces.resize(crops[:0], 144).shape == (0, 144, 144, 3)
    blocks = np.kron(np.array([[0, 100], [200, 60]], np.uint8), np.ones((100, 100), np.uint8))
    halves = np.dstack([blocks] * 3)
    assert np.array_equal(faces.resize(halves, 2)[..., 0], [[0, 100], [200, 60]])


def test_resize_never_hands_out_its_argument():
    crop = ramp(200, 200)
    assert not np.shares_memory(faces.resize(crop, 200), crop)


# -- the detector's files


def test_importing_faces_loads_no_tensorflow_and_the_files_are_those_of_the_release():
    code = """
        import sys
        from agesex import faces
        assert all(ok for _, ok, _ in faces.weights_report()), faces.weights_report()
        import numpy
        faces.aligned(numpy.zeros((200, 200, 3), "uint8"))
        assert not {"tensorflow", "keras", "mtcnn", "joblib"} & set(sys.modules)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, timeout=60)


def test_a_changed_weight_file_is_refused_before_it_is_opened(tmp_path, monkeypatch):
    for name in detector.WEIGHTS:
        (tmp_path / name).write_bytes(b"cos\nsystem\n(S'echo run'\ntR.")
    monkeypatch.setattr(detector, "weights_folder", lambda: tmp_path)
    monkeypatch.setattr(detector, "_detector", None)
    assert [ok for _, ok, _ in faces.weights_report()] == [False] * 3
    with pytest.raises(BadModel, match="pnet.lz4"):
        faces.find(ramp(100, 100))
    (tmp_path / "pnet.lz4").unlink()
    with pytest.raises(ModelMissing, match="pnet.lz4"):
        faces.find(ramp(100, 100))


def test_a_missing_package_is_said(monkeypatch):
    monkeypatch.setattr(detector.importlib.util, "find_spec", lambda name: None)
    assert [ok for _, ok, _ in faces.weights_report()] == [False] * 3
    with pytest.raises(ModelMissing, match="requirements.txt"):
        detector.weights_folder()


def test_weights_in_the_current_folder_are_not_opened(tmp_path, monkeypatch, astronaut):
    for name in detector.WEIGHTS:
        (tmp_path / name).write_bytes(b"not a weight file")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(detector, "_detector", None)  # loaded anew, from here
    assert len(faces.find(astronaut)) == 1


# -- find, with the real detector


def test_the_astronaut(found):
    (face,) = found
    assert face.crop.shape == (200, 200, 3) and face.crop.dtype == np.uint8
    assert face.landmarks.shape == (5, 2) and face.landmarks.dtype == np.float32
    assert np.abs(face.landmarks[:2] - EYES).max() < 4
    assert 0.99 < face.confidence <= 1
    x, y, width, height = face.box
    assert all(isinstance(v, float) for v in face.box)
    assert x < 204 < 245 < x + width and y < 101 < y + height
    crop_again = faces.aligned(face.crop)  # the detector sees the landmarks of its own crop there
    (again,) = faces.find(crop_again.crop)
    assert np.abs(again.landmarks - faces.TEMPLATE).max() < 15


@pytest.mark.parametrize("scale", [0.4, 2.5])
def test_the_same_face_in_a_smaller_or_larger_photo(astronaut, found, scale):
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    (face,) = faces.find(cv2.resize(astronaut, None, fx=scale, fy=scale, interpolation=how))
    expected = (found[0].landmarks + 0.5) * scale - 0.5
    assert np.abs(face.landmarks - expected).max() < 2.5 * scale
    assert np.abs(face.crop.astype(int) - found[0].crop).mean() < 14


def test_a_photo_that_lost_its_exif_tag_is_searched_turned(astronaut, found):
    sideways = np.ascontiguousarray(np.rot90(astronaut))
    (face,) = faces.find(sideways)
    assert np.abs(face.crop.astype(int) - found[0].crop).mean() < 1  # upright again
    (x, y, width, height), whole = found[0].box, astronaut.shape[1]
    assert np.allclose(face.box, (y, whole - x - width, height, width), atol=0.5)


def test_twelve_faces_left_to_right(astronaut):
    head = astronaut[0:200, 120:320]
    photo = np.vstack([np.hstack([head] * 4)] * 3)
    several = faces.find(photo)
    assert len(several) == 12
    middles = [face.box[0] + face.box[2] / 2 for face in several]
    assert middles == sorted(middles)
    assert [round((m - 100) / 200) for m in middles] == [c for c in range(4) for _ in range(3)]
    assert len(faces.find(photo, max_faces=5)) == 5


def test_a_face_that_fills_the_picture(astronaut):
    x, y, width, height = 181, 63, 84, 108
    tight = astronaut[y : y + height, x : x + width]
    assert len(faces.find(tight)) == 1


@pytest.mark.parametrize("name", ["coins", "coffee", "chelsea", "rocket"])
def test_pictures_without_a_face(name):
    picture = getattr(skimage.data, name)()
    if picture.ndim == 2:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB)
    assert faces.find(picture) == []


@pytest.mark.parametrize(
    "shape", [(1, 1), (16, 16), (23, 500), (24, 24), (24, 3000), (2, 4000), (96, 25)]
)
def test_odd_sizes_are_no_faces_and_no_errors(shape):
    noise = np.random.default_rng(0).integers(0, 255, (*shape, 3), np.uint8)
    for picture in (noise, np.zeros_like(noise), np.full_like(noise, 255)):
        assert faces.find(picture) == []


def test_what_is_not_a_photo_is_refused():
    for faulty in (np.zeros((50, 50), np.uint8), np.zeros((50, 50, 3)), None):
        with pytest.raises(BadImage):
            faces.find(faulty)


def test_overlapping_finds_are_one_face(monkeypatch):
    boxes = np.array([[10, 10, 50, 50], [14, 12, 50, 50], [20, 20, 20, 20], [70, 10, 50, 50.0]])
    landmarks = faces.TEMPLATE * 0.25 + boxes[:, None, :2]
    sure = np.array([0.99, 0.98, 0.97, 0.95])
    monkeypatch.setattr(detector, "detect", lambda picture: (boxes, landmarks, sure))
    found = faces.find(np.zeros((200, 200, 3), np.uint8))
    assert [face.box[0] for face in found] == [10, 70]


@pytest.mark.model
def test_the_compiled_networks_find_what_the_package_finds(astronaut):
    from mtcnn import MTCNN

    package = MTCNN()
    two = np.hstack([astronaut, astronaut[:, ::-1]])
    for photo in (astronaut, two[::2, ::2], astronaut[:90, 120:320], np.full((60, 80, 3), 90, np.uint8)):
        boxes, _, confidences = detector.detect(photo)
        found = package.detect_faces(photo.astype(np.float32), output_type="numpy")
        found = found[np.argsort(-found[:, 5], kind="stable")] if found.shape[1] == 16 else np.empty((0, 16))
        assert np.allclose(boxes, found[:, 1:5], atol=0.01)
        assert np.allclose(confidences, found[:, 5], atol=1e-5)


def test_an_error_inside_the_detector_is_no_face(monkeypatch, caplog):
    class Broken:
        def detect_faces(self, *args, **kwargs):
            raise ValueError("need at least one array to concatenate")

    monkeypatch.setattr(detector, "_load", Broken)
    assert faces.find(ramp(100, 100)) == []
    assert "taken as no face" in caplog.text


def test_several_threads_find_the_same(astronaut, found):
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(faces.find, [astronaut] * 4))
    digests = {hashlib.sha256(r[0].crop.tobytes()).hexdigest() for r in results}
    assert digests == {hashlib.sha256(found[0].crop.tobytes()).hexdigest()}


# -- UTKFace itself


@pytest.mark.realdata
def test_utkface_crops_pasted_into_a_photo_come_back(utkface):
    """Drawn around, enlarged, turned, found and aligned: the crop must be where it was."""
    names = sorted(path.name for path in utkface.glob("*.jpg"))
    shifts, sizes, turns, missed = [], [], [], 0
    for name in random.Random(5).sample(names, 24):
        crop = images.decode(utkface / name)
        place = np.array([[0.8, -0.2, 90], [0.2, 0.8, 60]])  # known: 0.82 of the size, 14 degrees
        photo = cv2.warpAffine(crop, place, (360, 320), borderValue=(127, 127, 127))
        found = faces.find(photo)
        if not found:
            missed += 1
            continue
        there = faces.similarity(faces.largest(found).landmarks, faces.TEMPLATE)
        both = there[:, :2] @ place[:, :2], there[:, :2] @ place[:, 2] + there[:, 2]
        shifts.append(np.linalg.norm(both[0] @ (100, 100) + both[1] - 100))
        sizes.append(abs(np.hypot(*both[0][:, 0]) - 1))
        turns.append(abs(np.degrees(np.arctan2(both[0][1, 0], both[0][0, 0]))))
    assert missed <= 2
    assert np.median(shifts) < 4 and np.median(sizes) < 0.04 and np.median(turns) < 2
