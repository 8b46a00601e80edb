"""The range test as a picture: what is no number is not drawn, and each marked rate has its name where it is."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.figures.rate_finder import rate_figure

RATES = np.array([1e-3, 1e-2, 1e-1])
SMOOTHED = np.array([2.0, 1.0, np.nan])


@pytest.mark.parametrize("dark", [False, True])
def test_lines_and_marks(dark):
    losses = np.array([2.0, 0.5, np.inf])
    figure = rate_figure(RATES, losses, SMOOTHED, {"a<b": 1e-3, "yours": 1e-2}, dark, ("rate", "loss"))
    assert [list(trace.x) for trace in figure.data] == [[1e-3, 1e-2]] * 2
    assert [list(trace.y) for trace in figure.data] == [[2.0, 0.5], [2.0, 1.0]]
    assert [(one.text, one.x, one.xanchor) for one in figure.layout.annotations] == [
        ("a&lt;b", -3, "right"),
        ("yours", -2, "left"),
    ]
    assert [shape.x0 for shape in figure.layout.shapes] == [1e-3, 1e-2]
    assert len({shape.line.dash for shape in figure.layout.shapes}) == 2
    assert figure.layout.yaxis.range[1] > 2
