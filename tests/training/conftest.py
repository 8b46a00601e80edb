"""Sessions that a test can look into and steer while they train."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imgcls.recipe import Recipe, recipe_from
from imgcls.runs.metrics import MetricsLog
from imgcls.training.control import Control


@pytest.fixture
def bar_recipe(bars) -> Callable[..., Recipe]:
    """Recipes on the small data set: 105 training images, by default three batches an epoch."""

    def make(**training: Any) -> Recipe:
        optimizer = {"name": training.pop("optimizer", "adam"), "learning_rate": training.pop("learning_rate", 0.003)}
        settings = {"epochs": 2, "batch_size": 40, "optimizer": optimizer} | training
        return recipe_from({"dataset": {"name": "bars"}, "training": settings})

    return make


@pytest.fixture
def begin(tmp_path: Path):
    """Open a session on a folder (the same one again: a resume); one step a call, so that each step can be met."""
    from imgcls.training.loop import Session

    logs = []

    def make(recipe: Recipe, folder: str = "run", one_by_one: bool = True) -> Session:
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        logs.append(MetricsLog(place))
        session = Session(place, recipe, Control(place, threading.Event()), logs[-1])
        if one_by_one:
            session._adapt = lambda count, took: None
        return session

    yield make
    for log in logs:
        log.close()


@pytest.fixture
def before_step():
    """Do something once, when `step` steps are done and the loop asks what people want."""

    def arrange(session: Any, step: int, act: Callable[[], Any]) -> None:
        asked, done = session._asked, []

        def asking() -> Any:
            if session.progress.step >= step and not done:
                done.append(True)
                act()
            return asked()

        session._asked = asking

    return arrange
