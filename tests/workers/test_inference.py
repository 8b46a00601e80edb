"""The inference worker: answers in order, survives what it cannot do, and never outlives its server."""

from __future__ import annotations

import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from imgcls.engines.process import ROOT, worker_environment
from imgcls.workers.wire import Message, receive, send


class Worker:
    """The other end of its pipes."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).parent / "fake_inference.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**worker_environment(), "PYTHONPATH": str(ROOT)},
        )

    def ask(self, identifier, operation, arrays=None, slow=False, **arguments) -> None:
        header = {"id": identifier, "operation": operation, "arguments": arguments, "slow": slow}
        send(self.process.stdin, Message(header, arrays or {}))

    def answer(self) -> Message:
        return receive(self.process.stdout)

    def end(self) -> str:
        """Close its input; what it said on standard error."""
        self.process.stdin.close()
        assert self.process.wait(5) is not None
        return self.process.stderr.read().decode()


@pytest.fixture
def worker():
    worker = Worker()
    yield worker
    worker.process.kill()
    worker.process.wait()
    for stream in (worker.process.stdin, worker.process.stdout, worker.process.stderr):
        with suppress(OSError):
            stream.close()


def test_answers_in_order_and_ends_with_its_input(worker):
    for number in range(20):
        worker.ask(number, "double", {"a": np.full(3, number)}, number=number)
    for number in range(20):
        found = worker.answer()
        assert found.header == {"id": number, "answer": {"number": number}}
        assert found.arrays["a"].tolist() == [2 * number] * 3
    worker.end()
    assert worker.process.returncode == 0
    assert worker.answer() is None


def test_what_was_asked_before_the_end_is_still_answered(worker):
    worker.ask(1, "sleep", seconds=0.2)
    worker.ask(2, "echo", word="last")
    worker.process.stdin.close()
    assert [worker.answer().header["id"] for _ in range(2)] == [1, 2]


def test_refusal_and_fault_are_answers_and_the_next_question_works(worker):
    worker.ask(1, "refuse", name="x.png")
    worker.ask(2, "fault")
    worker.ask(3, "no such operation")
    worker.ask(4, "echo")
    refusal, fault, unknown, answer = (worker.answer().header for _ in range(4))
    assert refusal["error"] == {"type": "ImageError", "template": "“{name}” is too small.", "values": {"name": "x.png"}}
    assert fault["error"]["type"] == unknown["error"]["type"] == "WorkerError"
    assert fault["error"]["values"] == {"kind": "KeyError"}
    assert answer == {"id": 4, "answer": {}}
    assert "KeyError: 'a fault'" in worker.end()  # the log has the details


def test_what_libraries_print_does_not_come_between(worker):
    worker.ask(1, "chatter")
    worker.ask(2, "echo")
    assert [worker.answer().header["id"] for _ in range(2)] == [1, 2]
    assert "written by C" in worker.end()


def test_a_quick_question_does_not_wait_for_a_slow_one(worker):
    worker.ask(1, "count", slow=True, total=10**6)
    while "progress" not in worker.answer().header:
        pass
    worker.ask(2, "echo", word="quick")
    found = worker.answer().header
    while "progress" in found:
        found = worker.answer().header
    assert found == {"id": 2, "answer": {"word": "quick"}}


def test_long_work_says_how_far_it_is_and_ends_when_it_is_taken_back(worker):
    worker.ask(1, "count", slow=True, total=10**6)
    told = [worker.answer().header for _ in range(3)]
    assert [header["id"] for header in told] == [1, 1, 1]
    done = [header["progress"][0] for header in told]
    assert done == sorted(set(done))
    assert all(header["progress"][1] == 10**6 for header in told)
    send(worker.process.stdin, Message({"cancel": 1}))
    found = worker.answer().header
    while "progress" in found:
        found = worker.answer().header
    assert found["error"]["type"] == "Cancelled"
    worker.ask(2, "count", slow=True, total=1)  # the line goes on
    found = worker.answer().header
    while "progress" in found:
        found = worker.answer().header
    assert found == {"id": 2, "answer": {"counted": 1}}


def test_cancelled_question_is_left_out(worker):
    worker.ask(1, "sleep", seconds=0.4)
    worker.ask(2, "echo")
    worker.ask(3, "echo")
    for number in (2, 99):  # 99 was never asked
        send(worker.process.stdin, Message({"cancel": number}))
    assert [worker.answer().header["id"] for _ in range(2)] == [1, 3]


@pytest.mark.parametrize(
    "nonsense",
    [struct.pack(">I", 2**31), struct.pack(">I", 4) + b"nope", struct.pack(">I", 2) + b"{}", b"\x00"],
    ids=["too long", "no JSON", "no message", "torn"],
)
def test_nonsense_ends_it_after_what_it_knew(worker, nonsense):
    """A worker that can hear nothing more must not stay: its server would wait for ever, or leave it behind."""
    worker.ask(1, "echo")
    worker.process.stdin.write(nonsense)
    worker.process.stdin.flush()
    if nonsense == b"\x00":
        worker.process.stdin.close()
    assert worker.answer().header["id"] == 1
    assert worker.answer() is None
    worker.process.wait(5)
