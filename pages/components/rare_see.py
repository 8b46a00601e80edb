"""Rare classes, first look: what an accuracy says of a class that hardly ever comes."""

from __future__ import annotations

import streamlit as st

from imgcls.lessons.rare import accuracy_of_never, found_of_rare
from pages.components.glossary import terms
from pages.components.notices import note
from pages.components.question import ask_first
from pages.components.words import _

_KEY = "rare see"
_IMAGES = 1000
#: The case that is asked about, in per cent.
_SHARE, _ACCURACY = 5, 95


def see_it() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        asked = ask_first(
            "rare found",
            _(
                "{images:,} X-rays, {rare} of them ill. A network is right in {accuracy} % of them. How many of the "
                "{rare} does it find?",
                images=_IMAGES,
                rare=_IMAGES * _SHARE // 100,
                accuracy=_ACCURACY,
            ),
            choices={
                "all": _("nearly all"),
                "half": _("about half"),
                "open": _("none, all, or any number: it does not say"),
            },
        )
        terms("recall", "balanced accuracy")
        if not asked.is_open:
            note(_("The numbers stand here when you have answered."))
            return
        _say(None if asked.answer is None else str(asked.answer))
        share = st.slider(_("Share of the rare class, %"), 1, 50, _SHARE, key=f"{_KEY} share")
        accuracy = st.slider(_("Accuracy of the network, %"), 50, 100, _ACCURACY, key=f"{_KEY} accuracy")
    with right:
        _shown(_IMAGES * share // 100, _IMAGES * accuracy // 100)


def _say(answer: str | None) -> None:
    """What the answer given would mean, counted out, and what else would be as accurate."""
    rare, right = _IMAGES * _SHARE // 100, _IMAGES * _ACCURACY // 100
    least, most = found_of_rare(_IMAGES, rare, right)
    values = {"rare": rare, "well": _IMAGES - rare, "accuracy": _ACCURACY, "least": least, "most": most}
    half = (least + most) // 2
    told = {
        "all": _(
            "You said nearly all. It may be: with all {most} found, {alarms} of the {well} well ones are called ill. "
            "But whoever finds {least} and is right about every well one has the same {accuracy} %.",
            alarms=_IMAGES - rare - (right - most),
            **values,
        ),
        "half": _(
            "You said about half. It may be: with {half} found, {alarms} of the {well} well ones are called ill. But "
            "whoever finds {least} and is right about every well one has the same {accuracy} %, and so has whoever "
            "finds all {most}.",
            half=half,
            alarms=_IMAGES - rare - (right - half),
            **values,
        ),
        "open": _(
            "You said that it does not say, and so it is: from {least} found to all {most} found, each can come with "
            "{accuracy} % right.",
            **values,
        ),
    }
    if answer is not None:
        st.info(told[answer])


def _shown(rare: int, right: int) -> None:
    least, most = found_of_rare(_IMAGES, rare, right)
    values = {"rare": rare, "right": right, "least": least, "most": most, "common": _IMAGES - rare}
    values["images"] = _IMAGES
    st.markdown(_("#### {right} of {images:,} right: two networks, one accuracy", **values))
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
