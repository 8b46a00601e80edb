"""A raw map with its numbers: rows and columns count from 1, as everywhere on the pages, and nothing is shifted."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.figures.signed_map import signed_map_figure

WORDS = ("row", "column", "value")


def test_rows_and_columns_count_from_one() -> None:
    raw = np.arange(6, dtype=float).reshape(2, 3) - 2
    (heat,) = signed_map_figure(raw, True, False, WORDS).data
    assert list(heat.y) == [1, 2]
    assert list(heat.x) == [1, 2, 3]
    np.testing.assert_allclose(heat.z, raw)


def test_every_cell_is_whole() -> None:
    figure = signed_map_figure(np.ones((2, 3)), True, False, WORDS)
    assert tuple(figure.layout.xaxis.range) == (0.5, 3.5)
    assert tuple(figure.layout.yaxis.range) == (2.5, 0.5), "the first row is the upper one"


@pytest.mark.parametrize(("signed", "lowest"), [(True, -4.0), (False, 0.0)])
def test_zero_is_white_where_below_zero_means_something(signed: bool, lowest: float) -> None:
    (heat,) = signed_map_figure(np.array([[1.0, 4.0]]), signed, True, WORDS).data
    assert (heat.zmin, heat.zmax) == (lowest, 4.0)
