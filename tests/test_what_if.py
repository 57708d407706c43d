"""Regions, covering and sweeps, with the stub: bright = old, reddish = female."""

import numpy as np
import pandas as pd
import pytest
from stub import StubModel

from agesex import faces
from agesex.explain import cover, regions, sweep
from agesex.explain.cover import Effect
from agesex.explain.explanation import from_raw
from agesex.predict import Prediction


def flat(*colour):
    return np.full((200, 200, 3), colour, np.uint8)


def answer(age, p_female=0.5):
    return Prediction(age, (age - 5, age + 5), 0.9, None, "female", p_female)


def test_every_pixel_belongs_to_one_region():
    masks = regions.masks()
    assert tuple(masks) == regions.REGIONS
    assert (np.sum(list(masks.values()), axis=0) == 1).all()
    assert all(mask.shape == (200, 200) and mask.dtype == bool for mask in masks.values())
    assert all(mask.mean() > 0.04 for mask in masks.values())


def test_the_landmarks_of_the_template_lie_in_their_regions():
    masks = regions.masks()
    where = ("eyes", "eyes", "nose", "mouth", "mouth")
    for (x, y), name in zip(faces.TEMPLATE, where, strict=True):
        assert masks[name][round(float(y)), round(float(x))], name
    for (x, y), name in {
        (98, 15): "forehead", (98, 40): "forehead", (45, 95): "cheeks", (150, 95): "cheeks",
        (98, 178): "jaw", (98, 112): "nose", (98, 125): "mouth", (3, 100): "surroundings",
        (197, 197): "surroundings", (60, 40): "eyes",
    }.items():  # fmt: skip
        assert masks[name][y, x], (x, y, name)


def test_regions_are_about_symmetric_and_cannot_be_changed():
    middle = float((faces.TEMPLATE[0, 0] + faces.TEMPLATE[1, 0]) / 2)
    for name, mask in regions.masks().items():
        if name != "surroundings":
            assert np.nonzero(mask)[1].mean() == pytest.approx(middle, abs=1.5), name
    with pytest.raises(ValueError, match="read-only"):
        regions.masks()["eyes"][0, 0] = True


def explained(weights):
    found = from_raw(np.eye(5), "older", "occlusion")
    return type(found)(
        weights.astype(np.float32), found.raw, "older", "occlusion", None, not weights.any(), ""
    )


def test_a_map_on_one_region_only_gives_it_all():
    mask = regions.masks()["mouth"]
    table = regions.table(explained(mask * 0.5)).set_index("region")
    assert table.share["mouth"] == pytest.approx(1)
    assert table.share.drop("mouth").tolist() == [0] * 6
    assert table.density["mouth"] == pytest.approx(1 / mask.mean())


def test_an_even_map_has_density_one_everywhere_and_an_empty_one_none():
    table = regions.table(explained(np.ones((200, 200))))
    assert table.region.tolist() == list(regions.REGIONS)
    assert table.density.tolist() == pytest.approx([1] * 7)
    assert table.area.sum() == pytest.approx(1) and table.share.sum() == pytest.approx(1)
    empty = regions.table(explained(np.zeros((200, 200))))
    assert empty.share.isna().all() and empty.density.isna().all()
    assert empty.area.sum() == pytest.approx(1)


def test_outlines_draw_borders_and_leave_the_middle_of_a_cheek():
    picture = regions.outlines(flat(90, 90, 90))
    assert picture.shape == (600, 600, 3) and picture.dtype == np.uint8
    assert (picture[330:370, 440:480] == 90).all()  # within a cheek, away from its name
    bright = (picture[285, :, 0] > 200).astype(int)  # across both cheeks and the nose
    assert (np.diff(bright) == 1).sum() == 4
    assert regions.outlines(np.zeros((64, 64, 3), np.uint8), side=300).shape == (300, 300, 3)


def test_a_rectangle_counts_the_part_of_each_pixel():
    mask = cover.rectangle(0.25, 0.5, 0.5, 1)
    assert mask.sum() == 50 * 100
    assert mask[100:, 50:100].all() and not mask[:100].any() and not mask[:, 100:].any()
    thin = cover.rectangle(0.001, 0, 0.003, 1)  # from 0.2 to 0.6 of the first pixel
    assert thin[:, 0] == pytest.approx(np.full(200, 0.4), abs=1e-6)
    assert not thin[:, 1:].any()


@pytest.mark.parametrize(
    "edges",
    [
        (0.5, 0, 0.5, 1),
        (0.6, 0, 0.4, 1),
        (0, 0.5, 1, 0.2),
        (-0.1, 0, 1, 1),
        (0, 0, 1.1, 1),
        (np.nan, 0, 1, 1),
    ],
)
def test_a_rectangle_that_is_none_is_refused(edges):
    with pytest.raises(ValueError, match="left < right"):
        cover.rectangle(*edges)


def test_covering_changes_what_is_covered_and_nothing_else():
    crop = flat(200, 200, 200)
    half = cover.rectangle(0, 0, 0.5, 1)
    found = cover.covered(crop, half, "grey")
    assert (found[:, :100] == 127).all() and (found[:, 100:] == 200).all()
    assert (crop == 200).all()
    assert (cover.covered(crop, half, "blur") == 200).all()  # a flat face has nothing to hide
    with pytest.raises(ValueError, match="average face"):
        cover.covered(crop, half, "black")


def test_effects_by_hand_and_in_one_batch():
    stub, crop = StubModel(), flat(204, 204, 204)  # 204 / 255 = 80 years; 127 / 255 = 49.8
    half, none = cover.rectangle(0, 0, 1, 0.5), np.zeros((200, 200))
    found = cover.effects(stub, crop, {"upper half": half, "nothing": none}, "grey")
    assert stub.seen == [3]
    assert [effect.name for effect in found] == ["upper half", "nothing"]
    assert found[0].years == pytest.approx(-15.1, abs=0.1)  # half of the 30.2 years between
    assert found[0].words == "without the upper half: 15 years younger"
    assert found[1].years == 0 and found[1].p_female == 0
    assert found[0].after.interval[0] < found[0].after.age < found[0].after.interval[1]
    assert (found[0].crop[:100] == 127).all() and (found[0].crop[100:] == 204).all()


def test_a_change_of_the_sex_has_its_sign():
    crop = flat(140, 100, 100)  # reddish: female
    (found,) = cover.effects(StubModel(), crop, {"rest": np.ones((200, 200))}, "grey")
    assert found.before.p_female > 0.97 and found.after.p_female == pytest.approx(0.5)
    assert found.p_female == pytest.approx(found.after.p_female - found.before.p_female)
    assert found.sex_words == "without the rest: female 98 of 100 before, 50 of 100 now"


def test_no_mask_no_effect_and_a_small_crop_is_enlarged():
    stub = StubModel()
    assert cover.effects(stub, flat(90, 90, 90), {}) == []
    small = np.full((64, 64, 3), 90, np.uint8)
    (found,) = cover.effects(stub, small, {"mouth": np.ones((200, 200))})
    assert found.crop.shape == (200, 200, 3)


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (34.2, "without the mouth: 6 years younger"),
        (41.3, "without the mouth: 1 year older"),
        (40.4, "without the mouth: the same age, within half a year"),
        (39.7, "without the mouth: the same age, within half a year"),
    ],
)
def test_the_words_of_an_effect(after, words):
    assert Effect("mouth", answer(40.0), answer(after), None).words == words


def test_all_regions_in_one_go():
    stub = StubModel()
    found = cover.regions_effects(stub, flat(255, 255, 255), "grey")
    assert [effect.name for effect in found] == list(regions.REGIONS)
    assert stub.seen == [8]
    area = {name: mask.mean() for name, mask in regions.masks().items()}
    losses = {effect.name: -effect.years for effect in found}
    assert max(losses, key=losses.get) == max(area, key=area.get)  # the stub counts pixels
    table = cover.table(found)
    assert table.name.tolist() == list(regions.REGIONS)
    assert table.years.tolist() == [effect.years for effect in found]
    assert cover.table([]).empty


GRADIENT = np.repeat(np.tile(np.arange(200, dtype=np.uint8), (200, 1))[..., None], 3, axis=2)


@pytest.mark.parametrize("name", sweep.CHANGES)
def test_a_neutral_value_changes_nothing_and_the_ends_do(name):
    change = sweep.CHANGES[name]
    picture = GRADIENT.copy()
    picture[..., 2] = 30
    assert (sweep.changed(picture, {name: change.neutral}) == picture).all()
    assert change.neutral in change.values
    assert change.values[0] == change.low and change.values[-1] == change.high
    for value in {change.low, change.high} - {change.neutral}:
        found = sweep.changed(picture, {name: value})
        assert found.shape == picture.shape and found.dtype == np.uint8
        assert (found != picture).any()
    assert (picture[..., 2] == 30).all()


def test_changes_by_hand():
    assert (sweep.changed(flat(100, 50, 200), {"light": 150}) == (150, 75, 255)).all()
    assert (sweep.changed(flat(100, 50, 200), {"light": 50}) == (50, 25, 100)).all()
    grey = sweep.changed(flat(200, 0, 0), {"grey": 100})
    assert (grey == 60).all()  # 0.299 · 200
    assert (sweep.changed(GRADIENT, {"mirror": 1}) == GRADIENT[:, ::-1]).all()
    corner = flat(0, 0, 0)
    corner[90:110, 150:170] = 255  # to the right of the middle
    turned = sweep.changed(corner, {"turn": 45})
    rows, columns = np.nonzero(turned[..., 0] > 127)
    # counter-clockwise: a place 60 px to the right comes to lie 42 px right of and above the middle
    assert (columns.mean() - 99.5, rows.mean() - 99.5) == pytest.approx((42.4, -42.4), abs=1)
    edge = flat(0, 0, 0)
    edge[:, 100:] = 255
    blurred = sweep.changed(edge, {"blur": 3})
    assert 20 < blurred[100, 97, 0] < 127 < blurred[100, 102, 0] < 235


def test_several_changes_do_not_depend_on_the_order_of_the_dict():
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (200, 200, 3), np.uint8)
    one = sweep.changed(picture, {"light": 140, "blur": 2, "turn": 15, "mirror": 1})
    other = sweep.changed(picture, {"mirror": 1, "turn": 15, "blur": 2, "light": 140})
    assert (one == other).all()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"smile": 1}, "'light', 'blur', 'turn', 'grey', 'mirror'"),
        ({"blur": -1}, "0 to 6"),
        ({"turn": 90}, "-45 to 45"),
    ],
)
def test_changes_that_there_are_not_are_refused(values, sentence):
    with pytest.raises(ValueError, match=sentence):
        sweep.changed(flat(1, 1, 1), values)
    with pytest.raises(ValueError, match=sentence):
        sweep.sweep(StubModel(), flat(1, 1, 1), *values, values=list(values.values()))


def test_a_sweep_by_hand_and_in_one_batch():
    stub = StubModel()
    table = sweep.sweep(stub, flat(102, 102, 102), "light", [50, 100, 150])  # 102 / 255 = 40 years
    assert stub.seen == [3]
    assert list(table) == ["value", "age", "low", "high", "p_female"]
    assert table.value.tolist() == [50, 100, 150]
    assert table.age.tolist() == pytest.approx([20, 40, 60], abs=0.2)
    assert (table.low < table.age).all() and (table.age < table.high).all()
    assert table.p_female.tolist() == pytest.approx([0.5] * 3)


def test_a_sweep_keeps_the_other_changes_and_has_values_of_its_own():
    stub = StubModel()
    table = sweep.sweep(stub, flat(140, 100, 100), "light", others={"grey": 100, "light": 30})
    assert table.value.tolist() == sweep.CHANGES["light"].values.tolist()
    assert table.p_female.tolist() == pytest.approx([0.5] * len(table))  # grey: nothing reddish is left
    assert table.age.is_monotonic_increasing and table.age.nunique() > 10
    empty = sweep.sweep(stub, flat(1, 1, 1), "blur", [])
    assert isinstance(empty, pd.DataFrame) and empty.empty
    assert sweep.sweep(stub, flat(9, 9, 9), "mirror").value.tolist() == [0, 1]
