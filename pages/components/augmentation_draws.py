"""What each change makes of a few pictures: one column for each, drawn by the worker as training would draw it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from imgcls.augmentation import AUGMENTATIONS
from imgcls.augmentation.examples import mixture
from imgcls.datasets import dataset_facts
from imgcls.engines.inference import Answer
from imgcls.errors import ImgclsError
from imgcls.recipe import Choice
from pages.components.answers import ask, look_again
from pages.components.notices import show_error
from pages.components.picture import Labelled, show_columns
from pages.components.style import is_dark
from pages.components.words import _

_PLACE, _TURN = "augmentation draws", "augmentation draws turn"
_DATASET = Choice(name="mnist-5k")
_IMAGES = 3


def show_draws(names: Sequence[str]) -> None:
    """The originals, and beside them what each of these augmentations makes of them; until then an empty grid."""
    if st.button(_("Draw again"), help=_("The same images, changed in other ways: as in the next epoch."), key=_PLACE):
        st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
    try:
        answer = ask(
            _PLACE,
            "changes",
            dataset=_DATASET.model_dump(mode="json"),
            augmentations=list(names),
            count=_IMAGES,
            seed=st.session_state.get(_TURN, 0),
        )
    except ImgclsError as error:
        show_error(error)
        return
    if answer is None:
        look_again(_PLACE)
    titles = [_("as it is"), *(_(AUGMENTATIONS.get(name).title) for name in names)]
    show_columns(_empty(titles) if answer is None else _columns(titles, answer), least=4.5, most=7)


def _empty(titles: list[str]) -> list[list[Labelled]]:
    grey = np.full(dataset_facts(_DATASET).image_shape, 40 if is_dark() else 235, np.uint8)
    return [[Labelled(grey, "", (title,)), *[Labelled(grey, "", ("",))] * (_IMAGES - 1)] for title in titles]


def _columns(titles: list[str], answer: Answer) -> list[list[Labelled]]:
    names, arrays = answer.facts["class_names"], answer.arrays
    truth = np.zeros_like(arrays["labels"][0])
    columns = []
    for title, images, labels in zip(
        titles, [arrays["originals"], *arrays["images"]], [truth, *arrays["labels"]], strict=True
    ):
        parts = [" + ".join(mixture(label, names)) for label in labels]
        below = [(title,), *((part,) if " + " in part else ("",) for part in parts[1:])]
        alts = [f"{title}: {part}" if part else title for part in parts]
        columns.append([Labelled(*each) for each in zip(images, alts, below, strict=True)])
    return columns
