"""Bars that add up, and that a page can ask which one was chosen."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.figures.colours import PAPER_DARK, PAPER_LIGHT, contrast
from imgcls.figures.counts import count_bars, part_colours

PARTS = ["training", "validation", "test"]
COUNTS = np.array([[350, 35], [50, 5], [100, 10]])


def test_each_piece_is_its_part_and_the_sum_stands_at_the_end() -> None:
    figure = count_bars(COUNTS, ["cat", "dog"], PARTS, False, "images")
    assert [list(bar.x) for bar in figure.data] == COUNTS.tolist()
    assert figure.layout.barmode == "stack"
    texts = [note.text for note in figure.layout.annotations]
    assert texts[1:] == ["500", "50"]
    assert all(part in texts[0] for part in PARTS)


def test_a_piece_says_which_it_is() -> None:
    figure = count_bars(COUNTS, ["cat", "dog"], PARTS, False, "images")
    assert np.asarray(figure.data[2].customdata).tolist() == [[0, 2], [1, 2]]
    assert figure.data[1].hovertext[0] == "cat, validation: 50"
    assert all(bar.unselected.marker.opacity == 1 for bar in figure.data), "a chosen piece does not make others fade"


def test_names_are_not_markup() -> None:
    figure = count_bars(COUNTS, ["<b>x</b>", "a" * 60], PARTS, False, "images")
    assert figure.layout.yaxis.ticktext[0] == "&lt;b&gt;x&lt;/b&gt;"
    assert len(figure.layout.yaxis.ticktext[1]) <= 22
    assert "<b>" not in figure.data[0].hovertext[0]


def test_many_classes_have_thinner_bars() -> None:
    few, many = (count_bars(np.ones((3, n), int), ["x"] * n, PARTS, True, "n").layout.height / n for n in (10, 100))
    assert many < few


def test_no_images_at_all() -> None:
    figure = count_bars(np.zeros((3, 2), int), ["a", "b"], PARTS, False, "n")
    assert figure.layout.xaxis.range == (0, 1)


def test_counts_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="Received"):
        count_bars([[1, 2]], ["a", "b"], PARTS, False, "n")


@pytest.mark.parametrize(("dark", "paper"), [(False, PAPER_LIGHT), (True, PAPER_DARK)])
def test_neighbouring_pieces_are_told_apart(dark: bool, paper: str) -> None:
    training, validation, test = part_colours(dark)
    assert contrast(training, validation) > 1.5
    assert contrast(validation, test) > 1.2
    assert min(contrast(colour, paper) for colour in (training, validation, test)) > 1.8
