"""F1: a worker is killed at any moment. Only the work since the last checkpoint is lost, and nothing is doubled."""

from __future__ import annotations

import json
import os
import random
import signal
import time

import pytest

from imgcls.engines import local
from imgcls.engines.process import start_worker
from imgcls.engines.queue import waiting_runs
from imgcls.runs import Status, get_run, read_curve
from imgcls.training.checkpoints import Checkpoints
from tests.engines.fakes import begun, children, is_running, serve, short, until, worker_of


def whole_lines(folder) -> list[bytes]:
    return (folder / "metrics.jsonl").read_bytes().split(b"\n")[:-1]


def kill(engine, run_id: str) -> None:
    """SIGKILL, and look at what is left."""
    place = get_run(run_id).folder
    process = worker_of(run_id)
    if process is None:
        return  # it was faster
    before = whole_lines(place)
    os.kill(process, signal.SIGKILL)
    killed = time.monotonic()
    status = until(lambda: (now := engine.status(run_id)) not in (Status.RUNNING, Status.QUEUED) and now, 3)
    assert time.monotonic() - killed < 3
    assert status in (Status.INTERRUPTED, Status.COMPLETED)
    after = whole_lines(place)
    assert after[: len(before)] == before, "the log is only ever appended to"
    for line in after:
        if line:
            json.loads(line)
    checkpoints = Checkpoints(place)
    assert not checkpoints.is_damaged
    if (place / "checkpoints" / "checkpoint.json").exists():
        assert checkpoints.newest() is not None
        assert checkpoints.best()


def train_and_kill(engine, run_id: str, rng: random.Random, kills: int) -> int:
    """Kill the run's worker so often, resume it at once each time, and let it end. Returns how often it was hit."""
    done = 0
    while done < kills and not engine.status(run_id).is_over:
        until(lambda: worker_of(run_id) or engine.status(run_id).is_over)
        time.sleep(rng.random() * 0.25)
        kill(engine, run_id)
        if engine.status(run_id) is Status.INTERRUPTED:
            done += 1
            engine.resume(run_id)
    assert engine.wait(run_id, 60) is Status.COMPLETED
    return done


def check_whole(run_id: str, epochs: int) -> None:
    run = get_run(run_id)
    curve = read_curve(run.folder)
    assert [epoch["epoch"] for epoch in curve.epochs] == list(range(1, epochs + 1))
    assert curve.step == list(range(1, 4 * epochs + 1))
    # the fake network's loss says which step it is: each was done once, with the weights that belong to it
    assert curve.loss == [float(f"{1 / step:.5g}") for step in curve.step]
    assert run.result["epochs"] == epochs
    assert run.result["steps"] == 4 * epochs


def many_kills(engine, monkeypatch, kills: int, each: int) -> None:
    rng = random.Random(1)
    hit = 0
    while hit < kills:
        # now a checkpoint at every epoch, so that many kills strike in the middle of one; now few
        monkeypatch.setenv("FAKE_CHECKPOINT", rng.choice(["0", "0.15"]))
        monkeypatch.setenv("FAKE_WEIGHTS", rng.choice(["8", "30000"]))
        run = engine.submit(short(12))
        hit += train_and_kill(engine, run, rng, min(each, kills - hit))
        check_whole(run, 12)


@pytest.mark.slow
def test_hundred_kills_at_random_moments(engine, monkeypatch):
    many_kills(engine, monkeypatch, kills=100, each=10)


def check_whole_with_keras(run_id: str, epochs: int) -> None:
    curve = read_curve(get_run(run_id).folder)
    assert [epoch["epoch"] for epoch in curve.epochs] == list(range(1, epochs + 1))
    assert curve.step == list(range(1, epochs * 219 + 1))  # 3,500 images in batches of 16
    assert get_run(run_id).result["epochs"] == epochs


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_disk_full_in_mid_run_with_keras(new_engine):
    """F4: weights and optimizer are 1.5 MB and no longer fit on the "disk"; the best weights and the log do."""
    import resource

    engine = new_engine()
    run = engine.submit(short(6, batch_size=16))
    until(lambda: begun(run, 1), 60)
    known = until(lambda: Checkpoints(get_run(run).folder).newest())
    resource.prlimit(worker_of(run), resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
    assert engine.wait(run, 60) is Status.INTERRUPTED
    place = get_run(run).folder
    assert "The disk is full" in json.loads((place / "problem.json").read_text())["template"]
    assert not list(place.rglob(".*")), "a half-written file was left"
    assert not (place / "model.keras").exists()
    found = Checkpoints(place).newest()
    assert found is not None
    assert found[0].step >= known[0].step
    engine.resume(run)
    assert engine.wait(run, 90) is Status.COMPLETED
    check_whole_with_keras(run, 6)
    assert not (place / "problem.json").exists()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_ten_kills_with_keras(new_engine):
    """The real thing: first in mid-run, then at any moment."""
    engine = new_engine(spare=True)
    rng = random.Random(2)
    run = engine.submit(short(12, batch_size=16))
    until(lambda: begun(run, 2), 60)
    for _ in range(10):
        until(lambda: worker_of(run), 60)
        time.sleep(rng.random() * 2.5)
        kill(engine, run)
        if engine.status(run) is Status.INTERRUPTED:
            engine.resume(run)
    assert engine.wait(run, 200) is Status.COMPLETED
    check_whole_with_keras(run, 12)
    assert get_run(run).result["test_accuracy"] > 0.9


@pytest.mark.slow
@pytest.mark.timeout(150)
def test_killed_server_takes_its_keras_worker_along(tmp_path, new_engine):
    """F6 without the browser: SIGKILL for the engine's process."""
    server = serve(tmp_path / "log", "real", "1", "1", "30")
    assert server.stdout
    run = server.stdout.readline().strip()
    until(lambda: begun(run, 2), 60)
    process = worker_of(run)
    assert children(server.pid) >= {process}
    server.kill()
    server.wait()
    until(lambda: not is_running(process), 3)
    place = get_run(run).folder
    assert get_run(run).status is Status.INTERRUPTED
    found = Checkpoints(place).newest()
    assert found is not None
    assert not Checkpoints(place).is_damaged
    assert found[0].step == read_curve(place).last_step, "a worker that may say goodbye loses no step"


def test_worker_killed_while_it_starts_up(engine, monkeypatch):
    """It holds no lock yet. A run that never began fails and says so; it is not started again and again."""
    monkeypatch.setenv("FAKE_START", "5")
    run = engine.submit(short(2))
    worker = until(lambda: engine._working and engine._working[0].worker)
    worker.kill()
    assert engine.wait(run, 5) is Status.FAILED
    assert not waiting_runs()
    assert get_run(run).result["reason"]["values"]["code"] == -9


def test_real_worker_is_what_the_engine_starts():
    assert local.start_worker is start_worker
