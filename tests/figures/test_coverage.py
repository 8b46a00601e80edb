"""Accuracy over coverage, and the place of the threshold on the line."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.evaluation.selective import coverage_curve
from imgcls.figures.coverage import coverage_figure

WORDS = ("share it answers", "right of those")


def test_the_line_and_the_chosen_point() -> None:
    coverage, accuracy = coverage_curve(np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, True, False, False]))
    figure = coverage_figure(coverage, accuracy, (0.75, 2 / 3), False, WORDS)
    line, point = figure.data
    assert line.x == pytest.approx([25, 50, 75, 100])
    assert line.y == pytest.approx([100, 100, 66.67, 50])
    assert (point.x, point.y) == (pytest.approx([75]), pytest.approx([200 / 3]))
    assert figure.layout.yaxis.range[0] == pytest.approx(47)
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == WORDS


def test_nothing_is_answered() -> None:
    figure = coverage_figure(np.array([1.0]), np.array([0.25]), None, True, WORDS)
    assert len(figure.data) == 1


def test_many_images_are_few_points_and_keep_both_ends() -> None:
    random = np.random.default_rng(0)
    coverage, accuracy = coverage_curve(random.uniform(size=10_000), random.uniform(size=10_000) < 0.9)
    line = coverage_figure(coverage, accuracy, None, False, WORDS).data[0]
    assert len(line.x) == 400
    assert (line.x[0], line.x[-1]) == (pytest.approx(0.01), 100)
    assert line.y[-1] == pytest.approx(100 * accuracy[-1], abs=0.01)
