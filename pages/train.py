"""Train: choose, start, watch."""

from __future__ import annotations

import streamlit as st

from imgcls.errors import InputError, MissingDataError, MissingWeightsError
from imgcls.expectation import Expectation
from imgcls.origin import keep_origin
from imgcls.recipe import recipe_from_code
from imgcls.runs import get_run
from pages.components.answers import drop_unanswered
from pages.components.beginnings import preset_buttons
from pages.components.current import current_run, look_at
from pages.components.expectation import expectation_form, keep_expected
from pages.components.frame import need_frame
from pages.components.lesson import way_back
from pages.components.missing import checked, what_is_missing
from pages.components.monitor import monitor
from pages.components.notices import show_error
from pages.components.pins import pins_control
from pages.components.preview import preview
from pages.components.recipe_form import begin_with, begun_from, recipe_form
from pages.components.services import engine
from pages.components.training_data import corrections_question
from pages.components.words import _


def page() -> None:
    need_frame()
    way_back()
    st.title(_("Train a network and watch it learn"))
    run_id = current_run()
    if "recipe" in st.query_params:
        run_id = None
        _fill_in(st.query_params.pop("recipe"))
    if run_id is not None:
        monitor(run_id)
        return
    settings, evidence = st.columns([4, 8], gap="large")
    with settings:
        preset_buttons()
        recipe = recipe_form()
        missing = what_is_missing(recipe) if recipe else None
        expected = expectation_form(recipe) if recipe else Expectation()
        waits = recipe is not None and not corrections_question(recipe)
        disabled = recipe is None or missing is not None or waits
        if st.button(_("Start training"), type="primary", width="stretch", key="start", disabled=disabled) and recipe:
            drop_unanswered("measure")  # the run needs the processor, and beside it no time would be measured right
            origin = begun_from(recipe)
            run_id = engine().submit(recipe)
            keep_expected(run_id, expected)
            if origin is not None:
                keep_origin(get_run(run_id), origin)
            look_at(run_id)
            st.rerun()
    with evidence:
        if recipe is not None:
            preview(recipe, missing)
            if not isinstance(missing, MissingDataError):
                pins_control(recipe)


def _fill_in(code: str) -> None:
    """Settings that came with the link."""
    look_at(None)
    try:
        recipe = recipe_from_code(code)
        checked(recipe)
    except (MissingWeightsError, MissingDataError):  # the form offers to download them
        begin_with(recipe)
    except InputError as error:
        show_error(error)
    else:
        begin_with(recipe)


page()
