"""All outputs for one picture: those of the network, kept while the picture stays, in one shape for all layers."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.architectures import build_model
from imgcls.errors import InputError
from imgcls.inside import as_maps, layers_of, look_at, sources
from imgcls.inside.grid import grid_of, token_at
from imgcls.models import load_trained
from imgcls.recipe import Choice


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (28, 28, 1), np.uint8)


def test_the_outputs_are_the_networks(tiny_run, image):
    trained = load_trained(tiny_run.id)
    look = look_at(trained, image)
    x = trained.inputs(image[None])
    for layer in layers_of(trained.keras_model):
        x = layer(x, training=False)
        np.testing.assert_allclose(look.of(layer.name), np.asarray(x)[0], atol=1e-5)
    np.testing.assert_allclose(look.of("image"), trained.inputs(image[None])[0])


def test_the_same_picture_is_computed_once_and_a_fifth_one_pushes_the_first_out(tiny_run, image):
    trained = load_trained(tiny_run.id)
    first = look_at(trained, image)
    assert look_at(trained, image.copy()) is first
    for number in range(1, 5):
        look_at(trained, np.full_like(image, number))
    assert look_at(trained, image) is not first


def test_a_picture_of_another_shape_is_refused(tiny_run, image):
    with pytest.raises(InputError, match="Expected images of the shape"):
        look_at(load_trained(tiny_run.id), image[:5])


def test_sources_are_named_once():
    network = build_model(Choice(name="vit-tiny"), (32, 32, 3), 10, 0)
    assert sources(network.get_layer("block_1_attention")) == ["block_1_norm_1"], "it asks itself"
    assert sources(network.get_layer("block_1_add_1")) == ["positions", "block_1_attention"]
    assert sources(network.get_layer("patches")) == ["image"]


def test_tokens_stand_where_their_patches_are_and_the_class_token_above():
    network = build_model(Choice(name="vit-tiny"), (32, 32, 3), 10, 0)
    grid = grid_of(network, 65)
    assert (grid.rows, grid.columns, grid.lead, grid.shape) == (8, 8, 1, (9, 8))
    tokens = np.arange(65, dtype=np.float32)[:, None]
    maps = as_maps(network, tokens)
    assert maps.shape == (9, 8, 1)
    assert np.isnan(maps).sum() == 7
    for place in np.argwhere(~np.isnan(maps[..., 0])):
        assert token_at(grid, *place) == maps[(*place, 0)]
    assert token_at(grid, 0, 1) is None
    assert as_maps(network, tokens[1:]).shape == (8, 8, 1), "without a class token there is no row for it"
    assert as_maps(network, np.zeros(10, np.float32)).shape == (1, 1, 10)
