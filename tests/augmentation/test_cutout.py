"""Cutout: one black square of the right size, anywhere."""

from __future__ import annotations

import numpy as np
import pytest

from tests.augmentation.helpers import changed


@pytest.mark.parametrize(("shape", "side", "pixels"), [((28, 28), 0.25, 7), ((20, 30), 0.5, 10), ((9, 9), 0.3, 3)])
def test_one_black_square(shape, side, pixels):
    found, _ = changed(np.full((400, *shape, 3), 200, np.uint8), "cutout", side=side)
    assert set(np.unique(found)) == {0.0, 200.0}
    np.testing.assert_array_equal(found[..., 0], found[..., 2])
    whole = 0
    for hidden in found[..., 0] == 0:
        height, width = hidden.any(axis=1).sum(), hidden.any(axis=0).sum()
        assert hidden.sum() == height * width, "a full rectangle"
        assert max(height, width) <= pixels
        edges = hidden[0].any() or hidden[-1].any() or hidden[:, 0].any() or hidden[:, -1].any()
        assert edges or (height, width) == (pixels, pixels)
        whole += hidden.sum() == pixels**2
    assert whole > 100


def test_every_pixel_is_hidden_sometimes():
    found, _ = changed(np.full((2000, 12, 12, 1), 255, np.uint8), "cutout", side=0.25)
    assert ((found == 0).sum(axis=0) > 0).all()


def test_why_it_is_not_keras_own_layer():
    """Its box never hangs over the edge, nor reaches the first row; when this fails, it can take the place of ours."""
    from keras import layers

    images = np.full((1000, 28, 28, 1), 200, np.float32)
    layer = layers.RandomErasing((1.0, 1.0), scale=(0.0625, 0.0625), fill_value=0, seed=0, dtype="float32")
    hidden = np.asarray(layer(images, training=True))[..., 0] == 0
    assert (hidden.sum(axis=(1, 2)) == 7 * 7).all()
    assert not hidden[:, 0].any()
    assert not hidden[:, :, 0].any()
