"""Means and differences with their intervals; zero is always in the picture of a difference."""

from __future__ import annotations

import pytest

from imgcls.figures.difference import Measured, difference_figure, means_figure


@pytest.mark.parametrize("dark", [False, True])
def test_each_mean_has_its_interval(dark: bool) -> None:
    figure = means_figure([Measured("A", 96.8, 0.5), Measured("B", 96.0, 0.7)], "%", dark)
    assert [trace.error_x.array[0] for trace in figure.data] == [0.5, 0.7]
    assert figure.data[0].marker.symbol != figure.data[1].marker.symbol


@pytest.mark.parametrize("value", [-3.0, 0.0, 4.0])
def test_zero_is_in_the_picture(value: float) -> None:
    figure = difference_figure(Measured("A − B", value, 0.5), "points", False)
    low, high = figure.layout.xaxis.range
    assert low < 0 < high
    assert low < value - 0.5
    assert value + 0.5 < high
