"""The line: first come, first served, never more at once than slots, and nobody twice."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from filelock import FileLock

from imgcls.atomic import read_json, write_json
from imgcls.engines import local, queue
from imgcls.engines.local import LocalEngine
from imgcls.engines.queue import (
    check_resumable,
    engine_lock_path,
    enqueue,
    enqueue_again,
    is_alive,
    queue_lock,
    sweep_engine_locks,
    ticket_of,
    waiting_runs,
)
from imgcls.errors import QueueFullError, RunStateError
from imgcls.recipe import Recipe
from imgcls.runs import Run, Status, delete_run, get_run, list_runs
from imgcls.runs.status import CONTROL, LOCK, QUEUE, RESULT
from tests.engines.fakes import lock_holders, most_at_once, serve, short, starts, trace, until


def line() -> list[str]:
    return [waiting.run.id for waiting in waiting_runs()]


def interrupted(run: Run) -> Run:
    (run.folder / QUEUE).unlink()
    (run.folder / "metrics.jsonl").touch()
    return run


class TestLine:
    def test_first_come_first_served_whatever_the_names_say(self):
        runs = [enqueue(Recipe(), "nobody").id for _ in range(5)]  # of one second: their names are in random order
        assert line() == runs

    def test_full_line_refuses_in_words(self, monkeypatch):
        monkeypatch.setenv("IMGCLS_QUEUED_RUNS", "2")
        enqueue(Recipe(), "")
        enqueue(Recipe(), "")
        with pytest.raises(QueueFullError, match=r"at most 2 waiting runs\. 2 are waiting already"):
            enqueue(Recipe(), "")
        assert len(list_runs()) == 2

    def test_resume_counts_in_a_full_line_too_and_changes_nothing(self, monkeypatch):
        monkeypatch.setenv("IMGCLS_QUEUED_RUNS", "1")
        run = interrupted(enqueue(Recipe(), ""))
        enqueue(Recipe(), "")
        with pytest.raises(QueueFullError):
            enqueue_again(run, "e")
        assert run.status is Status.INTERRUPTED

    def test_resumed_run_goes_to_the_end_and_keeps_only_its_learning_rate(self):
        run = interrupted(enqueue(Recipe(), "a"))
        write_json(run.folder / CONTROL, {"pause": True, "stop": True, "learning_rate": 0.5})
        write_json(run.folder / RESULT, {"status": "stopped"})
        other = enqueue(Recipe(), "a")
        enqueue_again(run, "b")
        assert line() == [other.id, run.id]
        assert read_json(run.folder / CONTROL) == {"learning_rate": 0.5}
        assert run.status is Status.QUEUED

    @pytest.mark.parametrize("status", ["completed", "failed"])
    def test_what_is_over_for_good_is_not_resumed(self, status):
        run = interrupted(enqueue(Recipe(), ""))
        write_json(run.folder / RESULT, {"status": status})
        with pytest.raises(RunStateError, match=status):
            enqueue_again(run, "e")
        assert run.result == {"status": status}

    def test_running_run_is_not_resumed(self):
        run = interrupted(enqueue(Recipe(), ""))
        with FileLock(run.folder / LOCK), pytest.raises(RunStateError, match="in training"):
            enqueue_again(run, "e")
        assert not (run.folder / QUEUE).exists()

    def test_two_who_resume_at_once_start_it_once(self):
        run = interrupted(enqueue(Recipe(), ""))
        alive = FileLock(engine_lock_path("e"))
        outcomes = []

        def resume():
            try:
                enqueue_again(run, "e")
                outcomes.append("queued")
            except RunStateError:
                outcomes.append("refused")

        with alive:
            threads = [threading.Thread(target=resume) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert Counter(outcomes) == {"queued": 1, "refused": 7}

    def test_run_that_waits_for_an_engine_that_has_gone_can_be_resumed(self, monkeypatch):
        monkeypatch.setenv("IMGCLS_QUEUED_RUNS", "1")  # it has its place in the line already
        run = enqueue(Recipe(), "gone")
        check_resumable(run)
        enqueue_again(run, "here")
        assert read_json(run.folder / QUEUE)["engine"] == "here"

    def test_run_that_waits_for_a_living_engine_is_not_resumed(self):
        run = enqueue(Recipe(), "e")
        with FileLock(engine_lock_path("e")), pytest.raises(RunStateError, match="waiting"):
            check_resumable(run)

    @pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"ticket": "x", "engine": ""}', '{"ticket": null}'])
    def test_damaged_place_in_the_line_belongs_to_nobody_and_stops_nobody(self, content):
        broken, whole = enqueue(Recipe(), "a"), enqueue(Recipe(), "a")
        (broken.folder / QUEUE).write_text(content)
        assert [(waiting.run.id, waiting.engine) for waiting in waiting_runs()] == [(broken.id, ""), (whole.id, "a")]
        assert ticket_of(broken) == 0

    def test_deleted_run_is_not_in_the_line(self):
        run = enqueue(Recipe(), "a")
        delete_run(run)
        assert line() == []

    def test_a_thousand_old_runs_cost_little(self, home_folder):
        old = enqueue(Recipe(), "")
        text = (old.folder / "recipe.json").read_text()
        for number in range(1000):
            place = home_folder / "runs" / f"20260101-{number:06d}-abcdef"
            place.mkdir()
            (place / "recipe.json").write_text(text)
            (place / RESULT).write_text('{"status": "completed"}')
        began = time.perf_counter()
        assert line() == [old.id]
        assert time.perf_counter() - began < 0.1  # the dispatcher looks three times a second

    def test_tickets_go_on_after_a_new_engine(self):
        first = enqueue(Recipe(), "a")
        (first.folder / QUEUE).unlink()
        second = enqueue(Recipe(), "b")
        assert ticket_of(second) == 2


class TestEngineLocks:
    def test_alive_while_the_lock_is_held(self):
        lock = FileLock(engine_lock_path("12-ab"))
        assert not is_alive("12-ab")
        with lock:
            assert is_alive("12-ab")
        assert not is_alive("12-ab")
        assert not is_alive("")

    def test_locks_of_the_killed_are_swept_and_no_others(self):
        with FileLock(engine_lock_path("1-aaaaaa")), queue_lock():
            engine_lock_path("2-bbbbbb").touch()
            engine_lock_path("slot-0").touch()
            sweep_engine_locks()
            left = {path.name for path in engine_lock_path("x").parent.glob("*.lock")}
        assert left == {"1-aaaaaa.lock", "slot-0.lock", "queue.lock"}


class TestBurst:
    def test_thirty_at_once(self, monkeypatch, quick_workers, new_engine):
        """L1: 30 submits from 30 threads while one run trains."""
        monkeypatch.setenv("FAKE_EPOCH", "1.5")
        engine = new_engine()
        first = engine.submit(short(1))
        until(lambda: lock_holders())
        monkeypatch.setenv("FAKE_EPOCH", "0.1")
        seen, over = [], threading.Event()

        def look():
            while not over.wait(0.02):
                seen.append(len(lock_holders()))

        watcher = threading.Thread(target=look)
        watcher.start()
        refused = []

        def submit(_):
            try:
                return engine.submit(short(1))
            except QueueFullError as error:
                refused.append(error)
                return None

        began = time.monotonic()
        with ThreadPoolExecutor(30) as pool:
            accepted = [run for run in pool.map(submit, range(30)) if run]
        assert time.monotonic() - began < 2
        order = line()
        assert (len(accepted), len(refused)) == (20, 10)
        assert sorted(order) == sorted(accepted)
        assert {engine.position(run) for run in accepted} == set(range(20))
        assert [engine.wait(run, 60) for run in accepted] == [Status.COMPLETED] * 20
        over.set()
        watcher.join()
        assert [run for word, run in trace() if word == "begin"] == [first, *order]
        assert max(seen) == 1
        assert most_at_once() == 1
        assert starts().most_common(1)[0][1] == 1

    def test_two_slots_run_two(self, monkeypatch, quick_workers, new_engine):
        monkeypatch.setenv("IMGCLS_SLOTS", "2")
        monkeypatch.setenv("FAKE_EPOCH", "0.5")
        engine = new_engine()
        runs = [engine.submit(short(2)) for _ in range(5)]
        assert [engine.wait(run, 30) for run in runs] == [Status.COMPLETED] * 5
        assert most_at_once() == 2


class Worker:
    """A worker in a thread: takes the run's lock as the real one does, and is done at once."""

    started: Counter[str]

    def __init__(self, begun: Counter[str]) -> None:
        self.stdin, self.pid, self.returncode, self._begun = self, 0, None, begun
        self._thread = threading.Thread(target=lambda: None)

    def write(self, order: bytes) -> None:
        folder = Path(__import__("json").loads(order)["run"])

        def work() -> None:
            with FileLock(folder / LOCK, timeout=5):
                if (folder / RESULT).exists() or not (folder / QUEUE).exists():
                    return
                (folder / QUEUE).unlink()
                self._begun[folder.name] += 1
                write_json(folder / RESULT, {"status": "completed"}, durable=False)

        self._thread = threading.Thread(target=work)
        self._thread.start()

    def poll(self) -> int | None:
        return None if self._thread.is_alive() else 0

    def flush(self) -> None: ...
    def close(self) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int:
        self._thread.join(timeout)
        return 0


class TestSeveralEngines:
    def test_a_run_that_begins_while_its_place_is_read_is_not_in_line(self, monkeypatch):
        """Nor does it belong to nobody: another engine would put it back in line while it runs."""
        run = enqueue(Recipe(), "gone")
        read = queue._place

        def after_it_began(run):
            (run.folder / QUEUE).unlink()
            return read(run)

        monkeypatch.setattr(queue, "_place", after_it_began)
        assert waiting_runs() == []
        assert not (run.folder / QUEUE).exists()

    def test_no_run_is_started_twice(self, monkeypatch, new_engine):
        """F11: three engines with one home reach for the same runs, whose engine has gone."""
        given: Counter[str] = Counter()
        begun: Counter[str] = Counter()
        hand_over = LocalEngine._hand_over

        def counting(engine, run):
            given[run.id] += 1
            return hand_over(engine, run)

        monkeypatch.setattr(LocalEngine, "_hand_over", counting)
        monkeypatch.setattr(local, "start_worker", lambda kind: Worker(begun))
        monkeypatch.setattr(local, "TICK", 0.001)
        monkeypatch.setenv("IMGCLS_SLOTS", "3")
        monkeypatch.setenv("IMGCLS_QUEUED_RUNS", "1000")
        runs = [enqueue(Recipe(), "gone").id for _ in range(60)]
        engines = [new_engine() for _ in range(3)]
        until(lambda: all(get_run(run).status is Status.COMPLETED for run in runs), 30)
        for engine in engines:
            engine.close()
        assert begun == given == Counter(runs)

    @pytest.mark.slow
    def test_nor_by_engines_in_several_processes(self, monkeypatch, tmp_path, fake_workers):
        monkeypatch.setenv("IMGCLS_SLOTS", "3")
        monkeypatch.setenv("FAKE_EPOCH", "0.01")
        runs = [enqueue(Recipe(), "gone").id for _ in range(20)]
        monkeypatch.setattr("imgcls.engines.queue._check_room", lambda: None)
        runs += [enqueue(Recipe(), "gone").id for _ in range(20)]
        servers = [serve(tmp_path / "log", "fake", "1", "0", "0") for _ in range(3)]
        try:
            until(lambda: all(get_run(run).status is Status.COMPLETED for run in runs), 90)
        finally:
            for server in servers:
                server.kill()
                server.wait()
        assert starts() == Counter(runs)
        assert most_at_once() <= 3

    def test_orphan_is_left_alone_by_a_command_and_adopted_by_a_server(self, fake_workers, new_engine):
        orphan = enqueue(short(1), "gone").id
        command = new_engine(adopt=False)
        own = command.submit(short(1))
        assert command.wait(own, 20) is Status.COMPLETED  # the orphan ahead of it is no obstacle
        assert get_run(orphan).status is Status.QUEUED
        server = new_engine(adopt=True)
        assert server.wait(orphan, 20) is Status.COMPLETED
        assert starts() == Counter([own, orphan])

    def test_a_living_engines_run_is_neither_taken_nor_overtaken(self, fake_workers, new_engine):
        with FileLock(engine_lock_path("busy")):
            theirs = enqueue(short(1), "busy").id
            server = new_engine()
            own = server.submit(short(1))
            assert server.wait(own, 0.5) is Status.QUEUED
            assert get_run(theirs).status is Status.QUEUED
        assert server.wait(own, 20) is Status.COMPLETED  # its engine has gone: both are run, in their order
        assert [run for word, run in trace() if word == "begin"] == [theirs, own]

    def test_killed_engines_waiting_run_is_adopted(self, fake_workers, new_engine, monkeypatch, tmp_path):
        monkeypatch.setenv("FAKE_EPOCH", "0.5")
        other = serve(tmp_path / "log", "fake", "1", "2", "20")
        assert other.stdout
        training, waiting = (other.stdout.readline().strip() for _ in range(2))
        until(lambda: training in lock_holders())
        other.kill()
        other.wait()
        until(lambda: get_run(training).status is Status.INTERRUPTED, 3)
        monkeypatch.setenv("FAKE_EPOCH", "0.01")
        server = new_engine()
        assert server.wait(waiting, 20) is Status.COMPLETED
        assert not list(engine_lock_path("x").parent.glob(f"{other.pid}-*.lock")), "the killed engine's lock stays"


class TestSlots:
    def test_slots_are_free_again_after_close(self, fake_workers, new_engine, monkeypatch):
        """A notebook closes an engine and makes a new one."""
        monkeypatch.setenv("FAKE_EPOCH", "1")
        engine = new_engine()
        run = engine.submit(short(50))
        until(lambda: lock_holders())
        engine.close()
        assert get_run(run).status is Status.INTERRUPTED
        monkeypatch.setenv("FAKE_EPOCH", "0.01")
        again = new_engine()
        other = again.submit(short(1))
        assert again.wait(other, 10) is Status.COMPLETED

    def test_slot_is_not_lost_when_a_worker_cannot_be_started(self, fake_workers, new_engine, monkeypatch):
        start, attempts = local.start_worker, []

        def failing(kind):
            attempts.append(kind)
            if len(attempts) < 4:
                raise OSError(12, os.strerror(12))
            return start(kind)

        monkeypatch.setattr(local, "start_worker", failing)
        engine = new_engine()
        assert engine.wait(engine.submit(short(1)), 20) is Status.COMPLETED

    def test_less_than_one_slot_is_one(self, monkeypatch, engine):
        monkeypatch.setenv("IMGCLS_SLOTS", "0.5")
        assert engine.wait(engine.submit(short(1)), 20) is Status.COMPLETED


@pytest.mark.slow
def test_many_random_orders(monkeypatch, engine):
    """Submit, stop, resume and delete at random: everything ends, nothing runs beside another, nothing is lost."""
    monkeypatch.setenv("FAKE_EPOCH", "0.05")
    rng = random.Random(5)
    runs = []
    for _ in range(60):
        known = list(runs)
        action = rng.choice(["submit", "stop", "resume", "look"])
        try:
            if action == "submit" or not known:
                runs.append(engine.submit(short(rng.randint(1, 8))))
            elif action == "stop":
                engine.control(rng.choice(known), stop=True)
            elif action == "resume":
                engine.resume(rng.choice(known))
        except (RunStateError, QueueFullError):
            pass
        time.sleep(rng.random() * 0.3)
    for run in runs:
        status = engine.wait(run, 60)
        assert status in (Status.COMPLETED, Status.STOPPED, Status.INTERRUPTED), status
    assert most_at_once() == 1
