"""How long a race takes, before Start: each kind of network and settings in it is measured."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from imgcls.errors import ImgclsError
from imgcls.recipe import Recipe
from imgcls.training.timing import Timing, known_timing
from imgcls.trials import measured_seconds_of_all, to_measure
from pages.components.answers import ask, look_again
from pages.components.durations import duration
from pages.components.notices import show_error
from pages.components.words import _


def time_of_race(page_key: str, recipes: Sequence[Recipe]) -> None:
    """Says how long they take, one after another; to wait for it is not necessary.

    One network says nothing about another's time: until all are measured, no time is told.
    """
    wanted = to_measure(recipes)
    timings = {key: timing for key, recipe in wanted.items() if (timing := known_timing(recipe)) is not None}
    try:
        for key in [one for one in wanted if one not in timings]:
            place = f"{page_key} time {key}"
            answer = ask(place, "measure", slow=True, recipe=wanted[key].model_dump(mode="json"))
            if answer is None:
                _say_unknown(place, len(timings), len(wanted))
                return
            timings[key] = Timing(**answer.facts)
    except ImgclsError as error:
        show_error(error)
        return
    st.caption(
        _(
            "One after another they take about {time} on this computer. They go on if you leave the page.",
            time=duration(measured_seconds_of_all(recipes, timings)),
        )
    )


def _say_unknown(place: str, known: int, count: int) -> None:
    st.caption(
        _(
            "How long it takes is being measured, one network after another: {known} of {count} networks and settings "
            "are known. The rest would be a guess.",
            known=known,
            count=count,
        )
    )
    look_again(place)
