"""The confusion matrix, whose cells open their images; and what can be done about them."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from imgcls.evaluation.kept import Kept
from imgcls.evaluation.metrics import confusion_matrix
from imgcls.evaluation.mistakes import Pair, confused_pairs, in_cell
from imgcls.figures.confusion import confusion_figure
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.runs import Run
from pages.components.evaluate_images import Seen, image_strip
from pages.components.evaluate_remedies import mend
from pages.components.evaluate_repair import repair
from pages.components.notices import literal, note
from pages.components.style import is_dark
from pages.components.words import _

_PAIRS = 6


def confusion(run: Run, kept: Kept, seen: Seen) -> None:
    matrix = confusion_matrix(kept.logits, kept.labels)
    figure, beside = st.columns([7, 5], gap="large")
    with figure:
        _chart(run, matrix, seen)
    with beside:
        pairs = confused_pairs(matrix, _PAIRS)
        _pair_buttons(run, pairs, seen)
        _by_hand(run, seen, pairs)
    _images(run, kept, seen, *_cell(run))


def _place(run: Run) -> str:
    return f"cell {run.id}"


def _open(run: Run, true: int, predicted: int) -> None:
    """Open a cell: also in the two lists, which always say which one is open."""
    st.session_state[f"{_place(run)} true"], st.session_state[f"{_place(run)} predicted"] = true, predicted


def _cell(run: Run) -> tuple[int, int]:
    return int(st.session_state[f"{_place(run)} true"]), int(st.session_state[f"{_place(run)} predicted"])


def _chart(run: Run, matrix: np.ndarray, seen: Seen) -> None:
    figure = confusion_figure(matrix, seen.class_names, is_dark(), _("predicted class"), _("true class"))
    key = f"confusion {run.id}"

    def chosen() -> None:
        points: list[Any] = st.session_state[key]["selection"]["points"]
        if points and "customdata" in points[0]:
            _open(run, *map(int, list(points[0]["customdata"])[:2]))

    st.plotly_chart(
        figure,
        key=key,
        config=PLOT_CONFIG,
        theme=None,
        on_select=chosen,
        selection_mode="points",
        alt=_("Confusion matrix: rows are the true classes, columns the predicted ones"),
    )
    note(_("Click a cell to see its images. The redder, the more of its row goes there."))


def _pair_buttons(run: Run, pairs: list[Pair], seen: Seen) -> None:
    st.markdown(_("#### Most confused"))
    if not pairs:
        st.markdown(_("Every test image is right: there is nothing to confuse."))
    for pair in pairs:
        names = seen.class_names
        words = _(
            "{true} taken for {predicted}: {count} of its images, {share:.0%}",
            true=literal(names[pair.true]),
            predicted=literal(names[pair.predicted]),
            count=pair.count,
            share=pair.share,
        )
        key = f"pair {run.id} {pair.true} {pair.predicted}"
        st.button(words, key=key, on_click=_open, args=(run, pair.true, pair.predicted), width="stretch")


def _by_hand(run: Run, seen: Seen, pairs: list[Pair]) -> None:
    """Two lists of classes: the way for the keyboard, and for a hundred classes."""
    if f"{_place(run)} true" not in st.session_state:
        _open(run, *((pairs[0].true, pairs[0].predicted) if pairs else (0, 0)))
    true, predicted = st.columns(2)
    names = range(len(seen.class_names))
    for column, words, end in ((true, _("True class"), "true"), (predicted, _("Predicted class"), "predicted")):
        key = f"{_place(run)} {end}"
        now = st.session_state[key]
        column.selectbox(words, names, now, format_func=lambda place: seen.class_names[place], key=key)


def _images(run: Run, kept: Kept, seen: Seen, true: int, predicted: int) -> None:
    places = in_cell(kept, true, predicted)
    names = seen.class_names
    words = {"true": literal(names[true]), "predicted": literal(names[predicted]), "count": len(places)}
    if true == predicted:
        st.markdown(_("#### {true}, and taken for it: {count:,}", **words))
    else:
        st.markdown(_("#### {true}, but taken for {predicted}: {count:,}", **words))
    if not len(places):
        st.markdown(_("No test image is in this cell."))
        return
    chosen = image_strip(f"cell images {run.id}", _("Images of the cell"), kept, seen, places, choose=True)
    cell = None if true == predicted else (true, predicted)
    repair(run, kept, seen, places, chosen, cell)
    if cell is not None:
        mend(run, seen, *cell)
