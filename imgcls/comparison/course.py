"""What became of a run besides its recipe: a learning rate that was changed while it trained, an end before the end.

Two runs of one recipe are repeats of each other only if this is the same, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from imgcls.runs import Run
from imgcls.runs.metrics import NAME
from imgcls.training.loop import REASONS

#: `whole`: as many epochs as were asked for; `open`: it has not ended.
End = Literal["whole", "early", "stopped", "time", "diverged", "open"]


@dataclass(frozen=True)
class Course:
    """How one run went.

    Args:
        rates: that it was given while it trained, in their order; empty: it kept the one of its recipe.
        end: how it ended.
        epochs: that it trained, a begun one as its share; None: nobody knows.
        asked: epochs of its recipe.
    """

    rates: tuple[float, ...]
    end: End
    epochs: float | None
    asked: int

    @property
    def was_cut(self) -> bool:
        """Whether somebody or something other than its recipe ended it."""
        return self.end in ("stopped", "time", "diverged")

    @property
    def is_as_asked(self) -> bool:
        """Whether its recipe tells all of it."""
        return not self.rates and not self.was_cut


def course_of(run: Run) -> Course:
    """What the log and the result of a run say of it."""
    rates, per_epoch = _noted(run.folder)
    result = run.result or {}
    steps = result.get("steps")
    whole = result.get("epochs")
    epochs = steps / per_epoch if isinstance(steps, int) and per_epoch else whole
    return Course(rates, _end(result), epochs, run.recipe.training.epochs)


def _end(result: dict[str, Any]) -> End:
    if not result:
        return "open"
    reason = result.get("reason")
    template = reason.get("template") if isinstance(reason, dict) else None
    known: dict[str, End] = {REASONS[name]: name for name in ("early", "stopped", "time", "diverged")}
    return known.get(str(template), "whole")


def _noted(folder: Path) -> tuple[tuple[float, ...], int]:
    path = folder / NAME
    try:
        facts = path.stat()
    except OSError:
        return (), 0
    return _read(path, facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=4096)
def _read(path: Path, changed: int, size: int) -> tuple[tuple[float, ...], int]:
    """Learning rates that were asked for, and steps of an epoch. The lines of steps, nearly all, are passed over."""
    rates: list[float] = []
    per_epoch = 0
    for line in _lines(path):
        value = line.get("value")
        if line.get("event") == "learning_rate" and isinstance(value, int | float):
            rates += [float(value)] if rates[-1:] != [value] else []  # a resumed run asks for it again
        elif line.get("kind") == "start" and isinstance(line.get("steps_per_epoch"), int):
            per_epoch = line["steps_per_epoch"]
    return tuple(rates), per_epoch


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for line in file:
            if b'"event"' not in line and b'"start"' not in line:
                continue
            try:
                found = json.loads(line)
                if isinstance(found, dict):
                    yield found
            except ValueError:
                continue  # torn by a kill
