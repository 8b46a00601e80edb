"""Lesson 3: the residual connection, how far a signal comes with it, and what a block's F is worth."""

from __future__ import annotations

from pages.components.frame import need_frame
from pages.components.lesson import lesson_foot, lesson_head, lesson_step
from pages.components.residual_change import change_it
from pages.components.residual_find import find_it
from pages.components.residual_see import see_it

_NAME = "residual"


def page() -> None:
    need_frame()
    lesson_head(_NAME)
    step = lesson_step(_NAME)
    {"see": see_it, "change": change_it, "find": find_it}[step]()
    lesson_foot(_NAME, step)


page()
