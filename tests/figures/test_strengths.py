"""Strength in each block: a line each, not by colour alone, and what is nothing still has a place."""

from __future__ import annotations

import numpy as np

from imgcls.figures.strengths import strengths_figure


def test_a_line_for_each_name() -> None:
    figure = strengths_figure({"a<b": np.array([1.0, 0.0]), "c": np.array([1.0, 2.0])}, "block", "signal", True)
    one, other = figure.data
    assert one.line.dash != other.line.dash
    assert min(one.y) > 0
    assert figure.layout.annotations[0].text == "a&lt;b"
