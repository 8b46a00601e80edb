"""The local engine: stop, pause, resume, workers that misbehave, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from filelock import FileLock

from imgcls.atomic import read_json, write_json
from imgcls.datasets.editing import remove_image, restore_image
from imgcls.datasets.importing import import_dataset
from imgcls.datasets.own import keys
from imgcls.engines import local
from imgcls.engines.process import ROOT
from imgcls.engines.queue import enqueue, waiting_runs
from imgcls.errors import InputError, PlaceError, QueueFullError, RecipeError, RunStateError, UnknownNameError
from imgcls.recipe import Choice, Recipe, recipe_from
from imgcls.runs import Status, delete_run, get_run, list_runs, read_curve
from imgcls.runs.status import LOCK, QUEUE, RESULT
from imgcls.training.control import read_wishes
from tests.datasets.people import bring
from tests.engines.fakes import (
    begun,
    children,
    is_running,
    serve,
    short,
    starts,
    trace,
    until,
    worker_of,
    workers_of,
)


def assert_whole_curve(run_id: str, epochs: int) -> None:
    """Every epoch and every step once, in order, and each step done with the right weights."""
    curve = read_curve(get_run(run_id).folder)
    assert [epoch["epoch"] for epoch in curve.epochs] == list(range(1, epochs + 1))
    assert curve.step == list(range(1, 4 * epochs + 1))
    assert curve.loss == [float(f"{1 / step:.5g}") for step in curve.step]


class TestSubmit:
    def test_run_is_trained_to_its_end(self, engine):
        run = engine.submit(short(3))
        assert engine.wait(run, 20) is Status.COMPLETED
        assert_whole_curve(run, 3)
        assert get_run(run).result["epochs"] == 3
        assert engine.status(run) is Status.COMPLETED
        assert engine.events(run).epochs[-1]["epoch"] == 3
        assert engine.position(run) == 0
        assert not (get_run(run).folder / QUEUE).exists()

    @pytest.mark.parametrize(
        ("recipe", "kind"),
        [
            (Recipe(dataset=Choice(name="nope")), UnknownNameError),
            (Recipe(architecture=Choice(name="nope")), UnknownNameError),
            (short(51), RecipeError),
            (short(batch_size=2000), RecipeError),
        ],
    )
    def test_refused_recipe_leaves_nothing(self, engine, recipe, kind):
        with pytest.raises(kind):
            engine.submit(recipe)
        assert list_runs() == []

    def test_too_little_disk_is_refused_before_anything_is_made(self, engine, monkeypatch):
        monkeypatch.setenv("IMGCLS_DISK_FREE_MEGABYTES", "1e12")
        with pytest.raises(PlaceError, match="MB free"):
            engine.submit(short())
        assert list_runs() == []

    @pytest.mark.parametrize("value", ["many", "-1", "0", "nan", "inf"])
    def test_nonsense_limits_are_refused_at_the_start(self, new_engine, monkeypatch, value):
        """In the dispatcher's thread nobody would see it: the run would wait for ever."""
        monkeypatch.setenv("IMGCLS_SLOTS", value)
        with pytest.raises(InputError, match="IMGCLS_SLOTS must be a positive number"):
            new_engine()

    @pytest.mark.parametrize("place", ["/dev/null/home", "file/home"])
    def test_home_that_cannot_be_is_refused(self, new_engine, monkeypatch, tmp_path, place):
        (tmp_path / "file").touch()
        monkeypatch.setenv("IMGCLS_HOME", str(tmp_path / place))
        with pytest.raises(PlaceError, match="Set IMGCLS_HOME"):
            new_engine()


class TestStop:
    def test_stops_within_a_batch_and_keeps_what_was_learned(self, engine, monkeypatch):
        monkeypatch.setenv("FAKE_EPOCH", "0.2")
        run = engine.submit(short(50))
        until(lambda: begun(run, 1))
        asked = time.monotonic()
        engine.control(run, stop=True)
        assert engine.wait(run, 10) is Status.STOPPED
        assert time.monotonic() - asked < 2
        result = get_run(run).result
        assert 4 <= result["steps"] < 200
        assert get_run(run).has_model

    def test_stopped_run_can_be_resumed_to_its_end(self, engine, monkeypatch):
        run = engine.submit(short(30))
        until(lambda: begun(run, 1))
        engine.control(run, stop=True)
        assert engine.wait(run, 10) is Status.STOPPED
        engine.resume(run)
        assert engine.wait(run, 20) is Status.COMPLETED
        assert_whole_curve(run, 30)

    def test_a_run_does_not_go_on_with_other_images(self, engine, tmp_path):
        """Refused here, not by the worker after a minute in the line."""
        import_dataset("pets", bring(tmp_path / "pets"))
        run = engine.submit(recipe_from({"training": {"epochs": 40}, "dataset": {"name": "pets"}}))
        until(lambda: begun(run, 1))
        engine.control(run, stop=True)
        assert engine.wait(run, 10) is Status.STOPPED
        removed = keys("pets")[0]
        remove_image("pets", removed)
        with pytest.raises(PlaceError, match="The data set pets has changed since this run began"):
            engine.resume(run)
        assert engine.status(run) is Status.STOPPED
        restore_image("pets", removed)
        engine.resume(run)
        assert engine.wait(run, 20) is Status.COMPLETED

    def test_waiting_run_is_taken_out_of_the_line(self, engine, monkeypatch):
        monkeypatch.setenv("FAKE_EPOCH", "0.3")
        first, second, third = (engine.submit(short(1)) for _ in range(3))
        until(lambda: worker_of(first))
        engine.control(second, stop=True)
        assert engine.status(second) is Status.STOPPED
        assert engine.position(third) == 0
        assert engine.wait(third, 20) is Status.COMPLETED
        assert second not in starts()
        assert get_run(second).result["epochs"] == 0

    def test_resumed_run_taken_out_of_the_line_is_interrupted_again(self, engine, monkeypatch):
        run = engine.submit(short(50))
        until(lambda: begun(run, 1))
        os.kill(worker_of(run), signal.SIGKILL)
        assert engine.wait(run, 5) is Status.INTERRUPTED
        monkeypatch.setenv("FAKE_EPOCH", "1")
        other = engine.submit(short(1))
        engine.resume(run)
        engine.control(run, stop=True)
        assert engine.status(run) is Status.INTERRUPTED
        assert engine.wait(other, 10) is Status.COMPLETED
        assert starts()[run] == 1

    @pytest.mark.parametrize("before", [False, True], ids=["new", "resumed"])
    def test_stop_while_the_worker_starts_up_counts_at_once(self, engine, monkeypatch, before):
        run = engine.submit(short(50))
        if before:
            until(lambda: begun(run, 1))
            os.kill(worker_of(run), signal.SIGKILL)
            engine.wait(run, 5)
            monkeypatch.setenv("FAKE_START", "1")
            engine.resume(run)
        until(lambda: engine._working)
        engine.control(run, stop=True)
        assert engine.status(run) is (Status.INTERRUPTED if before else Status.STOPPED)
        until(lambda: not engine._working)
        assert starts()[run] == int(before)
        assert engine.status(run) is (Status.INTERRUPTED if before else Status.STOPPED)

    def test_stop_from_another_engine(self, engine, new_engine, monkeypatch):
        """Two servers on one home: the second neither has the worker nor may it lose the wish."""
        monkeypatch.setenv("FAKE_START", "1")
        run = engine.submit(short(50))
        until(lambda: engine._working)
        new_engine().control(run, stop=True)
        assert engine.wait(run, 10) is Status.STOPPED
        assert run not in starts()

    def test_worker_that_ignores_stop_is_terminated_and_leaves_a_checkpoint(self, engine, monkeypatch):
        monkeypatch.setenv("IMGCLS_STOP_SECONDS", "0.5")
        monkeypatch.setenv("FAKE_MODE", "stubborn")  # goes on and logs; heeds SIGTERM
        run = engine.submit(short(50, batch_size=8))
        monkeypatch.setenv("FAKE_EPOCH", "0.2")
        until(lambda: begun(run, 1))
        engine.control(run, stop=True)
        assert engine.wait(run, 10) is Status.INTERRUPTED
        assert read_json(get_run(run).folder / "checkpoints" / "checkpoint.json")["last"]["progress"]["step"] > 3

    @pytest.mark.parametrize("mode", ["deaf", "hangs"])
    def test_worker_that_ignores_everything_is_killed(self, engine, monkeypatch, mode):
        """One goes on training, one hangs; neither heeds Stop, SIGTERM or the end of its input."""
        monkeypatch.setenv("IMGCLS_STOP_SECONDS", "0.5")
        monkeypatch.setattr(local, "INSIST", 0.7)
        monkeypatch.setenv("FAKE_MODE", mode)
        monkeypatch.setenv("FAKE_EPOCH", "0.4")
        run = engine.submit(short(50))
        process = until(lambda: worker_of(run))
        time.sleep(0.5)
        engine.control(run, stop=True)
        for _ in range(4):  # an impatient user does not start the clock anew
            time.sleep(0.2)
            engine.control(run, stop=True)
        assert engine.wait(run, 12) is Status.INTERRUPTED
        assert not is_running(process)

    def test_stop_of_what_is_over_is_refused(self, engine):
        run = engine.submit(short(1))
        engine.wait(run, 20)
        with pytest.raises(RunStateError, match="completed"):
            engine.control(run, stop=True)

    def test_unknown_run(self, engine):
        for call in (engine.status, engine.resume, engine.events, engine.wait):
            with pytest.raises(UnknownNameError):
                call("20260101-000000-abcdef")
        with pytest.raises(UnknownNameError):
            engine.control("../../etc", stop=True)


class TestControl:
    def test_pause_and_continue(self, engine):
        run = engine.submit(short(20))
        until(lambda: begun(run, 1))
        engine.control(run, pause=True)
        assert engine.status(run) is Status.PAUSED
        until(lambda: any(event.get("event") == "paused" for event in engine.events(run).events))
        steps = engine.events(run).last_step
        time.sleep(0.3)
        assert engine.events(run).last_step == steps
        engine.control(run, pause=False)
        assert engine.wait(run, 20) is Status.COMPLETED
        assert_whole_curve(run, 20)

    def test_paused_run_can_be_stopped(self, engine):
        run = engine.submit(short(50))
        until(lambda: begun(run, 1))
        engine.control(run, pause=True)
        engine.control(run, stop=True)
        assert engine.wait(run, 10) is Status.STOPPED

    def test_learning_rate_changes_the_curve(self, engine):
        run = engine.submit(short(50))
        until(lambda: begun(run, 1))
        engine.control(run, learning_rate=0.25)
        until(lambda: 0.25 in engine.events(run).learning_rate)
        engine.control(run, stop=True)
        engine.wait(run, 10)

    @pytest.mark.parametrize("rate", [0, -1, 11, float("nan"), float("inf"), "fast"])
    def test_impossible_learning_rate_is_refused(self, engine, rate):
        run = engine.submit(short(1))
        with pytest.raises(RecipeError, match=r"training\.optimizer\.learning_rate"):
            engine.control(run, learning_rate=rate)
        assert not (get_run(run).folder / "control.json").exists()
        engine.wait(run, 20)

    def test_two_at_once_lose_no_wish(self, engine, monkeypatch):
        run = enqueue(Recipe(), engine.id)
        with FileLock(run.folder / LOCK):  # it looks like a running run
            for _ in range(30):
                write_json(run.folder / "control.json", {})
                with ThreadPoolExecutor(2) as pool:
                    list(
                        pool.map(
                            lambda asked: engine.control(run.id, **asked), [{"stop": True}, {"learning_rate": 0.5}]
                        )
                    )
                assert read_wishes(run.folder).stop
                assert read_wishes(run.folder).learning_rate == 0.5
            (run.folder / QUEUE).unlink()


class TestDeath:
    def test_killed_worker_is_interrupted_and_can_be_resumed_at_once(self, engine, monkeypatch):
        """Before the dispatcher has even noticed: the resumed run is not taken for one that never began."""
        monkeypatch.setattr(local, "TICK", 0.5)
        run = engine.submit(short(20))
        until(lambda: begun(run, 2))
        os.kill(worker_of(run), signal.SIGKILL)
        until(lambda: engine.status(run) is Status.INTERRUPTED, 3)
        engine.resume(run)
        assert engine.wait(run, 20) is Status.COMPLETED
        assert_whole_curve(run, 20)

    def test_resume_while_the_old_worker_lingers(self, engine, monkeypatch):
        """The result is there, the lock is free, and TensorFlow still takes its time to leave."""
        monkeypatch.setenv("FAKE_MODE", "lingers")
        run = engine.submit(short(50))
        until(lambda: begun(run, 1))
        engine.control(run, stop=True)
        until(lambda: engine.status(run) is Status.STOPPED)
        engine.resume(run)
        monkeypatch.setenv("FAKE_MODE", "")
        until(lambda: starts()[run] == 2)
        engine.control(run, stop=True)
        assert engine.wait(run, 10) is Status.STOPPED

    def test_worker_that_dies_before_it_begins_fails_once_and_says_where_to_look(self, engine, monkeypatch):
        monkeypatch.setenv("FAKE_MODE", "dies")
        begun_workers = []
        start = local.start_worker
        monkeypatch.setattr(local, "start_worker", lambda kind: begun_workers.append(kind) or start(kind))
        run = engine.submit(short(1))
        assert engine.wait(run, 10) is Status.FAILED
        reason = get_run(run).result["reason"]
        assert "ended before it began" in reason["template"]
        assert reason["values"]["code"] == 3
        assert reason["values"]["path"].endswith("logs/training.log")
        time.sleep(0.3)
        assert begun_workers == ["training"]

    def test_resumed_run_whose_worker_dies_before_it_begins_stays_resumable(self, engine, monkeypatch):
        run = engine.submit(short(20))
        until(lambda: begun(run, 1))
        os.kill(worker_of(run), signal.SIGKILL)
        engine.wait(run, 5)
        monkeypatch.setenv("FAKE_MODE", "dies")
        engine.resume(run)
        until(lambda: not waiting_runs())
        assert engine.wait(run, 10) is Status.INTERRUPTED
        assert "ended before it began" in read_json(get_run(run).folder / "problem.json")["template"]
        monkeypatch.setenv("FAKE_MODE", "")
        engine.resume(run)
        assert engine.wait(run, 20) is Status.COMPLETED
        assert_whole_curve(run, 20)
        assert not (get_run(run).folder / "problem.json").exists()

    def test_spare_worker_that_died_is_replaced(self, fake_workers, new_engine):
        engine = new_engine(spare=True)
        engine.prepare()
        spare = engine._spare
        spare.kill()
        spare.wait()
        run = engine.submit(short(1))
        assert engine.wait(run, 20) is Status.COMPLETED

    def test_spare_worker_is_used_and_replaced_when_all_is_quiet(self, fake_workers, new_engine):
        engine = new_engine(spare=True)
        engine.prepare()
        spare = engine._spare
        engine.prepare()
        assert engine._spare is spare  # one is enough
        run = engine.submit(short(1))
        until(lambda: engine._working)
        assert engine._working[0].worker is spare
        assert engine.wait(run, 20) is Status.COMPLETED
        until(lambda: engine._spare is not None)
        assert engine._spare.poll() is None

    def test_one_worker_trains_one_run_after_another(self, engine):
        runs = [engine.submit(short(1)) for _ in range(4)]
        for run in runs:
            assert engine.wait(run, 20) is Status.COMPLETED
            assert_whole_curve(run, 1)
        assert len(workers_of(runs)) == 1

    def test_after_some_runs_the_next_gets_a_new_worker(self, engine, monkeypatch):
        monkeypatch.setattr(local, "RUNS_OF_A_WORKER", 2)
        runs = [engine.submit(short(1)) for _ in range(5)]
        for run in runs:
            assert engine.wait(run, 20) is Status.COMPLETED
        assert len(workers_of(runs)) == 3

    def test_a_worker_that_nobody_needs_any_more_leaves(self, fake_workers, new_engine):
        before = children()  # those of other tests' servers, which live on
        run = (engine := new_engine()).submit(short(1))
        assert engine.wait(run, 20) is Status.COMPLETED
        assert workers_of([run])
        until(lambda: children() <= before)

    def test_the_worker_of_the_last_run_is_the_next_spare(self, fake_workers, new_engine):
        engine = new_engine(spare=True)
        first = engine.submit(short(1))
        assert engine.wait(first, 20) is Status.COMPLETED
        until(lambda: engine._spare is not None)
        second = engine.submit(short(1))
        assert engine.wait(second, 20) is Status.COMPLETED
        assert len(workers_of([first, second])) == 1

    def test_deleted_while_it_waits(self, engine, monkeypatch):
        monkeypatch.setenv("FAKE_EPOCH", "0.5")
        first, second, third = (engine.submit(short(1)) for _ in range(3))
        until(lambda: worker_of(first))
        delete_run(get_run(second))
        assert engine.wait(third, 20) is Status.COMPLETED
        assert second not in starts()

    def test_deleted_while_its_worker_starts_up(self, engine, monkeypatch):
        monkeypatch.setenv("FAKE_START", "0.7")
        run = engine.submit(short(1))
        until(lambda: engine._working)
        delete_run(get_run(run))
        monkeypatch.setenv("FAKE_START", "0")
        other = engine.submit(short(1))
        assert engine.wait(other, 20) is Status.COMPLETED
        assert run not in starts()
        with pytest.raises(UnknownNameError):
            engine.wait(run)

    def test_fault_in_the_dispatcher_does_not_end_it(self, engine, monkeypatch, capfd):
        tick, calls = engine._tick, []

        def faulty():
            calls.append(1)
            if len(calls) < 4:
                raise ValueError("a fault")
            tick()

        monkeypatch.setattr(engine, "_tick", faulty)
        run = engine.submit(short(1))
        assert engine.wait(run, 20) is Status.COMPLETED
        assert capfd.readouterr().err.count("ValueError: a fault") == 1  # told once, not three times a second

    def test_full_disk_in_the_worker_leaves_a_resumable_run_that_says_so(self, engine, monkeypatch):
        """F4: RLIMIT_FSIZE stands in for a full disk; metrics and small files still fit, checkpoints do not."""
        import resource

        monkeypatch.setenv("FAKE_WEIGHTS", "100000")  # 800 kB
        monkeypatch.setenv("FAKE_EPOCH", "0.4")
        run = engine.submit(short(4))
        until(lambda: begun(run, 1))
        checkpoint = get_run(run).folder / "checkpoints" / "checkpoint.json"
        until(checkpoint.exists)
        resource.prlimit(worker_of(run), resource.RLIMIT_FSIZE, (400_000, 400_000))
        assert engine.wait(run, 10) is Status.INTERRUPTED
        place = get_run(run).folder
        problem = read_json(place / "problem.json")
        assert problem["type"] == "PlaceError"
        assert "The disk is full" in problem["template"]
        pointer = read_json(checkpoint)
        files = {path.name for path in checkpoint.parent.iterdir()}
        assert {entry["file"] for entry in pointer.values()} <= files
        assert not [name for name in files if name.startswith(".")], "a half-written file was left"
        engine.resume(run)
        assert engine.wait(run, 20) is Status.COMPLETED
        assert_whole_curve(run, 4)
        assert not (place / "problem.json").exists()


class TestWaitAndClose:
    def test_wait_gives_up_in_time(self, engine, monkeypatch):
        monkeypatch.setenv("FAKE_EPOCH", "1")
        run = engine.submit(short(50))
        began = time.monotonic()
        assert engine.wait(run, 0.3).is_active
        assert time.monotonic() - began < 1

    def test_wait_never_answers_between_two_states(self, engine):
        """In the gap between start and lock, and between result and the worker's end, it goes on waiting."""
        for _ in range(2):
            run = engine.submit(short(1))
            assert engine.wait(run, 20) is Status.COMPLETED
            assert not engine._working

    def test_wait_ends_when_the_engine_closes(self, engine, monkeypatch):
        monkeypatch.setenv("FAKE_EPOCH", "0.2")
        first, second = engine.submit(short(50)), engine.submit(short(1))
        until(lambda: begun(first, 1))
        answers = {}
        waiting = [
            threading.Thread(target=lambda run=run: answers.update({run: engine.wait(run)}), daemon=True)
            for run in (first, second)
        ]
        for thread in waiting:
            thread.start()
        engine.close()
        for thread in waiting:
            thread.join(3)
        assert answers == {first: Status.INTERRUPTED, second: Status.QUEUED}

    def test_close_leaves_no_process_and_a_checkpoint(self, fake_workers, new_engine, monkeypatch):
        monkeypatch.setenv("FAKE_EPOCH", "0.2")
        before = children()
        engine = new_engine(spare=True)
        run = engine.submit(short(50))
        until(lambda: begun(run, 1))
        engine._spare = local.start_worker("training")  # as if both were there
        assert len(children() - before) == 2
        began = time.monotonic()
        engine.close()
        assert time.monotonic() - began < 5
        assert children() <= before
        assert get_run(run).status is Status.INTERRUPTED
        assert (get_run(run).folder / "checkpoints" / "checkpoint.json").exists()
        engine.close()  # once more is no harm

    def test_close_while_the_worker_starts_up(self, fake_workers, new_engine, monkeypatch):
        monkeypatch.setenv("FAKE_START", "0.5")
        engine = new_engine()
        run = engine.submit(short(5))
        until(lambda: engine._working)
        engine.close()
        assert get_run(run).status in (Status.INTERRUPTED, Status.QUEUED)
        monkeypatch.setenv("FAKE_START", "0")
        again = new_engine()
        if again.status(run) is Status.INTERRUPTED:
            again.resume(run)
        assert again.wait(run, 20) is Status.COMPLETED
        assert_whole_curve(run, 5)

    def test_deaf_worker_does_not_outlive_the_engine(self, fake_workers, new_engine, monkeypatch):
        monkeypatch.setenv("FAKE_MODE", "hangs")
        end = local._end
        monkeypatch.setattr(local, "_end", lambda worker: end(worker, 0.5))
        engine = new_engine()
        run = engine.submit(short(5))
        process = until(lambda: worker_of(run))
        engine.close()
        assert not is_running(process)

    def test_engine_that_ends_leaves_no_lock_behind(self, new_engine, home_folder):
        engine = new_engine()
        assert len(list((home_folder / "engines").glob("*-*.lock"))) == 1
        engine.close()
        assert not list((home_folder / "engines").glob("[0-9]*.lock"))


class TestServerGoes:
    """F6 without a browser: the process with the engine in it ends."""

    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
    def test_its_worker_checkpoints_and_leaves(self, monkeypatch, tmp_path, fake_workers, new_engine, number):
        monkeypatch.setenv("FAKE_EPOCH", "0.2")
        server = serve(tmp_path / "log", "fake", "1", "1", "6")
        assert server.stdout
        run = server.stdout.readline().strip()
        until(lambda: begun(run, 2))
        process = worker_of(run)
        server.send_signal(number)
        until(lambda: not is_running(process), 3)
        server.wait(15)
        assert get_run(run).status is Status.INTERRUPTED
        assert children(server.pid) == set()
        monkeypatch.setenv("FAKE_EPOCH", "0.02")
        engine = new_engine()
        engine.resume(run)
        assert engine.wait(run, 20) is Status.COMPLETED
        assert_whole_curve(run, 6)


def test_run_of_a_relative_home_is_found_by_its_workers(monkeypatch, tmp_path, fake_workers, new_engine):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMGCLS_HOME", "here")
    engine = new_engine()
    run = engine.submit(short(1))
    assert engine.wait(run, 20) is Status.COMPLETED
    assert not (ROOT / "here").exists()
    assert [word for word, _ in trace()] == ["begin", "end"]


def test_refusals_are_what_the_protocol_promises(engine, monkeypatch):
    monkeypatch.setenv("IMGCLS_QUEUED_RUNS", "1")
    monkeypatch.setenv("FAKE_EPOCH", "1")
    engine.submit(short(1))
    until(lambda: trace())
    engine.submit(short(1))
    with pytest.raises(QueueFullError):
        engine.submit(short(1))
    assert json.loads((list_runs()[0]).recipe.to_json())["training"]["epochs"] == 1
    assert not (get_run(list_runs()[0].id).folder / RESULT).exists()


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_a_worker_that_has_trained_others_gives_the_same_numbers(home_folder, new_engine):
    """With the real worker: what a network learns does not depend on who was trained before it."""
    asked = {"training": {"epochs": 1, "batch_size": 250}}
    between = {**asked, "architecture": {"name": "resnet-8"}, "seed": 3}
    engine = new_engine()
    runs = [engine.submit(recipe_from(one)) for one in (asked, between, asked)]
    for run in runs:
        assert engine.wait(run, 100) is Status.COMPLETED
    first, last = (read_curve(get_run(run).folder) for run in (runs[0], runs[2]))
    assert first.loss == last.loss
    assert first.epochs[0]["val_loss"] == last.epochs[0]["val_loss"]
    tests = [np.load(get_run(run).folder / "evaluation.npz")["logits"] for run in (runs[0], runs[2])]
    np.testing.assert_array_equal(*tests)
