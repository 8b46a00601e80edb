"""Activation maximization: what it makes excites what it was made for."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers
from scipy.ndimage import binary_dilation, binary_erosion

from imgcls.errors import InputError, UnknownNameError
from imgcls.explain import Status, explain
from imgcls.explain.activation_maximization import _Jitter
from imgcls.explain.engine import scores
from tests.explain.nets import golden_net, linear_net, pictures

VALUES = [(0.0, 1.0), (-1.0, 1.0), (0.0, 255.0)]


def made(model, target=0, values=(0.0, 1.0), layer=None, against=None, **options):
    """The picture, in the values of the model's input: `(1, h, w, c)`."""
    named = {"layer": layer, "against": against, "values": values}
    (found,) = explain(model, pictures(model, 1), target, "activation-maximization", options=options, **named)
    low, high = values
    assert not found.drawn
    return low + (high - low) * found.picture[None].astype(np.float32) / 255


def noise(model, values, number=200):
    low, high = values
    return low + (high - low) * pictures(model, number, seed=9)


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("target", [0, 3])
def test_the_picture_excites_its_class_more_than_any_noise_does(values, target):
    model = golden_net("flatten")
    if values != (0.0, 1.0):  # the same network in other units
        kernel, bias, *others = model.get_weights()
        low, high = values
        shift = kernel.sum(axis=(0, 1, 2)) * low / (high - low)
        model.set_weights([kernel / (high - low), bias - shift, *others])
    picture = made(model, target, values, steps=60)
    found = scores(model, np.concatenate([picture, noise(model, values)]))[:, target]
    middle = scores(model, np.full_like(picture, sum(values) / 2))[0, target]
    spread = found[1:].std()
    assert found[0] > found[1:].max() + 3 * spread
    assert found[0] > middle + 3 * spread


def test_of_a_linear_model_it_is_white_where_the_weight_is_positive():
    model, weights = linear_net((12, 12, 1))
    np.testing.assert_array_equal(made(model, 1, steps=60, smoothness=0)[0], weights[..., 1] > 0)


def test_a_large_picture_is_moved_about_and_ends_where_it_began():
    # a white square of 24 in 64 × 64, jittered by a pixel: its edges blur, its place stays
    model, _ = linear_net((64, 64, 1), 2)
    square = np.zeros((64, 64), np.float32)
    square[8:32, 16:40] = 1
    model.layers[-1].set_weights([np.stack([(square - 0.5).ravel(), np.zeros(64 * 64)], axis=1), np.zeros(2)])
    picture = made(model, 0, steps=60)[0, ..., 0]
    edge = binary_dilation(square, iterations=2) & ~binary_erosion(square, iterations=2)
    np.testing.assert_array_equal(picture[~edge] > 0.5, square[~edge] > 0.5)


def place_of_the_highest(picture):
    return np.array(np.unravel_index(np.argmax(picture), (9, 9)))


def test_jitter_stays_near_and_comes_back():
    picture = np.random.default_rng(0).random((1, 9, 9, 1)).astype("float32")
    jitter, seen, moved = _Jitter(np.random.default_rng(0), 2), set(), picture
    for _ in range(300):
        moved = jitter(moved)
        steps = place_of_the_highest(moved) - place_of_the_highest(picture)
        seen.add(tuple(((steps + 4) % 9 - 4).tolist()))
    assert seen == {(row, column) for row in range(-2, 3) for column in range(-2, 3)}
    np.testing.assert_array_equal(jitter.back(moved), picture)


def test_held_against_another_class_it_excites_the_difference():
    model = golden_net("flatten", times=100)
    both, alone = made(model, 0, steps=60, against=1), made(model, 0, steps=60)
    logits = scores(model, np.concatenate([both, alone]))
    differences = logits[:, 0] - logits[:, 1]
    assert differences[0] > differences[1]


@pytest.mark.parametrize("layer", ["first", "last", None])
def test_a_filter_is_excited_in_the_layer_that_was_asked_for(layer):
    model = golden_net("gap")
    outputs = keras.Model(model.inputs[0], model.get_layer(layer or "last").output)
    for filter_ in (2, 7):  # not all are: one that is silent in the beginning passes no gradient
        picture = made(model, 0, layer=layer, filter=filter_, steps=40)
        seen = outputs(np.concatenate([picture, noise(model, (0, 1))]), training=False).numpy()
        means = seen[..., filter_ - 1].mean(axis=(1, 2))
        assert means[0] > means[1:].max()


def test_a_filter_that_is_not_there_is_refused():
    model = golden_net("gap")
    with pytest.raises(InputError, match=r"a filter from 1 to 10 of the layer “last”\. Received: 11"):
        made(model, filter=11)
    with pytest.raises(InputError, match=r"a filter from 1 to 8 of the layer “first”\. Received: 9"):
        made(model, filter=9, layer="first")
    with pytest.raises(UnknownNameError, match="no layer “third”"):
        made(model, filter=1, layer="third")
    with pytest.raises(InputError, match="filter"):
        made(model, filter=0)


def test_a_network_without_maps_has_no_filter():
    with pytest.raises(InputError, match="no layer with a height and a width"):
        made(linear_net()[0], filter=1)


def test_an_explanation_of_a_filter_names_it_and_its_layer():
    model = golden_net("gap")
    options = {"steps": 3, "filter": 2}
    (found,) = explain(model, pictures(model, 1), 0, "activation-maximization", layer="first", options=options)
    assert (found.filter, found.layer) == (2, "first")
    (found,) = explain(model, pictures(model, 1), 0, "activation-maximization", options=options)
    assert (found.filter, found.layer) == (2, "last")
    (found,) = explain(model, pictures(model, 1), 0, "activation-maximization", layer="first", options={"steps": 3})
    assert (found.filter, found.layer) == (None, None)  # a class is excited, whatever layer is chosen for maps


@pytest.mark.parametrize("steps", [1, 5])
def test_a_dead_network_has_no_picture(steps):
    model = golden_net("flatten")
    model.set_weights([0 * weight for weight in model.get_weights()])
    (found,) = explain(model, pictures(model, 1), 0, "activation-maximization", options={"steps": steps})
    assert (found.status, found.picture, found.drawn) == (Status.GRADIENT_VANISHED, None, False)


def test_a_dead_filter_has_no_picture():
    model = golden_net("gap")
    convolution = next(layer for layer in model.layers if isinstance(layer, layers.Conv2D))
    weights = convolution.get_weights()
    weights[0][..., 2], weights[1][2] = 0, 0
    convolution.set_weights(weights)
    for filter_, drawn in ((3, False), (2, True)):
        options = {"steps": 10, "filter": filter_}
        (found,) = explain(model, pictures(model, 1), 0, "activation-maximization", layer="first", options=options)
        assert (found.picture is not None) == drawn


def test_the_same_seed_the_same_picture_whatever_else_draws():
    model = golden_net("flatten")
    np.random.seed(1)
    one = made(model, steps=10, seed=1)
    np.random.seed(2)
    keras.utils.set_random_seed(3)
    same, other = made(model, steps=10, seed=1), made(model, steps=10, seed=2)
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_nobody_else_s_random_numbers_are_touched():
    model = golden_net("flatten")
    before = np.random.get_state()[1].copy()
    made(model, steps=3)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_smoothness_smooths():
    model = golden_net("flatten")

    def roughness(smoothness):
        picture = made(model, steps=40, smoothness=smoothness)
        return np.abs(np.diff(picture, axis=1)).mean() + np.abs(np.diff(picture, axis=2)).mean()

    assert roughness(10) < roughness(0)


def test_each_image_has_the_picture_of_its_class():
    model = golden_net("flatten")
    found = explain(model, pictures(model, 3), [1, 2, 1], "activation-maximization", options={"steps": 5})
    np.testing.assert_array_equal(found[0].picture, found[2].picture)
    assert (found[0].picture != found[1].picture).any()


def test_a_picture_may_be_of_one_pixel_or_in_many_channels():
    for size in ((1, 1, 1), (2, 9, 4)):
        inputs = keras.Input(size)
        model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(inputs)))
        assert made(model, steps=3).shape == (1, *size)
