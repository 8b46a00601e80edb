"""Images as points: colours, crosses, names, and which one was clicked."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.figures.embedding import embedding_figure

POINTS = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]])


@pytest.mark.parametrize("dark", [False, True])
def test_a_mistake_is_a_cross_and_says_so(dark):
    figure = embedding_figure(
        POINTS, np.array([0, 1, 1]), np.array([0, 1, 0]), ["a<b", "two"], dark, "is {true}, says {predicted}"
    )
    (points,) = figure.data
    assert list(points.marker.symbol) == ["circle", "circle", "x"]
    assert len(set(points.marker.color)) == 2
    assert list(points.customdata) == [0, 1, 2]
    assert list(points.hovertext) == ["is a&lt;b, says a&lt;b", "is two, says two", "is two, says a&lt;b"]
    assert [note.text for note in figure.layout.annotations] == ["<b>a&lt;b</b>", "<b>two</b>"]


def test_beyond_ten_classes_the_marks_differ_and_beyond_twenty_nothing_is_named():
    labels = np.array([0, 10, 25])
    figure = embedding_figure(POINTS, labels, labels, [str(one) for one in range(30)], False, "{true}{predicted}")
    assert list(figure.data[0].marker.symbol) == ["circle", "square", "diamond"]
    assert len(figure.layout.annotations) == 0
