"""Flip: the image or its mirror image, to the pixel."""

from __future__ import annotations

import numpy as np
import pytest

from tests.augmentation.helpers import changed


@pytest.mark.parametrize(("direction", "axes"), [("horizontal", [1]), ("vertical", [0]), ("both", [0, 1])])
def test_the_image_or_its_mirror(direction, axes):
    images = np.random.default_rng(0).integers(0, 256, (400, 5, 7, 3), np.uint8)
    found, _ = changed(images, "flip", direction=direction)
    ways = [[]]
    for axis in axes:
        ways += [[*way, axis] for way in ways]
    counts = [sum(np.array_equal(np.flip(a, way), b) for a, b in zip(images, found, strict=True)) for way in ways]
    assert sum(counts) == 400
    np.testing.assert_allclose(counts, 400 / len(ways), atol=50)  # five standard deviations
