"""Integrated gradients: golden values, a linear model, completeness."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.explain import explain
from imgcls.explain.engine import scores
from imgcls.explain.fill import filled
from tests.explain.nets import GOLDEN, assert_golden, explain_golden, golden_net, linear_net, pictures

FILLS = ("black", "grey", "mean", "blur")


@pytest.mark.parametrize("net", ["gap", "flatten"])
@pytest.mark.parametrize(("baseline", "key"), [("black", ""), ("grey", "-grey")])
def test_raw_maps_are_those_of_captum(net, baseline, key):
    found = explain_golden(net, "integrated-gradients", options={"baseline": baseline})
    assert_golden(found, f"{net}/integrated-gradients{key}")


@pytest.mark.parametrize("baseline", FILLS)
@pytest.mark.parametrize("steps", [2, 32, 40])
def test_of_a_linear_model_it_is_weight_times_difference(baseline, steps):
    model, weights = linear_net()
    images = pictures(model)
    differences = images - filled(images, baseline, (0, 1))
    options = {"baseline": baseline, "steps": steps}
    found = explain(model, images, [0, 1, 2, 0], "integrated-gradients", options=options)
    for each, difference in zip(found, differences, strict=True):
        expected = (weights[..., each.target] * difference).sum(axis=-1)
        np.testing.assert_allclose(each.raw, expected, rtol=1e-4, atol=1e-5)
        assert each.raw.any()


@pytest.mark.parametrize("net", ["gap", "flatten"])
@pytest.mark.parametrize("baseline", FILLS)
def test_the_shares_add_up_to_the_way_from_nothing_to_the_picture(net, baseline):
    model, images = golden_net(net), GOLDEN[f"{net}/images"]
    found = explain_golden(net, "integrated-gradients", options={"baseline": baseline, "steps": 32})
    start = scores(model, filled(images, baseline, (0, 1)))
    for each, from_nothing in zip(found, start, strict=True):
        way = each.logits[each.target] - from_nothing[each.target]
        # in the measure of all shares: a way of about nothing cannot be met in per cent of itself
        assert abs(each.raw.sum() - way) < 0.02 * np.abs(each.raw).sum()
    assert max(abs(each.raw.sum()) for each in found) > 1e-3


def test_more_steps_come_nearer():
    model, images = golden_net("flatten"), GOLDEN["flatten/images"]
    start = scores(model, np.zeros_like(images))

    def gap(steps):
        found = explain_golden("flatten", "integrated-gradients", options={"steps": steps})
        ways = [each.logits[each.target] - nothing[each.target] for each, nothing in zip(found, start, strict=True)]
        return max(abs(each.raw.sum() - way) for each, way in zip(found, ways, strict=True))

    assert gap(256) < gap(32) < gap(2)


def test_what_is_as_the_baseline_gets_nothing():
    model, _ = linear_net()
    images = pictures(model)
    images[:, 2, 3] = 0.5
    for found in explain(model, images, 0, "integrated-gradients", options={"baseline": "grey"}):
        assert found.raw[2, 3] == 0
        assert found.raw.any()
