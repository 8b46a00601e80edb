"""What training moved in a network of one's own: its frozen blocks not at all, and what it says now and said before."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from imgcls import imagenet
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.moved import moved_bars
from imgcls.models import model_card
from imgcls.preparation.choose import prepare_for
from imgcls.runs import get_run
from pages.components.answers import ask, waiting
from pages.components.glossary import terms
from pages.components.lesson_network import answered, own_image, own_run
from pages.components.notices import literal, note
from pages.components.picture import show_picture
from pages.components.question import ask_first
from pages.components.style import is_dark
from pages.components.words import _

_KEY = "transfer find"
_TOLD = 3


def find_it() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        run = own_run()
        if run is None:
            return
        image = own_image(_KEY, run)
        asked = ask_first(
            "transfer moved",
            _("Which part of a network do ten pictures change most?"),
            choices={
                "first": _("the first blocks"),
                "last": _("the last blocks"),
                "head": _("the head"),
            },
        )
        terms("fine-tuning", "frozen")
    if not asked.is_open:
        with right:
            note(_("First say what you expect."))
        return
    with right:
        answer = answered(f"{_KEY} moved", "moved", model=run, version=model_card(run).version)
        if answer is not None:
            _draw(answer[0])
    with left:
        if answer is not None:
            _say(answer[0], str(asked.answer) if asked.answer else None)
    with right:
        _before_and_now(run, image)


def _draw(facts: dict[str, Any]) -> None:
    blocks = facts["blocks"]
    names = [_("block {number}", number=place + 1) for place in range(len(blocks))] + [_("head")]
    values = [one["moved"] for one in [*blocks, facts["head"]]]
    figure = moved_bars(names, values, _("how far its weights moved"), is_dark())
    alt = _("How far training moved the weights of each block")
    st.plotly_chart(figure, key=f"{_KEY} chart", config=PLOT_CONFIG, theme=None, alt=alt)
    note(_("|w − w₀| / |w₀|: the distance from where the weights started, over their size at the start."))


def _say(facts: dict[str, Any], answer: str | None) -> None:
    blocks, head = facts["blocks"], facts["head"]
    still = [one for one in blocks if one["moved"] == 0]
    kept = sum(one["parameters"] for one in still)
    words = {"first": _("the first blocks"), "last": _("the last blocks"), "head": _("the head")}
    said = _("You said: {answer}.", answer=words[answer]) + " " + _compared(blocks, head) + " " if answer else ""
    if still:
        st.info(
            said
            + _(
                "**{still} of {blocks} blocks** are exactly as they were, to the last digit: {kept:,} weights that "
                "your pictures did not have to teach. The head moved by {head:.0%}.",
                still=len(still),
                blocks=len(blocks),
                kept=kept,
                head=head["moved"],
            )
        )
    elif facts["learned"]:
        st.info(
            said
            + _(
                "Every block moved: nothing was frozen. The first by {first:.1%}, the last by {last:.1%}, the head by "
                "{head:.0%}.",
                first=blocks[0]["moved"] if blocks else 0.0,
                last=blocks[-1]["moved"] if blocks else 0.0,
                head=head["moved"],
            )
        )
    else:
        st.info(
            said
            + _(
                "This network started from random numbers: everything had to move. Train one that starts from a body "
                "in step 2, choose it here, and compare."
            )
        )


def _compared(blocks: list[dict[str, Any]], head: dict[str, Any]) -> str:
    """How far the three parts moved that the question offers: on average the first half of the blocks, and the last."""
    moved, half = [one["moved"] for one in blocks], (len(blocks) + 1) // 2
    first = sum(moved[:half]) / max(1, half)
    last = sum(moved[-half:]) / max(1, half)
    return _(
        "On average the first half of the blocks moved by {first:.1%}, the last half by {last:.1%}; the head by "
        "{head:.0%}.",
        first=first,
        last=last,
        head=head["moved"],
    )


def _before_and_now(run: str, image: np.ndarray) -> None:
    """The old head's answer to a test image beside the new one's, where there is an old head."""
    recipe = get_run(run).recipe
    options = recipe.architecture.options
    if recipe.architecture.name != "efficientnet-lite0" or options.get("weights", "imagenet") != "imagenet":
        return
    st.markdown(_("#### The same picture, before and now"))
    picture, before, now = st.columns([1, 2, 2], vertical_alignment="center")
    with picture:
        show_picture(image, _("The test image"), width=110)
    with before:
        _answer(_("**The old head** says"), imagenet.NAME, image, "before")
    with now:
        _answer(_("**Your head** says"), run, image, "now")


def _answer(title: str, model: str, image: np.ndarray, key: str) -> None:
    card = model_card(model)
    colour = image.repeat(3, axis=2) if image.shape[2] == 1 else image
    if model == imagenet.NAME:
        image = prepare_for(card.preparation, colour, card.image_shape).image
    st.markdown(title)
    answer = ask(f"{_KEY} {key}", "predict", {"images": image[None]}, model=model, version=card.version)
    if answer is None:
        waiting(f"{_KEY} {key}")
        return
    shares = answer.arrays["probabilities"][0]
    best = np.argsort(-shares)[:_TOLD]
    st.markdown("\n".join(f"- {literal(card.class_names[place])} {shares[place]:.0%}" for place in best))
