"""Many hands, one order, and never more than a few things at once."""

from __future__ import annotations

import threading
from contextlib import closing

import pytest

from imgcls.datasets.in_order import in_order


def test_results_are_in_the_order_of_the_things():
    assert list(in_order(lambda number: number * number, range(1000))) == [number * number for number in range(1000)]
    assert list(in_order(str, [])) == []


def test_things_are_taken_only_as_results_are():
    taken = []

    def things():
        for number in range(1000):
            taken.append(number)
            yield number

    with closing(in_order(str, things())) as results:
        for _ in range(5):
            next(results)
        assert len(taken) <= 5 + 2 * 4


def test_the_work_is_done_on_several_threads_which_end():
    before = threading.active_count()
    both = threading.Barrier(2, timeout=10)
    seen = set()

    def work(number):
        if number < 2:
            both.wait()  # passes only where two are at work at once
        seen.add(threading.current_thread().name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.cpu_count", lambda: 2)
        list(in_order(work, range(20)))
    assert len(seen) == 2
    assert threading.active_count() == before


def test_an_error_comes_when_its_turn_comes():
    def work(number):
        if number == 5:
            raise KeyError(number)
        return number

    results = in_order(work, range(100))
    assert [next(results) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(KeyError, match="5"):
        next(results)


def test_an_error_of_the_source_is_raised():
    def things():
        yield 1
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        list(in_order(str, things()))
