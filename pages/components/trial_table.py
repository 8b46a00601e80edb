"""What came of trials: a row for each, and what the difference between them is worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from imgcls.comparison.same_test import by_test, same_test
from imgcls.comparison.spread import groups, say_repeats
from imgcls.language import translator
from imgcls.runs import Run
from imgcls.trials import Score, Standing, Trials, score_of, verdict
from pages.components.durations import duration
from pages.components.notices import literal
from pages.components.words import _, language

#: Where a value will be.
_NOTHING = "–"


@dataclass(frozen=True)
class Column:
    """One more column of the table.

    Args:
        title: translated.
        value: of a run that has ended with a model; None: it has none.
        form: how a number is written, as in `format`; text is written as it is.
    """

    title: str
    value: Callable[[Run], float | str | None]
    form: str = ".1%"


@dataclass(frozen=True)
class Measure:
    """By what trials are compared.

    Args:
        title: of its column, translated.
        score: of a run; None: it has none.
    """

    title: str
    score: Callable[[Run], Score | None] = score_of


def trial_table(
    trials: Trials, standing: Standing[str], columns: Sequence[Column] = (), measure: Measure | None = None
) -> None:
    """A row for each trial that is there; below it one sentence, for which there is room from the beginning.

    Args:
        measure: by what they are compared; None: by the test accuracy.
    """
    runs, measure = standing.runs, measure or Measure(_("Test accuracy"))
    scores = {identifier: score for identifier, run in runs.items() if (score := measure.score(run)) is not None}
    accuracies = {one: f"{score.accuracy:.1%}" for one, score in scores.items()}
    intervals = {one: "{:.1f} – {:.1f} %".format(*(100 * end for end in scores[one].interval)) for one in scores}
    table = {
        _("Trial"): [literal(trials.labels[identifier]) for identifier in runs],
        measure.title: [accuracies.get(identifier, _NOTHING) for identifier in runs],
        _("95 % interval"): [intervals.get(identifier, _NOTHING) for identifier in runs],
        _("Trained for"): [_time(run) for run in runs.values()],
    }
    for column in columns:
        table[column.title] = [_cell(column, run) if one in scores else _NOTHING for one, run in runs.items()]
    st.table(table, hide_index=True, border="horizontal", width="content")
    _sentence(trials, standing, {identifier: scores[identifier] for identifier in trials.ids if identifier in scores})


def _time(run: Run) -> str:
    seconds = (run.result or {}).get("train_seconds")
    return _NOTHING if seconds is None else duration(seconds)


def _cell(column: Column, run: Run) -> str:
    value = column.value(run)
    if value is None:
        return _NOTHING
    return literal(value) if isinstance(value, str) else format(value, column.form)


def _sentence(trials: Trials, standing: Standing[str], scores: dict[str, Score]) -> None:
    if standing.is_active or len(scores) < 2:
        st.info(_("What the difference is worth is said here when all have ended."))
        return
    tests = by_test([trials.runs[identifier] for identifier in scores])
    lines = [words for runs in tests if (words := _worth(trials, runs, scores))]
    if len(tests) > 1:
        lines.insert(
            0,
            _(
                "They were not all tested on the same data: an accuracy on one test is neither better nor worse than "
                "one on another."
            ),
        )
    if standing.can_go_on:
        lines.append(_("Not all of them are trained to the end: this may change."))
    if lines:
        st.info(literal(" ".join(lines)))


def _worth(trials: Trials, runs: Sequence[Run], scores: Mapping[str, Score]) -> str:
    """What the difference between runs of one test is worth; empty where there is none, or seeds tell more of it."""
    found, known = verdict({run.id: scores[run.id] for run in runs}), len(groups(runs))
    translate = translator(language())
    if found is None or 1 < known < len(runs):
        return ""  # some differ in nothing but their seed: what that tells is said where the seeds are
    if known == 1:
        said = say_repeats([scores[run.id].accuracy for run in runs], translate)
    else:
        said = found.say(trials.labels, translate)
    if not same_test(runs):
        said += " " + _("They were not tested on the same images: chance has even more to say.")
    return said
