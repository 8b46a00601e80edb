"""The light of each part, in a frame as wide as there is light."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.figures.brightness import brightness_figure

PARTS = ["training", "validation", "test"]


def test_the_axis_of_brightness_ends_behind_the_lightest_image() -> None:
    shares = np.zeros((3, 32))
    shares[:, 5] = [0.5, 0.25, 1.0]
    figure = brightness_figure(shares, PARTS, False, "brightness", "share")
    assert figure.layout.xaxis.range == (0, 64)
    assert figure.layout.yaxis.range[1] == pytest.approx(105)
    assert [line.name for line in figure.data] == PARTS[::-1]
    assert figure.data[2].y[5] == 50
    shares[0, 31] = 0.1
    assert brightness_figure(shares, PARTS, True, "b", "s").layout.xaxis.range == (0, 256)


def test_brightness_of_nothing() -> None:
    assert brightness_figure(np.zeros((3, 32)), PARTS, False, "b", "s").layout.xaxis.range == (0, 256)
