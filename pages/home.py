"""Start: what this is, and one click that trains."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from imgcls.figures.curves import CurveWords, curve_figure
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.recipe import Recipe
from imgcls.runs import Curve, list_runs, read_curve
from pages.components.current import look_at
from pages.components.frame import need_frame
from pages.components.glossary import terms
from pages.components.picture import show_asset
from pages.components.services import engine
from pages.components.style import is_dark
from pages.components.words import _

ASSETS = Path(__file__).parent.parent / "assets"
EXAMPLE_SIDE = 220


def page() -> None:
    need_frame()
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
        with st.container(horizontal=True):
            st.page_link("pages/data.py", label=_("Look at the data"))
            st.page_link("pages/collect.py", label=_("Use your own pictures"))
    for column, step in zip(st.columns(3, gap="large"), (_train, _predict, _explain), strict=True):
        with column:
            step()


def _invitation() -> None:
    st.markdown(
        _(
            "A convolutional network looks at handwritten digits until it can read them. Watch it learn, draw a digit "
            "of your own, and see which strokes decided the answer."
        )
    )
    terms("convolution")
    if st.button(_("Train it now"), type="primary", key="train now"):
        look_at(engine().submit(Recipe()))
        st.switch_page("pages/train.py")
    st.caption(_("Takes about ten seconds on this computer. It goes on if you leave the page."))
    if rows := list_runs():
        st.page_link("pages/runs.py", label=_("All runs so far: {count}", count=len(rows)))


def _train() -> None:
    st.subheader(_("1. Train"))
    st.markdown(_("Choose settings, or keep them. Watch the loss fall. Pause it, slow it down, stop it."))
    words = CurveWords(_("epoch"), _("loss"), _("training"), _("validation"))
    figure = curve_figure(_recorded(), "loss", is_dark(), words, height=EXAMPLE_SIDE)
    alt = _("A recorded run: the loss falls from 2.3 to nearly 0 within a few epochs")
    st.plotly_chart(figure, key="example", config=PLOT_CONFIG, theme=None, alt=alt)
    terms("epoch", "loss", "validation")
    st.page_link("pages/train.py", label=_("Choose settings"))


def _predict() -> None:
    st.subheader(_("2. Predict"))
    st.markdown(_("Draw, or take a photo of a digit on paper. See what the network sees, and what it answers."))
    show_asset(ASSETS / "example" / "paper.png", _("A 3 in ink on paper, off centre"), width=EXAMPLE_SIDE)
    st.page_link("pages/predict.py", label=_("Try a picture"))


def _explain() -> None:
    st.subheader(_("3. Explain"))
    st.markdown(_("A heatmap shows which parts of the picture spoke for an answer, and which layer saw them."))
    alt = _("A 3 under a heatmap: the ends of its arcs glow")
    show_asset(ASSETS / "example" / "heat.png", alt, width=EXAMPLE_SIDE)
    terms("grad-cam")
    st.page_link("pages/explain.py", label=_("Ask why"))


@st.cache_resource(show_spinner=False)
def _recorded() -> Curve:
    """The curve of the default recipe, recorded; `tests/house/example.py` made it."""
    return read_curve(ASSETS / "example")


page()
