"""Whether a comparison is fair: in what the runs differ, and what else is to be known before one is called better."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from imgcls.comparison.course import course_of
from imgcls.comparison.differences import differences, setting_word, spelled_out, value_at
from imgcls.comparison.guard import caveats, say_settings
from imgcls.comparison.spread import Group
from imgcls.language import translator
from imgcls.runs import Run
from imgcls.trials import Trials
from pages.components.notices import literal
from pages.components.words import _, language


def fairness(trials: Trials, ended: Sequence[Run], names: dict[str, str]) -> None:
    """What the guard says of tested runs, and a table of the settings that differ.

    Args:
        names: of the runs without their seeds, by identifier.
    """
    translate = translator(language())
    st.markdown(_("#### Is it a fair comparison?"))
    found = caveats(ended, names)
    said = say_settings(ended, translate)
    if found:
        lines = [said, *(one.say(translate) for one in found if one.kind != "settings")]
        st.warning("\n".join(f"- {literal(line)}" for line in lines))
    else:
        rest = _("Data, split, seeds and budget are the same for each.")
        st.success(f"{literal(said)} {rest}")
    _settings(trials, ended)


def group_names(trials: Trials, known: Sequence[Group]) -> dict[str, str]:
    """What each run is called without its seed, by identifier; no two groups alike."""
    found: dict[str, str] = {}
    for group in known:
        label = trials.labels[group.ids[0]]
        name = label.rpartition(" · ")[0] or label
        if name in found.values():
            name = f"{name} ({_apart(trials.runs[group.ids[0]])})"
        if name in found.values():
            name = f"{name} {group.ids[0][-6:]}"
        found |= dict.fromkeys(group.ids, name)
    return found


def test_names(tests: Sequence[Sequence[Run]]) -> list[str]:
    """What is tested on, for each of several tests; no two alike."""
    found: list[str] = []
    for runs in tests:
        recipe = runs[0].recipe
        name = recipe.dataset.name
        if name in found:
            name = _("{data}, test share {share:.0%}", data=name, share=recipe.split.test)
        while name in found:
            name = _("{data}, other images", data=name)
        found.append(name)
    return found


def _apart(run: Run) -> str:
    """What tells a run from others of the same name."""
    course = course_of(run)
    if course.was_cut:
        return _("ended early")
    return _("rate changed") if course.rates else run.recipe.dataset.name


def _settings(trials: Trials, ended: Sequence[Run]) -> None:
    """Only the settings that differ."""
    recipes = [run.recipe for run in ended]
    paths = differences(recipes)
    if not paths:
        return
    with st.expander(_("Settings that differ")):
        said, translate = [spelled_out(recipe) for recipe in recipes], translator(language())
        rows = {_("Run"): [literal(trials.labels[run.id]) for run in ended]}
        for path in paths:
            values = [value_at(one, path) for one in said]
            owner = next((one for one, value in zip(recipes, values, strict=True) if value is not None), recipes[0])
            rows[setting_word(path, owner, translate)] = [literal(told(value)) for value in values]
        st.table(rows, hide_index=True)


def told(value: object) -> str:
    """The value of a setting in a cell of a table."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        inside = ", ".join(f"{name} {told(one)}" for name, one in value.items() if name != "name")
        return " ".join(part for part in (str(value.get("name", "")), inside) if part)
    if isinstance(value, list | tuple):
        each = [told(one) for one in value]
        return "; ".join(dict.fromkeys(each)) or "–"
    return "–" if value in (None, "") else str(value)
