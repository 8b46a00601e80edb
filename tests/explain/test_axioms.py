"""What must hold for every method, or for every method of a kind."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from imgcls.explain import explain, methods
from imgcls.explain.registry import Family
from tests.explain.nets import cheap, gap_net, mirrored_nets, pictures, raws

PIXELS = [known.name for known in methods() if known.family == Family.PIXELS]
LAYERS = [known.name for known in methods() if known.family == Family.LAYER]
LINEAR = ("grad-cam", "hirescam", "integrated-gradients", "gradient-x-input")
RANDOM = ("smoothgrad", "rise", "lime", "activation-maximization")
SMALL = {"patch": 0.1, "stride": 1}


@pytest.mark.parametrize("name", [*PIXELS, "occlusion"])
def test_a_pixel_that_the_network_does_not_see_gets_exactly_nothing(name):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((8, 9, 2))
    x = layers.Cropping2D(((2, 1), (3, 2)))(inputs)
    x = layers.Conv2D(4, 2, activation="relu")(x)
    model = keras.Model(inputs, layers.Dense(3)(layers.Flatten()(x)))
    options = SMALL if name == "occlusion" else cheap(name)
    for found in explain(model, pictures(model), [0, 1, 2, 0], name, options=options):
        unseen = np.ones((8, 9), bool)
        unseen[2:7, 3:7] = False
        assert not found.raw[unseen].any()
        assert found.raw[~unseen].any()


@pytest.mark.parametrize("name", [known.name for known in methods() if known.name not in RANDOM])
def test_mirrored_weights_and_a_mirrored_image_give_a_mirrored_map(name):
    keras.utils.set_random_seed(0)
    straight, mirrored = mirrored_nets()
    images, options = pictures(straight), SMALL if name == "occlusion" else cheap(name)
    one = raws(explain(straight, images, 1, name, options=options))
    other = raws(explain(mirrored, images[:, :, ::-1], 1, name, options=options))
    np.testing.assert_allclose(other, one[:, :, ::-1], atol=1e-4 * np.abs(one).max())
    assert not np.allclose(one, one[:, :, ::-1], atol=1e-2 * np.abs(one).max())


@pytest.mark.parametrize("name", LINEAR)
def test_a_class_held_against_another_is_the_difference_of_their_maps(name):
    keras.utils.set_random_seed(0)
    model = mirrored_nets()[0] if name == "hirescam" else gap_net()
    images = pictures(model)
    own, other, both = (
        raws(explain(model, images, target, name, options=cheap(name), against=against))
        for target, against in [(0, None), (1, None), (0, 1)]
    )
    np.testing.assert_allclose(both, own - other, atol=1e-5 * np.abs(own).max())
    assert both.any()


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_method_looks_at_the_layer_that_was_asked_for(name):
    model = mirrored_nets((8, 6, 1))[0]
    for layer, channels in zip([layer.name for layer in model.layers[:2]], (3, 4), strict=True):
        for found in explain(model, pictures(model), 1, name, layer):
            assert (found.layer, found.layer_shape) == (layer, (8, 6, channels))
