"""Accuracy against strength: every way has a line that differs by more than its colour."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.figures.robustness import robustness_figure


@pytest.mark.parametrize("dark", [False, True])
def test_a_line_for_each_way(dark):
    accuracy = np.linspace(1, 0.2, 6)[None] ** np.arange(1, 6)[:, None]
    figure = robustness_figure(accuracy, ["a<b", "c", "d", "e", "f"], dark, ("strength", "accuracy"))
    assert [line.name for line in figure.data] == ["a&lt;b", "c", "d", "e", "f"]
    assert len({(line.line.dash, line.marker.symbol) for line in figure.data}) == 5
    assert list(figure.data[0].x) == [0, 1, 2, 3, 4, 5]
    np.testing.assert_allclose(figure.data[0].y, 100 * accuracy[0], atol=0.05)
