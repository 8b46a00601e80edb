"""Whole recipes to begin with, a click each."""

from __future__ import annotations

import streamlit as st

from imgcls.presets import PRESETS
from pages.components.recipe_form import begin_with
from pages.components.words import _


def preset_buttons() -> None:
    """One button for each preset; it fills the form."""
    with st.container(horizontal=True, gap="small"):
        for preset in PRESETS:
            if st.button(_(preset.title), help=_(preset.summary), key=f"preset {preset.name}"):
                begin_with(preset.recipe)
                st.rerun()
