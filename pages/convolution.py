"""Lesson 1: convolution, its numbers one by one, then with a kernel of one's own, then inside one's own network."""

from __future__ import annotations

from pages.components.convolution_change import change_it
from pages.components.convolution_find import find_it
from pages.components.convolution_see import see_it
from pages.components.frame import need_frame
from pages.components.lesson import lesson_foot, lesson_head, lesson_step

_NAME = "convolution"


def page() -> None:
    need_frame()
    lesson_head(_NAME)
    step = lesson_step(_NAME)
    {"see": see_it, "change": change_it, "find": find_it}[step]()
    lesson_foot(_NAME, step)


page()
