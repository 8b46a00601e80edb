"""Spans of time in words."""

from __future__ import annotations

import time

from pages.components.words import _


def duration(seconds: float) -> str:
    """A span of time with as much precision as one can use: `8 s`, `1 min 20 s`, `2 h 5 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return _("{seconds} s", seconds=whole)
    if whole < 3600:
        return _("{minutes} min {seconds} s", minutes=whole // 60, seconds=whole % 60)
    return _("{hours} h {minutes} min", hours=whole // 3600, minutes=whole % 3600 // 60)


def short_duration(seconds: float) -> str:
    """A span of time that may be a fraction of a second: `40 ms`, `2.5 s`, `1 min 20 s`."""
    if seconds < 1:
        return _("{milliseconds} ms", milliseconds=round(seconds * 1000))
    return _("{seconds} s", seconds=f"{seconds:.1f}") if seconds < 10 else duration(seconds)


def moment(seconds: float) -> str:
    """A point in time, in the server's clock."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
