"""The picture of a lesson, shrunk to a few grey cells so that every number of it can be looked at."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.errors import ImgclsError
from imgcls.preparation.fit import resized
from imgcls.recipe import Choice, Recipe
from pages.components.current import Picture
from pages.components.notices import show_error
from pages.components.sample_choice import choose_sample
from pages.components.sources import drawn, photograph, photographed, test_sample, uploaded
from pages.components.words import _

#: Data sets whose test images are offered; they come with the app.
DATASETS = ("mnist-5k", "shapes", "digits-8x8")


def small_picture(key: str, side: int) -> np.ndarray | None:
    """What the reader gives, in grey: float (side, side), 0 black to 1 white, in hundredths; None if nothing yet."""
    pixels = chosen_pixels(key)
    return None if pixels is None else to_grey_cells(pixels, side)


def small_colour_picture(pixels: np.ndarray, side: int) -> np.ndarray:
    """uint8 (h, w, 1 or 3) → float (side, side, c), 0 to 1, in hundredths."""
    return np.round(resized(_square(pixels), side, side) / 255, 2)


def to_grey_cells(pixels: np.ndarray, side: int) -> np.ndarray:
    """uint8 (h, w, 1 or 3) → float (side, side), 0 to 1, in hundredths: what is written on the page adds up."""
    return np.round(resized(_square(pixels), side, side).mean(axis=2) / 255, 2)


def first_picture(dataset: str = DATASETS[0], place: int = 3) -> np.ndarray:
    """A test image to begin with: uint8 (h, w, c)."""
    return np.asarray(test_sample(Recipe(dataset=Choice(name=dataset)))[0][place])


def _square(pixels: np.ndarray) -> np.ndarray:
    """The middle of a picture as a square."""
    height, width = pixels.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return pixels[top : top + side, left : left + side]


def chosen_pixels(key: str) -> np.ndarray | None:
    """What the reader gives: uint8 (h, w, 1 or 3); None if nothing yet."""
    sources = {
        "test": _("Test images"),
        "photograph": _("Photograph"),
        "draw": _("Draw"),
        "upload": _("Upload"),
        "camera": _("Camera"),
    }
    source = st.selectbox(_("Picture"), list(sources), format_func=sources.__getitem__, key=f"{key} source")
    try:
        if source == "test":
            return _of_dataset(key)
        found: list[Picture] = {
            "photograph": photograph,
            "draw": lambda: drawn(_("Draw here")),
            "upload": lambda: uploaded(False),
            "camera": photographed,
        }[source]()
    except ImgclsError as error:
        show_error(error)
        return None
    return found[0].pixels if found else None


def _of_dataset(key: str) -> np.ndarray:
    name = st.selectbox(_("Data set"), DATASETS, key=f"{key} dataset")
    images, labels = test_sample(Recipe(dataset=Choice(name=name)))
    return np.asarray(images[choose_sample(f"{key} image {name}", _("Image"), images, labels, 3)])
