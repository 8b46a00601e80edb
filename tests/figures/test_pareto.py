"""Accuracy against cost: who is on the line, and how the others are marked."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.comparison.pareto import pareto_front
from imgcls.figures.pareto import pareto_figure

COSTS, ACCURACIES = np.array([10.0, 20.0, 30.0]), np.array([0.9, 0.95, 0.94])


@pytest.mark.parametrize("dark", [False, True])
def test_the_front_is_joined_and_the_beaten_are_open(dark):
    front = pareto_front(COSTS, ACCURACIES)
    line, points = pareto_figure(COSTS, ACCURACIES, ["a<b", "two", "three"], front, dark, ("s", "accuracy")).data
    assert (list(line.x), list(line.y)) == ([10, 20], [90, 95])
    assert list(points.marker.symbol) == ["circle", "circle", "circle-open"]
    assert points.text[0] == "a&lt;b", "a name is text"


def test_costs_far_apart_are_drawn_by_powers():
    near = pareto_figure(COSTS, ACCURACIES, ["a", "b", "c"], np.array([0]), False, ("s", "a"))
    far = pareto_figure(COSTS * [1, 10, 100], ACCURACIES, ["a", "b", "c"], np.array([0]), False, ("s", "a"))
    assert (near.layout.xaxis.type, far.layout.xaxis.type) == ("linear", "log")


def test_everybody_is_inside_the_frame():
    figure = pareto_figure(COSTS, ACCURACIES, ["a", "b", "c"], np.array([0]), False, ("s", "a"))
    for axis, values in ((figure.layout.xaxis, COSTS), (figure.layout.yaxis, 100 * ACCURACIES)):
        low, high = axis.range
        assert low < values.min() <= values.max() < high
