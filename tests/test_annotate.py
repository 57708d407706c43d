"""Drawn boxes, numbers and maps: where pixels changed, and that they can be seen on any ground."""

import types

import numpy as np
import pytest

from agesex import annotate


def face(*box):
    return types.SimpleNamespace(box=box)


@pytest.mark.parametrize(
    ("shape", "long_side"),
    [((60, 90, 3), 560), ((600, 800, 3), 800), ((3000, 4000, 3), 1200), ((40, 3000, 3), 1200)],
)
def test_the_picture_has_the_photo_s_proportions_and_a_screen_s_size(shape, long_side):
    picture = annotate.boxes(np.zeros(shape, np.uint8), [face(0, 0, 30, 30)])
    assert picture.dtype == np.uint8
    assert max(picture.shape[:2]) == long_side
    wanted = shape[1] / shape[0]
    assert picture.shape[1] / picture.shape[0] == pytest.approx(wanted, rel=0.05)


@pytest.mark.parametrize("ground", [0, 128, 255])
def test_a_box_is_seen_on_any_ground(ground):
    photo = np.full((600, 600, 3), ground, np.uint8)
    picture = annotate.boxes(photo, [face(200, 200, 200, 200)])
    row = picture[300].astype(int).mean(axis=1)
    for x in (200, 400):
        edge = row[x - 6 : x + 7]
        assert edge.max() - edge.min() > 150  # light and dark lie side by side
    assert (picture[300, 230:370] == ground).all()  # the face itself is left alone
    assert (photo == ground).all()


def test_no_face_no_change():
    photo = np.random.default_rng(0).integers(0, 255, (600, 700, 3), np.uint8)
    assert (annotate.boxes(photo, []) == photo).all()


def test_every_face_has_its_own_number():
    photo = np.full((600, 1200, 3), 128, np.uint8)
    badges = []
    for n in range(1, 13):
        found = [face(1100, 500, 50, 50)] * (n - 1) + [face(200, 200, 300, 300)]
        badges.append(annotate.boxes(photo, found)[160:240, 160:240].tobytes())
    assert len(set(badges)) == 12


def test_boxes_at_and_beyond_the_edge_stay_visible():
    photo = np.full((600, 600, 3), 128, np.uint8)
    picture = annotate.boxes(photo, [face(-50, -50, 100, 100), face(550, 550, 200, 200)])
    assert (picture[:40, :40] != 128).any()
    assert (picture[599, 560:] != 128).any()


def test_cells_are_flat_squares_from_dark_to_bright():
    picture = annotate.cells(np.array([[0.0, 1.0], [2.0, 4.0]]))
    assert picture.shape == (200, 200, 3)
    quarters = [picture[y : y + 100, x : x + 100] for y in (0, 100) for x in (0, 100)]
    for quarter in quarters:
        assert (quarter == quarter[0, 0]).all()
    light = [int(quarter[0, 0].sum()) for quarter in quarters]
    assert light == sorted(light)
    assert light[0] < 30


@pytest.mark.parametrize("grid", [np.zeros((4, 4)), np.full((4, 4), -1.0), np.full((2, 2), np.nan)])
def test_an_empty_map_is_dark(grid):
    assert annotate.cells(grid).max() < 30


def test_the_palette_runs_from_left_to_right():
    bar = annotate.scale_bar(100, 10)
    assert bar.shape == (10, 100, 3)
    assert bar[5, 0].sum() < bar[5, 50].sum() < bar[5, -1].sum()
