"""The status is what the files say: for every combination of them, whoever asks and whatever the clock shows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest
from filelock import FileLock

from imgcls.atomic import write_json
from imgcls.runs import status as status_module
from imgcls.runs.status import CONTROL, LOCK, QUEUE, RESULT, STATUS_WORDS, Status, derive_status, is_locked

HOLD = """
import sys, time
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the run's lock."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / LOCK)], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def lay(folder, result=None, queue=False, control=None, lock_file=False):
    if result is not None:
        write_json(folder / RESULT, result)
    if queue:
        write_json(folder / QUEUE, {"ticket": 1})
    if control is not None:
        write_json(folder / CONTROL, control)
    if lock_file:
        (folder / LOCK).touch()


ENDED = [{"status": status} for status in Status if status.is_over]
FREE = [
    ({}, Status.INTERRUPTED),
    ({"queue": True}, Status.QUEUED),
    ({"lock_file": True}, Status.INTERRUPTED),
    ({"lock_file": True, "queue": True}, Status.QUEUED),
    ({"control": {"pause": True}, "lock_file": True}, Status.INTERRUPTED),
    ({"control": {"pause": True}, "queue": True}, Status.QUEUED),
    *[({"result": end}, Status(end["status"])) for end in ENDED],
    *[({"result": end, "lock_file": True, "control": {"stop": True}}, Status(end["status"])) for end in ENDED],
]


@pytest.mark.parametrize(("files", "expected"), FREE, ids=lambda value: str(value)[:60])
def test_while_nobody_holds_the_lock(tmp_path, files, expected):
    lay(tmp_path, **files)
    assert derive_status(tmp_path) is expected


HELD = [
    ({}, Status.RUNNING),
    ({"queue": True}, Status.RUNNING),
    ({"control": {"pause": True}}, Status.PAUSED),
    ({"control": {"pause": False, "stop": True}}, Status.RUNNING),
    ({"control": []}, Status.RUNNING),
    ({"control": "pause"}, Status.RUNNING),
    ({"result": {"status": "completed"}}, Status.COMPLETED),
]


def test_while_another_process_holds_the_lock_and_after_its_end(tmp_path, holder):
    for files, expected in HELD:
        for name in (RESULT, QUEUE, CONTROL):
            (tmp_path / name).unlink(missing_ok=True)
        lay(tmp_path, **files)
        assert derive_status(tmp_path) is expected, files
    (tmp_path / RESULT).unlink()
    assert derive_status(tmp_path) is Status.RUNNING
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / LOCK).exists()
    assert derive_status(tmp_path) is Status.INTERRUPTED


def test_a_lock_of_this_process_counts_as_well(tmp_path):
    with FileLock(tmp_path / LOCK):
        assert derive_status(tmp_path) is Status.RUNNING
    assert derive_status(tmp_path) is Status.INTERRUPTED


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b"{}",
        b'{"status": "confetti"}',
        b'{"status": null}',
        b'{"status": ["completed"]}',
        b'{"status": "running"}',
        b'{"status": "queued"}',
        b"[" * 10000,
    ],
)
def test_a_result_that_makes_no_sense_is_no_result(tmp_path, content):
    (tmp_path / RESULT).write_bytes(content)
    assert derive_status(tmp_path) is Status.INTERRUPTED


@pytest.mark.parametrize("seconds", [0, 1, 4_000_000_000])
def test_status_does_not_depend_on_the_clock(tmp_path, holder, monkeypatch, seconds):
    lay(tmp_path, queue=True)
    for name in (LOCK, QUEUE):
        os.utime(tmp_path / name, (seconds, seconds))
    monkeypatch.setattr("time.time", lambda: 0.0)
    assert derive_status(tmp_path) is Status.RUNNING
    (tmp_path / QUEUE).unlink()
    holder.kill()
    holder.wait()
    assert derive_status(tmp_path) is Status.INTERRUPTED


@pytest.mark.parametrize(
    "pid", ["1", str(os.getpid()), "999999999", "-1", "no number"], ids=["1", "own", "high", "-1", "no"]
)
def test_status_does_not_depend_on_process_numbers(tmp_path, pid):
    """A number in the file that meanwhile belongs to somebody else says nothing."""
    (tmp_path / LOCK).write_text(pid)
    assert derive_status(tmp_path) is Status.INTERRUPTED
    lay(tmp_path, queue=True)
    assert derive_status(tmp_path) is Status.QUEUED


def test_a_worker_that_starts_while_we_look_is_not_interrupted(tmp_path, monkeypatch):
    lay(tmp_path, queue=True)

    def starts(path):
        (tmp_path / QUEUE).unlink()
        return False

    monkeypatch.setattr(status_module, "is_locked", starts)
    assert derive_status(tmp_path) is Status.QUEUED


def test_a_worker_that_ends_while_we_look_is_not_interrupted(tmp_path, monkeypatch):
    def ends(path):
        write_json(tmp_path / RESULT, {"status": "stopped"})
        return False

    monkeypatch.setattr(status_module, "is_locked", ends)
    assert derive_status(tmp_path) is Status.STOPPED


def test_asking_makes_no_lock_file(tmp_path):
    assert not is_locked(tmp_path / LOCK)
    assert not is_locked(tmp_path / "gone" / LOCK)
    assert os.listdir(tmp_path) == []


def test_a_crowd_that_asks_does_not_take_itself_for_a_worker(tmp_path):
    (tmp_path / LOCK).touch()
    answers: list[bool] = []
    threads = [
        threading.Thread(target=lambda: answers.extend(is_locked(tmp_path / LOCK) for _ in range(50))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 200
    print(f"taken for held: {sum(answers)} of {len(answers)}")
    assert sum(answers) == 0


def test_groups_and_words():
    assert {status for status in Status if status.is_active} == {Status.QUEUED, Status.RUNNING, Status.PAUSED}
    assert {status for status in Status if status.is_over} == {Status.COMPLETED, Status.STOPPED, Status.FAILED}
    assert set(STATUS_WORDS) == set(Status)
    assert len(set(STATUS_WORDS.values())) == len(Status)


def test_where_the_system_has_no_shared_locks(tmp_path, holder, monkeypatch):
    monkeypatch.setattr(status_module, "fcntl", None)
    assert is_locked(tmp_path / LOCK)
    holder.kill()
    holder.wait()
    assert not is_locked(tmp_path / LOCK)
