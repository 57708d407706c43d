"""The evidence for or against a map: deletion and insertion, stability, the random-weights check."""

import itertools

import cv2
import numpy as np
import pytest

from agesex import explain
from agesex.explain import curves, sanity, stability

SHARES = np.array([[8.0, 4.0], [3.0, 1.0]]) / 16  # of the score that each quarter of the photo carries


@pytest.fixture
def quarters(monkeypatch):
    """A white photo of 4×4 px against black, and a score that sums up its quarters."""
    monkeypatch.setattr(curves, "blurred", lambda photo: np.zeros_like(photo))
    calls = []

    def score(photos):
        calls.append(len(photos))
        means = photos.mean(axis=-1).reshape(len(photos), 2, 2, 2, 2).mean(axis=(2, 4))
        return 5 + 10 * (means / 255 * SHARES).sum(axis=(1, 2))

    return score, np.full((4, 4, 3), 255, np.float32), calls


def test_both_curves_of_the_best_order_are_worked_out_by_hand(quarters):
    score, photo, _ = quarters
    found = curves.curves(score, photo, curves.ranks(SHARES, 4))
    assert found.shares.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert found.deletion == pytest.approx(np.array([16, 8, 4, 1, 0]) / 16)
    assert found.insertion == pytest.approx(np.array([0, 8, 12, 15, 16]) / 16)
    assert found.deletion_area == pytest.approx((8 + 8 + 4 + 1) / 64)
    assert found.insertion_area == pytest.approx((8 + 12 + 15 + 8) / 64)
    assert found.gain == pytest.approx(22 / 64)
    worst = curves.curves(score, photo, curves.ranks(-SHARES, 4))
    assert worst.gain == pytest.approx(-22 / 64)


def test_orders_drawn_at_random_gain_nothing_on_average(quarters):
    score, photo, _ = quarters
    orders = [curves.ranks(np.reshape(one, (2, 2)), 4) for one in itertools.permutations(range(4))]
    gains = [one.gain for one in curves.several(score, photo, orders)]
    assert np.mean(gains) == pytest.approx(0, abs=1e-7) and np.std(gains) > 0.1
    drawn = [tuple(curves.random_ranks((2, 2), 4, seed)[::2, ::2].ravel()) for seed in range(200)]
    assert len(set(drawn)) == 24  # every order comes up


def test_several_orders_are_scored_together_and_come_back_one_by_one(quarters):
    score, photo, calls = quarters
    orders = [curves.ranks(SHARES, 4), curves.ranks(np.arange(16).reshape(4, 4), 4), curves.centre_blob(4)]
    together = curves.several(score, photo, orders)
    assert len(calls) == 2  # both ends, then everything else
    for one, order in zip(together, orders, strict=True):
        alone = curves.curves(score, photo, order)
        assert (alone.deletion == one.deletion).all() and (alone.insertion == one.insertion).all()


def test_areas_are_of_the_curve_clipped(quarters):
    found = curves.Curves(np.array([0, 0.5, 1]), np.array([1, 3.0, 0]), np.array([0, -2.0, 1]))
    assert found.deletion_area == 0.75 and found.insertion_area == 0.25
    assert found.deletion.max() == 3  # the curve itself is kept as it is


def test_cells_go_as_whole_squares_and_equal_ones_at_once():
    order = curves.ranks(np.array([[0.0, 7.0], [7.0, -1.0]]), 5)
    expected = [[1, 1, 0, 0, 0]] * 2 + [[0, 0, 2, 2, 2]] * 3  # borders at 2.5 px, rounded to even
    assert order.tolist() == expected
    assert (curves.ranks(np.zeros((3, 3)), 6) == 0).all()


def test_an_empty_map_gains_nothing(quarters):
    score, photo, _ = quarters
    found = curves.curves(score, photo, curves.ranks(np.zeros((2, 2)), 4))
    assert found.shares.tolist() == [0, 1] and found.gain == 0


def test_a_fine_order_is_cut_into_equal_shares():
    photo, seen = np.random.default_rng(0).uniform(0, 255, (20, 20, 3)).astype(np.float32), []

    def score(photos):
        seen.append(photos)
        return photos.mean(axis=(1, 2, 3)) + np.arange(len(photos))  # the ends never agree

    order = curves.random_ranks((20, 20), 20, seed=1)
    found = curves.curves(score, photo, order, steps=8)
    assert found.shares == pytest.approx(np.arange(9) / 8)
    changed = (seen[1] != photo).any(axis=-1)
    assert changed[:7].mean(axis=(1, 2)) == pytest.approx(np.arange(1, 8) / 8)  # deletion
    assert changed[7:].mean(axis=(1, 2)) == pytest.approx(np.arange(7, 0, -1) / 8)  # insertion
    assert (changed[0] == (order < 50)).all()


def test_the_blob_grows_from_the_centre():
    order = curves.centre_blob(4)
    assert order[1:3, 1:3].tolist() == [[0, 0], [0, 0]] and order.max() == order[0, 0] == 2
    assert (order == order[::-1]).all() and (order == order.T).all()
    assert (curves.centre_blob(9)[4, 4], (curves.centre_blob(9) == 0).sum()) == (0, 1)


def test_a_face_is_asked_about_the_side_on_which_it_lies():
    assert curves.side_of(40.0, 30.0, "age") == "older"
    assert curves.side_of(30.0, 40.0, "age") == "younger"
    assert curves.side_of(-1.0, -2.0, "sex") == "female"
    assert curves.side_of(-3.0, -2.0, "sex") == "male"


def test_the_answer_to_a_photo_and_its_mirror_image_is_averaged(monkeypatch):
    def left(photos, target):
        return photos[:, :, 0].mean(axis=(1, 2))

    monkeypatch.setattr(curves.seams, "of", lambda network: explain.seam.Seam(left, None, None))
    photos = np.zeros((1, 4, 4, 3), np.float32)
    photos[:, :, 0], photos[:, :, -1] = 10, 30
    for mirror, expected in ((False, 10), (True, 20)):
        model = type("Model", (), {"network": None, "mirror": mirror})
        assert curves.scorer(model, "older")(photos) == [expected]


def test_a_photo_like_its_blurred_copy_has_no_curves(monkeypatch):
    photo = np.random.default_rng(0).uniform(0, 255, (8, 8, 3)).astype(np.float32)
    monkeypatch.setattr(curves, "displayed", lambda model, crop: crop)
    raw = photo.mean(axis=-1) - curves.blurred(photo).mean(axis=-1)

    def asked(difference, target):
        """The photo scores higher than anything else by `difference`."""

        def score(photos):
            return difference * (photos == photo).all(axis=(1, 2, 3))

        monkeypatch.setattr(curves, "scorer", lambda model, target: score)
        return curves.report(None, photo, raw, target)

    assert asked(1.9, "older") is None and asked(0.49, "male") is None and asked(-1.9, "younger") is None
    found = asked(-2.1, "older")
    assert found.denominator == pytest.approx(-2.1) and found.target == "older"
    assert found.map.deletion[0] == 1 and found.map.deletion[1] == 0
    assert found.random.shares == pytest.approx(np.linspace(0, 1, curves.STEPS + 1))
    assert asked(0.51, "female") is not None


def test_shifts_of_the_photo_are_taken_back_before_maps_are_compared():
    photo = np.random.default_rng(0).uniform(0, 255, (24, 24, 3)).astype(np.float32)
    moved = stability.changed(photo, "shifted right 2 px")
    assert (moved[:, 2:] == photo[:, :-2]).all()
    assert (stability.changed(photo, "shifted up 2 px")[:-2] == photo[2:]).all()
    # a map that follows the photo holds still; one that keeps its place does not
    follows = stability.held(lambda view: view.mean(axis=-1), photo)
    assert set(follows) == set(stability.CHANGES)
    for name, value in follows.items():
        assert value > (0.98 if name == "light noise" else 1 - 1e-6), name
    place = photo.mean(axis=-1)
    stays = stability.held(lambda view: place, photo)
    assert stays["light noise"] == pytest.approx(1)
    assert all(abs(stays[name]) < 0.3 for name in (*stability.SHIFTS, "mirrored"))
    assert np.isnan(stability.held(lambda view: np.ones((4, 4)), photo)["mirrored"])


def test_a_coarse_map_is_compared_at_the_size_of_the_photo():
    photo = np.random.default_rng(0).uniform(0, 255, (32, 32, 3)).astype(np.float32)
    smooth = cv2.GaussianBlur(photo, (0, 0), 4)
    held = stability.held(lambda view: cv2.resize(view, (4, 4), interpolation=cv2.INTER_AREA)[..., 0], smooth)
    assert 0.8 < held["shifted left 2 px"] < 1


def test_light_noise_is_light_and_always_the_same():
    photo = np.full((40, 40, 3), 128, np.float32)
    noisy = stability.changed(photo, "light noise")
    assert noisy.std() == pytest.approx(stability.NOISE, rel=0.1)
    assert (noisy == stability.changed(photo, "light noise")).all()


def test_rank_correlation_by_hand():
    a = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert sanity.rank_correlation(a, a**3) == pytest.approx(1)
    assert sanity.rank_correlation(a, -a) == pytest.approx(-1)
    # ranks 1 2 3 4 against 2 1 4 3: 1 - 6·4 / (4·15)
    assert sanity.rank_correlation(a, [[2, 1], [4, 3]]) == pytest.approx(0.6)
    assert np.isnan(sanity.rank_correlation(a, np.ones((2, 2))))


def test_similarity_is_of_the_maps_as_they_are_shown():
    a = np.eye(5)
    assert sanity.similarity(a, 7 * a) == pytest.approx(1)  # each map has its own scale
    assert sanity.similarity(a, a - 10 * (a == 0)) == pytest.approx(1)  # what speaks against is not shown
    assert sanity.similarity(a, a[::-1]) < 0.8
    assert sanity.similarity(np.zeros((5, 5)), np.zeros((5, 5))) == 1


@pytest.fixture(scope="module")
def network():
    """A small network with a fixed grey layer, batch normalisation and two answers."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    photo = keras.Input((16, 16, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1.0)(photo)
    grey = keras.initializers.Constant(1 / 3)
    x = layers.Conv2D(1, 1, use_bias=False, kernel_initializer=grey, name="grey")(x)
    x = layers.Conv2D(4, 3, padding="same", use_bias=False, name="conv1")(x)
    x = layers.ReLU()(layers.BatchNormalization(name="norm1")(x))
    x = layers.DepthwiseConv2D(3, strides=2, padding="same", name="depthwise")(x)
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu", name="conv2")(x)
    x = layers.GlobalAveragePooling2D()(x)
    outputs = {
        "age": layers.Dense(101, name="age")(x),
        "sex": layers.Dense(1, name="sex")(layers.Dense(5, name="sex_hidden")(x)),
    }
    network = keras.Model(photo, outputs)
    for weight in network.weights:  # as after training, when nothing is 0 or 1
        weight.assign(np.random.default_rng(1).uniform(0.1, 0.5, weight.shape))
    return network


@pytest.mark.model
def test_weights_are_forgotten_from_the_head_downwards_on_a_clone(network):
    before = network.get_weights()
    photos = np.random.default_rng(0).uniform(0, 255, (2, 16, 16, 3)).astype(np.float32)
    answer = explain.seam.of(network).score(photos, "older")
    clone = sanity.Randomised(network, "older")

    def kept():
        pairs = zip(network.layers, clone._clone.layers, strict=True)
        same = {
            a.name: all((x == y).all() for x, y in zip(a.get_weights(), b.get_weights(), strict=True))
            for a, b in pairs
            if a.weights
        }
        return {name for name, equal in same.items() if equal}

    found = []
    for title, share, _ in clone.steps(seed=0):
        found.append((title, share, kept()))
    titles, shares, names = zip(*found, strict=True)
    assert titles == sanity.TITLES
    assert list(shares) == sorted(shares) and shares[-1] == 1
    sex = {"sex", "sex_hidden"}  # the age does not depend on them
    assert names == (
        {"grey", "conv1", "norm1", "depthwise", "conv2"} | sex,
        {"grey", "conv1", "norm1", "depthwise"} | sex,
        {"grey", "conv1"} | sex,
        {"grey"} | sex,
    )
    assert shares[0] == pytest.approx(909 / (909 + 36 + 16 + 40 + 296))
    norm = clone._clone.get_layer("norm1")
    assert [value.tolist() for value in norm.get_weights()] == [[1] * 4, [0] * 4, [0] * 4, [1] * 4]
    assert all((x == y).all() for x, y in zip(before, network.get_weights(), strict=True))
    assert (explain.seam.of(network).score(photos, "older") == answer).all()


@pytest.mark.model
def test_a_seed_draws_the_same_weights_every_time_and_another_one_others(network):
    photos = np.random.default_rng(0).uniform(0, 255, (3, 16, 16, 3)).astype(np.float32)
    clone = sanity.Randomised(network, "female")
    first, other, again = (clone.full(seed).score(photos, "female") for seed in (0, 1, 0))
    assert (first == again).all() and (first != other).all()
    assert (first != explain.seam.of(network).score(photos, "female")).all()
    # each step starts from the trained weights
    _, _, seam = next(clone.steps(0))
    assert (seam.score(photos, "older") == pytest.approx(explain.seam.of(network).score(photos, "older")))


@pytest.fixture(scope="module")
def released():
    from agesex import faces, model, samples

    names = ("03-06_female", "20-29_female", "50-59_male", "70-79_male")
    return model.load(), [faces.aligned(samples.get(name).photo).crop for name in names]


@pytest.mark.model
def test_random_weights_change_the_maps_of_the_released_model(released):
    model, crops = released
    before = model.forward(crops[2][None])
    steps = sanity.sanity(model, crops[2], "older", "grad-cam")
    assert [step.title for step in steps] == list(sanity.TITLES)
    trained = explain.explain(model, crops[2], "older", "grad-cam")
    assert all(step.raw.shape == trained.raw.shape for step in steps)
    assert steps[-1].share == 1 and steps[-1].similarity < 0.9
    random = sanity.fully_random(model, crops[2], "older", "grad-cam", seeds=3)
    assert random[0] == steps[-1].rank_correlation and np.nanmean(random) < sanity.LIMIT
    assert (model.forward(crops[2][None]).age == before.age).all()


@pytest.mark.model
def test_the_map_of_a_mirrored_answer_is_mirrored_with_the_photo(released):
    model, crops = released
    assert model.mirror
    here, there = (
        explain.explain(model, crop, "older", "smoothgrad").raw for crop in (crops[1], crops[1][:, ::-1])
    )
    assert explain.independent.agreement(here, there[:, ::-1]) > 0.9999  # so that none is computed for it
    held = stability.stability(model, crops[1], "older", "grad-cam")
    assert held["mirrored"] == pytest.approx(1) and all(value > 0.5 for value in held.values())


@pytest.mark.model
@pytest.mark.parametrize("method", ["grad-cam", "occlusion"])
def test_the_order_of_a_map_beats_random_order_on_the_released_model(released, method):
    model, crops = released
    won = []
    for crop in crops:
        photo = explain.explanation.displayed(model, crop)
        ends = curves.scorer(model, "older")(np.stack([photo, curves.blurred(photo)]))
        target = curves.side_of(*ends, "age")
        found = curves.report(model, crop, explain.explain(model, crop, target, method).raw, target)
        if found:
            own, random = found.map, found.random
            won.append((own.gain - random.gain, random.deletion_area - own.deletion_area))
    assert len(won) >= 2
    assert (np.mean(won, axis=0) > 0).all()
