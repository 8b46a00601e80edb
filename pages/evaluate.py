"""Evaluate: what one finished run gets right and wrong, and how far its probabilities can be believed."""

from __future__ import annotations

import streamlit as st

from imgcls.evaluation.kept import Kept, kept_test
from imgcls.evaluation.metrics import accuracy_interval, balanced_accuracy, confusion_matrix
from imgcls.runs import Run, get_run
from pages.components.current import look_at
from pages.components.evaluate_cells import confusion
from pages.components.evaluate_changes import CHANGES, SECTION, what_changed
from pages.components.evaluate_classes import classes_table
from pages.components.evaluate_embedding import embedding_map
from pages.components.evaluate_images import Seen, test_images
from pages.components.evaluate_mistakes import mistakes
from pages.components.evaluate_one_class import one_class_section
from pages.components.evaluate_robustness import robustness
from pages.components.evaluate_sure import calibration, not_sure
from pages.components.finished import tested_run
from pages.components.frame import need_frame
from pages.components.glossary import terms
from pages.components.notices import empty, note
from pages.components.words import _


def page() -> None:
    need_frame()
    st.title(_("How good is it, and where does it fail?"))
    chosen = tested_run()
    if chosen is None:
        empty(
            _("Nothing has been tested yet"),
            _("When a training ends, its test images are looked at once. What the network said to them appears here."),
            _("Train a network"),
            "pages/train.py",
        )
        return
    run = get_run(chosen)
    look_at(run.id)
    kept, seen = kept_test(run), test_images(run)
    _headline(kept, seen)
    sections = {
        "cells": _("What is taken for what"),
        "mistakes": _("Mistakes"),
        "sure": _("How sure it is"),
        "one": _("One class alone"),
        "map": _("On a map"),
        "robust": _("Spoiled images"),
        CHANGES: _("What changed"),
    }
    section = st.segmented_control(
        _("Look at"), list(sections), format_func=sections.__getitem__, default="cells", key=SECTION
    )
    _section(section or "cells", run, kept, seen)


def _section(name: str, run: Run, kept: Kept, seen: Seen) -> None:
    if name == "cells":
        confusion(run, kept, seen)
        classes_table(kept, seen)
    elif name == "mistakes":
        mistakes(run, kept, seen)
    elif name == "sure":
        calibration(run, kept)
        not_sure(run, kept)
    elif name == "one":
        one_class_section(run, kept, seen)
    elif name == "map":
        embedding_map(run, kept, seen)
    elif name == "robust":
        robustness(run, kept, seen)
    else:
        what_changed(run, kept, seen)


def _headline(kept: Kept, seen: Seen) -> None:
    count, right = len(kept.labels), int(kept.correct.sum())
    low, high = accuracy_interval(right / count, count)
    first, second, third = st.columns(3)
    first.metric(_("Test accuracy"), f"{right / count:.1%}")
    second.metric(_("With 95 % certainty between"), f"{low:.1%} – {high:.1%}")
    matrix = confusion_matrix(kept.logits, kept.labels)
    third.metric(_("Balanced accuracy"), f"{balanced_accuracy(matrix):.1%}")
    terms("test accuracy", "balanced accuracy")
    note(
        _(
            "{right:,} of {count:,} test images are right. They were looked at once, when training had ended; with so "
            "many images, chance alone can move the accuracy within the bounds in the middle.",
            right=right,
            count=count,
        )
    )
    if seen.missing is not None:
        st.warning(seen.missing)


page()
