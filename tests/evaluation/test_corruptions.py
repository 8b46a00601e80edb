"""Spoiled images: what stays, what grows, and the same every time."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.evaluation.corruptions import CORRUPTIONS, STRENGTHS, corrupted
from imgcls.evaluation.metrics import accuracy
from imgcls.evaluation.robustness import ROBUSTNESS, keep_robustness, known_robustness


def blobs(channels: int) -> np.ndarray:
    """Twenty images of 32 × 24 with a bright blob beside the middle."""
    rows, columns = np.mgrid[:32, :24]
    blob = 220 * np.exp(-((rows - 12) ** 2 + (columns - 15) ** 2) / 30)
    images = np.clip(blob[None, :, :, None] + np.random.default_rng(0).uniform(0, 30, (20, 1, 1, channels)), 0, 255)
    return images.astype(np.uint8)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", CORRUPTIONS)
def test_the_stronger_the_further_away_and_the_same_every_time(name, channels):
    images = blobs(channels)
    before = images.copy()
    assert corrupted(images, name, 0) is images
    assert len(CORRUPTIONS[name].amounts) == STRENGTHS
    distances = []
    for strength in range(1, STRENGTHS + 1):
        found = corrupted(images, name, strength)
        assert (found.shape, found.dtype) == (images.shape, np.uint8)
        np.testing.assert_array_equal(found, corrupted(images, name, strength))
        distances.append(np.abs(found.astype(float) - images).mean())
    assert distances[0] > 0
    assert (np.diff(distances) > 0).all()
    np.testing.assert_array_equal(images, before)


def test_noise_has_the_deviation_that_it_says():
    grey = np.full((4, 64, 64, 1), 128, np.uint8)
    assert corrupted(grey, "noise", 1).std() == pytest.approx(0.05 * 255, rel=0.03)


def test_contrast_shrinks_about_the_mean():
    images = blobs(1)
    found = corrupted(images, "contrast", 2).astype(float)
    np.testing.assert_allclose(found.mean(axis=(1, 2, 3)), images.mean(axis=(1, 2, 3)), atol=0.5)
    np.testing.assert_allclose(found.std(axis=(1, 2, 3)), 0.4 * images.std(axis=(1, 2, 3)), rtol=0.02)


def test_a_shift_moves_everything_by_its_amount():
    image = np.zeros((50, 100, 100, 1), np.uint8)
    image[:, 50, 50] = 255
    rows, columns = np.argwhere(corrupted(image, "shift", 2)[..., 0])[:, 1:].T
    np.testing.assert_allclose(np.hypot(rows - 50, columns - 50), 10, atol=1)


def test_of_a_run(tiny_run):
    from imgcls.evaluation.embedding import some_places
    from imgcls.evaluation.kept import kept_test
    from imgcls.models import model_card
    from imgcls.workers.evaluation_operations import robustness

    facts, arrays = robustness({"model": tiny_run.id}, {})
    assert facts == {"images": 500}
    kept = kept_test(tiny_run)
    some = some_places(kept.labels, 500)
    np.testing.assert_allclose(arrays["accuracy"][:, 0], accuracy(kept.logits[some], kept.labels[some]), atol=0.003)
    assert arrays["accuracy"][:, 5].mean() < arrays["accuracy"][0, 0], "spoiled images are harder"
    version = model_card(tiny_run.id).version
    np.testing.assert_array_equal(known_robustness(tiny_run, version), arrays["accuracy"])
    assert known_robustness(tiny_run, "others") is None
    keep_robustness(tiny_run, version, np.zeros((2, 2)))
    assert known_robustness(tiny_run, version) is None
    (tiny_run.folder / ROBUSTNESS).write_bytes(b"nonsense")
    assert known_robustness(tiny_run, version) is None
