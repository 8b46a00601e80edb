"""Predict first: what someone expects of a run, before it and beside what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from imgcls.datasets import dataset_facts
from imgcls.expectation import (
    Expectation,
    Guess,
    expectation_of,
    keep_expectation,
    mean_distance,
    recalls_of,
    record,
)
from imgcls.recipe import Recipe
from imgcls.runs import Run, get_run, list_runs
from pages.components.notices import literal, note
from pages.components.words import _

#: Shares of the test images: what is no further off is called right.
_RIGHT = 0.005
#: Runs of which the record is told.
_FEWEST = 2


def expectation_form(recipe: Recipe) -> Expectation:
    """What is expected; nothing, unless someone says so."""
    with st.expander(_("Predict first: what do you expect?")):
        percent = st.number_input(
            _("Test accuracy, in percent"),
            0.0,
            100.0,
            None,
            step=0.5,
            format="%.1f",
            key="expected accuracy",
        )
        hardest = st.selectbox(
            _("The class it finds hardest"),
            dataset_facts(recipe.dataset).class_names,
            None,
            key=f"expected hardest {recipe.dataset.model_dump_json()}",
            placeholder=_("no idea"),
        )
        note(_("It changes nothing and is graded nowhere. When the run has ended, it stands beside the result."))
    return Expectation(None if percent is None else percent / 100, hardest)


def forget_expectation() -> None:
    """The next run is another question."""
    for key in [key for key in st.session_state if str(key).startswith("expected ")]:
        st.session_state.pop(key)


def keep_expected(run_id: str, expectation: Expectation) -> None:
    keep_expectation(get_run(run_id), expectation)
    forget_expectation()


def expectation_beside_result(run: Run) -> None:
    """What was expected; beside it, as soon as the run has been tested, what came."""
    expected = expectation_of(run)
    if not expected:
        return
    accuracy = (run.result or {}).get("test_accuracy")
    lines = _expected_lines(expected) if accuracy is None else _lines(run, expected, float(accuracy))
    if lines:
        st.markdown("  \n".join(lines))
    if accuracy is not None:
        tell_record()


def _expected_lines(expected: Expectation) -> list[str]:
    lines = []
    if expected.accuracy is not None:
        lines.append(_("You expect a test accuracy of **{percent:.1f} %**.", percent=100 * expected.accuracy))
    if expected.hardest is not None:
        lines.append(_("You expect **{name}** to be the hardest class.", name=literal(expected.hardest)))
    return lines


def _lines(run: Run, expected: Expectation, accuracy: float) -> list[str]:
    lines = []
    if expected.accuracy is not None:
        lines.append(_distance(expected.accuracy, accuracy))
    if expected.hardest is not None:
        lines.append(_hardest(run, expected.hardest))
    return [line for line in lines if line]


def _distance(expected: float, came: float) -> str:
    values = {"expected": 100 * expected, "came": 100 * came, "points": 100 * abs(expected - came)}
    if abs(expected - came) <= _RIGHT:
        return _("You expected {expected:.1f} %, and it is **{came:.1f} %**: right.", **values)
    if expected > came:
        return _("You expected {expected:.1f} %; it is **{came:.1f} %**, {points:.1f} points less.", **values)
    return _("You expected {expected:.1f} %; it is **{came:.1f} %**, {points:.1f} points more.", **values)


def _hardest(run: Run, expected: str) -> str:
    """The recall of the expected class beside that of the lowest."""
    recalls = recalls_of(run)
    if expected not in recalls:
        return ""
    lowest = min(recalls, key=lambda name: recalls[name])
    values = {
        "name": literal(expected),
        "share": recalls[expected],
        "lowest": literal(lowest),
        "least": recalls[lowest],
    }
    if recalls[expected] == recalls[lowest]:
        return _("Hardest is **{name}**, as you expected: {share:.0%} of its images are found.", **values)
    return _(
        "Hardest is **{lowest}** with {least:.0%} of its images found; of **{name}**, your guess, {share:.0%}.",
        **values,
    )


def tell_record() -> None:
    """How good the guesses were so far, of each kind of which there are several."""
    known = record(list_runs(), get_run)
    lines = []
    if len(known.accuracies) >= _FEWEST:
        lines.append(_record_words(known.accuracies))
    if known.hardest.count >= _FEWEST:
        values = {"right": known.hardest.right, "count": known.hardest.count}
        lines.append(_("You named the hardest class in {right} of {count} runs.", **values))
    if known.winners.count >= _FEWEST:
        values = {"right": known.winners.right, "count": known.winners.count}
        lines.append(_("You named the winner in {right} of {count} races.", **values))
    if lines:
        note(" ".join(lines))


def _record_words(guesses: Sequence[Guess]) -> str:
    return _(
        "Over {count} runs your guesses were {points:.1f} points off on average, the last by {last:.1f}.",
        count=len(guesses),
        points=100 * mean_distance(guesses),
        last=100 * abs(guesses[0].off),
    )


def winner_form(names: list[str], key: str) -> str | None:
    """Which variant of a race is expected to win; None: nobody said."""
    return st.selectbox(
        _("Predict first: which one wins?"), names, None, key=f"expected winner {key}", placeholder=_("no idea")
    )


def expected_winner(runs: Mapping[str, Run]) -> str | None:
    """The first of these runs that was expected to win."""
    return next((name for name, run in runs.items() if expectation_of(run).wins), None)
