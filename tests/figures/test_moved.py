"""Bars of what moved: nothing is said as 0, the rest in per cent."""

from __future__ import annotations

import pytest

from imgcls.figures.moved import moved_bars


@pytest.mark.parametrize("dark", [False, True])
def test_each_bar_says_its_share(dark: bool) -> None:
    figure = moved_bars(["block 1", "block 2", "<b>head</b>"], [0.0, 0.012, 0.8], "moved", dark)
    assert list(figure.data[0].y) == [0, pytest.approx(1.2), pytest.approx(80)]
    assert list(figure.data[0].text) == ["0", "1.2%", "80%"]
    assert "<b>" not in figure.data[0].x[2]
