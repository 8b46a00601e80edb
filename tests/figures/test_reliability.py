"""The reliability diagram shows accuracy over confidence, bin by bin."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.evaluation.calibration import reliability
from imgcls.figures.colours import class_colours
from imgcls.figures.reliability import reliability_figure

WORDS = ("sure", "right", "as it is", "with <b>temperature</b>")
# bins of fifteenths: two images between 6/15 and 7/15, one of them right; two in the last, both right
FOUND = reliability(np.array([0.42, 0.44, 0.95, 0.99]), np.array([True, False, True, True]))
AFTER = reliability(np.array([0.5, 0.5, 0.9, 0.9]), np.array([True, False, True, True]))


def test_a_bar_for_every_bin_that_has_images() -> None:
    diagonal, bars = reliability_figure(FOUND, False, WORDS).data
    assert (diagonal.x, diagonal.y) == ((0, 100), (0, 100))
    assert bars.x == pytest.approx([100 * 6.5 / 15, 100 * 14.5 / 15])
    assert bars.y == pytest.approx([50, 100])
    assert [list(cell) for cell in bars.customdata] == [[43.0, 2.0], [97.0, 2.0]]
    assert bars.width == pytest.approx(0.92 * 100 / 15)


def test_what_temperature_does_is_drawn_as_points_of_another_shape() -> None:
    figure = reliability_figure(FOUND, False, WORDS, AFTER)
    points = figure.data[-1]
    assert (points.x, points.y) == (pytest.approx([50, 90]), pytest.approx([50, 100]))
    assert points.marker.symbol == "diamond"
    assert points.marker.color != figure.data[1].marker.color
    assert figure.layout.showlegend
    assert "<b>" not in points.name, "a name is no markup"
    assert not reliability_figure(FOUND, False, WORDS).layout.showlegend


@pytest.mark.parametrize("dark", [False, True])
def test_light_and_dark(dark: bool) -> None:
    assert reliability_figure(FOUND, dark, WORDS).data[1].marker.color == class_colours(2, dark)[0]
