"""What the images of a class have in common, where they differ, and how light they are."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.datasets import ImageSet
from imgcls.datasets.look import THREE, Look
from imgcls.datasets.statistics import Averages, averages, brightness, brightness_shares
from imgcls.figures.brightness import brightness_figure
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.sheet import picture_sheet
from pages.components.data_choice import Asked, part_words
from pages.components.notices import note
from pages.components.sheet import Cell, show_sheet
from pages.components.style import is_dark
from pages.components.words import _


def averages_view(asked: Asked, seen: Look) -> None:
    with st.spinner(_("Averaging {count:,} images …", count=len(seen.labels))):
        found = _averages(asked.key, asked.recipe.corrections, seen)
    names = seen.images.class_names
    st.subheader(_("The mean of each class"))
    note(_("Every pixel is the mean of that pixel over all images of the class. Sharp means: they are much alike."))
    show_sheet(
        "data means",
        _("The mean image of each class"),
        picture_sheet(found.means),
        [Cell(_("Mean image of {name}", name=name), name) for name in names],
    )
    st.subheader(_("Where the images of a class differ"))
    note(
        _(
            "The standard deviation of each pixel. Black: there all images of the class are equal. White: "
            "{largest:.0f} grey values of 255.",
            largest=found.largest,
        )
    )
    show_sheet(
        "data deviations",
        _("The standard deviation of each class"),
        picture_sheet(found.deviations),
        [Cell(_("Standard deviation of {name}", name=name), name) for name in names],
    )
    _light(asked, seen)


def _light(asked: Asked, seen: Look) -> None:
    st.subheader(_("How light the images are"))
    note(_("The lines should lie on one another. Where they do not, the parts were not drawn from the same images."))
    words = part_words()
    shares = brightness_shares(_brightness(asked.key, seen.images), seen.parts)
    figure = brightness_figure(
        shares, [words[part] for part in THREE], is_dark(), _("mean of an image's pixels"), _("share of the part")
    )
    alt = _("Histogram of the brightness of training, validation and test images")
    st.plotly_chart(figure, key="data brightness", config=PLOT_CONFIG, theme=None, alt=alt)


# known by the data set and its corrections: no array is hashed
@st.cache_data(show_spinner=False, max_entries=8)
def _averages(key: str, corrections: str, _seen: Look) -> Averages:
    return averages(_seen.images, _seen.labels, ~_seen.dropped)


@st.cache_data(show_spinner=False, max_entries=8)
def _brightness(key: str, _images: ImageSet) -> np.ndarray:
    return brightness(_images)
