"""RISE: a linear model, its masks, what it estimates."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from imgcls.explain import Status, explain, method
from imgcls.explain.registry import Size
from imgcls.explain.rise import RiseOptions, _masks
from tests.explain.nets import linear_net, pictures, raws


def test_of_a_linear_model_it_ranks_the_pixels_as_their_weights():
    # smooth weights: a mask is coarse, so it cannot tell two neighbours apart
    model, _ = linear_net((12, 12, 1), 2)
    rows, columns = np.mgrid[0:12, 0:12]
    weights = np.sin(rows / 4) * np.cos(columns / 3)
    model.layers[-1].set_weights([np.stack([weights.ravel(), np.zeros(144)], axis=1) / 20, np.zeros(2)])
    options = {"masks": 4000, "cells": 8, "fill": "black"}
    (found,) = explain(model, np.ones((1, 12, 12, 1), np.float32), 0, "rise", options=options)
    assert spearmanr(found.raw.ravel(), weights.ravel()).statistic > 0.95


def test_a_pixel_on_which_everything_depends():
    # f is 1 where the left half is in sight and 0 where it is not: its share above the mean is known in sign
    model, _ = linear_net((8, 8, 1), 2)
    head = np.zeros((8, 8, 2))
    head[:, :4, 0] = 1
    model.layers[-1].set_weights([head.reshape(64, 2), np.array([-16.0, 0.0])])
    for found in explain(model, np.ones((2, 8, 8, 1), np.float32), 0, "rise", options={"fill": "black"}):
        assert found.raw[:, :3].min() > found.raw[:, 5:].max()
        assert abs(found.raw[:, 5:].mean()) < 0.2 * found.raw[:, :3].mean()


@pytest.mark.parametrize("size", [(28, 28), (20, 33), (5, 3), (1, 1)])
@pytest.mark.parametrize("cells", [2, 7, 16])
def test_masks_are_from_0_to_1_and_leave_as_much_in_sight_as_asked(size, cells):
    options = RiseOptions(cells=cells, seen=0.3)
    masks = _masks(np.random.default_rng(0), 1000, size, options)
    assert masks.shape == (1000, *size)
    assert masks.min() >= 0
    assert masks.max() <= 1 + 1e-6
    # each pixel is as often in sight as any other: no edge is favoured
    np.testing.assert_allclose(masks.mean(axis=0), 0.3, atol=0.06)


def test_the_same_seed_the_same_masks():
    model, _ = linear_net()
    one, same, other = (
        raws(explain(model, pictures(model), 0, "rise", options={"seed": seed, "masks": 50})) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_more_masks_make_two_seeds_agree():
    model, _ = linear_net((12, 12, 1))
    image = pictures(model, 1)

    def agreement(masks):
        one, other = (
            explain(model, image, 0, "rise", options={"masks": masks, "seed": seed})[0].raw for seed in (0, 1)
        )
        return np.corrcoef(one.ravel(), other.ravel())[0, 1]

    assert agreement(3000) > max(0.8, agreement(50))


def test_the_number_of_masks_is_its_price():
    known = method("rise")
    assert known.is_heavy
    assert known.passes(known.options(masks=50), Size(28, 28)) == 53


def test_a_network_that_is_too_sure_is_said_so_and_one_that_is_not_listening_otherwise():
    model, _ = linear_net((8, 8, 1), 2)
    weights = np.zeros((64, 2))
    for head, bias, status in (
        (weights + np.array([0.01, 0.0]), [99.0, 0.0], Status.SATURATED),
        (weights, [1.0, 0.0], Status.GRADIENT_VANISHED),
    ):
        model.layers[-1].set_weights([head, np.array(bias)])
        (found,) = explain(model, pictures(model, 1), 0, "rise", options={"masks": 60})
        assert (found.status, found.raw.any()) == (status, False)


def test_a_picture_that_looks_like_what_it_is_hidden_behind_is_no_evidence_against():
    model, _ = linear_net((8, 8, 1), 2)
    (found,) = explain(model, np.full((1, 8, 8, 1), 0.5, np.float32), 0, "rise", options={"masks": 60})
    assert found.status == Status.NO_EFFECT
