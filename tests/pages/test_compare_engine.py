"""A race with the real engine and its workers, of whom one is killed: it goes on from where it stood, to its end."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from imgcls.runs import Status, get_run, read_curve
from pages.components import services
from tests.engines.fakes import begun, fake_workers, new_engine, starts, until, worker_of

__all__ = ["fake_workers", "new_engine"]


@pytest.fixture
def engine(fake_workers: None, new_engine: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The engine that the pages of this test get: the local one, with workers that need no TensorFlow."""
    monkeypatch.setenv("FAKE_EPOCH", "0.4")
    real = new_engine()
    monkeypatch.setattr(services, "LocalEngine", lambda *args, **kwargs: real)
    services.engine.clear()
    yield real
    services.engine.clear()


@pytest.mark.slow
def test_an_interrupted_race_continues(visit: Any, engine: Any, words: Any) -> None:
    app = visit("compare")
    app.segmented_control(key="compare way").set_value("race").run()
    (networks,) = [one for one in app.multiselect if one.label == "Networks"]
    networks.set_value(["linear", "lenet-5"]).run()
    (seeds,) = [one for one in app.segmented_control if one.label == "Seeds"]
    seeds.set_value(2).run()
    app.button(key="compare race go").click().run()
    assert not app.exception
    ids = app.session_state["trials compare"].split(",")
    assert len(ids) == 4

    until(lambda: begun(ids[1], epochs=1), 30)
    os.kill(worker_of(ids[1]), signal.SIGKILL)
    until(lambda: get_run(ids[1]).status is Status.INTERRUPTED)
    until(lambda: all(get_run(one).status is Status.COMPLETED for one in (ids[0], ids[2], ids[3])), 60)
    app.run()
    assert not app.exception
    assert "Not all of them are trained to the end" in words(app)
    trained = len(read_curve(get_run(ids[1]).folder).epochs)

    app.button(key="resume compare").click().run()
    assert not app.exception
    until(lambda: get_run(ids[1]).status is Status.COMPLETED, 30)
    app.run()
    assert not app.exception
    assert "Not all of them" not in words(app)
    assert "Over the seeds" in words(app)
    assert starts() == {ids[0]: 1, ids[1]: 2, ids[2]: 1, ids[3]: 1}, "only the one that was interrupted begins again"
    epochs = [line["epoch"] for line in read_curve(get_run(ids[1]).folder).epochs]
    assert epochs == [1, 2, 3], "and goes on from its last checkpoint"
    assert trained >= 1
