"""The client of the inference worker: for many threads, through crashes, always with an answer or an error in words."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from pathlib import Path

import numpy as np
import pytest

from imgcls.engines import inference
from imgcls.engines.inference import DIED, InferenceClient
from imgcls.engines.process import ROOT, worker_environment
from imgcls.errors import ImageError, RecipeError, RunStateError, UnknownNameError, WorkerError
from imgcls.recipe import Recipe
from tests.engines.fakes import children, is_running, until

SCRIPT = Path(__file__).parents[1] / "workers" / "fake_inference.py"


def start(kind: str) -> subprocess.Popen[bytes]:
    assert kind == "inference"
    return subprocess.Popen(
        [sys.executable, str(SCRIPT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**worker_environment(), "PYTHONPATH": str(ROOT)},
    )


@pytest.fixture
def client(monkeypatch):
    before = children()
    monkeypatch.setattr(inference, "start_worker", start)
    client = InferenceClient()
    yield client
    client.close()
    assert children() <= before


def pid(client: InferenceClient) -> int:
    return client.ask("sleep", seconds=0).result(10).facts["pid"]


class TestAnswers:
    def test_facts_and_arrays_come_back(self, client):
        image = np.random.default_rng(0).integers(0, 256, (5, 4, 3), np.uint8)
        answer = client.ask("echo", {"image": image, "nothing": np.zeros((0, 3))}, word="数字", number=None).result(10)
        assert answer.facts == {"word": "数字", "number": None}
        np.testing.assert_array_equal(answer.arrays["image"], image)
        assert answer.arrays["nothing"].shape == (0, 3)

    def test_many_threads_get_their_own_answers(self, client):
        def ask(number):
            answer = client.ask("double", {"a": np.full((50, 50), number)}, number=number).result(30)
            return answer.facts["number"] == number and (answer.arrays["a"] == 2 * number).all()

        with ThreadPoolExecutor(16) as pool:
            assert all(pool.map(ask, range(300)))
        assert client._pending == {}

    def test_asking_does_not_block(self, client):
        client.warm_up()
        began = time.monotonic()
        futures = [client.ask("sleep", seconds=0.2) for _ in range(3)]
        assert time.monotonic() - began < 0.2
        for future in futures:
            future.result(10)

    def test_large_arrays_both_ways(self, client):
        array = np.random.default_rng(0).random((32, 224, 224, 3), np.float32)
        futures = [client.ask("echo", {"a": array}) for _ in range(3)]
        for future in futures:
            np.testing.assert_array_equal(future.result(30).arrays["a"], array)

    def test_refusal_arrives_as_the_same_error(self, client):
        with pytest.raises(ImageError) as caught:
            client.ask("refuse", name="x.png").result(10)
        assert caught.value.template == "“{name}” is too small."
        assert caught.value.values == {"name": "x.png"}
        assert caught.value.exit_code == 2

    @pytest.mark.parametrize("operation", ["fault", "no such operation"])
    def test_fault_arrives_in_words(self, client, operation):
        with pytest.raises(WorkerError, match="could not be asked, by a fault of ours"):
            client.ask(operation).result(10)

    def test_question_that_cannot_be_sent_hurts_no_other(self, client):
        first = pid(client)
        with pytest.raises(ValueError, match="expected a to be one of"):
            client.ask("echo", {"a": np.zeros(2, np.float16)})
        with pytest.raises(TypeError):
            client.ask("echo", word=object())
        assert client._pending == {}
        assert pid(client) == first

    def test_work_that_nobody_looks_at_any_more_is_given_up_and_the_line_goes_on(self, client):
        pid(client)  # it has started
        left = client.ask("count", slow=True, forget_after=1.0, total=10**6)
        behind = client.ask("count", slow=True, forget_after=60, total=1)
        until(lambda: left.progress is not None)
        assert not left.done()
        assert behind.result(10).facts == {"counted": 1}
        assert left.cancelled()

    def test_work_that_somebody_looks_at_goes_on(self, client):
        watched = client.ask("count", slow=True, forget_after=0.5, total=120)
        while not watched.done():
            watched.look()
            time.sleep(0.1)
        assert watched.result().facts == {"counted": 120}

    def test_what_waits_in_the_line_can_be_forgotten_as_well(self, client):
        pid(client)
        wanted = client.ask("count", slow=True, total=150)  # its asker waits by itself: it is never forgotten
        left = client.ask("count", slow=True, forget_after=0.3, total=10**6)
        assert wanted.result(20).facts == {"counted": 150}
        assert left.cancelled()
        assert client._pending == {}

    def test_an_asker_that_is_gone_is_given_up_sooner(self, client, monkeypatch):
        monkeypatch.setattr(inference, "GONE_AFTER", 0.3)
        here, gone = (
            client.ask("count", slow=True, forget_after=60, is_there=lambda there=there: there, total=total)
            for there, total in ((True, 100), (False, 10**6))
        )
        assert here.result(20).facts == {"counted": 100}
        until(gone.cancelled)

    def test_progress_is_known_and_a_cancelled_question_stops_the_work(self, client):
        long = client.ask("count", slow=True, total=10**6)
        until(lambda: long.progress is not None)
        assert long.progress[1] == 10**6
        assert long.cancel()
        assert client.ask("count", slow=True, total=1).result(10).facts == {"counted": 1}
        assert client._pending == {}

    def test_cancelled_question_is_forgotten(self, client):
        slow = client.ask("sleep", seconds=0.3)
        gone = client.ask("echo")
        after = client.ask("echo", word="next")
        assert gone.cancel()
        assert after.result(10).facts == {"word": "next"}
        assert slow.result(10).facts
        with pytest.raises(CancelledError):
            gone.result(1)
        assert client._pending == {}


class TestDeath:
    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
    def test_killed_in_mid_question(self, client, number):
        process = pid(client)
        futures = [client.ask("sleep", seconds=30), client.ask("echo"), client.ask("echo")]
        time.sleep(0.1)
        os.kill(process, number)
        for future in futures:
            with pytest.raises(WorkerError) as caught:
                future.result(5)
            assert caught.value.template == DIED
        assert pid(client) != process
        assert not is_running(process)

    def test_next_question_works_at_once_every_time(self, client):
        """From the moment that its askers hear of the death, the next question goes to a new worker."""
        for _ in range(5):
            future = client.ask("leave")
            with pytest.raises(WorkerError):
                future.result(10)
            assert client.ask("echo", word="again").result(10).facts == {"word": "again"}

    def test_worker_that_answers_nonsense_is_replaced(self, client):
        process = pid(client)
        with pytest.raises(WorkerError):
            client.ask("nonsense").result(10)
        assert pid(client) != process
        until(lambda: not is_running(process), 5)

    def test_killed_again_and_again_under_load(self, client):
        """Every question of many threads ends, with an answer or with an error in words."""
        over = threading.Event()

        def kill():
            pause = 0.6
            while not over.wait(pause):
                worker = client._worker
                if worker:
                    worker.kill()
                pause *= 1.2  # on a busy machine it may take longer than that to begin and answer

        killer = threading.Thread(target=kill)
        killer.start()
        answered, failed = [], []

        def ask(number):
            try:
                answer = client.ask("double", {"a": np.full(3, number)}, number=number).result(20)
                assert answer.facts["number"] == number
                answered.append(number)
            except WorkerError:
                failed.append(number)
                time.sleep(0.05)

        began = time.monotonic()
        number = 0
        with ThreadPoolExecutor(8) as pool:
            # until both have happened: on a busy machine a process may be killed each time before it answers
            while time.monotonic() - began < 2.5 or (not answered and time.monotonic() - began < 30):
                list(pool.map(ask, range(number, number + 8)))
                number += 8
        over.set()
        killer.join()
        assert len(answered) + len(failed) == number
        assert answered
        assert failed
        assert client._pending == {}

    def test_cancelled_when_it_dies(self, client):
        process = pid(client)
        slow, gone = client.ask("sleep", seconds=30), client.ask("echo")
        assert gone.cancel()
        os.kill(process, signal.SIGKILL)
        with pytest.raises(WorkerError):
            slow.result(5)
        assert pid(client)

    def test_frozen_worker_lets_its_asker_go(self, client):
        process = pid(client)
        os.kill(process, signal.SIGSTOP)
        future = client.ask("echo")
        with pytest.raises(Late):
            future.result(0.2)
        client.close()
        with pytest.raises(WorkerError):
            future.result(5)
        assert not is_running(process)


class TestClose:
    def test_close_ends_the_worker_and_answers_what_it_can(self, client):
        future = client.ask("sleep", seconds=0.2)
        process = until(lambda: client._worker).pid
        client.close()
        assert future.result(5).facts
        assert not is_running(process)
        client.close()

    def test_close_does_not_wait_for_a_long_answer(self, client):
        pid(client)
        future = client.ask("sleep", seconds=30)
        began = time.monotonic()
        client.close()
        assert time.monotonic() - began < 5
        with pytest.raises(WorkerError):
            future.result(5)

    def test_worker_is_only_started_when_it_is_needed(self, client):
        assert client._worker is None
        client.warm_up()
        worker = client._worker
        client.warm_up()
        assert client._worker is worker

    def test_server_that_is_killed_takes_it_along(self, tmp_path):
        code = (
            "import sys, time; sys.path.insert(0, sys.argv[1])\n"
            "from imgcls.engines import inference; from tests.engines.test_inference import start\n"
            "inference.start_worker = start; client = inference.InferenceClient()\n"
            "print(client.ask('sleep', seconds=0).result().facts['pid'], flush=True); time.sleep(60)"
        )
        server = subprocess.Popen([sys.executable, "-c", code, str(ROOT)], stdout=subprocess.PIPE, text=True)
        process = int(server.stdout.readline())
        server.kill()
        server.wait()
        server.stdout.close()
        until(lambda: not is_running(process), 3)


@pytest.mark.timeout(120)
def test_with_keras(trained_once, home_folder, tiny_run, interrupted_run, queued_run):
    """The real worker: the same numbers as in this process, refusals as errors, and a kill in between."""
    from imgcls.workers.operations import explain_image, layers, predict

    images = np.random.default_rng(0).integers(0, 256, (40, 28, 28, 1), np.uint8)
    client = InferenceClient()
    try:
        answer = client.ask("predict", {"images": images}, model=tiny_run.id).result(60)
        facts, arrays = predict({"model": tiny_run.id}, {"images": images})
        assert answer.facts == facts
        for name in ("probabilities", "logits"):
            np.testing.assert_allclose(answer.arrays[name], arrays[name], rtol=1e-4, atol=1e-5)
        futures = {
            place: client.ask("predict", {"images": images[place : place + 1]}, model=tiny_run.id)
            for place in range(40)
        }
        for place, future in futures.items():
            logits = future.result(30).arrays["logits"]
            np.testing.assert_allclose(logits[0], arrays["logits"][place], rtol=1e-3, atol=1e-4)
        found = client.ask("layers", model=tiny_run.id).result(30).facts
        assert found == json.loads(json.dumps(layers({"model": tiny_run.id}, {})[0]))
        found = client.ask("explain", {"image": images[0]}, model=tiny_run.id).result(30)
        expected, maps = explain_image({"model": tiny_run.id}, {"image": images[0]})
        assert {**found.facts, "seconds": 0} == {**expected, "seconds": 0}
        np.testing.assert_allclose(found.arrays["map"], maps["map"], atol=1e-3)
        assert not client.ask("predict", {"images": images[:1]}, model=interrupted_run.id).result(30).facts["is_final"]
        for kind, operation, arguments in (
            (UnknownNameError, "predict", {"model": "20260101-000000-abcdef"}),
            (UnknownNameError, "explain", {"model": tiny_run.id, "class": 10}),
            (UnknownNameError, "explain", {"model": tiny_run.id, "layer": "nope"}),
            (UnknownNameError, "explain", {"model": tiny_run.id, "method": "nope"}),
            (ImageError, "explain", {"model": tiny_run.id}),
            (RunStateError, "predict", {"model": queued_run.id}),
            (RecipeError, "measure", {"recipe": {**Recipe().model_dump(), "seed": -1}}),
        ):
            wrong = {"images": images, "image": np.zeros((5, 5, 1), np.uint8) if kind is ImageError else images[0]}
            with pytest.raises(kind):
                client.ask(operation, wrong, **arguments).result(30)
        client._worker.kill()
        with pytest.raises(WorkerError):
            client.ask("predict", {"images": images}, model=tiny_run.id).result(30)
    finally:
        client.close()
