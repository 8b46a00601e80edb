"""Lesson 7: rare classes, what an accuracy hides, and what class weights do."""

from __future__ import annotations

from pages.components.frame import need_frame
from pages.components.lesson import lesson_foot, lesson_head, lesson_step
from pages.components.rare_change import change_it
from pages.components.rare_find import find_it
from pages.components.rare_see import see_it

_NAME = "imbalance"


def page() -> None:
    need_frame()
    lesson_head(_NAME)
    step = lesson_step(_NAME)
    {"see": see_it, "change": change_it, "find": find_it}[step]()
    lesson_foot(_NAME, step)


page()
