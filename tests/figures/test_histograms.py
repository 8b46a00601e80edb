"""Histograms: shares of all values, the same bins for all, names as text."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.figures.histograms import histograms_figure


@pytest.mark.parametrize("dark", [False, True])
def test_heights_are_shares_in_common_bins(dark: bool) -> None:
    values = {"before <b>": np.array([0.0, 0.0, 10.0]), "after": np.array([-1.0, 1.0])}
    figure = histograms_figure(values, "value", "share", dark)
    one, other = figure.data
    assert sum(one.y) == pytest.approx(1, abs=1e-3)
    assert one.x == other.x
    assert one.line.dash != other.line.dash, "not by colour alone"
    assert "&lt;b&gt;" in figure.layout.annotations[0].text


def test_values_that_are_all_the_same() -> None:
    assert sum(histograms_figure({"one": np.ones(4)}, "value", "share", False).data[0].y) == 1
