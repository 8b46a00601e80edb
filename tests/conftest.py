"""Every test has a home folder of its own; what is slow to make is made once and copied in."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock

from imgcls.datasets import DATASETS, Dataset, Facts, ImageSet, load
from imgcls.datasets.registry import fixed
from imgcls.recipe import Choice, Recipe, recipe_from
from imgcls.runs import Run, create_run, get_run
from imgcls.runs.status import LOCK, QUEUE


@pytest.fixture(scope="session")
def mnist_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cached arrays of mnist-5k, parsed once a session."""
    place = tmp_path_factory.mktemp("mnist")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMGCLS_HOME", str(place))
        load(Choice(name="mnist-5k"))
        file = place / "cache" / "datasets" / "mnist-5k.npz"
        if not file.exists():  # somebody loaded it before: then it is in memory only
            patch.setattr("imgcls.datasets.cache._memory", {})
            load(Choice(name="mnist-5k"))
    return file


def _make_home(place: Path, mnist_file: Path) -> Path:
    datasets = place / "cache" / "datasets"
    datasets.mkdir(parents=True)
    (datasets / "mnist-5k.npz").symlink_to(mnist_file)
    return place


@pytest.fixture(autouse=True)
def home_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, mnist_file: Path
) -> Iterator[Path]:
    """The test's own `IMGCLS_HOME`, with mnist-5k in its cache and no runs."""
    for name in [name for name in os.environ if name.startswith("IMGCLS_")]:
        monkeypatch.delenv(name)
    place = _make_home(tmp_path_factory.mktemp("home"), mnist_file)
    monkeypatch.setenv("IMGCLS_HOME", str(place))
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test cuts the power: `fsync` would only cost time."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture(scope="session", autouse=True)
def _the_same_precision_everywhere() -> Iterator[None]:
    """Trainings in this process are float32, whatever the processor can do and however fast it is today."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("imgcls.training.precision.processor_has_bfloat16", lambda: False)
        yield


# -- runs


def train_here(folder: Path, leave: threading.Event | None = None) -> str:
    """What the training worker does, in this process: lock, train, finish. Returns how it ended."""
    from imgcls.training.finish import finish
    from imgcls.training.loop import train

    with FileLock(folder / LOCK, timeout=5):
        (folder / QUEUE).unlink(missing_ok=True)
        session, ending = train(folder, Run(folder.name, folder).recipe, leave or threading.Event())
        if ending != "left":
            finish(session, ending)
    return ending


def _trained_once(tmp_path_factory: pytest.TempPathFactory, mnist_file: Path, training: dict[str, Any]) -> Run:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMGCLS_HOME", str(_make_home(tmp_path_factory.mktemp("trained"), mnist_file)))
        return create_run(recipe_from({"training": training}), {"ticket": 1, "engine": ""})


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory: pytest.TempPathFactory, mnist_file: Path) -> Path:
    """The folder of a completed run: seed-cnn on mnist-5k, one epoch. Do not change it: `tiny_run` is a copy."""
    run = _trained_once(tmp_path_factory, mnist_file, {"epochs": 1, "batch_size": 500})
    assert train_here(run.folder) == "completed"
    return run.folder


@pytest.fixture(scope="session")
def interrupted_once(tmp_path_factory: pytest.TempPathFactory, mnist_file: Path) -> Path:
    """The folder of a run whose worker went away in its second epoch of two."""
    from imgcls.training.loop import Session

    run = _trained_once(tmp_path_factory, mnist_file, {"epochs": 2, "batch_size": 500})
    leave = threading.Event()
    with pytest.MonkeyPatch.context() as patch:
        call = Session._call_steps

        def leaving(session: Session, *args: Any, **named: Any) -> bool:
            session._call = 1
            went = call(session, *args, **named)
            if session.progress.epoch == 1:
                leave.set()
            return went

        patch.setattr(Session, "_call_steps", leaving)
        assert train_here(run.folder, leave) == "left"
    return run.folder


def _copied(folder: Path, home: Path) -> Run:
    shutil.copytree(folder, home / "runs" / folder.name)
    return get_run(folder.name)


@pytest.fixture
def tiny_run(trained_once: Path, home_folder: Path) -> Run:
    """A completed run of this test's own: seed-cnn on mnist-5k, one epoch, about 66 % right."""
    return _copied(trained_once, home_folder)


@pytest.fixture
def interrupted_run(interrupted_once: Path, home_folder: Path) -> Run:
    """A run of this test's own that was interrupted in its second epoch of two: a checkpoint, no result."""
    return _copied(interrupted_once, home_folder)


@pytest.fixture
def queued_run() -> Run:
    """A run that waits; nobody will start it."""
    return create_run(Recipe(), {"ticket": 1, "engine": ""})


# -- a data set that trains in no time


@pytest.fixture
def bars(monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """A registered data set for this test: 150 pictures of 12 × 12, a bright bar in one of three places."""
    random = np.random.default_rng(7)
    labels = np.repeat(np.arange(3), 50)
    images = random.integers(0, 90, (150, 12, 12, 1))
    for place, label in enumerate(labels):
        images[place, :, label * 4 : label * 4 + 4] += random.integers(0, 120)
    made = ImageSet(images.astype(np.uint8), labels.astype(np.int64), ("left", "middle", "right"))
    dataset = Dataset(
        name="bars",
        title="Bars",
        summary="",
        source="",
        licence="",
        facts=fixed(Facts((12, 12, 1), made.class_names, 150)),
        load=lambda options: made,
    )
    monkeypatch.setitem(DATASETS._entries, "bars", dataset)
    return dataset


# -- a disk that fails


class Killed(BaseException):
    """The process ended here: no clean-up of its own may happen any more."""


class _File:
    """A file that asks the disk before each write; half of the data arrives before it fails."""

    def __init__(self, file: Any, disk: FailingDisk) -> None:
        self._file, self._disk = file, disk

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: Any) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, data: bytes) -> int:
        try:
            self._disk.asked("write")
        except BaseException:
            self._file.write(data[: len(data) // 2])
            raise
        return self._file.write(data)


class FailingDisk:
    """Counts file operations (temporary file, write, fsync, rename, delete, new folder) and fails at the n-th.

    Args:
        at: the operation that fails, from 1; 0: none.
        error: an errno, or None for the death of the process.
    """

    def __init__(self) -> None:
        self.count, self.at, self.error, self.dead = 0, 0, 0, False
        self.failed = ""

    def plan(self, at: int, error: int | None) -> None:
        self.count, self.at, self.error, self.dead, self.failed = 0, at, error, False, ""

    def heal(self) -> None:
        self.plan(0, 0)

    def asked(self, operation: str) -> None:
        self.count += 1
        if self.dead:
            raise Killed
        if self.count == self.at:
            self.failed = operation
            if self.error is None:
                self.dead = True
                raise Killed
            raise OSError(self.error, os.strerror(self.error))


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> FailingDisk:
    disk = FailingDisk()

    def wrap(module: Any, name: str) -> None:
        original = getattr(module, name)

        def call(*args: Any, **named: Any) -> Any:
            disk.asked(name)
            return original(*args, **named)

        monkeypatch.setattr(module, name, call)

    for name in ("replace", "rename", "fsync", "unlink", "mkdir"):
        wrap(os, name)
    wrap(tempfile, "mkstemp")
    opened = os.fdopen
    monkeypatch.setattr(os, "fdopen", lambda *args, **named: _File(opened(*args, **named), disk))
    return disk


#: What a disk says when it fails, and words of the message that a person then reads.
DISK_FAULTS = {errno.ENOSPC: "disk is full", errno.EIO: "Input/output error", errno.EACCES: "Permission denied"}


@pytest.fixture(params=[*DISK_FAULTS, None], ids=["full", "io", "denied", "killed"])
def fault(request: pytest.FixtureRequest) -> int | None:
    """An errno, or None: the process is killed."""
    return request.param


@pytest.fixture
def sweep(disk: FailingDisk) -> Callable[..., int]:
    """Call `attempt` with the n-th file operation failing, for n = 1, 2 … until none fails.

    After each failure `check(succeeded)` looks at what a reader sees. Returns how many operations there were.
    """
    from imgcls.errors import PlaceError

    def run(fault: int | None, prepare: Callable[[], Any], attempt: Callable[[], Any], check: Callable[[bool], Any]):
        for at in range(1, 200):
            disk.heal()
            prepare()
            disk.plan(at, fault)
            try:
                attempt()
            except PlaceError as raised:
                said, succeeded = str(raised), False
            except Killed:
                said, succeeded = "killed", False
            else:
                said, succeeded = "", True
            words = "killed" if fault is None else DISK_FAULTS[fault]
            assert succeeded or words in said, f"operation {at} ({disk.failed}): {said}"
            clean = not disk.failed
            disk.heal()
            check(succeeded)
            if clean:
                return at - 1
        raise AssertionError("never clean")

    return run
