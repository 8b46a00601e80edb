"""Five ways to spoil images, each in five strengths.

After Hendrycks and Dietterich 2019, https://arxiv.org/abs/1903.12261. Theirs are made for photographs of 224 pixels;
ours are shares of the image's side, so that they mean the same for digits of 28 pixels. Every one takes and gives
uint8 (n, h, w, c).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from imgcls.language import N_

#: Strengths of each, from the weakest.
STRENGTHS = 5


@dataclass(frozen=True)
class Corruption:
    """One way.

    Args:
        title: marked for translation.
        unit: of the amounts, marked for translation, with {amount}.
        amounts: what it is at strength 1 to 5.
        apply: (images, amount, random) → images.
    """

    title: str
    unit: str
    amounts: tuple[float, ...]
    apply: Callable[[np.ndarray, float, np.random.Generator], np.ndarray]


def corrupted(images: np.ndarray, name: str, strength: int, seed: int = 0) -> np.ndarray:
    """Images uint8 (n, h, w, c) spoiled at a strength from 0 (not at all) to 5; the same every time."""
    if strength == 0:
        return images
    chosen = CORRUPTIONS[name]
    return chosen.apply(images, chosen.amounts[strength - 1], np.random.default_rng([seed, strength]))


def _noise(images: np.ndarray, amount: float, random: np.random.Generator) -> np.ndarray:
    """Normal noise; `amount` is its standard deviation as a share of white."""
    return _pixels(images + 255 * amount * random.standard_normal(images.shape, np.float32))


def _blur(images: np.ndarray, amount: float, random: np.random.Generator) -> np.ndarray:
    """A Gauss filter; `amount` is its standard deviation as a share of the shorter side."""
    from scipy.ndimage import gaussian_filter

    sigma = amount * min(images.shape[1:3])
    return _pixels(gaussian_filter(images.astype(np.float32), (0, sigma, sigma, 0), mode="nearest"))


def _shift(images: np.ndarray, amount: float, random: np.random.Generator) -> np.ndarray:
    """Each image moved by `amount` of its side in a direction of its own, whole pixels; the edge is repeated."""
    count, height, width = images.shape[:3]
    angles = random.uniform(0, 2 * np.pi, count)
    ways = (height * np.sin(angles), width * np.cos(angles))
    down, right = (np.rint(amount * way).astype(int) for way in ways)
    rows = np.clip(np.arange(height) - down[:, None], 0, height - 1)
    columns = np.clip(np.arange(width) - right[:, None], 0, width - 1)
    return images[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]


def _rotation(images: np.ndarray, amount: float, random: np.random.Generator) -> np.ndarray:
    """Each image turned about its middle by `amount` degrees, to the one side or the other; the edge is repeated."""
    from scipy.ndimage import rotate

    signs = random.choice([-1.0, 1.0], len(images))
    turned = [
        rotate(image.astype(np.float32), sign * amount, axes=(0, 1), reshape=False, order=1, mode="nearest")
        for image, sign in zip(images, signs, strict=True)
    ]
    return _pixels(np.stack(turned))


def _contrast(images: np.ndarray, amount: float, random: np.random.Generator) -> np.ndarray:
    """Differences from the image's mean brightness shrink to `amount`."""
    means = images.mean(axis=(1, 2, 3), keepdims=True)
    return _pixels(means + amount * (images - means))


def _pixels(values: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


#: By name; the colours of the page follow this order.
CORRUPTIONS = {
    "noise": Corruption(N_("noise"), N_("{amount:.0%} of white"), (0.05, 0.1, 0.2, 0.3, 0.4), _noise),
    "blur": Corruption(N_("blur"), N_("{amount:.0%} of the side"), (0.02, 0.04, 0.06, 0.08, 0.1), _blur),
    "shift": Corruption(N_("shift"), N_("{amount:.0%} of the side"), (0.05, 0.1, 0.15, 0.2, 0.25), _shift),
    "rotation": Corruption(N_("rotation"), N_("{amount:.0f} degrees"), (10, 20, 30, 45, 60), _rotation),
    "contrast": Corruption(N_("low contrast"), N_("{amount:.0%} left"), (0.6, 0.4, 0.25, 0.15, 0.1), _contrast),
}
