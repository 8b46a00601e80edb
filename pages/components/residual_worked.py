"""The residual connection in numbers that can be added in one's head, and the same sum in a network of one's own."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.errors import ImgclsError
from imgcls.lessons.residual import EDGES, RIDGE, STROKE, worked
from imgcls.models import model_card
from imgcls.runs import get_run, list_runs
from imgcls.saved_model import is_saved
from pages.components.answers import ask, look_again
from pages.components.current import current_run
from pages.components.glossary import terms
from pages.components.lesson import go_to_step
from pages.components.notices import note
from pages.components.part import part
from pages.components.residual_sum import residual_sum
from pages.components.words import _

_KEY = "residual worked"
#: Where F(x) adds the most.
_CELL = (2, 1)


def worked_block() -> None:
    """A block with its numbers, F switched on or off, and the way to the same addition on Inside."""
    st.markdown(_("#### One block, number by number"))
    _numbers()
    _to_the_sum()


@part
def _numbers() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        st.markdown(
            _(
                "A map x of 5 × 5 cells goes two ways: straight through, and through two small convolutions with a "
                "ReLU between them, F. The two are added cell by cell. Point at a cell."
            )
        )
        off = st.toggle(_("Switch F off: F(x) = 0"), key=f"{_KEY} off")
        second = np.zeros_like(RIDGE) if off else RIDGE
        _say(off)
        terms("kernel", "feature map", "relu")
    with right:
        residual_sum(f"{_KEY} sum", worked(STROKE, EDGES, second), EDGES, second, _CELL)


def _say(off: bool) -> None:
    if off:
        st.info(
            _(
                "All weights of the second kernel are 0, so nothing is added: y = x, the block passes on what came in. "
                "A block with nothing to say does no harm. Without the connection it would have to learn to copy; "
                "here it only has to learn zeros."
            )
        )
        return
    note(
        _(
            "F(x) says only what is to change: more where the stroke is, less beside it. A real block has many maps, "
            "and batch norm after each convolution."
        )
    )


def _to_the_sum() -> None:
    """The way to the first addition of one's own network, if it has one; else to the third step, to choose another."""
    found = own_addition()
    if found is None:
        st.button(_("Find this sum in your own network"), on_click=go_to_step, args=("residual", "find"))
        return
    run, layer = found
    label = _("The same sum in your own network, on Inside: {layer}", layer=layer.replace("_", r"\_"))
    st.page_link("pages/inside.py", label=label, query_params={"run": run, "layer": layer})


def own_addition() -> tuple[str, str] | None:
    """The tested run that was last looked at, else the newest, and its first block's addition; None: it has none."""
    runs = [run.id for run in list_runs() if run.result.get("test_accuracy") is not None]
    if not runs:
        return None
    wanted = current_run()
    run = wanted if wanted in runs else runs[0]
    if not is_saved(get_run(run)):
        return None
    try:
        answer = ask(f"{_KEY} layers", "lesson_layers", model=run, version=model_card(run).version)
    except ImgclsError:  # the third step says what is the matter
        return None
    if answer is None:
        look_again(f"{_KEY} layers")
        return None
    return next(((run, name) for name in answer.facts["additions"]), None)
