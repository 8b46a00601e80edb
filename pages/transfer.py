"""Lesson 5: transfer learning, what a body knows, what ten pictures teach it, and what stayed as it was."""

from __future__ import annotations

from pages.components.frame import need_frame
from pages.components.lesson import lesson_foot, lesson_head, lesson_step
from pages.components.transfer_change import change_it
from pages.components.transfer_find import find_it
from pages.components.transfer_see import see_it

_NAME = "transfer"


def page() -> None:
    need_frame()
    lesson_head(_NAME)
    step = lesson_step(_NAME)
    {"see": see_it, "change": change_it, "find": find_it}[step]()
    lesson_foot(_NAME, step)


page()
