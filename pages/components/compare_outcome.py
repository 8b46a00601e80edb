"""What a comparison comes to: whether it is fair, the spread over seeds, cost, and image by image."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from imgcls.comparison.same_test import by_test
from imgcls.comparison.spread import Group, groups, lead, say_lead
from imgcls.language import translator
from imgcls.runs import Run
from imgcls.trials import Standing, Trials, score_of
from pages.components.compare_cost import cost
from pages.components.compare_fair import fairness, group_names, test_names
from pages.components.compare_images import image_by_image
from pages.components.compare_one_image import both_on_own
from pages.components.durations import duration
from pages.components.expectation import expected_winner, tell_record
from pages.components.notices import literal, note
from pages.components.words import _, language


def show_comparison(trials: Trials, standing: Standing[str]) -> None:
    """Below the table of all runs; each part only where there is something to say."""
    if standing.is_active:
        return
    ended = [run for run in trials.runs.values() if score_of(run) is not None]
    if len(ended) < 2:
        return
    names, tests = group_names(trials, groups(ended)), by_test(ended)
    for runs in tests:
        _expected(runs, names)
    seeded = {test: runs for test, runs in zip(test_names(tests), tests, strict=True) if len(groups(runs)) < len(runs)}
    if seeded:  # one seed each: the table above has said it
        _spread(seeded, names, several=len(tests) > 1)
    fairness(trials, ended, names)
    cost(trials, [runs for runs in tests if len(runs) > 1])
    image_by_image(trials, ended)
    both_on_own(trials.labels, ended)


def _expected(runs: Sequence[Run], names: dict[str, str]) -> None:
    """Who was expected to win among runs of one test, and who has the highest mean."""
    expected = expected_winner({run.id: run for run in runs})
    known = groups(runs)
    guessed = next((group for group in known if expected in group.ids), None)
    if guessed is None or len(known) < 2:
        return
    best = max(known, key=lambda group: group.mean or 0.0)
    points = 100 * ((best.mean or 0.0) - (guessed.mean or 0.0))
    values = {"best": literal(names[best.ids[0]]), "guessed": literal(names[guessed.ids[0]]), "points": points}
    if best == guessed:
        st.markdown(_("You expected **{guessed}** to win, and it has the highest test accuracy.", **values))
    else:
        st.markdown(_("You expected **{guessed}** to win; **{best}** is {points:.1f} points above it.", **values))
    tell_record()


def _spread(seeded: dict[str, list[Run]], names: dict[str, str], several: bool) -> None:
    """Mean and spread of what was trained from several seeds, and what can be said of it, for each test apart."""
    st.markdown(_("#### Over the seeds"))
    for test, runs in seeded.items():
        known = groups(runs)
        if several:
            st.markdown(_("Tested on **{data}**:", data=literal(test)))
        _table(known, names)
        found = lead(known)
        if found is not None:
            called = [names[group.ids[0]] for group in known]
            st.success(literal(say_lead(found, called, translator(language()))))
    note(_("Spread: the standard deviation from seed to seed, in points. The interval is that of Student's t."))


def _table(known: Sequence[Group], names: dict[str, str]) -> None:
    st.table(
        {
            _("Variant"): [literal(names[group.ids[0]]) for group in known],
            _("Seeds"): [str(len(group.accuracies)) for group in known],
            _("Mean test accuracy"): [f"{group.mean:.1%}" if group.mean is not None else "–" for group in known],
            _("Spread"): [f"± {100 * group.deviation:.1f}" if group.deviation is not None else "–" for group in known],
            _("Trained for"): [duration(group.mean_seconds or 0.0) for group in known],
        },
        hide_index=True,
        border="horizontal",
        width="content",
    )
