"""Lesson 10: trusting a heatmap, which may show that a network is right for the wrong reason."""

from __future__ import annotations

from pages.components.frame import need_frame
from pages.components.heatmaps_change import change_it
from pages.components.heatmaps_find import find_it
from pages.components.heatmaps_see import see_it
from pages.components.lesson import lesson_foot, lesson_head, lesson_step

_NAME = "heatmaps"


def page() -> None:
    need_frame()
    lesson_head(_NAME)
    step = lesson_step(_NAME)
    {"see": see_it, "change": change_it, "find": find_it}[step]()
    lesson_foot(_NAME, step)


page()
