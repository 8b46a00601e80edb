"""Lesson 6: augmentation, MixUp and Cutout number by number, and what one's own network says of them."""

from __future__ import annotations

from pages.components.augmentation_change import change_it
from pages.components.augmentation_find import find_it
from pages.components.augmentation_see import see_it
from pages.components.frame import need_frame
from pages.components.lesson import lesson_foot, lesson_head, lesson_step

_NAME = "augmentation"


def page() -> None:
    need_frame()
    lesson_head(_NAME)
    step = lesson_step(_NAME)
    {"see": see_it, "change": change_it, "find": find_it}[step]()
    lesson_foot(_NAME, step)


page()
