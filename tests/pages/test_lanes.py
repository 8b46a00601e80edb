"""How soon runs that belong together are looked at again: at once while the first point is about to come."""

from __future__ import annotations

from typing import Any

import pytest

from imgcls.runs import Status
from pages.components.lanes import FIRST_TICK, TICK, look, tick


@pytest.mark.parametrize(
    ("status", "epochs", "ahead", "seconds"),
    [
        ("queued", 0, 0, FIRST_TICK),
        ("queued", 0, 3, TICK),
        ("running", 0, 0, FIRST_TICK),
        ("running", 1, 0, TICK),
        ("paused", 0, 0, TICK),
        ("completed", 2, 0, TICK),
    ],
)
def test_the_first_point_is_not_waited_for(
    make_run: Any, engine: Any, status: str, epochs: int, ahead: int, seconds: float
) -> None:
    engine.ahead = ahead
    run = make_run(status, epochs=epochs)
    standing = look({"a": run}, "here")
    assert standing.statuses["a"] is Status(status)
    assert tick(standing) == seconds


def test_as_soon_as_one_of_them_has_begun_there_is_time(make_run: Any, engine: Any) -> None:
    runs = {"ended": make_run("completed", epochs=2), "next": make_run("running", epochs=0)}
    assert tick(look(runs, "there")) == TICK
