"""Lesson 4: batch normalisation, its numbers, its two modes, and a layer of one's own network."""

from __future__ import annotations

from pages.components.frame import need_frame
from pages.components.lesson import lesson_foot, lesson_head, lesson_step
from pages.components.normalisation_change import change_it
from pages.components.normalisation_find import find_it
from pages.components.normalisation_see import see_it

_NAME = "normalisation"


def page() -> None:
    need_frame()
    lesson_head(_NAME)
    step = lesson_step(_NAME)
    {"see": see_it, "change": change_it, "find": find_it}[step]()
    lesson_foot(_NAME, step)


page()
