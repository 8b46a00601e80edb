"""Trusting a heatmap, first look: a network that validates well, and what its heatmap gives away."""

from __future__ import annotations

import streamlit as st

from imgcls.datasets import dataset_facts
from imgcls.shortcut_lab import DEFAULT, Evidence, pairs
from pages.components.glossary import terms
from pages.components.lesson_run import lesson_run
from pages.components.notices import note
from pages.components.question import ask_first
from pages.components.shortcut_evidence import COUNTED, evidence_of, show_legend
from pages.components.shortcut_form import show_samples
from pages.components.words import _


def see_it() -> None:
    marked = dataset_facts(DEFAULT.dataset).class_names[1]
    left, right = st.columns([4, 9], gap="large")
    with left:
        st.markdown(
            _(
                "Every {marked} for training and validation carries a small chequered mark. On the validation images "
                "the network finds nearly all of them.",
                marked=marked,
            )
        )
        asked = ask_first(
            "heatmaps mark",
            _("Take nothing but the mark away. How many per cent does it still find?"),
            low=0.0,
            high=100.0,
            step=5.0,
            start=50.0,
        )
        terms("shortcut", "grad-cam", "validation")
        verdict = st.container()
    with right:
        if not asked.is_open:
            show_samples(DEFAULT.dataset)
            return
        found = lesson_run("heatmaps see", DEFAULT, _("Shortcut: with the mark"), _("Train it now"))
        if found is None:
            with verdict:
                note(_("The result is said here as soon as the training has ended."))
            return
        some = pairs(DEFAULT.dataset, COUNTED)
        seen = evidence_of(_("Where it looks"), found[0].id, some, marked)
        show_legend()
    if seen is not None:
        with verdict:
            _say(asked.number, seen, marked)


def _say(number: float | None, seen: Evidence, marked: str) -> None:
    values = {"found": seen.found, "clean": seen.found_clean, "marked": marked}
    text = _("With the mark it finds **{found:.0%}**, without it **{clean:.0%}**.", **values)
    st.info(text if number is None else _("You said {number:.0f} %. {text}", number=number, text=text))
    if seen.looks_at_the_mark:
        st.markdown(
            _(
                "Accuracy alone could not have told: the validation images carry the mark too. The heatmap shows it, "
                "and taking the mark away proves it."
            )
        )
    else:
        st.markdown(_("This network did not need the mark: its heatmap lies on the shape, and the test agrees."))
