"""Wishes: what one writes the other reads, and nonsense wishes nothing."""

from __future__ import annotations

import os
import threading
import time

import pytest

from imgcls.runs.status import CONTROL
from imgcls.training.control import Control, Wishes, read_wishes, write_wishes


@pytest.mark.parametrize(
    "wishes", [Wishes(), Wishes(pause=True), Wishes(stop=True, learning_rate=0.5), Wishes(learning_rate=10.0)]
)
def test_there_and_back(tmp_path, wishes):
    write_wishes(tmp_path, wishes)
    assert read_wishes(tmp_path) == wishes
    assert Control(tmp_path).wishes == wishes


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b"{}",
        b'{"pause": "yes", "stop": 1}',
        b'{"learning_rate": 0}',
        b'{"learning_rate": -1}',
        b'{"learning_rate": 11}',
        b'{"learning_rate": NaN}',
        b'{"learning_rate": "0.1"}',
        b'{"learning_rate": null}',
        b'{"learning_rate": Infinity}',
        b'{"learning_rate": [1]}',
        b"[" * 9000,
    ],
)
def test_nonsense_wishes_nothing(tmp_path, content):
    (tmp_path / CONTROL).write_bytes(content)
    assert read_wishes(tmp_path) == Wishes()


def test_nobody_has_wished_anything(tmp_path):
    assert Control(tmp_path).wishes == Wishes()


def test_a_change_is_seen_and_the_file_is_read_no_more_often_than_that(tmp_path, monkeypatch):
    control, reads = Control(tmp_path), []
    original = read_wishes
    monkeypatch.setattr("imgcls.training.control.read_wishes", lambda folder: reads.append(1) or original(folder))
    for rate in (0.1, 0.2):
        write_wishes(tmp_path, Wishes(learning_rate=rate))
        assert [control.wishes.learning_rate for _ in range(5)] == [rate] * 5
    assert len(reads) == 2


def test_two_wishes_in_one_tick_of_the_clock_are_both_seen(tmp_path):
    control = Control(tmp_path)
    for wishes in (Wishes(pause=True), Wishes(stop=True), Wishes(learning_rate=1.0)):
        write_wishes(tmp_path, wishes)
        os.utime(tmp_path / CONTROL, (1_000_000_000, 1_000_000_000))
        assert control.wishes == wishes


def test_wishes_that_vanish_stay(tmp_path):
    control = Control(tmp_path)
    write_wishes(tmp_path, Wishes(pause=True))
    assert control.wishes.pause
    (tmp_path / CONTROL).unlink()
    assert control.wishes.pause


@pytest.mark.parametrize("reason", ["continue", "stop", "leave"])
def test_a_pause_ends_at_once(tmp_path, reason):
    write_wishes(tmp_path, Wishes(pause=True))
    control = Control(tmp_path)
    thread = threading.Thread(target=control.wait_while_paused, daemon=True)
    thread.start()
    time.sleep(0.1)
    assert thread.is_alive()
    if reason == "leave":
        control.leave.set()
    else:
        write_wishes(tmp_path, Wishes(pause=reason == "stop", stop=reason == "stop"))
    thread.join(2)
    assert not thread.is_alive()
