"""Batches to augment, and how an augmentation moved each image of one."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from imgcls.augmentation import augment
from imgcls.datasets import load
from imgcls.recipe import Choice


def digits(count: int = 32, channels: int = 1) -> np.ndarray:
    """Some of mnist-5k, uint8 (count, 28, 28, channels); of three channels, each is another digit."""
    images = load(Choice(name="mnist-5k")).images
    chosen = np.random.default_rng(0).permutation(len(images))[: count * channels]
    return np.moveaxis(images[chosen, ..., 0].reshape(channels, count, 28, 28), 0, -1)


def one_hot(count: int, classes: int) -> np.ndarray:
    return np.eye(classes, dtype=np.float32)[np.arange(count) % classes]


def changed(
    images: np.ndarray,
    name: str,
    *,
    labels: np.ndarray | None = None,
    seed: int = 0,
    epoch: int = 0,
    batch: int = 0,
    **options: object,
) -> tuple[np.ndarray, np.ndarray]:
    """What one augmentation makes of a batch: images float32, labels float32."""
    change = augment([Choice(name=name, **options)], seed)
    assert change is not None
    labels = one_hot(len(images), 2) if labels is None else labels
    found, mixed = change(images, labels, epoch, batch)
    return found.numpy(), mixed.numpy()


def motions(count: int, shape: tuple[int, int], name: str, **options: object) -> np.ndarray:
    """Where each image of a batch fetches its pixels from, (count, 2, 3): (y, x) of the source = map · (y, x, 1).

    Read off images whose pixels say where they are: between them bilinear interpolation is exact. What an image draws
    depends on its place in the batch, not on its pixels, so that other images of the same batch move the same way.
    """
    y, x = np.indices(shape)
    step = 255 // max(shape)

    def seen(pixels: np.ndarray) -> np.ndarray:
        images = np.broadcast_to(np.uint8(pixels)[None, ..., None], (count, *shape, 1))
        return changed(images, name, **options)[0][..., 0]

    inside = seen(np.full(shape, 255)) > 254.99
    sources = np.stack([seen(step * y), seen(step * x)], axis=-1) / step
    places = np.stack([y, x, np.ones(shape)], axis=-1)
    return np.stack(
        [
            np.linalg.lstsq(places[mask], source[mask], rcond=None)[0].T
            for mask, source in zip(inside, sources, strict=True)
        ]
    )


def fetched_by_scipy(image: np.ndarray, motion: np.ndarray) -> np.ndarray:
    """A grey image (h, w, 1) after one of `motions`, by scipy: float64 (h, w)."""
    pixels = image[..., 0].astype(float)
    return ndimage.affine_transform(pixels, motion[:, :2], motion[:, 2], order=1, mode="grid-constant")
