"""One channel of real numbers: what a kernel that sharpens makes of small pictures."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.datasets import load
from imgcls.lessons.convolution import Window, convolve, sharpen
from imgcls.recipe import Choice

#: Pictures of which the channel is known.
IMAGES = 256


@st.cache_data(show_spinner=False)
def channel() -> np.ndarray:
    """float32 (images, h, w): the channel for some pictures of all classes, pixels 0 to 255."""
    images = load(Choice(name="shapes")).images
    some = images[np.linspace(0, len(images) - 1, IMAGES).astype(int)]
    kernel = sharpen(3)[..., None]
    return np.stack([convolve(one.mean(axis=2, keepdims=True), kernel, Window(3)) for one in some]).astype(np.float32)


def drawn_batch(size: int, seed: int) -> np.ndarray:
    """Some pictures' channel, drawn at random: (size, h, w)."""
    values = channel()
    return values[np.random.default_rng(seed).choice(len(values), size, replace=False)]
