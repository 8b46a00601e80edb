"""Score-CAM: golden values, a case by hand with its one softmax."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from imgcls.explain import Status, explain
from tests.explain.nets import assert_golden, explain_golden


@pytest.mark.parametrize("net", ["gap", "flatten"])
@pytest.mark.parametrize("layer", ["first", "last"])
def test_raw_maps_are_those_of_pytorch_grad_cam(net, layer):
    assert_golden(explain_golden(net, "score-cam", layer), f"{net}/score-cam/{layer}")


def net_of_two_channels(bias):
    """A₁ = x, A₂ = bias − x, and the logits are ΣA₁ and 2 ΣA₁."""
    inputs = keras.Input((2, 2, 1))
    x = layers.Conv2D(2, 1, name="map")(inputs)
    model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(x)))
    head = np.zeros((2, 2, 2, 2))
    head[..., 0, 0], head[..., 0, 1] = 1, 2
    model.set_weights([np.array([[[[1.0, -1.0]]]]), np.array([0.0, bias]), head.reshape(8, 2), np.zeros(2)])
    return model


def test_by_hand_with_one_softmax():
    x = np.array([[1, 0.5], [0, 0.5]], np.float32)
    (found,) = explain(net_of_two_channels(1.0), x.reshape(1, 2, 2, 1), 0, "score-cam", "map")
    # through A₁ = x the network sees x² = (1, ¼, 0, ¼), sum 1.5; through A₂ = 1 − x it sees x − x², sum 0.5
    first = 1 / (1 + np.exp(0.5 - 1.5))
    np.testing.assert_allclose(found.raw, first * x + (1 - first) * (1 - x), rtol=1e-6)


def test_a_mask_is_brought_to_0_and_1_before_it_is_used():
    x = np.array([[1, 0.5], [0, 0.5]], np.float32)
    (found,) = explain(net_of_two_channels(9.0), x.reshape(1, 2, 2, 1), 0, "score-cam", "map")
    first = 1 / (1 + np.exp(0.5 - 1.5))
    np.testing.assert_allclose(found.raw, first * x + (1 - first) * (9 - x), rtol=1e-6)


def test_held_against_another_class_it_weighs_by_the_difference():
    x = np.array([[1, 0.5], [0, 0.5]], np.float32)
    (found,) = explain(net_of_two_channels(1.0), x.reshape(1, 2, 2, 1), 0, "score-cam", "map", against=1)
    first = 1 / (1 + np.exp(1.5 - 0.5))  # the logits' difference is −ΣA₁
    np.testing.assert_allclose(found.raw, first * x + (1 - first) * (1 - x), rtol=1e-6)


def test_a_channel_that_is_the_same_everywhere_hides_all():
    # A₂ is 5: behind it is black, whose score is 0; through A₁ the score is 1.5
    model = net_of_two_channels(5.0)
    model.get_layer("map").set_weights([np.array([[[[1.0, 0.0]]]]), np.array([0.0, 5.0])])
    x = np.array([[1, 0.5], [0, 0.5]], np.float32)
    (found,) = explain(model, x.reshape(1, 2, 2, 1), 0, "score-cam", "map")
    first = 1 / (1 + np.exp(-1.5))
    np.testing.assert_allclose(found.raw, first * x + (1 - first) * 5, rtol=1e-6)


def test_channels_that_all_leave_the_same_score_say_nothing():
    model = net_of_two_channels(1.0)
    kernel, bias, head, logits = model.get_weights()
    model.set_weights([kernel, bias, 0 * head, logits + 1])
    (found,) = explain(model, np.random.default_rng(0).random((1, 2, 2, 1), np.float32), 0, "score-cam", "map")
    assert found.status == Status.GRADIENT_VANISHED
    assert not found.raw.any()
    assert not found.map.any()
