"""The curve of one class, its threshold as a point on it, and where guessing is."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.evaluation.one_class import one_class
from imgcls.figures.one_class import one_class_figure

WORDS = ("others taken for it", "found of it")
DIAGONAL = ((0.0, 0.0), (1.0, 1.0))


@pytest.mark.parametrize("dark", [False, True])
def test_line_point_and_chance(dark: bool) -> None:
    found = one_class(np.array([0.9, 0.8, 0.8, 0.1]), np.array([True, False, True, False]))
    figure = one_class_figure(found.false_alarms, found.found, (0.0, 0.5), DIAGONAL, dark, WORDS)
    chance, line, point = figure.data
    assert (chance.x, chance.y) == ((0, 100), (0, 100))
    assert (list(line.x), list(line.y)) == ([0, 0, 50, 100], [0, 50, 100, 100])
    assert (point.x, point.y) == ((0,), (50,))
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == WORDS


def test_many_images_are_few_points_and_keep_both_ends() -> None:
    random = np.random.default_rng(0)
    found = one_class(random.uniform(size=10_000), random.uniform(size=10_000) < 0.5)
    line = one_class_figure(found.false_alarms, found.found, (0, 0), DIAGONAL, False, WORDS).data[1]
    assert len(line.x) == 400
    assert (line.x[0], line.x[-1]) == (0, 100)
