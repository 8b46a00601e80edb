"""A picture as the network sees it, and the way there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Step:
    """One stage on the way. `title` is English marked with `N_`; `image` is uint8 (h, w, 1 or 3), any size."""

    title: str
    image: np.ndarray


@dataclass(frozen=True)
class Prepared:
    """The result, uint8 (height, width, channels), 0…255, and the stages in the order they were done."""

    image: np.ndarray
    steps: tuple[Step, ...]
