"""Mixup: the label has the shares that the pixels have."""

from __future__ import annotations

import numpy as np
import pytest

from tests.augmentation.helpers import changed, one_hot

CLASSES = 5


def signs(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Images that show their class: row k is white in class k, all else black; and their labels."""
    labels = one_hot(count, CLASSES)
    images = np.broadcast_to(255 * labels[:, :, None, None], (count, CLASSES, 4, 1))
    return images.astype(np.uint8), labels


@pytest.mark.parametrize("alpha", [0.1, 0.2, 1.0])
def test_labels_have_the_shares_of_the_pixels(alpha):
    images, labels = signs(200)
    found, mixed = changed(images, "mixup", labels=labels, alpha=alpha)
    np.testing.assert_allclose(found[..., 0].mean(axis=2) / 255, mixed, atol=1e-5)
    assert ((mixed > 0).sum(axis=1) <= 2).all()
    kept = (mixed * labels).sum(axis=1)
    assert (kept < 0.999).sum() > 20
    assert len(np.unique(np.round(kept, 4))) > 20, "a share for each pair"


def test_alpha_1_takes_every_share_alike():
    images, labels = signs(2000)
    _, mixed = changed(images, "mixup", labels=labels, alpha=1.0)
    other = mixed[(mixed > 0).sum(axis=1) == 2]
    kept = (other * labels[(mixed > 0).sum(axis=1) == 2]).sum(axis=1)
    np.testing.assert_allclose(np.histogram(kept, 5, (0, 1))[0] / len(kept), 0.2, atol=0.05)
