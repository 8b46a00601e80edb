"""What the accuracy of several runs costs: time, parameters, multiply-adds, and who is not beaten in both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from imgcls.comparison.pareto import pareto_front
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.pareto import pareto_figure
from imgcls.runs import Run
from imgcls.trials import Trials, score_of
from pages.components.compare_fair import test_names
from pages.components.glossary import terms
from pages.components.notices import literal, note
from pages.components.style import is_dark
from pages.components.words import _, listed


def cost(trials: Trials, tests: Sequence[Sequence[Run]]) -> None:
    """Accuracy against cost.

    Args:
        tests: runs, two or more, whose accuracies measure the same.
    """
    if not tests:
        return
    st.markdown(_("#### What the accuracy costs"))
    terms("parameter", "multiply-add", "test accuracy")
    for place, (runs, name) in enumerate(zip(tests, test_names(tests), strict=True)):
        if len(tests) > 1:
            st.markdown(_("Tested on **{data}**:", data=literal(name)))
        _figures(trials, runs, place)


def _figures(trials: Trials, ended: Sequence[Run], test: int) -> None:
    costs = {
        "train_seconds": _("seconds of training"),
        "parameters": _("parameters"),
        "multiply_adds": _("multiply-adds of one image"),
    }
    for column, (field, words) in zip(st.columns(3), costs.items(), strict=True):
        some = [run for run in ended if (run.result or {}).get(field)]
        if len(some) < 2:
            continue
        values = np.array([float((run.result or {})[field]) for run in some])
        accuracies = np.array([score.accuracy for run in some if (score := score_of(run))])
        names = [trials.labels[run.id] for run in some]
        front = pareto_front(values, accuracies)
        with column:
            figure = pareto_figure(values, accuracies, names, front, is_dark(), (words, _("test accuracy")))
            alt = _("Test accuracy against {cost}", cost=words)
            st.plotly_chart(figure, key=f"cost {field} {test}", config=PLOT_CONFIG, theme=None, alt=alt)
            cheap = listed(literal(names[place]) for place in front)
            note(_("None is cheaper and better than: {names}.", names=cheap))
