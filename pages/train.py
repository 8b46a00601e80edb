"""Train: choose, start, watch."""

from __future__ import annotations

import streamlit as st

from imgcls.errors import UnknownNameError
from pages.components.current import current_run, look_at
from pages.components.monitor import monitor
from pages.components.notices import show_error
from pages.components.preview import preview
from pages.components.recipe_form import recipe_form
from pages.components.services import engine
from pages.components.words import _


def page() -> None:
    st.title(_("Train a network and watch it learn"))
    try:
        run_id = current_run()
    except UnknownNameError as error:
        show_error(error)
        look_at(None)
        run_id = None
    if run_id is not None:
        monitor(run_id)
        return
    settings, evidence = st.columns([4, 8], gap="large")
    with settings:
        recipe = recipe_form()
        if (
            st.button(_("Start training"), type="primary", width="stretch", key="start", disabled=recipe is None)
            and recipe
        ):
            look_at(engine().submit(recipe))
            st.rerun()
    with evidence:
        if recipe is not None:
            preview(recipe)


page()
