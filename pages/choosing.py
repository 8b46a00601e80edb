"""Lesson 9: choosing a network, by means over seeds rather than by one number."""

from __future__ import annotations

from pages.components.choosing_change import change_it
from pages.components.choosing_find import find_it
from pages.components.choosing_see import see_it
from pages.components.frame import need_frame
from pages.components.lesson import lesson_foot, lesson_head, lesson_step

_NAME = "choosing"


def page() -> None:
    need_frame()
    lesson_head(_NAME)
    step = lesson_step(_NAME)
    {"see": see_it, "change": change_it, "find": find_it}[step]()
    lesson_foot(_NAME, step)


page()
