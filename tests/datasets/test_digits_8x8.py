"""The tiny digits are scikit-learn's, brighter."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

from imgcls.datasets import load
from imgcls.recipe import Choice


def test_every_pixel_and_label():
    digits, images = load_digits(), load(Choice(name="digits-8x8"))
    np.testing.assert_array_equal(images.images[..., 0], np.round(digits.images * 255 / 16))
    np.testing.assert_array_equal(images.labels, digits.target)
    assert (images.images.min(), images.images.max()) == (0, 255)
