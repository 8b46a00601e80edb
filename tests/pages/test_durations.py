"""Spans of time in words."""

from __future__ import annotations

import pytest

from pages.components.durations import duration, moment, short_duration


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (-3, "0 s"),
        (0.4, "0 s"),
        (8.2, "8 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (80, "1 min 20 s"),
        (3599.4, "59 min 59 s"),
        (3599.6, "1 h 0 min"),
        (7500, "2 h 5 min"),
        (360_000, "100 h 0 min"),
    ],
)
def test_a_span_has_as_much_precision_as_one_can_use(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.0, "0 ms"), (0.0421, "42 ms"), (2.46, "2.5 s"), (12.3, "12 s"), (80, "1 min 20 s")]
)
def test_a_short_span_may_be_less_than_a_second(seconds: float, words: str) -> None:
    assert short_duration(seconds) == words


def test_a_moment_is_a_date_and_a_time_in_the_servers_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(moment(1_770_000_000)) == len("2026-02-02 02:40")
    assert moment(60) != moment(0)
