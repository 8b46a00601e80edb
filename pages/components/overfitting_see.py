"""Overfitting, first look: seventy images, a large network, and the gap that opens."""

from __future__ import annotations

import streamlit as st

from imgcls.architectures import parameter_count
from imgcls.coach.history import history_of
from imgcls.datasets import dataset_facts
from imgcls.lessons.overfitting import BASE, Gap, gap_of
from imgcls.runs import Curve, Run
from imgcls.training.sizes import epoch_images
from pages.components.glossary import terms
from pages.components.lesson_run import lesson_run, waiting_words
from pages.components.notices import note
from pages.components.overfitting_gap import show_gap
from pages.components.question import ask_first
from pages.components.words import _


def see_it() -> None:
    facts = dataset_facts(BASE.dataset)
    left, right = st.columns([4, 9], gap="large")
    with left:
        st.markdown(
            _(
                "{images} digits, and a network with {weights:,} weights. It sees each of them {epochs} times, until "
                "it names nearly **all** of them right.",
                images=epoch_images(BASE),
                weights=parameter_count(BASE.architecture, facts.image_shape, len(facts.class_names)) or 0,
                epochs=BASE.training.epochs,
            )
        )
        asked = ask_first(
            "overfitting gap",
            _("How many per cent of digits it has never seen does it then name right?"),
            low=0.0,
            high=100.0,
            step=5.0,
            start=50.0,
        )
        terms("overfitting", "validation", "epoch", "loss")
    with right:
        if not asked.is_open:
            _empty()
            return
        found = lesson_run("overfitting see", BASE, _("Overfitting: as it is"), _("Train it now"))
    with left:
        if found is None:
            note(waiting_words())
        else:
            _say(asked.number, *found)


def _empty() -> None:
    with st.container(border=True, height=330, vertical_alignment="center", horizontal_alignment="center"):
        st.markdown(_("The curves will stand here."), width="content")
        st.caption(_("First say what you expect."), width="content")


def _say(number: float | None, run: Run, curve: Curve) -> None:
    gap = gap_of(history_of(curve, is_over=True), run.recipe)
    if gap is None:
        return
    said = _(
        "**{training:.0%}** of the digits it trained on, and **{validation:.0%}** of others: a gap of "
        "**{points:.0f} points**.",
        training=gap.training,
        validation=gap.validation,
        points=gap.points,
    )
    st.info(said if number is None else _("You said {number:.0f} %. It is {said}", number=number, said=said))
    show_gap(gap)
    _since(gap)


def _since(gap: Gap) -> None:
    if gap.since is None:
        st.markdown(
            _(
                "Here the validation loss has not risen by a tenth. The gap is there all the same: training goes on to "
                "fall, validation does not follow."
            )
        )
        return
    st.markdown(
        _(
            "From **epoch {since}** on (shaded) the validation loss rises while the training loss still falls: from "
            "there on it learns the pictures, not the digits.",
            since=gap.since,
        )
    )
