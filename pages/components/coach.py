"""What a finished run's curve says, and what to try next."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from imgcls.coach import Advice, advise
from imgcls.coach.history import history_of
from imgcls.coach.rules import collapsed_classes
from imgcls.errors import ImgclsError
from imgcls.evaluation.kept import kept_test
from imgcls.language import translator
from imgcls.runs import Curve, Run
from imgcls.training.data_card import data_of
from pages.components.current import look_at
from pages.components.notices import literal, note
from pages.components.recipe_form import begin_with
from pages.components.words import _, language, listed

#: Shown at once; more are folded away.
_MOST = 2
#: Below this a curve says nothing unusual because it says nothing.
_FEWEST_EPOCHS = 3


def advice_of(run: Run, curve: Curve) -> list[Advice]:
    """What can be said of a run that has ended, the most urgent first."""
    return advise(history_of(curve, is_over=True), run.recipe)


def advice_so_far(run: Run, curve: Curve) -> None:
    """The most urgent that can be said while it still trains, in a line; the buttons come when it has ended."""
    found = advise(history_of(curve, is_over=False), run.recipe)
    if not found:
        return
    translate, one = translator(language()), found[0]
    values = {"title": translate(one.title), "text": literal(translate(one.text).format(**one.values))}
    st.markdown(_("So far: **{title}** · {text}", **values))


def band_of(advice: list[Advice]) -> tuple[int, int] | None:
    """The epochs that the first advice speaks of."""
    return (advice[0].first, advice[0].last) if advice else None


def coach(run: Run, curve: Curve, advice: list[Advice], on: Callable[[], object] = st.rerun) -> None:
    """Advice with its evidence and the buttons that fill in the next training.

    Args:
        on: called when one has been filled in: where Train is not this page, the way there.
    """
    collapsed = _collapsed(run)
    if not advice and not collapsed:
        if len(curve.epochs) >= _FEWEST_EPOCHS:
            note(_("The curves show nothing unusual: both losses came down together."))
        return
    st.markdown(_("#### What the curves say"))
    if collapsed:
        st.warning(
            _("It never answers {classes}: look whether it is rare, or looks like another class.", classes=collapsed)
        )
    for one in advice[:_MOST]:
        _shown(run, one, on)
    if len(advice) > _MOST:
        with st.expander(_("More")):
            for one in advice[_MOST:]:
                _shown(run, one, on)


def _shown(run: Run, advice: Advice, on: Callable[[], object]) -> None:
    translate = translator(language())
    with st.container(border=True):
        where = _("epochs {first} to {last}", first=advice.first, last=advice.last)
        st.markdown(f"**{translate(advice.title)}** · {where}")
        st.markdown(literal(translate(advice.text).format(**advice.values)))
        if not advice.experiments:
            return
        with st.container(horizontal=True):
            for place, experiment in enumerate(advice.experiments):
                words = translate(experiment.label).format(**experiment.values)
                if st.button(words, key=f"coach {run.id} {advice.rule} {place}"):
                    begin_with(experiment.recipe)
                    look_at(None)
                    st.rerun()


def _collapsed(run: Run) -> str:
    """The classes that it never answers in its test, as one text; empty for none."""
    try:
        kept = kept_test(run)
        names = data_of(run.folder, run.recipe).class_names
    except ImgclsError:
        return ""
    places = collapsed_classes(kept.predicted, kept.labels, kept.logits.shape[1])
    return literal(listed(names[place] for place in places[:10])) if len(places) else ""
