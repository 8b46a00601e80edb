"""The confusion matrix shows the mistakes, the right way round."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from imgcls.figures.colours import contrast, ink, mix
from imgcls.figures.confusion import confusion_figure

COUNTS = [[8, 2, 0], [0, 10, 0], [5, 0, 5]]
LABELS = ["3", "5", "8"]


def draw(counts: Any = COUNTS, labels: list[str] = LABELS, dark: bool = False) -> go.Figure:
    return confusion_figure(counts, labels, dark, "predicted", "true")


def test_rows_are_true_and_columns_predicted() -> None:
    figure = draw()
    assert figure.layout.xaxis.title.text == "predicted"
    assert figure.layout.yaxis.title.text == "true"
    assert figure.data[0].z[2][0] == 0.5  # half of the class "8" was taken for "3"


def test_first_class_is_on_top_and_cells_are_square() -> None:
    axis = draw().layout.yaxis
    assert axis.range == (2.5, -0.5)
    assert axis.scaleanchor == "x"


def test_right_answers_are_quiet_and_mistakes_coloured() -> None:
    mistakes, diagonal = draw().data[:2]
    assert np.diag(np.array(mistakes.z)).tolist() == [0, 0, 0]
    assert np.argwhere(np.isfinite(np.array(diagonal.z, dtype=float))).tolist() == [[0, 0], [1, 1], [2, 2]]
    assert {colour for _, colour in diagonal.colorscale} == {ink(False)["grid"]}


def test_counts_are_written_and_noughts_are_not() -> None:
    written = {(note.y, note.x): note.text for note in draw().layout.annotations}
    assert written == {(0, 0): "8", (0, 1): "2", (1, 1): "10", (2, 0): "5", (2, 2): "5"}


@pytest.mark.parametrize(("classes", "written"), [(12, 12), (13, 0)])
def test_counts_are_written_up_to_twelve_classes(classes: int, written: int) -> None:
    figure = draw(np.eye(classes, dtype=int), [str(index) for index in range(classes)])
    assert len(figure.layout.annotations) == written


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_counts_can_be_read_on_every_cell(dark: bool) -> None:
    colours = ink(dark)
    counts = np.arange(1, 101).reshape(10, 10)
    figure = draw(counts, list("abcdefghij"), dark)
    shares = np.array(figure.data[0].z) / figure.data[0].zmax
    for note in figure.layout.annotations:
        share = shares[int(note.y), int(note.x)]
        cell = colours["grid"] if note.x == note.y else mix(colours["surface"], colours["mistake"], share)
        assert contrast(note.font.color, cell) >= 4.5, (note.y, note.x)


def test_a_cell_can_be_chosen() -> None:
    points = draw().data[-1]
    assert [list(cell) for cell in points.customdata] == [[0, 0], [0, 1], [1, 1], [2, 0], [2, 2]]
    assert list(zip(points.y, points.x, strict=True))[3] == (2, 0)
    assert points.hovertext[3] == "true: 8<br>predicted: 3<br><b>5</b>"


def test_one_slip_in_a_thousand_is_not_painted_as_a_catastrophe() -> None:
    mistakes = draw([[999, 1], [0, 1000]], ["a", "b"]).data[0]
    assert mistakes.z[0][1] / mistakes.zmax < 0.05


def test_a_class_without_images_divides_by_nothing() -> None:
    with np.errstate(all="raise"):
        figure = draw([[0, 0], [1, 3]], ["a", "b"])
    assert np.isfinite(np.array(figure.data[0].z)).all()


def test_an_empty_matrix_is_drawn() -> None:
    assert len(draw(np.zeros((2, 2), dtype=int), ["a", "b"]).layout.annotations) == 0


def test_many_classes_are_not_all_named() -> None:
    axis = draw(np.eye(100, dtype=int), [f"class {index}" for index in range(100)]).layout.xaxis
    assert len(axis.tickvals) == 25
    assert axis.ticktext[1] == "class 4"


def test_a_class_name_is_never_markup() -> None:
    figure = draw([[1, 1], [1, 1]], ["<b>x</b>", "y"])
    assert "<b>x" not in "".join(figure.data[-1].hovertext) + "".join(figure.layout.xaxis.ticktext)


def test_a_matrix_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a matrix of 2 × 2 counts"):
        draw(COUNTS, ["a", "b"])
