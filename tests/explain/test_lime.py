"""LIME: a linear model, the pieces of the picture."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import label
from scipy.stats import spearmanr

from imgcls.explain import Status, explain
from imgcls.explain.fill import filled
from imgcls.explain.lime import superpixels
from tests.explain.nets import linear_net, pictures, raws

SIZE = (24, 20, 3)


def quarters(channels=3):
    """A picture of four flat colours."""
    image = np.zeros((24, 20, channels), np.float32)
    image[:12, :10], image[:12, 10:], image[12:, :10], image[12:, 10:] = 0.1, 0.4, 0.7, 1
    return image


@pytest.mark.parametrize("fill", ["black", "grey", "mean"])
def test_of_a_linear_model_the_weight_of_a_piece_is_what_it_adds(fill):
    model, weights = linear_net(SIZE)
    images = pictures(model, 2)
    found = explain(model, images, [0, 2], "lime", options={"fill": fill, "samples": 1000})
    for each, image, hidden in zip(found, images, filled(images, fill, (0, 1)), strict=True):
        pieces = superpixels(image, 40, (0, 1))
        shares = (weights[..., each.target] * (image - hidden)).sum(axis=-1)
        adds = np.array([shares[pieces == piece].sum() for piece in range(pieces.max() + 1)])
        drawn = np.array([each.raw[pieces == piece][0] for piece in range(pieces.max() + 1)])
        assert all(np.ptp(each.raw[pieces == piece]) == 0 for piece in range(pieces.max() + 1))
        assert spearmanr(adds, drawn).statistic > 0.98
        # ridge draws all weights a little towards 0
        assert 0.9 < np.polyfit(adds, drawn, 1)[0] <= 1


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("values", [(0.0, 1.0), (-1.0, 1.0), (0.0, 255.0)])
def test_pieces_are_connected_and_follow_edges(channels, values):
    low, high = values
    pieces = superpixels(low + (high - low) * quarters(channels), 4, values)
    assert pieces.shape == (24, 20)
    assert set(pieces.ravel()) == {0, 1, 2, 3}
    for piece in range(4):
        assert label(pieces == piece)[1] == 1
    for corner in (quarters(1)[..., 0] == value for value in np.float32([0.1, 0.4, 0.7, 1])):
        assert len(set(pieces[corner])) == 1


@pytest.mark.parametrize("size", [(1, 1, 1), (1, 5, 3), (3, 3, 1), (28, 28, 1), (28, 28, 3)])
@pytest.mark.parametrize("value", [0, 0.5, 1])
def test_a_picture_of_one_colour_is_cut_all_the_same(size, value):
    pieces = superpixels(np.full(size, value, np.float32), 40, (0.0, 1.0))
    assert pieces.shape == size[:2]
    assert set(pieces.ravel()) == set(range(pieces.max() + 1))
    assert pieces.max() < 3 * 40


@pytest.mark.parametrize("value", [0, 0.5, 1])
def test_hiding_what_is_already_so_changes_nothing(value):
    model, _ = linear_net((28, 28, 1))
    fill = {0: "black", 0.5: "grey", 1: "mean"}[value]
    (found,) = explain(model, np.full((1, 28, 28, 1), value, np.float32), 0, "lime", options={"fill": fill})
    assert not found.raw.any()
    assert found.status == Status.NO_EFFECT


def test_the_same_seed_the_same_copies():
    model, _ = linear_net(SIZE)
    one, same, other = (
        raws(explain(model, pictures(model, 1), 0, "lime", options={"seed": seed, "samples": 60})) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
