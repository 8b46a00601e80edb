"""Rare classes, first look: what an accuracy says of a class that hardly ever comes."""

from __future__ import annotations

import streamlit as st

from imgcls.lessons.rare import accuracy_of_never, found_of_rare
from pages.components.notices import note
from pages.components.question import ask_first
from pages.components.words import _

_KEY = "rare see"
_IMAGES = 1000


def see_it() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        share = st.slider(_("Share of the rare class, %"), 1, 50, 5, key=f"{_KEY} share")
        accuracy = st.slider(_("Accuracy of the network, %"), 50, 100, 95, key=f"{_KEY} accuracy")
    rare, correct = _IMAGES * share // 100, _IMAGES * accuracy // 100
    with right:
        asked = ask_first(
            "rare found",
            _("1,000 X-rays, 50 of them ill. A network is right in 95 % of them. How many of the 50 does it find?"),
            choices={
                "all": _("nearly all"),
                "half": _("about half"),
                "open": _("none, all, or any number: it does not say"),
            },
        )
        if asked.is_open:
            _shown(rare, correct)
        else:
            note(_("The numbers stand here when you have answered."))


def _shown(rare: int, right: int) -> None:
    least, most = found_of_rare(_IMAGES, rare, right)
    values = {"rare": rare, "right": right, "least": least, "most": most, "common": _IMAGES - rare}
    st.markdown(_("#### {right} of 1,000 right: two networks, one accuracy", **values))
    st.table(
        {
            _("Network"): [_("finds as few as it can"), _("finds as many as it can")],
            _("of {rare} rare ones found", **values): [str(least), str(most)],
            _("of {common} common ones right", **values): [str(right - least), str(right - most)],
            _("Recall of the rare class"): [f"{least / rare:.0%}", f"{most / rare:.0%}"],
            _("Balanced accuracy"): [_balanced(least, rare, right), _balanced(most, rare, right)],
        },
        hide_index=True,
        border="horizontal",
        width="content",
    )
    st.info(
        _(
            "The accuracy is the same for both. It only says that between **{least}** and **{most}** of the {rare} "
            "rare ones were found.",
            **values,
        )
    )
    st.markdown(
        _(
            "A network that **never** names the rare class is right in **{never:.1%}** of all images.",
            never=accuracy_of_never(_IMAGES, rare),
        )
    )
    note(_("Recall: found ones over all there are. Balanced accuracy: the mean of the recalls of all classes."))


def _balanced(found: int, rare: int, right: int) -> str:
    return f"{(found / rare + (right - found) / (_IMAGES - rare)) / 2:.1%}"
