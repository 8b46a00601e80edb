"""The curve of the learning rate before a run."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.figures.schedule import schedule_figure


@pytest.mark.parametrize("dark", [False, True])
def test_it_spans_the_run_and_shows_the_highest(dark):
    rates = np.array([0.001, 0.01, 0.0])
    figure = schedule_figure(rates, 8, dark, ("epoch", "rate"))
    assert (list(figure.data[0].x), list(figure.data[0].y)) == ([0, 4, 8], [0.001, 0.01, 0])
    assert tuple(figure.layout.xaxis.range) == (0, 8)
    assert figure.layout.yaxis.range[1] > 0.01
