"""The faces are scikit-image's, and a face looks like a face."""

from __future__ import annotations

import numpy as np
from skimage.data import lfw_subset

from imgcls.datasets import load
from imgcls.recipe import Choice


def test_every_pixel():
    images = load(Choice(name="faces"))
    np.testing.assert_allclose(images.images[..., 0] / 255, lfw_subset(), atol=0.5 / 255 + 1e-6)
    assert images.labels.tolist() == [0] * 100 + [1] * 100


def test_faces_are_more_alike_than_other_things():
    images = load(Choice(name="faces"))
    pixels = images.images.reshape(200, -1).astype(float)
    clear = pixels.std(axis=1) > 0  # a piece of plain wall is like nothing
    alike = [float(np.corrcoef(pixels[clear & (images.labels == label)]).mean()) for label in (0, 1)]
    assert alike[0] > 0.25 > alike[1]
