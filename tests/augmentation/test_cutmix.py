"""CutMix: the label has the share of the area that was really pasted."""

from __future__ import annotations

import numpy as np
import pytest

from tests.augmentation.helpers import changed


def half_white(count: int, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Every other image all white, class 1; the others all black, class 0; and their labels."""
    white = np.arange(count) % 2
    images = np.broadcast_to(255 * white[:, None, None, None], (count, *shape, 3)).astype(np.uint8)
    return images, np.eye(2, dtype=np.float32)[white]


@pytest.mark.parametrize("shape", [(28, 28), (8, 13)])
@pytest.mark.parametrize("alpha", [0.2, 1.0])
def test_labels_have_the_shares_of_the_areas(shape, alpha):
    images, labels = half_white(300, shape)
    found, mixed = changed(images, "cutmix", labels=labels, alpha=alpha)
    assert set(np.unique(found)) == {0.0, 255.0}, "pasted, not blended"
    np.testing.assert_allclose(found.mean(axis=(1, 2, 3)) / 255, mixed[:, 1], atol=1e-5)
    assert ((mixed[:, 1] > 0.01) & (mixed[:, 1] < 0.99)).sum() > 50
    for image, before in zip(found[..., 0], images[..., 0], strict=True):
        pasted = image != before
        assert pasted.sum() == pasted.any(axis=1).sum() * pasted.any(axis=0).sum(), "a rectangle"


def test_the_part_stays_in_its_place():
    """Each pixel is that of the same place in one of the batch's images."""
    images = np.random.default_rng(0).integers(0, 256, (40, 9, 9, 1), np.uint8)
    found, _ = changed(images, "cutmix")
    for image in found:
        assert (image == images).any(axis=0).all()


def test_boxes_have_the_proportions_of_the_image():
    """By the paper both sides are scaled by the same root, here of an image twice as wide as high."""
    images, labels = half_white(600, (20, 40))
    found, _ = changed(images, "cutmix", labels=labels)
    pasted = (found != images)[..., 0]
    inside = pasted.any(axis=(1, 2)) & ~(
        pasted[:, 0].any(axis=1)
        | pasted[:, -1].any(axis=1)
        | pasted[:, :, 0].any(axis=1)
        | pasted[:, :, -1].any(axis=1)
    )
    heights, widths = pasted[inside].any(axis=2).sum(axis=1), pasted[inside].any(axis=1).sum(axis=1)
    assert inside.sum() > 20
    assert (np.abs(widths - 2 * heights) <= 1).all()


def test_why_it_is_not_keras_own_layer():
    """Its labels are not the shares of what it pastes; when this fails, it can take the place of ours."""
    from keras import layers

    images, labels = half_white(300, (28, 28))
    layer = layers.CutMix((1.0, 1.0), seed=0, dtype="float32")
    mixed = layer({"images": images.astype(np.float32), "labels": labels}, training=True)
    pasted, shares = np.asarray(mixed["images"]).mean(axis=(1, 2, 3)) / 255, np.asarray(mixed["labels"])[:, 1]
    assert np.abs(pasted - shares).max() > 0.02
