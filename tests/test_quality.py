import cv2
import numpy as np
import pytest
from drawn import drawn_face

from agesex import dataset, images, quality


def jpeg(picture, strength=60):
    return cv2.imdecode(
        cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, strength])[1], cv2.IMREAD_COLOR
    )


def test_hash_of_a_left_to_right_ramp_is_all_ones():
    ramp = np.tile(np.linspace(0, 255, 170).astype(np.uint8), (160, 1))
    assert np.bitwise_count(quality.difference_hash(ramp)).sum() == 256
    assert np.bitwise_count(quality.difference_hash(ramp[:, ::-1].copy())).sum() == 0


def test_copies_share_a_group_and_others_do_not():
    face = drawn_face(1)
    copies = [
        face,
        jpeg(face),
        cv2.resize(cv2.resize(face, (90, 90)), (200, 200)),
        np.ascontiguousarray(face[:, ::-1]),
        np.clip(face * 0.8 + 10, 0, 255).astype(np.uint8),
    ]
    others = [drawn_face(seed) for seed in (2, 3, 4)]
    groups = quality.duplicate_groups([quality.fingerprint(p) for p in copies + others])
    assert len(set(groups[:5])) == 1
    assert len(set(groups)) == 4


def test_pairs_are_counted_once_and_across_chunks():
    prints = [quality.fingerprint(drawn_face(7))] * 5
    first, second, distance = quality.near_pairs(prints, chunk=2)
    assert sorted(zip(first, second, strict=True)) == [
        (i, j) for i in range(5) for j in range(i + 1, 5)
    ]
    assert (distance == 0).all()


def test_no_photo_and_one_photo():
    assert quality.duplicate_groups([]).shape == (0,)
    assert quality.duplicate_groups([quality.fingerprint(drawn_face())]).tolist() == [0]


@pytest.mark.realdata
def test_groups_of_the_manifest_are_found_again(utkface):
    rows = dataset.read_manifest()
    rows = rows[rows.group.duplicated(keep=False)].head(400)
    groups = quality.duplicate_groups(
        [quality.fingerprint(images.decode(utkface / file)) for file in rows.file]
    )
    for _, found in rows.assign(found=groups).groupby("group"):
        # members outside the first 400 rows may have linked the rest of a group
        assert found.found.nunique() <= 2
    assert len(set(groups)) >= rows.group.nunique()
