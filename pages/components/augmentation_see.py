"""Augmentation, first look: two pictures laid over one another, and the question what to call the result."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.recipe import Recipe
from pages.components.augmentation_pair import show_pair
from pages.components.notices import note
from pages.components.question import ask_first
from pages.components.sources import test_sample
from pages.components.words import _

_SHARE = 0.7


def see_it() -> None:
    images, labels = test_sample(Recipe())
    first, second = np.asarray(images[3]), np.asarray(images[8])
    left, right = st.columns([4, 9], gap="large")
    with left:
        st.markdown(
            _(
                "MixUp lays two training pictures over one another: {share:.0%} of a {one} and {rest:.0%} of a "
                "{other}.",
                share=_SHARE,
                rest=1 - _SHARE,
                one=labels[3],
                other=labels[8],
            )
        )
        asked = ask_first(
            "augmentation label",
            _("What should the network answer?"),
            choices={
                "first": _("{one}: there is more of it", one=labels[3]),
                "both": _(
                    "{share:.0%} {one} and {rest:.0%} {other}",
                    share=_SHARE,
                    rest=1 - _SHARE,
                    one=labels[3],
                    other=labels[8],
                ),
                "none": _("neither of them"),
            },
        )
        if asked.is_open:
            st.info(
                _(
                    "**Both, in these shares**: the label is mixed as the picture is, ỹ = λ·yᵢ + (1 − λ)·yⱼ. So the "
                    "network learns to change its mind gradually between the classes."
                )
            )
    with right:
        show_pair(first, second, _SHARE, (labels[3], labels[8]))
        note(_("White is 255, black is 0. The network never sees such pictures when it is used: only while it learns."))
