"""What the accuracy of a run of one's own hides: the recall of each class, and how many images it had to learn from."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.errors import ImgclsError
from imgcls.evaluation.kept import kept_test
from imgcls.evaluation.metrics import balanced_accuracy, confusion_matrix
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.recalls import recall_figure
from imgcls.runs import get_run
from imgcls.training.data import divided
from imgcls.training.data_card import data_of
from pages.components.finished import tested_run
from pages.components.glossary import terms
from pages.components.lesson import no_network_yet
from pages.components.notices import literal, note, show_error
from pages.components.style import is_dark
from pages.components.words import _, listed


def find_it() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        chosen = tested_run()
    if chosen is None:
        no_network_yet()
        return
    run = get_run(chosen)
    try:
        kept, names = kept_test(run), data_of(run.folder, run.recipe).class_names
        images, parts = divided(run.recipe)
    except ImgclsError as error:
        show_error(error)
        return
    matrix = confusion_matrix(kept.logits, kept.labels)
    recalls = np.diag(matrix) / np.maximum(1, matrix.sum(axis=1))
    counts = np.bincount(images.labels[parts.train], minlength=len(names))
    worst = int(np.argmin(recalls))
    with left:
        one, other = st.columns(2)
        one.metric(_("Accuracy"), f"{np.trace(matrix) / matrix.sum():.1%}")
        other.metric(_("Balanced accuracy"), f"{balanced_accuracy(matrix):.1%}")
        st.markdown(
            _(
                "It finds least of **{name}**: {found} of {all}, after learning from {count} images.",
                name=literal(names[worst]),
                found=int(matrix[worst, worst]),
                all=int(matrix[worst].sum()),
                count=int(counts[worst]),
            )
        )
        if counts.max() < 1.5 * counts.min():
            note(
                _("No class is rare here: both accuracies are alike. In the lab “Rare classes” you can make some rare.")
            )
        terms("recall", "balanced accuracy")
        st.page_link("pages/imbalance.py", label=_("Six answers to rare classes, trained side by side"))
    with right:
        figure = recall_figure(
            names,
            counts.tolist(),
            [(run.title, recalls)],
            is_dark(),
            _("Recall in the test"),
            _("{count} images", count="{count}"),
        )
        told = listed(f"{name} {recall:.0%}" for name, recall in zip(names, recalls, strict=True))
        alt = _("Recall of each class: {recalls}", recalls=told)
        st.plotly_chart(figure, key="rare recalls", config=PLOT_CONFIG, theme=None, alt=alt)
