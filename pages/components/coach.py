"""What a run's curve says, while it trains and when it has ended, and what to try next."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from imgcls.coach import Advice, advise
from imgcls.coach.collapse import collapsed_classes
from imgcls.coach.history import history_of_run
from imgcls.errors import ImgclsError
from imgcls.evaluation.kept import kept_test
from imgcls.figures.curves import Band
from imgcls.language import translator
from imgcls.origin import Origin
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


def advice_of(run: Run, curve: Curve, is_over: bool = True) -> list[Advice]:
    """What can be said of a run, the most urgent first.

    Args:
        is_over: whether it has ended; some rules wait for the end.
    """
    return advise(history_of_run(run, curve, is_over), run.recipe)


def bands_of(advice: Sequence[Advice]) -> list[Band]:
    """The epochs that each of them speaks of, numbered as they are told; a single one needs no number."""
    names = [str(number) for number in range(1, len(advice) + 1)] if len(advice) > 1 else [""]
    return [Band(one.first, one.last, name) for one, name in zip(advice, names, strict=False)]


def advice_so_far(run: Run, advice: Sequence[Advice]) -> None:
    """What can be said while it still trains, with its buttons. The run itself goes on."""
    if not advice:
        return
    st.markdown(_("#### What the curves say so far"))
    _told(run, advice, st.rerun)
    note(_("A button fills in the form for a next run; this one goes on until you stop it."))


def coach(run: Run, curve: Curve, advice: Sequence[Advice], on: Callable[[], object] = st.rerun) -> None:
    """Advice with its evidence and the buttons that fill in the next training.

    Args:
        on: called when one has been filled in: where Train is not this page, the way there.
    """
    collapsed = "" if any(one.rule == "class collapse" for one in advice) else _collapsed(run)
    if not advice and not collapsed:
        if len(curve.epochs) >= _FEWEST_EPOCHS:
            note(_("The curves show nothing unusual: both losses came down together."))
        return
    st.markdown(_("#### What the curves say"))
    if collapsed:
        st.warning(
            _("It never answers {classes}: look whether it is rare, or looks like another class.", classes=collapsed)
        )
    _told(run, advice, on)


def _told(run: Run, advice: Sequence[Advice], on: Callable[[], object]) -> None:
    numbers = [band.name for band in bands_of(advice)]
    for number, one in list(zip(numbers, advice, strict=False))[:_MOST]:
        _shown(run, one, number, on)
    if len(advice) > _MOST:
        with st.expander(_("More")):
            for number, one in list(zip(numbers, advice, strict=False))[_MOST:]:
                _shown(run, one, number, on)


def _shown(run: Run, advice: Advice, number: str, on: Callable[[], object]) -> None:
    """One of them; `number` is that of its epochs in the figures."""
    translate = translator(language())
    with st.container(border=True):
        where = _("epochs {first} to {last}", first=advice.first, last=advice.last)
        badge = f":orange-badge[{number}] " if number else ""
        st.markdown(f"{badge}**{translate(advice.title)}** · {where}")
        st.markdown(literal(translate(advice.text).format(**advice.values)))
        if not advice.experiments:
            return
        with st.container(horizontal=True):
            for place, experiment in enumerate(advice.experiments):
                if st.button(literal(experiment.say(translate)), key=f"coach {run.id} {advice.rule} {place}"):
                    begin_with(experiment.recipe, Origin(run.id))
                    look_at(None)
                    on()


def _collapsed(run: Run) -> str:
    """The classes that it never answers in its test, as one text; empty for none."""
    try:
        kept = kept_test(run)
        names = data_of(run.folder, run.recipe).class_names
    except ImgclsError:
        return ""
    places = collapsed_classes(kept.predicted, kept.labels, kept.logits.shape[1])
    return literal(listed(names[place] for place in places[:10])) if len(places) else ""
