"""Trials in one frame: twenty pairs of lines that can be told apart, names that do not overlap, a frame that stands."""

from __future__ import annotations

import math
from itertools import combinations, pairwise
from xml.etree import ElementTree

import numpy as np
import pytest

from imgcls.figures.colours import contrast, ink
from imgcls.figures.lanes import sample_of
from imgcls.figures.trials import (
    AROUND,
    NAME_LENGTH,
    POINTS,
    TrialLine,
    TrialWords,
    along,
    training_style,
    trial_figure,
    trial_height,
    trial_line,
    trial_lines,
    trial_style,
)
from imgcls.runs import Curve
from imgcls.trials import MOST

both_themes = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
WORDS = TrialWords("epoch", "accuracy", "guessing")
EPOCHS = 4


def line(place: int = 0, ends: float = 0.9, name: str = "", epochs: int = EPOCHS) -> TrialLine:
    x = [float(epoch) for epoch in range(1, epochs + 1)]
    y = list(np.linspace(0.5, ends, epochs)) if epochs else []
    return TrialLine(name or f"trial {place}", place, ([0.5, *x], [0.1, *y]), (x, y))


def curve(steps: int = 20, accuracy: float = 0.5, per_epoch: int = 10) -> Curve:
    number = list(range(1, steps + 1))
    return Curve(
        start={"steps_per_epoch": per_epoch, "epochs": EPOCHS, "classes": 10},
        step=number,
        loss=[2 / (1 + step) for step in number],
        accuracy=[accuracy] * steps,
        epochs=[
            {
                "epoch": at,
                "step": at * per_epoch,
                "seconds": at * 1.5,
                "loss": 1.0,
                "accuracy": 0.9,
                "val_loss": 3 - at,
                "val_accuracy": at / 5,
            }
            for at in range(1, steps // per_epoch + 1)
        ],
    )


# -- told apart


@both_themes
def test_no_two_of_twenty_look_alike(dark):
    looks = {(trial_style(place, dark).colour, trial_style(place, dark).dash) for place in range(MOST)}
    assert len(looks) == MOST
    for one, other in pairwise(range(MOST)):
        assert trial_style(one, dark).colour != trial_style(other, dark).colour
        assert trial_style(one, dark).dash != trial_style(other, dark).dash


@both_themes
def test_lines_stand_out_and_names_can_be_read(dark):
    for place in range(MOST):
        style, thin = trial_style(place, dark), training_style(place, dark)
        assert contrast(style.colour, ink(dark)["paper"]) >= 3
        assert contrast(style.text, ink(dark)["paper"]) >= 4.5
        assert contrast(thin.colour, ink(dark)["paper"]) >= 1.8
        assert thin.width < style.width


def test_the_key_is_a_drawing_of_the_line():
    for place in range(MOST):
        style = trial_style(place, False)
        (path,) = ElementTree.fromstring(sample_of(style))
        assert path.get("stroke") == style.colour
        assert bool(path.get("stroke-dasharray")) == bool(style.dash)


# -- what is drawn


def test_training_is_of_steps_and_validation_of_epochs():
    found = trial_line("a", 3, curve(), "accuracy")
    assert (found.training[0][0], found.training[0][-1]) == (0.1, 2.0)
    assert found.training[1] == pytest.approx([0.5] * 20)
    assert found.validation == ([1.0, 2.0], [0.2, 0.4])
    assert found.place == 3
    assert trial_line("a", 0, curve(), "loss").validation == ([1.0, 2.0], [2, 1])


def test_a_long_line_is_thinned_out_and_keeps_its_end():
    x, _y = trial_line("a", 0, curve(5000), "loss").training
    assert len(x) <= POINTS
    assert x[-1] == 500.0


@both_themes
def test_the_figure_draws_thin_below_thick(dark):
    figure = trial_figure(trial_lines([line(0), line(2)], "accuracy", EPOCHS), dark, WORDS)
    widths = [trace.line.width for trace in figure.data]
    assert widths == sorted(widths)
    assert [trace.line.color for trace in figure.data[2:]] == [trial_style(place, dark).colour for place in (0, 2)]
    assert [list(trace.y) for trace in figure.data[2:]] == [line(0).validation[1], line(2).validation[1]]
    assert figure.data[0].hoverinfo == "skip"
    assert "trial 2" in figure.data[3].hovertemplate
    assert figure.layout.yaxis.tickformat == ".0%"


def test_trials_that_have_not_begun_are_an_empty_frame():
    for quantity in ("loss", "accuracy"):
        for view in ("whole", "close"):
            lines = trial_lines([trial_line("a", 0, Curve(), quantity)], quantity, EPOCHS, view)
            figure = trial_figure(lines, False, WORDS)
            assert tuple(figure.layout.xaxis.range) == (0, EPOCHS)
            assert [note.text for note in figure.layout.annotations] == ["guessing"]
    assert len(trial_figure(trial_lines([], "loss", 1), True, WORDS).data) == 0


def test_the_frame_stands_still_while_lines_grow():
    for quantity in ("loss", "accuracy"):
        frames = set()
        for steps in (1, 10, 30):
            found = trial_lines([trial_line("a", 0, curve(steps), quantity)], quantity, EPOCHS)
            frames.add((found.end, found.low, found.top))
        assert len(frames) == 1
        assert next(iter(frames))[:2] == (EPOCHS, 0.0)


def test_guessing_is_where_it_belongs():
    assert trial_lines([], "accuracy", 1, guess=math.log(4)).guessing == pytest.approx(0.25)
    assert trial_lines([], "loss", 1, guess=math.log(4)).guessing == pytest.approx(math.log(4))
    assert trial_lines([], "accuracy", 1).guessing == pytest.approx(0.1)


@pytest.mark.parametrize(("ends", "low", "top"), [((0.91, 0.97), 0.75, 1.0), ((0.991, 0.999), 0.8, 1.02)])
def test_close_up_the_second_half_fills_the_frame(ends, low, top):
    lines = [line(place, end) for place, end in enumerate(ends)]
    second = [y for one in lines for y in one.validation[1][EPOCHS // 2 :]]
    found = trial_lines(lines, "accuracy", EPOCHS, "close")
    assert (found.low, found.top) == pytest.approx((low, top))
    assert found.low < min(second) <= max(second) < found.top
    assert not found.low <= found.guessing
    assert [note.text for note in trial_figure(found, False, WORDS).layout.annotations] == ["trial 0", "trial 1"]
    assert not trial_figure(found, False, WORDS).layout.shapes


# -- the names


@both_themes
@pytest.mark.parametrize("count", [2, 5, MOST])
@pytest.mark.parametrize("spread", [0.0, 0.02, 0.4])
def test_names_keep_apart_and_inside(dark, count, spread):
    lines = trial_lines([line(place, 0.9 - spread * place / count) for place in range(count)], "accuracy", EPOCHS)
    height = trial_height(count)
    notes = trial_figure(lines, dark, WORDS).layout.annotations[:count]
    assert len({note.text for note in notes}) == count
    scale = (height - AROUND) / (lines.top - lines.low)
    pixels = sorted((note.y - lines.low) * scale + note.yshift for note in notes)
    assert all(upper - lower >= 17.99 for lower, upper in pairwise(pixels))
    assert pixels[0] >= 8.9
    assert pixels[-1] <= height - AROUND - 8.9
    assert {note.x for note in notes} == {float(EPOCHS)}


def test_a_name_stands_at_the_end_of_the_thick_line_or_before_there_is_one_of_the_thin():
    assert line(ends=0.9).end() == (4.0, pytest.approx(0.9))
    assert TrialLine("a", 0, ([0.5], [0.2]), ([], [])).end() == (0.5, 0.2)
    assert TrialLine("a", 0, ([0.5], [math.nan]), ([], [])).end() is None


def test_who_ends_outside_the_frame_is_named_there_with_an_arrow():
    lines = trial_lines(
        [line(0, 0.97), TrialLine("low", 1, ([], []), ([1.0, 2.0], [0.1, 0.1]))], "accuracy", EPOCHS, "close"
    )
    assert lines.low == pytest.approx(0.05)
    high = trial_lines([TrialLine("up", 0, ([1.0], [50.0]), ([], []))], "loss", EPOCHS)
    assert high.written() == {"0": "up ↑"}
    assert high.places(270)["0"].y == high.top
    under = trial_lines([line(0, 0.97), TrialLine("low", 1, ([1.0], [0.1]), ([], []))], "accuracy", EPOCHS, "close")
    assert under.written()["1"] == "low ↓"
    assert under.places(270)["1"].y == under.low


def test_a_long_name_is_cut_and_markup_is_text():
    lines = trial_lines([line(0, name="<b>a</b>"), line(1, 0.5, "x" * 60)], "accuracy", EPOCHS)
    texts = {note.text for note in trial_figure(lines, False, WORDS).layout.annotations}
    assert texts == {"&lt;b&gt;a&lt;/b&gt;", "x" * (NAME_LENGTH - 1) + "…", "guessing"}


def test_there_is_room_for_the_names():
    short, long, chinese = (trial_lines([line(name=name)], "loss", 1).room() for name in ("with", "x" * 60, "不用增强"))
    assert short < chinese < long < 180
    assert trial_height(2) < trial_height(MOST) <= 460


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("view", ["whole", "close"])
def test_numbers_that_are_none_break_nothing(bad, view):
    broken = TrialLine("a", 0, ([0.5, 1.0], [bad, bad]), ([1.0, 2.0], [0.5, bad]))
    for quantity in ("loss", "accuracy"):
        lines = trial_lines([broken, line(1)], quantity, EPOCHS, view)
        figure = trial_figure(lines, True, WORDS)
        assert all(math.isfinite(value) for value in figure.layout.yaxis.range)
        assert all(math.isfinite(note.y) and math.isfinite(note.yshift or 0) for note in figure.layout.annotations)


def test_few_epochs_have_whole_ticks_and_dots():
    few, many = (trial_lines([line()], "loss", epochs) for epochs in (3, 40))
    assert (trial_figure(few, False, WORDS).layout.xaxis.dtick, few.dots) == (1, 7)
    assert trial_figure(many, False, WORDS).layout.xaxis.dtick is None
    assert many.dots <= trial_style(0, False).width, "no wider than the line"


def test_all_pairs_differ_in_colour_or_dash():
    figure = trial_figure(trial_lines([line(place) for place in range(MOST)], "loss", EPOCHS), False, WORDS)
    for one, other in combinations(figure.data[MOST:], 2):
        assert (one.line.color, one.line.dash) != (other.line.color, other.line.dash)


# -- along steps and seconds


def test_along_steps_and_seconds_by_hand():
    made = Curve(start={"steps_per_epoch": 10, "epochs": 4, "train_images": 100}, images_per_second=50.0)
    made.epochs = [{"step": 10, "seconds": 3.0}, {"step": 20, "seconds": 5.0}]
    moments = [0.0, 0.5, 1.0, 1.5, 2.0, 4.0]
    assert along(made, moments, "epoch") == moments
    assert along(made, moments, "step") == [0, 5, 10, 15, 20, 40]
    assert along(made, moments, "second") == [0, 1.5, 3, 4, 5, 10], "the last two epochs as fast as the first two"
    made.epochs = []
    assert along(made, [1.0], "second") == [2.0], "an epoch of 100 images at 50 a second"
    assert along(made, [], "second") == []


@pytest.mark.parametrize("axis", ["epoch", "step", "second"])
def test_both_lines_run_along_the_axis(axis):
    made = curve(EPOCHS * 10)
    plain, drawn = (trial_line("a", 0, made, "loss", one) for one in ("epoch", axis))
    assert drawn.training[0] == along(made, plain.training[0], axis)
    assert drawn.validation == (along(made, plain.validation[0], axis), plain.validation[1])


def test_a_long_name_keeps_its_seed():
    """Three seeds of one network are three names."""
    long = "plain-20, no batch norm"
    drawn = [line(name=f"{long} · {seed}", place=seed) for seed in range(3)]
    written = trial_lines(drawn, "loss", 1).written()
    assert list(written.values()) == [f"plain-20, no… · {seed}" for seed in range(3)]
