"""What has been trained, or is about to be, is used again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imgcls.lessons.reuse import known_runs
from imgcls.recipe import Recipe
from imgcls.runs import Run, create_run

ONE, OTHER = Recipe(seed=1), Recipe(seed=2)


def ended(recipe: Recipe, status: str) -> Run:
    run = create_run(recipe, {"ticket": 1, "engine": ""})
    (run.folder / "queue.json").unlink()
    (run.folder / "result.json").write_text(json.dumps({"status": status, "reason": None}))
    return run


@pytest.mark.usefixtures("home_folder")
def test_a_complete_run_of_the_same_recipe() -> None:
    complete = ended(ONE, "completed")
    ended(ONE, "failed")
    ended(OTHER, "stopped")
    assert {digest: run.id for digest, run in known_runs([ONE, OTHER]).items()} == {ONE.hash(): complete.id}


def test_what_waits_is_known_too(home_folder: Path) -> None:
    assert home_folder.is_absolute()
    waiting = create_run(ONE, {"ticket": 1, "engine": ""})
    assert known_runs([ONE])[ONE.hash()].id == waiting.id
