"""The curves: a frame that spans the whole run, lines named at their ends, and nothing that breaks on odd numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from imgcls.figures.curves import HEIGHT, POINTS, Band, CurveWords, curve_figure, smoothed
from imgcls.runs import Curve

WORDS = CurveWords("Epoch", "Loss", "training", "validation")


def curve(steps: int = 20, epochs: int = 2, total: int = 5, loss=lambda step: 2 / (1 + step)) -> Curve:
    number = list(range(1, steps + 1))
    lines = [
        {
            "epoch": at,
            "step": at * 10,
            "loss": 1 / at,
            "val_loss": 1.5 / at,
            "accuracy": 0.5,
            "val_accuracy": 0.4,
            "best": at == 1,
        }
        for at in range(1, epochs + 1)
    ]
    return Curve(
        start={"steps_per_epoch": 10, "epochs": total},
        step=number,
        loss=[loss(step) for step in number],
        accuracy=[0.5] * steps,
        learning_rate=[0.1] * steps,
        epochs=lines,
    )


@pytest.mark.parametrize("quantity", ["loss", "accuracy"])
@pytest.mark.parametrize("dark", [False, True])
def test_an_empty_log_is_an_empty_frame(quantity, dark):
    figure = curve_figure(Curve(), quantity, dark, WORDS)
    assert [len(trace.x) for trace in figure.data] == [0, 0, 0]
    assert tuple(figure.layout.xaxis.range) == (0, 1)
    assert not figure.layout.annotations
    assert not figure.layout.shapes


def test_the_frame_spans_the_whole_run_and_stands_still():
    ranges = set()
    for steps, epochs in ((1, 0), (10, 1), (50, 5)):
        figure = curve_figure(curve(steps, epochs), "accuracy", False, WORDS)
        ranges.add((tuple(figure.layout.xaxis.range), tuple(figure.layout.yaxis.range)))
    assert ranges == {((0, 5), (0, 1.02))}
    assert curve_figure(curve(), "loss", False, WORDS).layout.uirevision == "keep"


def test_the_numbers_are_those_of_the_log():
    steps, training, validation = curve_figure(curve(), "loss", False, WORDS).data
    assert steps.x[0] == 0.1
    assert steps.x[-1] == 2.0
    np.testing.assert_allclose(steps.y, smoothed(np.array([2 / (1 + step) for step in range(1, 21)])))
    assert (training.x, training.y) == ((0.5, 1.5), (1.0, 0.5))  # a mean over an epoch stands in its middle
    assert (validation.x, validation.y) == ((1.0, 2.0), (1.5, 0.75))
    accuracy = curve_figure(curve(), "accuracy", False, WORDS).data
    assert accuracy[2].y == (0.4, 0.4)


def test_a_long_run_is_thinned_out_and_keeps_its_end():
    figure = curve_figure(curve(5000, 0, 500), "loss", False, WORDS)
    assert 300 < len(figure.data[0].x) <= POINTS
    assert figure.data[0].x[0] == 0.1
    assert figure.data[0].x[-1] == 500.0


def test_lines_are_named_at_their_ends_and_do_not_overlap():
    figure = curve_figure(curve(loss=lambda step: 0.75), "loss", False, WORDS)
    names = {note.text: note for note in figure.layout.annotations}
    assert set(names) == {"training", "validation"}
    assert (names["training"].x, names["validation"].x) == (2.0, 2.0)
    top = figure.layout.yaxis.range[1]
    pixels = [note.y / top * (HEIGHT - 80) + note.yshift for note in names.values()]
    assert abs(pixels[0] - pixels[1]) >= 17.9


def test_far_ends_are_not_moved():
    figure = curve_figure(curve(loss=lambda step: 0.3), "loss", False, WORDS)
    assert [note.yshift for note in figure.layout.annotations] == [0, 0]


def test_the_best_epoch_is_marked():
    (mark,) = curve_figure(curve(), "loss", False, WORDS).layout.shapes
    assert mark.x0 == mark.x1 == 1.0


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_numbers_that_are_none_break_nothing(bad):
    broken = curve(loss=lambda step: bad if step > 15 else 1.0)
    broken.epochs[-1] |= {"val_loss": bad, "loss": bad}
    figure = curve_figure(broken, "loss", True, WORDS)
    assert [note.text for note in figure.layout.annotations] == ["training"]
    assert math.isfinite(figure.layout.yaxis.range[1])
    nothing = curve_figure(curve(loss=lambda step: bad, epochs=0), "loss", False, WORDS)
    assert math.isfinite(nothing.layout.yaxis.range[1])
    assert not nothing.layout.annotations


def test_smoothing():
    assert smoothed(np.array([])).shape == (0,)
    np.testing.assert_allclose(smoothed(np.full(50, 3.0)), 3.0)
    # half-life 1: each value weighs half of the next: (1·0.25 + 2·0.5 + 4·1) / 1.75
    np.testing.assert_allclose(smoothed(np.array([1.0, 2.0, 4.0]), 1), [1, 5 / 3, 5.25 / 1.75])
    np.testing.assert_allclose(smoothed(np.array([1.0, np.nan, 1.0])), [1, 1, 1])
    assert np.isnan(smoothed(np.array([np.nan, 2.0]))[0])
    step = smoothed(np.concatenate([np.zeros(1000), np.ones(8)]))
    assert step[-1] == pytest.approx(0.5, abs=1e-6)  # after one half-life, half of the way


def test_what_is_said_of_epochs_is_marked_on_them():
    """A shade for each, within the axis; more than one have bars with their names, none over another."""
    one = curve_figure(curve(epochs=5), "loss", False, WORDS, bands=[Band(2, 5)])
    (shade,) = [shape for shape in one.layout.shapes if shape.type == "rect"]
    assert (shade.x0, shade.x1, shade.y0, shade.y1) == (1.7, 5, 0, 1)
    several = curve_figure(curve(epochs=5), "loss", True, WORDS, bands=[Band(2, 5, "1"), Band(1, 2, "2")])
    bars = [shape for shape in several.layout.shapes if shape.type == "rect" and shape.y0 > 0]
    assert [(bar.x0, bar.x1) for bar in bars] == [(1.7, 5), (0.7, 2.3)]
    assert bars[0].y0 > bars[1].y1
    names = [note for note in several.layout.annotations if note.text in ("1", "2")]
    assert [(note.x, note.y) for note in names] == [(1.7, bars[0].y1), (0.7, bars[1].y1)]
