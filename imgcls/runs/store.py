"""The folders of runs: made, found, listed, renamed, deleted."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from imgcls.atomic import disk_errors, read_json, write_json
from imgcls.errors import InputError, RunStateError, UnknownNameError
from imgcls.home import folder, home
from imgcls.language import N_
from imgcls.recipe import Recipe, recipe_from
from imgcls.runs.status import LOCK, QUEUE, RESULT, Status, derive_status, is_locked

_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}")
_TITLE_LENGTH = 64

NO_RUN = N_("There is no run “{run}”. Expected the identifier of a run, such as 20260131-093000-1a2b3c.")


@dataclass(frozen=True)
class Run:
    """One run: a folder and what its files say."""

    id: str
    folder: Path

    @property
    def recipe(self) -> Recipe:
        return recipe_from(read_json(self.folder / "recipe.json"))

    @property
    def status(self) -> Status:
        return derive_status(self.folder)

    @property
    def result(self) -> dict[str, Any] | None:
        """How it ended; None while it has not."""
        result = read_json(self.folder / RESULT)
        return result if isinstance(result, dict) else None

    @property
    def created(self) -> float:
        """Seconds since 1970; 0 for a folder that was named by hand and names no moment."""
        try:
            return time.mktime(time.strptime(self.id[:15], "%Y%m%d-%H%M%S"))
        except (ValueError, OverflowError):
            return 0.0

    @property
    def title(self) -> str:
        """The name that a person gave it, else what it is."""
        return self._given_title() or self._usual_title(self.recipe)

    def _given_title(self) -> str | None:
        given = read_json(self.folder / "title.json")
        title = given.get("title") if isinstance(given, dict) else None
        return title if isinstance(title, str) else None

    def _usual_title(self, recipe: Recipe) -> str:
        return f"{recipe.architecture.name} · {recipe.dataset.name} · {self.id[-6:]}"

    @property
    def has_model(self) -> bool:
        """Whether there are weights to predict with: a finished model, or a checkpoint of the run so far."""
        return (self.folder / "model.keras").exists() or (self.folder / "checkpoints" / "checkpoint.json").exists()


def runs_folder() -> Path:
    return folder("runs")


def create_run(recipe: Recipe, place_in_line: dict[str, Any]) -> Run:
    """A new, queued run; `place_in_line` is the content of its `queue.json`."""
    identifier = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
    # made under another name, so that nobody sees a run without its recipe
    draft = runs_folder() / f".{identifier}"
    place = runs_folder() / identifier
    with disk_errors(place):
        draft.mkdir()
        try:
            write_json(draft / "recipe.json", recipe.model_dump(mode="json"))
            write_json(draft / QUEUE, place_in_line)
            note_in_line(identifier)
            draft.rename(place)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    return Run(identifier, place)


def line_folder() -> Path:
    """One empty file for each run that may wait: who looks for those need not look at all that there ever were."""
    return folder("engines", "line")


def note_in_line(identifier: str) -> None:
    """Let a run that has its `queue.json`, or is about to have it, be found by who looks for waiting ones."""
    place = line_folder() / identifier
    with disk_errors(place):
        place.touch()


def is_identifier(text: str) -> bool:
    """Whether a run could be called this."""
    return _ID.fullmatch(text) is not None


def get_run(identifier: str) -> Run:
    """The run with this identifier.

    Raises:
        UnknownNameError: there is none.
    """
    if is_identifier(identifier):
        place = home() / "runs" / identifier
        if (place / "recipe.json").exists():
            return Run(identifier, place)
    shown = re.sub(r"[^\w .-]", "?", identifier)[:64]
    raise UnknownNameError(NO_RUN, run=shown)


def iterate_runs() -> Iterator[Run]:
    """All runs, newest first. A folder that is not a run, or has no readable recipe, is left out."""
    place = home() / "runs"
    names = [path.name for path in place.iterdir() if _ID.fullmatch(path.name)] if place.is_dir() else []
    for name in sorted(names, reverse=True):
        if isinstance(read_json(place / name / "recipe.json"), dict):
            yield Run(name, place / name)


@dataclass(frozen=True)
class RunSummary:
    """What a list of runs shows of one."""

    id: str
    title: str
    status: Status
    created: float
    recipe: Recipe
    result: dict[str, Any]


@lru_cache(maxsize=100_000)  # more than a list ever has: one that overflowed would read every file each time
def _recipe_of(path: Path, changed: int) -> Recipe | None:
    try:
        return recipe_from(read_json(path))
    except InputError:
        return None


def summarise(run: Run) -> RunSummary | None:
    """The row of one run; None if it was deleted meanwhile or its recipe is of another version."""
    try:
        path = run.folder / "recipe.json"
        recipe = _recipe_of(path, path.stat().st_mtime_ns)
    except OSError:
        return None
    if recipe is None:
        return None
    title = run._given_title() or run._usual_title(recipe)
    return RunSummary(run.id, title, run.status, run.created, recipe, run.result or {})


def list_runs() -> list[RunSummary]:
    """All runs with their status, newest first."""
    return [row for run in iterate_runs() if (row := summarise(run)) is not None]


def rename_run(run: Run, title: str) -> None:
    """Give a run a name; an empty one takes the name away.

    Raises:
        InputError: longer than 64 characters.
    """
    title = " ".join("".join(sign for sign in title if sign.isprintable()).split())
    if len(title) > _TITLE_LENGTH:
        raise InputError(
            N_("Expected a name of at most {most} characters. Received: {count}."), most=_TITLE_LENGTH, count=len(title)
        )
    if title:
        write_json(run.folder / "title.json", {"title": title})
    else:
        with disk_errors(run.folder / "title.json"):
            (run.folder / "title.json").unlink(missing_ok=True)


def delete_run(run: Run) -> None:
    """Delete a run for good.

    Raises:
        RunStateError: it is training.
    """
    if is_locked(run.folder / LOCK):
        raise RunStateError(N_("Run {run} is training. Stop it before you delete it."), run=run.id)
    # out of sight in one step, then taken apart
    gone = run.folder.with_name(f".{run.id}")
    with disk_errors(run.folder):
        run.folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)
