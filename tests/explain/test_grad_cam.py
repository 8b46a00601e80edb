"""Grad-CAM: golden values of another implementation, identities, a case computed by hand."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from imgcls.explain import Status, explain
from tests.explain.nets import assert_golden, change_head, explain_golden, gap_net, mirrored_nets, pictures, raws

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _seeded():
    keras.utils.set_random_seed(0)


@pytest.mark.parametrize("net", ["gap", "flatten"])
@pytest.mark.parametrize("layer", ["first", "last"])
def test_raw_maps_are_those_of_pytorch_grad_cam(net, layer):
    assert_golden(explain_golden(net, "grad-cam", layer), f"{net}/grad-cam/{layer}")


def test_tf_keras_vis_is_of_the_same_opinion():
    vis, scores = pytest.importorskip("tf_keras_vis.gradcam"), pytest.importorskip("tf_keras_vis.utils.scores")
    model = gap_net()
    images = RNG.random((3, 8, 8, 2)).astype("float32")
    theirs = vis.Gradcam(model, clone=False)(
        scores.CategoricalScore([0, 1, 2]),
        images,
        penultimate_layer="map",
        seek_penultimate_conv_layer=False,
        expand_cam=False,
        normalize_cam=False,
    )
    for ours, their in zip(explain(model, images, [0, 1, 2]), np.asarray(theirs), strict=True):
        np.testing.assert_allclose(np.maximum(ours.raw, 0), their, atol=1e-5 * np.abs(ours.raw).max())


def test_by_hand():
    # A1 = x and A2 = 1 - x. The logit weighs A1 by 1 in the upper left quarter (4 of 16 places: α1 = 1/4) and A2
    # by -1 in the lowest row (α2 = -1/4). So the raw map is x/4 - (1 - x)/4 = x/2 - 1/4.
    inputs = keras.Input((4, 4, 1))
    x = layers.Conv2D(2, 1, name="map")(inputs)
    model = keras.Model(inputs, layers.Dense(1)(layers.Flatten()(x)))
    model.get_layer("map").set_weights([np.array([1.0, -1.0]).reshape(1, 1, 1, 2), np.array([0.0, 1.0])])
    head = np.zeros((4, 4, 2))
    head[:2, :2, 0], head[3, :, 1] = 1, -1
    change_head(model, lambda kernel, bias: [head.reshape(32, 1), bias])
    (found,) = explain(model, np.eye(4, dtype="float32").reshape(1, 4, 4, 1), 0)
    np.testing.assert_array_equal(found.raw, np.eye(4) / 2 - 0.25)
    np.testing.assert_array_equal(found.map, np.eye(4))
    assert found.logits == [2 - 3]  # A1: two ones in the quarter; A2: three ones in the lowest row


def test_with_global_pooling_it_is_cam_by_the_number_of_places():
    # Zhou et al. 2016: CAM is the map's channels weighted by the class's dense weights
    model = gap_net()
    images = RNG.random((2, 8, 8, 2)).astype("float32")
    maps = keras.Model(model.inputs[0], model.get_layer("map").output)(images, training=False).numpy()
    kernel, bias = model.layers[-1].get_weights()
    for found, activations in zip(explain(model, images, [2, 0]), maps, strict=True):
        cam = activations @ kernel[:, found.target]
        np.testing.assert_allclose(found.raw, cam / cam.size, rtol=1e-5, atol=1e-6)
        assert found.raw.sum() == pytest.approx(found.logits[found.target] - bias[found.target], rel=1e-4, abs=1e-6)


def test_a_constant_added_to_all_logits_changes_nothing():
    model = gap_net()
    images = RNG.random((2, 8, 8, 2)).astype("float32")
    before = explain(model, images, [0, 1])
    change_head(model, lambda kernel, bias: [kernel, bias + 7])
    for old, new in zip(before, explain(model, images, [0, 1]), strict=True):
        np.testing.assert_array_equal(old.raw, new.raw)
        np.testing.assert_allclose(old.probabilities, new.probabilities, rtol=1e-5)


def test_held_against_another_class_it_is_the_difference():
    model = gap_net()
    own, other = explain(model, pictures(model), 0), explain(model, pictures(model), 2)
    both = explain(model, pictures(model), 0, against=2)
    np.testing.assert_allclose(raws(both), raws(own) - raws(other), atol=1e-6)


def test_mirrored_weights_and_a_mirrored_image_give_a_mirrored_map():
    straight, mirrored = mirrored_nets((8, 6, 1))
    images = pictures(straight)
    (one, *_), (other, *_) = explain(straight, images, 1), explain(mirrored, images[:, :, ::-1], 1)
    np.testing.assert_allclose(other.raw, one.raw[:, ::-1], atol=1e-5 * np.abs(one.raw).max())
    np.testing.assert_allclose(other.logits, one.logits, rtol=1e-5, atol=1e-6)


def test_a_probability_of_one_is_still_explained():
    model = gap_net()
    change_head(model, lambda kernel, bias: [1e4 * np.abs(kernel) * [1, 0, 0], bias])
    (found,) = explain(model, RNG.random((1, 8, 8, 2)).astype("float32"), None)
    assert found.probabilities[found.target] == 1
    assert found.status == Status.OK
    assert found.map.max() == 1


def test_nothing_but_evidence_against_is_not_drawn():
    model = gap_net()
    change_head(model, lambda kernel, bias: [-np.abs(kernel), bias])
    (found,) = explain(model, RNG.random((1, 8, 8, 2)).astype("float32"), 0)
    assert found.status == Status.NO_POSITIVE_EVIDENCE
    assert found.raw.min() < 0
    assert not found.map.any()


def test_a_score_that_depends_on_nothing_is_not_drawn():
    model = gap_net()
    change_head(model, lambda kernel, bias: [0 * kernel, bias])
    (found,) = explain(model, RNG.random((1, 8, 8, 2)).astype("float32"), 0)
    assert found.status == Status.GRADIENT_VANISHED
    assert not found.map.any()


def test_a_dead_layer_is_silent_and_says_nothing_against_the_class():
    model = gap_net()
    kernel, bias = model.get_layer("map").get_weights()
    model.get_layer("map").set_weights([0 * kernel, 0 * bias - 1])
    (found,) = explain(model, RNG.random((1, 8, 8, 2)).astype("float32"), 0)
    assert found.status == Status.LAYER_SILENT
