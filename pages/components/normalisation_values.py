"""One channel of real numbers: what a kernel that looks for vertical edges makes of digits."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.datasets import load
from imgcls.lessons.convolution import Window, convolve, vertical_edges
from imgcls.recipe import Choice

#: Digits of which the channel is known.
IMAGES = 512


@st.cache_data(show_spinner=False)
def channel() -> np.ndarray:
    """float32 (images, 26, 26): the channel for some digits of all classes, pixels 0 to 255."""
    images = load(Choice(name="mnist-5k")).images
    some = images[np.linspace(0, len(images) - 1, IMAGES).astype(int)]
    kernel = vertical_edges(3)[..., None]
    return np.stack([convolve(one, kernel, Window(3), bias=60.0) for one in some]).astype(np.float32)


def drawn_batch(size: int, seed: int) -> np.ndarray:
    """Some digits' channel, drawn at random: (size, 26, 26)."""
    values = channel()
    return values[np.random.default_rng(seed).choice(len(values), size, replace=False)]
