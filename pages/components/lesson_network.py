"""The third step of a lesson: a finished run, one of its layers, one of its test images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from imgcls.errors import ImgclsError
from imgcls.models import model_card
from imgcls.runs import get_run
from imgcls.saved_model import is_saved
from pages.components.answers import ask, waiting
from pages.components.finished import tested_run
from pages.components.lesson import no_network_yet
from pages.components.notices import show_error
from pages.components.sample_choice import choose_sample
from pages.components.sources import test_sample
from pages.components.words import _


@dataclass(frozen=True, eq=False)
class Place:
    """A run, its weights' version, and one of its layers as `lesson_layers` tells of it."""

    run: str
    version: str
    layer: dict[str, Any]


def own_run() -> str | None:
    """A finished run of the reader's choice; without one, the way to one."""
    run = tested_run()
    if run is None:
        no_network_yet()
        return None
    if not is_saved(get_run(run)):
        st.info(_("The weights of this run are not there any more: choose another."))
        return None
    return run


def own_layer(lesson: str, *kinds: str) -> Place | None:
    """A layer of these kinds in a run of the reader's choice; None while there is none, which is then said.

    Args:
        lesson: names the choices within the session.
    """
    run = own_run()
    if run is None:
        return None
    version = model_card(run).version
    answer = answered(f"{lesson} layers", "lesson_layers", model=run, version=version)
    if answer is None:
        return None
    layers = {layer["name"]: layer for layer in answer[0]["layers"] if layer["kind"] in kinds}
    if not layers:
        st.info(_("This network has no such layer: choose another run, or train one that has."))
        st.page_link("pages/train.py", label=_("Train a network"))
        return None
    key, wanted = f"{lesson} layer {run}", st.session_state.pop(f"{lesson} wanted layer", None)
    if wanted in layers:  # the page Inside leads here, to the layer that was looked at
        st.session_state[key] = wanted
    name = st.selectbox(_("Layer"), list(layers), key=key)
    open_inside(run, name)
    return Place(run, version, layers[name])


def open_inside(run: str, layer: str | None = None) -> None:
    """The way to a run's network on Inside; with a layer, to that one."""
    query = {"run": run} if layer is None else {"run": run, "layer": layer}
    st.page_link("pages/inside.py", label=_("Look at it on Inside, with all its maps"), query_params=query)


def own_image(lesson: str, run: str) -> np.ndarray:
    """One of the run's test images, uint8 (h, w, c)."""
    images, labels = test_sample(get_run(run).recipe)
    place = choose_sample(f"{lesson} image {run}", _("Test image"), images, labels, 3)
    return np.asarray(images[place])


def answered(
    place: str, operation: str, arrays: dict[str, np.ndarray] | None = None, **arguments: Any
) -> tuple[dict[str, Any], dict[str, np.ndarray]] | None:
    """The worker's facts and arrays; None while they are under way or were refused, which is then said."""
    try:
        answer = ask(place, operation, arrays, **arguments)
    except ImgclsError as error:
        show_error(error)
        return None
    if answer is None:
        waiting(place)
        return None
    return answer.facts, answer.arrays
