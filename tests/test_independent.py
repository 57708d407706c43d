"""tf-keras-vis defines what six of the methods mean; and the released models, whatever their form, are explained."""

import types

import numpy as np
import pytest

from agesex import explain, faces, model, samples
from agesex.errors import CannotExplain
from agesex.explain import explanation, independent
from agesex.explain import seam as seams

EXACT = ("grad-cam", "grad-cam++", "layer-cam", "score-cam", "saliency")
QUICK = {  # the same code, fewer passes
    "score-cam": {"channels": 8},
    "smoothgrad": {"samples": 4},
    "integrated-gradients": {"steps": 8},
    "occlusion": {"cells": 4},
}


def crop(key="50-59_male"):
    return faces.aligned(samples.get(key).photo).crop


@pytest.fixture(scope="module")
def released():
    return model.load()


@pytest.fixture(scope="module")
def single(released):
    """The released model's network, asked about the face alone and not about its mirror image, too."""
    return types.SimpleNamespace(network=released.network, input_size=released.input_size, mirror=False)


def same(ours, theirs):
    """Equal in form and in scale."""
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=1e-2, atol=1e-2 * np.abs(ours).max())
    assert independent.agreement(ours, theirs) >= 0.999


def test_agreement_by_hand():
    assert independent.agreement([[1, 2], [3, 4]], [[2, 4], [6, 8]]) == pytest.approx(1)
    assert independent.agreement([[1, 2], [3, 4]], [[4, 3], [2, 1]]) == pytest.approx(-1)
    assert independent.agreement([1, 2, 3, 4], [1, -1, -1, 1]) == pytest.approx(0)
    assert np.isnan(independent.agreement([1, 2, 3, 4], [5, 5, 5, 5]))


@pytest.mark.parametrize("method", sorted(set(explain.METHODS) - set(independent.KNOWN)))
def test_a_method_that_it_has_not_is_refused_by_its_name(method):
    with pytest.raises(CannotExplain, match=f"no {explain.METHODS[method].title}.*SmoothGrad"):
        independent.independent(None, None, "older", method)


@pytest.mark.model
@pytest.mark.parametrize("target", ["older", "male"])
@pytest.mark.parametrize("method", EXACT)
def test_our_map_is_that_of_tf_keras_vis(single, method, target, capsys):
    options = {"channels": 16} if method == "score-cam" else {}
    theirs = independent.independent(single, crop(), target, method, **options)
    assert capsys.readouterr().out == ""
    ours = explain.explain(single, crop(), target, method, **options).raw
    assert np.ptp(ours) > 0
    same(ours, theirs)


@pytest.mark.model
def test_our_map_of_another_layer_and_of_a_mirrored_answer_is_that_of_tf_keras_vis(released):
    assert released.mirror
    layer = list(explain.layers(released.network))[1]
    theirs = independent.independent(released, crop(), "younger", "grad-cam", layer=layer)
    found = explain.explain(released, crop(), "younger", "grad-cam", layer=layer)
    assert found.raw.shape == explain.layers(released.network)[layer]
    same(found.raw, theirs)


@pytest.mark.model
def test_smoothgrad_resembles_that_of_tf_keras_vis_whose_noise_is_another(single):
    theirs = independent.independent(single, crop(), "older", "smoothgrad")
    ours = explain.explain(single, crop(), "older", "smoothgrad").raw
    assert 0.85 <= independent.agreement(ours, theirs) < 1
    assert ours.mean() == pytest.approx(theirs.mean(), rel=0.1)


@pytest.mark.model
@pytest.mark.parametrize("key", ["03-06_female", "20-29_male", "50-59_male", "80-116_female"])
def test_integrated_gradients_add_up(released, key):
    found = explain.explain(released, crop(key), "older", "integrated-gradients").completeness
    assert found.error <= max(0.1 * abs(found.expected), 1)  # years
    flat = np.stack([crop(key), explanation.blurred(crop(key))])
    photo, other = explain.scores(released, flat, "older")
    assert found.expected == pytest.approx(photo - other, abs=1.5)  # blurred at another size


@pytest.mark.model
def test_no_cell_speaks_for_both_sides(single):
    for one, other in (("older", "younger"), ("female", "male")):
        pair = [explain.explain(single, crop(), target, "grad-cam").raw for target in (one, other)]
        assert not ((pair[0] > 0) & (pair[1] > 0)).any()
        assert pair[0].any() or pair[1].any()


@pytest.mark.model
def test_methods_without_direction_share_a_map(single):
    for method in ("saliency", "smoothgrad"):
        options = QUICK.get(method, {})
        older = explain.explain(single, crop(), "older", method, **options).raw
        younger = explain.explain(single, crop(), "younger", method, **options).raw
        assert not explain.METHODS[method].directed
        np.testing.assert_allclose(older, younger, rtol=1e-4, atol=1e-6 * older.max())


@pytest.mark.model
def test_the_frozen_and_the_live_network_have_the_same_map(single):
    photo = explanation.displayed(single, crop())
    frozen, live = seams.of(single.network), seams.live(single.network)
    # of 20,736 pixels a few lie behind a ReLU that rounding switches; of the cells none did
    for method, tolerance in (("grad-cam", 1e-3), ("layer-cam", 1e-3), ("gradient-input", 1e-2)):
        layer = explain.default_layer(single.network, "older", method)
        maps = [explanation.attribute(seam, method, photo, "older", layer=layer) for seam in (frozen, live)]
        np.testing.assert_allclose(*maps, rtol=1e-3, atol=tolerance * np.abs(maps[0]).max())


@pytest.mark.model
def test_a_score_is_the_models_answer(released):
    crops = np.stack([crop(), crop("03-06_female")])
    output = released.forward(crops)
    np.testing.assert_allclose(explain.scores(released, crops, "older"), output.age)
    np.testing.assert_allclose(explain.scores(released, crops, "male"), -output.sex_logit)
    photos = np.stack([explanation.displayed(released, one) for one in crops])
    seam = seams.of(released.network)
    both = (seam.score(photos, "older") + seam.score(photos[:, :, ::-1], "older")) / 2
    np.testing.assert_allclose(both, output.age, atol=0.01)


@pytest.mark.model
@pytest.mark.parametrize("name", model.names())
def test_every_released_model_is_explained_by_every_method(name):
    loaded = model.load(name)
    for target in ("older", "male"):
        assert explain.usable(loaded.network, target) == list(explain.METHODS)
        for method in explain.METHODS:
            found = explain.explain(loaded, crop(), target, method, **QUICK.get(method, {}))
            assert np.isfinite(found.raw).all() and np.isfinite(found.map).all(), method
            assert found.raw.ndim == 2 and found.map.shape == (200, 200)
            assert found.empty or found.map.max() > 0.5
    assert not explain.explain(loaded, crop(), "older", "saliency").empty
