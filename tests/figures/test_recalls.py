"""Recalls are drawn where they belong, the rarest class last."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.figures.class_counts import class_count_figure
from imgcls.figures.recalls import recall_figure

NAMES, COUNTS = ["a<b", "b", "c"], [30, 5, 300]
RUNS = [("none", np.array([0.5, 0.0, 1.0])), ("over <b>", np.array([0.6, 0.4, 0.9]))]


@pytest.mark.parametrize("dark", [False, True])
def test_rows_by_frequency_and_a_dot_for_each_run(dark):
    figure = recall_figure(NAMES, COUNTS, RUNS, dark, "Recall", "{count} images")
    assert list(figure.layout.yaxis.ticktext) == ["c · 300 images", "a&lt;b · 30 images", "b · 5 images"]
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]  # the first row on top
    none, over = figure.data[1:]
    assert list(none.x) == [100.0, 50.0, 0.0]
    assert list(over.x) == [90.0, 60.0, 40.0]
    assert over.name == "over &lt;b&gt;"
    assert none.marker.color != over.marker.color
    assert none.marker.symbol != over.marker.symbol
    span = figure.data[0]
    assert list(span.x[:2]) == [90.0, 100.0]
    assert list(span.x[6:8]) == [0.0, 40.0]


def test_what_is_kept_and_what_was_left_out():
    figure = class_count_figure(NAMES, [300, 30, 3], [300, 300, 300], False, "Images")
    kept, left, numbers = figure.data
    assert list(numbers.text) == ["300", "30", "3"]
    assert list(kept.y) == [300, 30, 3]
    assert list(left.y) == [0, 270, 297]
    assert figure.layout.barmode == "stack"
    assert figure.layout.xaxis.ticktext[0] == "a&lt;b"
