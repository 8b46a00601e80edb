"""Precision, recall and F1 of each class."""

from __future__ import annotations

from typing import Any

import streamlit as st

from imgcls.evaluation.kept import Kept
from imgcls.evaluation.metrics import confusion_matrix, per_class
from pages.components.evaluate_images import Seen
from pages.components.glossary import terms
from pages.components.notices import note
from pages.components.words import _


def classes_table(kept: Kept, seen: Seen) -> None:
    matrix = confusion_matrix(kept.logits, kept.labels)
    found = per_class(matrix)
    st.markdown(_("#### Class by class"))
    percent = {name: (100 * values).round(1).tolist() for name, values in found.items()}
    columns = {"class": list(seen.class_names), "images": matrix.sum(axis=1).tolist(), **percent}
    st.dataframe(
        columns,
        column_config={
            "class": st.column_config.TextColumn(_("Class")),
            "images": st.column_config.NumberColumn(_("Test images")),
            "precision": _bar(_("Class precision")),
            "recall": _bar(_("Recall")),
            "f1": _bar("F1"),
        },
        hide_index=True,
        height=min(36 * len(seen.class_names) + 40, 430),
    )
    note(
        _(
            "Recall: of the images of this class, how many are found. Precision: of the images that are taken for this "
            "class, how many are. F1 is high only where both are: 2 · precision · recall / (precision + recall)."
        )
    )
    terms("recall", "precision", "f1")


def _bar(title: str) -> Any:
    return st.column_config.ProgressColumn(title, min_value=0, max_value=100, format="%.1f%%")
