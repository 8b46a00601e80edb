"""After the networks of the shortcut lab are trained: the same images with and without the mark, and who notices."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from imgcls.datasets import dataset_facts
from imgcls.errors import ImgclsError
from imgcls.explain.picture import legend, overlay
from imgcls.shortcut_lab import Evidence, Pairs, evidence, pairs
from imgcls.trials import Standing, Trials
from pages.components.answers import ask, waiting
from pages.components.notices import literal, note, show_error
from pages.components.picture import show_picture
from pages.components.words import _

#: Pairs that are counted.
COUNTED = 48
#: Those of them that are shown.
_SHOWN = 6
_SIDE = 144  # px of each picture


def show_evidence(trials: Trials, standing: Standing[str]) -> None:
    """Grad-CAM for the marked class, image by image, of each network that has been tested."""
    st.subheader(_("Where does each of them look?"))
    done = [one for one in trials.ids if one in standing.runs and "test_accuracy" in (standing.runs[one].result or {})]
    if not done:
        note(_("Heatmaps of the same pictures, with the mark and without it, are drawn here when the first has ended."))
        return
    recipe = trials.recipes[done[0]]
    some, marked = pairs(recipe.dataset, COUNTED), dataset_facts(recipe.dataset).class_names[1]
    note(
        _(
            "Each picture twice: above with its mark, below the same one with nothing but the mark removed. Bright is "
            "where Grad-CAM finds evidence for “{marked}”; the number is the probability of it.",
            marked=marked,
        )
    )
    for identifier in done:
        evidence_of(trials.labels[identifier], identifier, some, marked)
    show_legend()


def show_legend() -> None:
    """The scale of all heatmaps."""
    show_picture(legend(320, 16), _("Colour scale from less to more evidence"), _("less … more evidence"), width=320)


def evidence_of(label: str, identifier: str, some: Pairs, marked: str) -> Evidence | None:
    """Its story, and heatmaps with the mark and without; None while they are drawn, or refused, which is then said.

    Args:
        label: plain text; identifier: of the run; marked: the class that the mark belongs to.
    """
    st.markdown(f"**{literal(label)}**")
    both = np.concatenate([some.marked, some.clean])
    try:
        answer = ask(f"evidence {identifier}", "explain_images", {"images": both}, model=identifier, classes=1)
    except ImgclsError as error:
        show_error(error)
        return None
    if answer is None:
        waiting(f"evidence {identifier}")
        return None
    maps, probabilities = answer.arrays["maps"], answer.arrays["probabilities"]
    found = evidence(some, maps, probabilities)
    st.markdown(literal(_story(found, marked)))
    count = len(some.marked)
    for first, words in ((0, _("With the mark")), (count, _("The mark removed"))):
        places = range(first, first + min(_SHOWN, count))
        sheet = np.concatenate([overlay(both[place], maps[place], side=_SIDE) for place in places], axis=1)
        shares = " · ".join(f"{probabilities[place, 1]:.0%}" for place in places)
        show_picture(sheet, _("Heatmaps: {words}", words=words), f"{words}: {shares}", width=_SIDE * _SHOWN)
    return found


def _story(found: Evidence, marked: str) -> str:
    values = {
        "marked": marked,
        "found": found.found,
        "clean": found.found_clean,
        "mark": found.on_mark,
        "area": found.mark_area,
        "object": found.on_object,
        "object_area": found.object_area,
    }
    if math.isnan(found.on_mark):
        return _(
            "With the mark it finds {found:.0%} of them, without it {clean:.0%}. Its maps show no evidence for "
            "“{marked}” anywhere.",
            **values,
        )
    if found.looks_at_the_mark:
        return _(
            "With the mark it finds {found:.0%} of them, with nothing but the mark removed {clean:.0%}. {mark:.0%} of "
            "the heat lies on the mark, which covers {area:.1%} of the picture: it has learned the mark.",
            **values,
        )
    return _(
        "With the mark it finds {found:.0%} of them, without it {clean:.0%}: the mark makes little difference to it. "
        "{object:.0%} of the heat lies on the shape, which covers {object_area:.0%} of the picture.",
        **values,
    )
