"""Start: what this is, and one click that trains."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from imgcls.recipe import Recipe
from imgcls.runs import list_runs
from pages.components.current import look_at
from pages.components.picture import show_asset
from pages.components.services import engine
from pages.components.words import _

ASSETS = Path(__file__).parent.parent / "assets"


def page() -> None:
    words, picture = st.columns([5, 6], gap="large")
    with words:
        st.title(_("Train a network, then ask it why"))
        _invitation()
    with picture:
        show_asset(
            ASSETS / "digits.png",
            _("Fifty handwritten digits, light strokes on black"),
            _("Some of the 5,000 digits that the network learns from. They came with the app: nothing is downloaded."),
        )
    st.subheader(_("Three steps"))
    for column, step in zip(st.columns(3, gap="large"), _steps(), strict=True):
        with column:
            st.markdown(f"**{step[0]}**")
            st.markdown(step[1])
            st.page_link(step[2], label=step[3])


def _invitation() -> None:
    st.markdown(
        _(
            "A convolutional network looks at handwritten digits until it can read them. Watch it learn, draw a digit "
            "of your own, and see which strokes decided the answer."
        )
    )
    if st.button(_("Train it now"), type="primary", key="train now"):
        look_at(engine().submit(Recipe()))
        st.switch_page("pages/train.py")
    st.caption(_("Takes about ten seconds on this computer. It goes on if you leave the page."))
    if rows := list_runs():
        st.page_link("pages/runs.py", label=_("All runs so far: {count}", count=len(rows)))


def _steps() -> list[tuple[str, str, str, str]]:
    return [
        (
            _("1. Train"),
            _("Choose settings, or keep them. Loss falls and accuracy rises while you watch. Pause it or stop it."),
            "pages/train.py",
            _("Choose settings"),
        ),
        (
            _("2. Predict"),
            _("Draw, or take a photo of a digit on paper. See what the network sees, and what it answers."),
            "pages/predict.py",
            _("Try a picture"),
        ),
        (
            _("3. Explain"),
            _("A heatmap shows which parts of the picture spoke for an answer, and which layer saw them."),
            "pages/explain.py",
            _("Ask why"),
        ),
    ]


page()
