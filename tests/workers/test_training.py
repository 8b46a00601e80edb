"""The training worker: how each ending shows in the run's files, and when it does not begin at all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from contextlib import suppress
from types import SimpleNamespace

import pytest
from filelock import FileLock

from imgcls.atomic import read_json, write_json
from imgcls.errors import CheckpointError, PlaceError, RecipeError
from imgcls.runs import Status, create_run
from imgcls.runs.status import LOCK, QUEUE, RESULT, is_locked
from imgcls.training import finish, loop
from imgcls.workers import training
from imgcls.workers.training import NO_MEMORY, PROBLEM, UNEXPECTED, work
from tests.engines.fakes import start_fake_worker, until


@pytest.fixture
def ends(monkeypatch):
    """Lets training end as a test says: with a word, or an error."""

    def set_ending(ending):
        def train(folder, recipe, leave):
            assert is_locked(folder / LOCK)
            assert not (folder / QUEUE).exists()
            assert not (folder / PROBLEM).exists()
            if isinstance(ending, BaseException):
                raise ending
            return SimpleNamespace(folder=folder), ending

        monkeypatch.setattr(loop, "train", train)
        monkeypatch.setattr(
            finish, "finish", lambda session, word: write_json(session.folder / RESULT, {"status": word})
        )

    return set_ending


def test_completed(ends, queued_run):
    ends("completed")
    assert work(queued_run.folder, threading.Event()) == 0
    assert queued_run.status is Status.COMPLETED
    assert not is_locked(queued_run.folder / LOCK)


def test_asked_to_leave_is_interrupted(ends, queued_run):
    ends("left")
    assert work(queued_run.folder, threading.Event()) == 0
    assert queued_run.status is Status.INTERRUPTED
    assert read_json(queued_run.folder / PROBLEM) is None


def test_old_problem_is_forgotten_when_it_begins_again(ends, queued_run):
    write_json(queued_run.folder / PROBLEM, {"old": 1})
    ends("left")
    work(queued_run.folder, threading.Event())
    assert not (queued_run.folder / PROBLEM).exists()


@pytest.mark.parametrize("status", ["stopped", "completed", "failed"])
def test_run_that_is_over_is_not_begun(ends, queued_run, status):
    ends(AssertionError("trained all the same"))
    write_json(queued_run.folder / RESULT, {"status": status})
    assert work(queued_run.folder, threading.Event()) == 0
    assert queued_run.status == status


def test_run_taken_out_of_the_line_is_not_begun(ends, queued_run):
    """A resumed run has no result to say so: its place in the line is the permission to begin."""
    ends(AssertionError("trained all the same"))
    (queued_run.folder / QUEUE).unlink()
    assert work(queued_run.folder, threading.Event()) == 0
    assert queued_run.status is Status.INTERRUPTED
    assert queued_run.result is None


def test_run_that_another_trains_is_left_alone(ends, queued_run, monkeypatch):
    monkeypatch.setattr(training, "FileLock", lambda path, timeout: FileLock(path, timeout=0.1))
    ends(AssertionError("trained all the same"))
    with FileLock(queued_run.folder / LOCK):
        assert work(queued_run.folder, threading.Event()) == 2
    assert queued_run.status is Status.QUEUED


def test_full_disk_leaves_it_resumable_with_the_reason(ends, queued_run):
    ends(PlaceError("The disk is full: {path}.", path="x"))
    assert work(queued_run.folder, threading.Event()) == 2
    assert queued_run.status is Status.INTERRUPTED
    assert read_json(queued_run.folder / PROBLEM)["values"] == {"path": "x"}


def test_disk_so_full_that_the_problem_cannot_be_noted(ends, queued_run, monkeypatch):
    def full(*_, **__):
        raise PlaceError("The disk is full.")

    ends(PlaceError("The disk is full."))
    monkeypatch.setattr(training, "write_json", full)
    assert work(queued_run.folder, threading.Event()) == 2
    assert queued_run.status is Status.INTERRUPTED


@pytest.mark.parametrize(("error", "code"), [(RecipeError("No."), 2), (CheckpointError("Broken."), 1)])
def test_refused_run_fails_with_the_reason(ends, queued_run, error, code):
    ends(error)
    assert work(queued_run.folder, threading.Event()) == code
    assert queued_run.status is Status.FAILED
    assert queued_run.result["reason"] == error.to_json()


class ResourceExhaustedError(Exception):
    """Called as TensorFlow calls its own."""


@pytest.mark.parametrize(
    ("error", "template"),
    [(KeyError("x"), UNEXPECTED), (MemoryError(), NO_MEMORY), (ResourceExhaustedError("OOM"), NO_MEMORY)],
)
def test_fault_of_ours_fails_in_words(ends, queued_run, error, template, capsys):
    ends(error)
    assert work(queued_run.folder, threading.Event()) == 1
    assert queued_run.result["reason"]["template"] == template
    assert type(error).__name__ in capsys.readouterr().err


def test_damaged_recipe_fails_in_words(queued_run):
    (queued_run.folder / "recipe.json").write_text("{")
    assert work(queued_run.folder, threading.Event()) == 2
    assert queued_run.status is Status.FAILED
    assert queued_run.result["reason"]["type"] == "RecipeError"


@pytest.mark.parametrize("waiting", [0, 1, 2])
def test_nothing_is_done_ahead_of_a_run_that_waits(monkeypatch, waiting):
    done = []
    for name in ("_step_once", "_unpack", "_time_precision"):
        monkeypatch.setattr(training, name, lambda name=name: done.append(name))
    monkeypatch.setattr(training.gc, "freeze", lambda: None)
    training.warm_up(lambda: len(done) >= waiting)
    assert done == ["_step_once", "_unpack", "_time_precision"][:waiting]


class TestProcess:
    """The real `main` with a network that is none."""

    @pytest.fixture
    def worker(self):
        worker = start_fake_worker("training")
        yield worker
        worker.kill()
        worker.wait()
        worker.stdout.close()
        with suppress(OSError):
            worker.stdin.close()

    def order(self, worker: subprocess.Popen, run) -> None:
        worker.stdin.write(json.dumps({"run": str(run.folder)}).encode() + b"\n")
        worker.stdin.flush()

    def test_says_that_it_is_ready_and_leaves_when_nobody_wants_it(self, worker):
        assert json.loads(worker.stdout.readline()) == {"ready": True}
        worker.stdin.close()
        assert worker.wait(5) == 0

    def test_trains_one_run_after_another_and_leaves_when_nobody_wants_more(self, worker, queued_run):
        other = create_run(queued_run.recipe, {"ticket": 2, "engine": ""})
        worker.stdout.readline()
        for run in (queued_run, other):
            self.order(worker, run)
            assert json.loads(worker.stdout.readline()) == {"done": run.id}
            assert run.status is Status.COMPLETED
        worker.stdin.close()
        assert worker.wait(5) == 0

    def test_what_is_printed_belongs_to_the_run_that_is_trained(self, worker, queued_run):
        (queued_run.folder / "queue.json").unlink()  # taken out of the line meanwhile: nothing is trained
        worker.stdout.readline()
        self.order(worker, queued_run)
        assert json.loads(worker.stdout.readline()) == {"done": queued_run.id}
        assert (queued_run.folder / "worker.log").exists()

    def test_after_trouble_it_takes_no_other(self, worker, queued_run):
        (queued_run.folder / "recipe.json").write_text('{"training": {"epochs": 0}}')
        self.order(worker, queued_run)
        assert worker.wait(20) != 0
        assert queued_run.status is Status.FAILED

    @pytest.mark.parametrize("farewell", ["end of input", "SIGTERM", "Ctrl-C is not for it"])
    def test_farewells(self, monkeypatch, queued_run, farewell):
        monkeypatch.setenv("FAKE_EPOCH", "0.2")
        worker = start_fake_worker("training")
        self.order(worker, queued_run)
        until(lambda: (queued_run.folder / "snapshots").exists())
        if farewell == "end of input":
            worker.stdin.close()
        elif farewell == "SIGTERM":
            worker.send_signal(signal.SIGTERM)
        else:
            worker.send_signal(signal.SIGINT)
            with pytest.raises(subprocess.TimeoutExpired):
                worker.wait(0.5)
            worker.stdin.close()
        assert worker.wait(3) == 0
        assert queued_run.status is Status.INTERRUPTED
        assert (queued_run.folder / "checkpoints" / "checkpoint.json").exists()
        worker.stdout.close()

    @pytest.mark.skipif(not hasattr(os, "nice"), reason="no niceness on this system")
    def test_pages_come_first(self, worker):
        worker.stdout.readline()
        assert os.getpriority(os.PRIO_PROCESS, worker.pid) >= os.getpriority(os.PRIO_PROCESS, 0) + 5
