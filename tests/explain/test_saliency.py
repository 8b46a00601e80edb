"""Saliency: golden values, a linear model."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.explain import explain
from tests.explain.nets import assert_golden, explain_golden, linear_net, pictures


@pytest.mark.parametrize("net", ["gap", "flatten"])
def test_raw_maps_are_those_of_captum(net):
    assert_golden(explain_golden(net, "saliency"), f"{net}/saliency")


def test_of_a_linear_model_it_is_the_largest_weight_of_a_pixel():
    model, weights = linear_net()
    for found in explain(model, pictures(model), [0, 1, 2, 0], "saliency"):
        np.testing.assert_allclose(found.raw, np.abs(weights[..., found.target]).max(axis=-1), rtol=1e-6)
        assert not found.signed


def test_held_against_another_class_it_is_the_difference_of_the_weights():
    model, weights = linear_net()
    for found in explain(model, pictures(model), 0, "saliency", against=2):
        np.testing.assert_allclose(found.raw, np.abs(weights[..., 0] - weights[..., 2]).max(axis=-1), rtol=1e-5)
