"""Engines with workers that need no TensorFlow, and looks at processes and locks from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from imgcls.engines import local
from imgcls.engines.local import LocalEngine
from imgcls.engines.process import ROOT, worker_environment
from imgcls.home import folder, home
from imgcls.recipe import Recipe, recipe_from
from imgcls.runs import Run, get_run

HERE = Path(__file__).parent


def start_fake_worker(kind: str, script: str = "fake_worker.py") -> subprocess.Popen[bytes]:
    """Stands in for `start_worker`."""
    with (folder("logs") / "training.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, str(HERE / script), kind],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**worker_environment(), "PYTHONPATH": str(ROOT)},
        )


@pytest.fixture
def fake_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers without TensorFlow, and a dispatcher that looks often."""
    monkeypatch.setenv("IMGCLS_SLOTS", "1")
    monkeypatch.setattr(local, "start_worker", start_fake_worker)
    monkeypatch.setattr(local, "TICK", 0.03)


@pytest.fixture
def quick_workers(monkeypatch: pytest.MonkeyPatch, fake_workers: None) -> None:
    """Workers that only hold the lock for a moment: for tests of the line alone."""
    monkeypatch.setattr(local, "start_worker", lambda kind: start_fake_worker(kind, "quick_worker.py"))


@pytest.fixture
def new_engine() -> Iterator[Callable[..., LocalEngine]]:
    """Makes engines, closes them after the test, and sees that no process of theirs stays behind."""
    engines: list[LocalEngine] = []
    before = children()

    def make(**named: Any) -> LocalEngine:
        engines.append(LocalEngine(**{"spare": False, **named}))
        return engines[-1]

    yield make
    for engine in engines:
        engine.close()
    assert children() <= before, "a worker outlived its engine"


@pytest.fixture
def engine(fake_workers: None, new_engine: Callable[..., LocalEngine]) -> LocalEngine:
    """One engine with fake workers."""
    return new_engine()


def short(epochs: int = 1, **training: Any) -> Recipe:
    return recipe_from({"training": {"epochs": epochs, **training}})


def until(true: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Wait until `true()` is; returns what it says. Fails after `seconds`."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
    return found


def children(pid: int | None = None) -> set[int]:
    """The living processes that this one, or `pid`, has started; zombies do not live."""
    parent, found = str(pid or os.getpid()), set()
    for place in Path("/proc").glob("[0-9]*"):
        try:
            fields = (place / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[1] == parent and fields[0] != "Z":
            found.add(int(place.name))
    return found


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def lock_holders() -> dict[str, int]:
    """Runs whose lock another process holds, and its number: the kernel's own list, so that looking disturbs nobody."""
    inodes = {}
    for path in (home() / "runs").glob("*/worker.lock"):
        try:
            inodes[path.stat().st_ino] = path.parent.name
        except OSError:
            continue
    held = {}
    for line in Path("/proc/locks").read_text().splitlines():
        parts = line.split()
        if parts[1] == "FLOCK":
            pid, inode = int(parts[4]), int(parts[5].rpartition(":")[2])
            if inode in inodes and pid != os.getpid():
                held[inodes[inode]] = pid
    return held


def trace() -> list[tuple[str, str]]:
    """What fake workers did, in order: (begin or end, run)."""
    path = home() / "trace.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    return [(word, run) for word, run, *_ in (line.split() for line in lines)]


def workers_of(runs: list[str]) -> set[int]:
    """The process numbers of those who began these runs."""
    lines = [line.split() for line in (home() / "trace.txt").read_text().splitlines()]
    return {int(pid) for word, run, pid, *_ in lines if word == "begin" and run in runs}


def most_at_once() -> int:
    running, most = 0, 0
    for word, _ in trace():
        running += 1 if word == "begin" else -1
        most = max(most, running)
    return most


def starts() -> Counter[str]:
    return Counter(run for word, run in trace() if word == "begin")


def worker_of(run: Run | str) -> int | None:
    """The process that trains the run."""
    return lock_holders().get(run if isinstance(run, str) else run.id)


def begun(run_id: str, epochs: int = 0) -> bool:
    """Whether the run is being trained and has so many epochs behind it."""
    from imgcls.runs import read_curve

    curve = read_curve(get_run(run_id).folder)
    return bool(curve.step) and len(curve.epochs) >= epochs and worker_of(run_id) is not None


def serve(tmp_log: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """An engine in a process of its own; see `serve.py`."""
    with tmp_log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, str(HERE / "serve.py"), *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        )
