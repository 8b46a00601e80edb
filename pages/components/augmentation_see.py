"""Augmentation, first look: two pictures laid over one another, and the question what to call the result."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.lessons.augmentation import cost
from imgcls.recipe import Recipe
from pages.components.augmentation_pair import show_pair
from pages.components.glossary import terms
from pages.components.notices import note
from pages.components.question import ask_first
from pages.components.sources import test_sample
from pages.components.words import _

_SHARE = 0.7
#: How sure a network mostly is of a digit that it knows, and how many digits there are.
_SURE, _CLASSES = 0.99, 10


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
        terms("mixup", "cross-entropy")
        if asked.is_open:
            _say(None if asked.answer is None else str(asked.answer), labels[3], labels[8])
    with right:
        show_pair(first, second, _SHARE, (labels[3], labels[8]))
        note(_("White is 255, black is 0. The network never sees such pictures when it is used: only while it learns."))


def _say(answer: str | None, one: str, other: str) -> None:
    """What the answer given costs under the mixed label, beside what the best one costs."""
    label = np.array([_SHARE, 1 - _SHARE])
    best, sure = cost(label, label), cost(np.array([_SURE, 1 - _SURE]), label)
    guessing = cost(np.full(2, 1 / _CLASSES), label)
    values = {"one": one, "other": other, "share": _SHARE, "rest": 1 - _SHARE}
    costs = {"best": best, "sure": sure, "guessing": guessing, "certain": _SURE}
    told = {
        "first": _(
            "You said {one} alone. Whoever answers {one} with {certain:.0%} pays {sure:.2f} here, because {rest:.0%} "
            "of the label is {other}; {share:.0%} and {rest:.0%} cost {best:.2f}, and no answer costs less.",
            **values,
            **costs,
        ),
        "both": _(
            "You said {share:.0%} {one} and {rest:.0%} {other}: that costs {best:.2f}, and no answer costs less. "
            "Whoever answers {one} with {certain:.0%} pays {sure:.2f}.",
            **values,
            **costs,
        ),
        "none": _(
            "You said neither. Whoever gives all ten digits the same 10 % pays {guessing:.2f}; {share:.0%} {one} and "
            "{rest:.0%} {other} cost {best:.2f}, and no answer costs less.",
            **values,
            **costs,
        ),
    }
    why = _(
        "The label is mixed as the picture is, ỹ = λ·yᵢ + (1 − λ)·yⱼ, so the loss is smallest for **both, in these "
        "shares**. That is how the network learns to change its mind gradually between the classes."
    )
    st.info(why if answer is None else f"{told[answer]} {why}")
    note(_("The cost is the cross-entropy, the loss it is trained with: −Σ ỹ·log p."))
