"""The race in one frame: what each lane's line is, and that the frame stands still."""

from __future__ import annotations

import math

import numpy as np
import pytest

from imgcls.figures.curves import smoothed
from imgcls.figures.race import POINTS, RaceWords, race_figure, race_lines
from imgcls.race import Variant
from imgcls.runs import Curve

WORDS = RaceWords("epoch", "loss", {str(variant): f"<{variant}>" for variant in Variant}, "guessing")
EPOCHS = 3


def curve(steps: int = 20, loss=lambda step: 2 / (1 + step), accuracy: float = 0.5) -> Curve:
    number = list(range(1, steps + 1))
    return Curve(
        start={"steps_per_epoch": 10, "epochs": EPOCHS, "classes": 10},
        step=number,
        loss=[loss(step) for step in number],
        accuracy=[accuracy] * steps,
        epochs=[
            {"epoch": at, "step": at * 10, "loss": 1.0, "val_accuracy": at / 10} for at in range(1, steps // 10 + 1)
        ],
    )


def test_a_race_that_has_not_begun_is_an_empty_frame():
    for quantity in ("loss", "accuracy"):
        lines = race_lines({variant: Curve() for variant in Variant}, quantity, "race", EPOCHS)
        figure = race_figure(lines, False, WORDS)
        assert [len(trace.x) for trace in figure.data] == [0, 0, 0, 0]
        assert tuple(figure.layout.xaxis.range) == (0, EPOCHS)
        assert [note.text for note in figure.layout.annotations] == ["guessing"]
    assert len(race_figure(race_lines({}, "loss", "race", 1), True, WORDS).data) == 0


def test_the_frame_stands_still_while_lines_grow():
    ranges = set()
    for steps in (1, 10, 30):
        lines = race_lines({Variant.BOTH: curve(steps), Variant.SKIP: Curve()}, "loss", "race", EPOCHS)
        ranges.add((lines.end, lines.top))
    assert len(ranges) == 1


def test_the_race_shows_steps_and_validation_over_epochs():
    curves = {Variant.BOTH: curve()}
    x, y = race_lines(curves, "loss", "race", EPOCHS).lines[Variant.BOTH]
    assert (x[0], x[-1]) == (0.1, 2.0)
    np.testing.assert_allclose(y, smoothed(np.array([2 / (1 + step) for step in range(1, 21)])))
    lines = race_lines(curves, "accuracy", "race", EPOCHS)
    assert lines.lines[Variant.BOTH] == ([1.0, 2.0], [0.1, 0.2])
    assert lines.dots
    assert lines.guessing == pytest.approx(0.1)


def test_the_first_epoch_shows_its_steps_and_no_more():
    curves = {Variant.BOTH: curve(accuracy=0.25)}
    for quantity in ("loss", "accuracy"):
        lines = race_lines(curves, quantity, "first epoch", EPOCHS)
        x, y = lines.lines[Variant.BOTH]
        assert x == list(range(1, 11))
        assert lines.end == 10
        assert not lines.dots
    assert y == pytest.approx([0.25] * 10)


def test_a_long_race_is_thinned_out_and_keeps_its_end():
    x, _y = race_lines({Variant.BOTH: curve(5000)}, "loss", "race", 500).lines[Variant.BOTH]
    assert len(x) <= POINTS
    assert x[-1] == 500.0


def test_a_start_far_above_the_frame_does_not_hold_the_line_up():
    """Without batch norm, skip connections may begin at a loss of a hundred thousand."""
    lines = race_lines({Variant.SKIP: curve(60, lambda step: 1e5 if step == 1 else 1.0)}, "loss", "race", 6)
    _x, y = lines.lines[Variant.SKIP]
    assert lines.top < 4
    assert max(y) <= 2 * lines.top
    assert y[-1] < 1.1


def test_who_ends_above_the_frame_is_named_there_with_an_arrow():
    lines = race_lines({Variant.SKIP: curve(20, lambda step: 1e9), Variant.BOTH: curve()}, "loss", "race", EPOCHS)
    assert lines.written(WORDS.names) == {"skip": "<skip> ↑", "both": "<both>"}
    assert lines.places()["skip"].y == lines.top
    texts = {note.text for note in race_figure(lines, False, WORDS).layout.annotations}
    assert texts == {"<skip> ↑", "<both>", "guessing"}


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_break_nothing(bad):
    broken = curve(20, lambda step: bad if step > 5 else 1.0)
    broken.epochs[-1]["val_accuracy"] = bad
    for quantity in ("loss", "accuracy"):
        for view in ("race", "first epoch"):
            lines = race_lines({Variant.NEITHER: broken}, quantity, view, EPOCHS)
            figure = race_figure(lines, True, WORDS)
            assert all(math.isfinite(value) for value in figure.layout.yaxis.range)
            assert all(math.isfinite(note.y) for note in figure.layout.annotations)


def test_few_epochs_have_whole_ticks():
    assert race_figure(race_lines({}, "loss", "race", 3), False, WORDS).layout.xaxis.dtick == 1
    assert race_figure(race_lines({}, "loss", "race", 30), False, WORDS).layout.xaxis.dtick is None


def test_lines_differ_in_colour_and_dash():
    figure = race_figure(race_lines({v: curve() for v in Variant}, "loss", "race", 3), False, WORDS)
    assert len({trace.line.color for trace in figure.data}) == 4
    assert len({trace.line.dash for trace in figure.data}) == 4
