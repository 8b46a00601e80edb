"""imgcls: train an image-classification network, watch it learn, and see why it decides.

streamlit run app.py
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from imgcls.errors import ImgclsError
from imgcls.language import N_
from pages.components.lesson import lesson_pages
from pages.components.notices import show_error
from pages.components.services import start_up
from pages.components.style import apply_style
from pages.components.words import _, language_switch

HERE = Path(__file__).parent
_ABOUT = N_("imgcls: train an image-classification network, watch it learn, and see why it decides.")


def main() -> None:
    """One run of whichever page was asked for."""
    st.set_page_config(
        page_title="imgcls", page_icon=str(HERE / "assets" / "icon.png"), layout="wide", menu_items={"About": _(_ABOUT)}
    )
    page = st.navigation(
        {
            "": [
                st.Page("pages/home.py", title=_("Start"), default=True),
                st.Page("pages/data.py", title=_("Data"), url_path="data"),
                st.Page("pages/collect.py", title=_("Your data"), url_path="collect"),
                st.Page("pages/train.py", title=_("Train"), url_path="train"),
                st.Page("pages/runs.py", title=_("Runs"), url_path="runs"),
                st.Page("pages/compare.py", title=_("Compare"), url_path="compare"),
                st.Page("pages/evaluate.py", title=_("Evaluate"), url_path="evaluate"),
                st.Page("pages/predict.py", title=_("Predict"), url_path="predict"),
                st.Page("pages/explain.py", title=_("Explain"), url_path="explain"),
                st.Page("pages/inside.py", title=_("Inside"), url_path="inside"),
            ],
            _("Learn"): lesson_pages(),
            _("Labs"): [
                st.Page("pages/lab.py", title=_("Skip connections and batch norm"), url_path="lab"),
                st.Page("pages/augment.py", title=_("Augmentation"), url_path="augment"),
                st.Page("pages/imbalance.py", title=_("Rare classes"), url_path="imbalance"),
                st.Page("pages/shortcut.py", title=_("Shortcuts"), url_path="shortcut"),
            ],
        },
        position="top",
    )
    apply_style()
    try:
        start_up()
        page.run()
    except ImgclsError as error:
        show_error(error)
    with st.container(horizontal=True, horizontal_alignment="right"):
        language_switch()


main()
