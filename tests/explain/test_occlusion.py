"""Occlusion: golden values, a linear model, the places of the square."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.explain import Status, explain, method
from imgcls.explain.registry import Size
from tests.explain.nets import GOLDEN, explain_golden, linear_net, pictures

#: The squares and steps of the golden values, as shares.
SQUARES = {"gap": {"patch": 5 / 13, "stride": 4 / 5}, "flatten": {"patch": 4 / 12, "stride": 1 / 2}}


@pytest.mark.parametrize("net", SQUARES)
def test_raw_maps_are_those_of_captum(net):
    found = explain_golden(net, "occlusion", options=SQUARES[net])
    for each, raw in zip(found, GOLDEN[f"{net}/occlusion"], strict=True):
        # not 1e-5 of the map: these falls are a thousandth of the logits, whose last bits they are differences of
        rounding = 4 * np.finfo(np.float32).eps * np.abs(each.logits).max()
        np.testing.assert_allclose(each.raw, raw, rtol=0, atol=max(1e-5 * np.abs(raw).max(), rounding))
        assert np.abs(raw).max() > 1000 * rounding


@pytest.mark.parametrize(("fill", "hidden"), [("black", 0), ("grey", 0.5)])
def test_of_a_linear_model_one_hidden_pixel_costs_its_weight(fill, hidden):
    model, weights = linear_net()
    images = pictures(model)
    options = {"patch": 1 / 5, "stride": 1, "fill": fill}
    for image, found in zip(images, explain(model, images, [0, 1, 2, 0], "occlusion", options=options), strict=True):
        expected = (weights[..., found.target] * (image - hidden)).sum(axis=-1)
        np.testing.assert_allclose(found.raw, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("patch", [0.01, 0.3, 0.6, 1])
@pytest.mark.parametrize("stride", [0.01, 0.5, 1])
def test_the_square_reaches_every_pixel(patch, stride):
    model, _ = linear_net((9, 7, 1))
    model.layers[-1].set_weights([np.ones((63, 3)), np.zeros(3)])
    options = {"patch": patch, "stride": stride, "fill": "black"}
    (found,) = explain(model, np.ones((1, 9, 7, 1), np.float32), 0, "occlusion", options=options)
    side = max(1, round(7 * patch))
    np.testing.assert_allclose(found.raw, side * side, rtol=1e-5)


def test_the_price_is_one_pass_a_place():
    known, heard = method("occlusion"), []
    model, _ = linear_net((9, 7, 1))
    for options in ({}, {"patch": 0.3, "stride": 0.1}, {"patch": 1, "stride": 1}):
        explain(model, pictures(model, 1), 0, "occlusion", options=options, progress=lambda *far: heard.append(far))
        assert known.passes(known.options(**options), Size(9, 7)) == 3 + heard[-1][1]


def test_held_against_another_class_it_is_the_fall_of_the_difference():
    model, weights = linear_net()
    (image,) = images = pictures(model, 1)
    options = {"patch": 1 / 5, "stride": 1, "fill": "black"}
    (found,) = explain(model, images, 0, "occlusion", options=options, against=1)
    expected = ((weights[..., 0] - weights[..., 1]) * image).sum(axis=-1)
    np.testing.assert_allclose(found.raw, expected, rtol=1e-4, atol=1e-5)


def test_a_hidden_part_that_changes_nothing_is_not_evidence_against():
    model, _ = linear_net((8, 8, 1), 2)
    (found,) = explain(model, np.full((1, 8, 8, 1), 0.5, np.float32), 0, "occlusion", options={"fill": "grey"})
    assert found.status == Status.NO_EFFECT
