"""The article's three steps of transfer learning, drawn: load a body, give it a new head, fine-tune."""

from __future__ import annotations

import streamlit as st

from imgcls.figures.transfer_steps import STEP_WORDS, STEPS, WIDTH, transfer_drawing
from pages.components.picture import show_drawing
from pages.components.style import is_dark
from pages.components.words import _

#: EfficientNet-Lite0's blocks.
BLOCKS = 18


def show_steps(free: int, classes: int, body: int | None = None) -> None:
    """The three drawings side by side, each with its sentence.

    Args:
        free: blocks that learn along in the last one; classes: of the new head; body: its weights, where known.
    """
    words = {name: _(STEP_WORDS[name]) for name in STEP_WORDS}
    loaded = (
        _("1. **Load a body that has learned.** It turns a picture into 1,280 features.")
        if body is None
        else _("1. **Load a body that has learned**: {body:,} weights turn a picture into 1,280 features.", body=body)
    )
    said = {
        "load": loaded,
        "head": _(
            "2. **Give it a new head**: {head:,} weights for your {classes} classes, random at first. Only it learns.",
            head=(1280 + 1) * classes,
            classes=classes,
        ),
        "tune": _("3. **Fine-tune**: the last of {blocks} blocks learns along.", blocks=BLOCKS)
        if free == 1
        else _("3. **Fine-tune**: the last {free} of {blocks} blocks learn along.", free=free, blocks=BLOCKS),
    }
    for column, step in zip(st.columns(3, gap="medium"), STEPS, strict=True):
        with column:
            alt = said[step].replace("**", "")
            show_drawing(transfer_drawing(step, BLOCKS, free, is_dark(), words), alt, width=WIDTH)
            st.markdown(said[step])
