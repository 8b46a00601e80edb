"""The log of a run: nothing is lost, doubled or believed that was torn."""

from __future__ import annotations

import json
import threading
import time

import pytest

from imgcls.errors import PlaceError
from imgcls.runs.metrics import NAME, CurveReader, MetricsLog, read_curve


def start(log, **more):
    facts = {"steps_per_epoch": 10, "epochs": 3, "train_images": 1000, "parameters": 5}
    log.write("start", **(facts | more))


def steps(log, last, losses, every=1, rate=0.1, speed=100.0):
    accuracy = [1 - loss for loss in losses]
    log.write(
        "steps", step=last, every=every, loss=losses, accuracy=accuracy, learning_rate=rate, images_per_second=speed
    )


def epoch(log, number, step, best=False, partial=False, **more):
    log.write("epoch", epoch=number, step=step, best=best, partial=partial, **more)


@pytest.fixture
def log(tmp_path):
    log = MetricsLog(tmp_path)
    yield log
    log.close()


def append(tmp_path, data: bytes):
    with (tmp_path / NAME).open("ab") as file:
        file.write(data)


# -- reading


def test_no_log_is_an_empty_curve(tmp_path):
    curve = read_curve(tmp_path)
    assert (curve.step, curve.epochs, curve.events, curve.start, curve.best) == ([], [], [], {}, None)
    assert (curve.last_step, curve.steps_per_epoch, curve.total_steps) == (0, 0, 0)
    assert curve.seconds_left() is None
    assert not CurveReader(tmp_path).poll()


def test_every_kind_of_line(tmp_path, log):
    before = time.time()
    start(log)
    steps(log, 3, [0.9, 0.8, 0.7])
    log.write("event", event="learning_rate", value=0.5, step=3)
    steps(log, 5, [0.6, 0.5], rate=0.5, speed=200.0)
    epoch(log, 1, 10, best=True, val_loss=0.4)
    curve = read_curve(tmp_path)
    assert curve.step == [1, 2, 3, 4, 5]
    assert curve.loss == [0.9, 0.8, 0.7, 0.6, 0.5]
    assert curve.accuracy == [1 - loss for loss in curve.loss]
    assert curve.learning_rate == [0.1, 0.1, 0.1, 0.5, 0.5]
    assert curve.images_per_second == 200
    assert (curve.last_step, curve.steps_per_epoch, curve.total_steps) == (5, 10, 30)
    assert [event["value"] for event in curve.events] == [0.5]
    assert curve.epochs[0]["val_loss"] == 0.4
    assert before - 0.001 <= curve.last_time <= time.time() + 0.001


def test_steps_that_share_an_entry_are_spread_over_the_axis(tmp_path, log):
    steps(log, 12, [0.9, 0.8, 0.7], every=4)
    assert read_curve(tmp_path).step == [4, 8, 12]


def test_the_best_epoch_is_the_last_that_was_called_best(tmp_path, log):
    for number, best in enumerate([True, True, False], start=1):
        epoch(log, number, number * 10, best)
    assert read_curve(tmp_path).best["epoch"] == 2


def test_numbers_that_are_none_are_kept(tmp_path, log):
    steps(log, 2, [float("nan"), float("inf")])
    curve = read_curve(tmp_path)
    assert curve.loss[0] != curve.loss[0]
    assert curve.loss[1] == float("inf")


def test_kinds_of_a_later_version_are_passed_over(tmp_path, log):
    log.write("confetti", step=3)
    steps(log, 1, [0.5])
    assert read_curve(tmp_path).step == [1]


# -- torn lines


@pytest.mark.parametrize("cut", [1, 10, 40, -1])
def test_a_torn_last_line_waits_for_its_end(tmp_path, log, cut):
    steps(log, 1, [0.5])
    reader = CurveReader(tmp_path)
    reader.poll()
    line = (tmp_path / NAME).read_bytes().replace(b'"step":1', b'"step":2')
    append(tmp_path, line[:cut])
    assert not reader.poll()
    assert reader.curve.step == [1]
    append(tmp_path, line[cut:])
    assert reader.poll()
    assert reader.curve.step == [1, 2]
    assert not reader.poll()


@pytest.mark.parametrize("cut", [1, 10, 40, -2, -1])
def test_a_line_torn_by_a_kill_is_passed_over_and_the_next_one_read(tmp_path, log, cut):
    steps(log, 1, [0.5])
    log.close()
    data = (tmp_path / NAME).read_bytes()
    append(tmp_path, data[:cut])
    again = MetricsLog(tmp_path)
    steps(again, 2, [0.25])
    again.close()
    # without its last sign alone, which is the line's end, the line says all it had to say
    assert read_curve(tmp_path).loss == ([0.5, 0.5, 0.25] if cut == -1 else [0.5, 0.25])


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[]",
        b"5",
        b"null",
        b'"x"',
        b'{"kind":"steps"}',
        b'{"t":1}',
        b"\xff\xfe",
        b"\x00" * 50,
        b"{" * 5000,
        b'{"kind":"steps","t":1,"step":9,"loss":[1]}',
        b'{"kind":"resumed","t":1}',
        b'{"kind":"steps","t":1,"loss":3}',
    ],
)
def test_a_line_that_makes_no_sense_is_passed_over(tmp_path, log, line):
    steps(log, 1, [0.5])
    append(tmp_path, line + b"\n")
    steps(log, 2, [0.25])
    curve = read_curve(tmp_path)
    assert curve.step == [1, 2]
    assert len(curve.step) == len(curve.loss) == len(curve.accuracy) == len(curve.learning_rate)


def test_the_file_is_a_prefix_after_every_cut(tmp_path, log):
    start(log)
    for number in range(1, 4):
        steps(log, number, [number / 10])
    log.close()
    data = (tmp_path / NAME).read_bytes()
    for length in range(len(data)):
        (tmp_path / NAME).write_bytes(data[:length])
        curve = read_curve(tmp_path)
        assert curve.step == list(range(1, len(curve.step) + 1))
        assert len(curve.step) == max(0, data[:length].count(b"\n") - 1)


# -- a run that goes on after an interruption


def test_resumed_makes_void_what_came_after_the_checkpoint(tmp_path, log):
    start(log)
    steps(log, 10, [0.1] * 10)
    epoch(log, 1, 10, best=True)
    steps(log, 20, [0.2] * 10)
    epoch(log, 2, 20, best=True)
    steps(log, 23, [0.3] * 3)
    start(log)
    log.write("resumed", step=12, epoch=1, fell_back=False)
    curve = read_curve(tmp_path)
    assert curve.step == list(range(1, 13))
    assert curve.loss == [0.1] * 10 + [0.2] * 2
    assert len(curve.accuracy) == len(curve.learning_rate) == 12
    assert [line["epoch"] for line in curve.epochs] == [1]
    assert curve.best["epoch"] == 1
    steps(log, 15, [0.4] * 3)
    curve = read_curve(tmp_path)
    assert curve.step == list(range(1, 16))
    assert curve.loss[-3:] == [0.4] * 3


def test_resumed_at_the_end_of_an_epoch_keeps_it(tmp_path, log):
    steps(log, 10, [0.1] * 10)
    epoch(log, 1, 10)
    log.write("resumed", step=10)
    assert len(read_curve(tmp_path).epochs) == 1
    log.write("resumed", step=0)
    curve = read_curve(tmp_path)
    assert (curve.step, curve.epochs, curve.best) == ([], [], None)


# -- following


def test_a_follower_sees_each_line_once(tmp_path, log):
    reader = CurveReader(tmp_path)
    for number in range(1, 8):
        steps(log, number, [0.5])
        assert reader.poll()
        assert not reader.poll()
        assert reader.curve.step == list(range(1, number + 1))


def test_followers_beside_a_writer_lose_and_double_nothing(tmp_path):
    """The writer tears its lines, as the system may; three readers ask as fast as they can."""
    last, done = 1500, threading.Event()
    line = '{{"kind":"steps","t":1,"step":{0},"loss":[{0}],"accuracy":[0.5],"learning_rate":1,"images_per_second":9}}\n'
    (tmp_path / NAME).touch()

    def write() -> None:
        with (tmp_path / NAME).open("ab", buffering=0) as file:
            for number in range(1, last + 1):
                data = line.format(number).encode()
                cut = number * 7 % len(data)
                file.write(data[:cut])
                file.write(data[cut:])
        done.set()

    def follow(polls: list[int], reader: CurveReader) -> None:
        while True:
            ended = done.is_set()
            polls.append(reader.poll())
            assert reader.curve.step == list(range(1, len(reader.curve.step) + 1))
            if ended:
                return

    readers = [(CurveReader(tmp_path), []) for _ in range(3)]
    threads = [threading.Thread(target=follow, args=(polls, reader)) for reader, polls in readers]
    for thread in [*threads, writer := threading.Thread(target=write)]:
        thread.start()
    for thread in [*threads, writer]:
        thread.join()
    for reader, polls in readers:
        assert reader.curve.step == list(range(1, last + 1))
        assert reader.curve.loss == reader.curve.step
        assert len(polls) > 1


# -- time left


def test_seconds_left(tmp_path, log):
    start(log)
    steps(log, 10, [0.1] * 10, speed=100.0)
    # 20 of 30 steps, that is two epochs of 1,000 images at 100 a second
    assert read_curve(tmp_path).seconds_left() == pytest.approx(20.0)
    epoch(log, 1, 10, validation_seconds=0.5)
    assert read_curve(tmp_path).seconds_left() == pytest.approx(20.0 + 2 * 0.5)


def test_seconds_left_at_the_end_and_without_a_first_line(tmp_path, log):
    steps(log, 30, [0.1])
    assert read_curve(tmp_path).seconds_left() is None
    start(log)
    epoch(log, 3, 30, validation_seconds=0.5)
    assert read_curve(tmp_path).seconds_left() == pytest.approx(2 * 0.5)


# -- a disk that fails


def test_a_full_disk_is_named_and_closing_does_not_hide_it(tmp_path):
    (tmp_path / NAME).symlink_to("/dev/full")
    log = MetricsLog(tmp_path)
    with pytest.raises(PlaceError, match="The disk is full"):
        start(log)
    log.close()


def test_a_folder_that_is_gone_is_named(tmp_path):
    with pytest.raises(PlaceError, match="No such file"):
        MetricsLog(tmp_path / "gone")


def test_lines_are_json_of_one_line_each(tmp_path, log):
    log.write("event", event="note", text="two\nlines\r\u2028 “图”")
    (line,) = (tmp_path / NAME).read_bytes().splitlines()
    assert json.loads(line)["text"] == "two\nlines\r\u2028 “图”"
    assert len(read_curve(tmp_path).events) == 1
