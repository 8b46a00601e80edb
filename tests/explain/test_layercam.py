"""LayerCAM: golden values, and its relation to HiResCAM."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from imgcls.explain import Status, explain
from imgcls.explain.engine import look
from tests.explain.nets import assert_golden, change_head, explain_golden, gap_net, pictures, raws


@pytest.mark.parametrize("net", ["gap", "flatten"])
@pytest.mark.parametrize("layer", ["first", "last"])
def test_raw_maps_are_those_of_pytorch_grad_cam(net, layer):
    assert_golden(explain_golden(net, "layercam", layer), f"{net}/layercam/{layer}")


def test_where_every_gradient_is_positive_it_is_hirescam():
    keras.utils.set_random_seed(0)
    model = gap_net()
    change_head(model, lambda kernel, bias: [np.abs(kernel), bias])
    ours, other = (raws(explain(model, pictures(model), 1, known)) for known in ("layercam", "hirescam"))
    np.testing.assert_allclose(ours, other, rtol=1e-6)
    assert ours.any()


def test_where_every_gradient_is_negative_there_is_no_evidence():
    model = gap_net()
    change_head(model, lambda kernel, bias: [-np.abs(kernel), bias])
    for found in explain(model, pictures(model), 1, "layercam"):
        assert not found.raw.any()
        assert found.status == Status.NO_POSITIVE_EVIDENCE


def test_behind_a_relu_element_wise_grad_cam_is_the_same():
    model = gap_net()
    images = pictures(model)
    seen = look(model, images, np.zeros(len(images), int), "map")
    element_wise = np.maximum(seen.activation_gradients * seen.activations, 0).sum(axis=-1)
    np.testing.assert_allclose(raws(explain(model, images, 0, "layercam")), element_wise, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("net", ["gap", "flatten"])
def test_behind_a_relu_it_is_never_negative(net):
    assert raws(explain_golden(net, "layercam", "first")).min() >= 0
