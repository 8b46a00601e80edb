"""Tested runs, written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from imgcls.atomic import write_json
from imgcls.recipe import Recipe
from imgcls.runs import Run, create_run
from imgcls.training.loop import REASONS


@pytest.fixture
def ended() -> Callable[..., Run]:
    """`ended(accuracy, recipe)`: a run that has been tested, with a log of its steps."""

    def ended(
        accuracy: float = 0.9,
        recipe: Recipe | None = None,
        version: str | None = "",
        rates: tuple[float, ...] = (),
        reason: str | None = None,
        steps: int | None = None,
        seconds: float = 10.0,
        parameters: int | None = None,
    ) -> Run:
        recipe = recipe or Recipe()
        run = create_run(recipe, {"ticket": 1, "engine": ""})
        lines: list[dict[str, Any]] = [
            {"kind": "start", "t": 0, "steps_per_epoch": 100, "epochs": recipe.training.epochs}
        ]
        lines += [{"kind": "event", "t": 1, "event": "learning_rate", "value": rate, "step": 50} for rate in rates]
        (run.folder / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        if version is not None:
            write_json(run.folder / "data.json", {"version": version})
        result = {
            "status": "stopped" if reason == "stopped" else "completed",
            "reason": {"type": "InputError", "template": REASONS[reason], "values": {}} if reason else None,
            "steps": 100 * recipe.training.epochs if steps is None else steps,
            "test_accuracy": accuracy,
            "test_images": 1000,
            "train_seconds": seconds,
            **({} if parameters is None else {"parameters": parameters}),
        }
        write_json(run.folder / "result.json", result)
        return run

    return ended
