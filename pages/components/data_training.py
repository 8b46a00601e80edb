"""From the data to the training: the recipe's settings go along."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from imgcls.recipe import Recipe
from pages.components.current import look_at
from pages.components.data_choice import Asked
from pages.components.recipe_form import begin_with
from pages.components.words import _

Kind = Literal["primary", "secondary"]


def training_buttons(asked: Asked) -> None:
    """Open the page Train with this data set, its division and its corrections; with or without the noise."""
    noise = asked.recipe.label_noise
    plain: Kind = "secondary" if noise else "primary"
    noisy: Kind = "primary" if noise else "secondary"
    with st.container(horizontal=True, gap="small"):
        if st.button(_("Train on this data"), type=plain, key="data train"):
            _train(asked.recipe.model_copy(update={"label_noise": 0.0}))
        if st.button(_("Train with this noise"), type=noisy, disabled=not noise, key="data train noisy"):
            _train(asked.recipe)


def _train(recipe: Recipe) -> None:
    begin_with(recipe)
    look_at(None)  # else the page would show the last run
    st.switch_page("pages/train.py")
