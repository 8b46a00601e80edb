"""Whether augmentation helps, measured; then MixUp and Cutout with pictures and shares of one's own."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.explain.picture import enlarge
from imgcls.lessons.augmentation import cut_out, square
from imgcls.recipe import Choice, Recipe
from pages.components.augmentation_pair import show_pair
from pages.components.augmentation_race import race_is_on, start_race, watch_race
from pages.components.glossary import terms
from pages.components.lesson_picture import DATASETS
from pages.components.notices import note
from pages.components.part import part
from pages.components.picture import Labelled, show_columns
from pages.components.sample_choice import choose_sample
from pages.components.sources import test_sample
from pages.components.words import _

_KEY = "augmentation change"


def change_it() -> None:
    if race_is_on():
        watch_race()
        return
    start_race()
    st.divider()
    _by_number()


@part
def _by_number() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        dataset = st.selectbox(_("Data set"), DATASETS, key=f"{_KEY} dataset")
        images, labels = test_sample(Recipe(dataset=Choice(name=dataset)))
        first = choose_sample(f"{_KEY} i {dataset}", _("Picture i"), images, labels, 3)
        second = choose_sample(f"{_KEY} j {dataset}", _("Picture j"), images, labels, 8)
        share = st.slider(_("λ"), 0.0, 1.0, 0.7, 0.05, key=f"{_KEY} share")
        height, width = images[first].shape[:2]
        side = st.slider(_("Side of the square (Cutout)"), 0, height, height // 3, key=f"{_KEY} side {dataset}")
        row = st.slider(_("Row of its centre"), 1, height, height // 2, key=f"{_KEY} row {dataset}")
        column = st.slider(_("Column of its centre"), 1, width, width // 2, key=f"{_KEY} column {dataset}")
        terms("augmentation", "cutout", "mixup")
    with right:
        st.markdown(_("#### MixUp"))
        show_pair(np.asarray(images[first]), np.asarray(images[second]), share, (labels[first], labels[second]))
        st.markdown(_("#### Cutout"))
        _cut(np.asarray(images[first]), labels[first], (row - 1, column - 1), side)


def _cut(image: np.ndarray, name: str, centre: tuple[int, int], side: int) -> None:
    mask = square((image.shape[0], image.shape[1]), centre, side)
    show_columns(
        [
            [Labelled(enlarge(image, 168), _("picture i"), (name,))],
            [Labelled(enlarge(cut_out(image, mask), 168), _("a square cut out"), (f"{name} 100%",))],
        ],
        least=7,
        most=11,
    )
    note(
        _(
            "{hidden} of {all} pixels are set to 0: {share:.0%}. The label stays. A square that reaches over the edge "
            "hides less.",
            hidden=int(mask.sum()),
            all=mask.size,
            share=float(mask.mean()),
        )
    )
