"""A lesson trains nothing twice: a run with the same recipe gives the same numbers."""

from __future__ import annotations

from collections.abc import Iterable

from imgcls.recipe import Recipe
from imgcls.runs import RunSummary, Status, list_runs

_USABLE = (Status.COMPLETED, Status.QUEUED, Status.RUNNING, Status.PAUSED)


def known_runs(recipes: Iterable[Recipe]) -> dict[str, RunSummary]:
    """Recipe's hash → the newest run of it that is complete or on its way; what has none is left out."""
    wanted = {recipe.hash() for recipe in recipes}
    found: dict[str, RunSummary] = {}
    for run in list_runs():
        if run.status not in _USABLE or len(found) == len(wanted):
            continue
        digest = run.recipe.hash()
        if digest in wanted:
            found.setdefault(digest, run)
    return found
