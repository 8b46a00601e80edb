"""The gradient in every layer: one axis for figures side by side, and gaps where there is nothing to draw."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from imgcls.figures.gradients import HEIGHT, GradientWords, gradient_figure, norm_span
from imgcls.race import Variant
from imgcls.runs import Gradients

WORDS = GradientWords("layer", "norm", {str(variant): str(variant) for variant in Variant})


def gradients(*norms: float) -> Gradients:
    return Gradients(tuple(f"layer_{place}" for place in range(len(norms))), np.array(norms, float))


def test_layers_are_numbered_from_the_image():
    (line,) = gradient_figure({Variant.BOTH: gradients(0.1, 1, 10)}, (-2, 2), False, WORDS).data
    assert (line.x, line.y) == ((1, 2, 3), (0.1, 1.0, 10.0))
    assert line.customdata == ("layer_0", "layer_1", "layer_2")


def test_the_axis_is_logarithmic_and_the_same_for_all():
    one, other = {Variant.BOTH: gradients(0.02, 1)}, {Variant.SKIP: gradients(1, 3e5)}
    span = norm_span([*one.values(), *other.values()])
    assert span == (-2, 6)
    for shown in (one, other):
        axis = gradient_figure(shown, span, True, WORDS).layout.yaxis
        assert (axis.type, tuple(axis.range)) == ("log", span)


@pytest.mark.parametrize("norms", [(1.0,), (1.0, 2.0), (0.0, math.nan), (0.9, 1.1, 1.0)])
def test_noise_is_not_spread_over_the_whole_axis(norms):
    low, high = norm_span([gradients(*norms)])
    assert high - low >= 3
    drawn = [math.log10(norm) for norm in norms if norm > 0]
    assert all(low <= value <= high for value in drawn)


def test_what_cannot_be_drawn_is_a_gap():
    odd = gradients(1, 0, math.inf, math.nan, 0.5)
    (line,) = gradient_figure({Variant.NEITHER: odd}, norm_span([odd]), False, WORDS).data
    assert line.y == (1.0, None, None, None, 0.5)
    assert line.connectgaps is False


def test_nothing_at_all_is_an_empty_frame():
    assert norm_span([]) == (-3, 0)
    for shown in ({}, {Variant.NEITHER: gradients(0, 0)}):
        figure = gradient_figure(shown, norm_span(shown.values()), False, WORDS)
        assert not figure.layout.annotations
        assert all(math.isfinite(value) for value in (*figure.layout.xaxis.range, *figure.layout.yaxis.range))


def test_names_stand_at_the_last_layer_that_is_drawn():
    shown = {Variant.BOTH: gradients(1, 10, 100), Variant.NEITHER: gradients(1, 0.1, 0)}
    notes = {note.text: note for note in gradient_figure(shown, (-2, 3), False, WORDS).layout.annotations}
    assert (notes["both"].x, notes["both"].y) == (3, 2)  # an annotation's y is the power of ten
    assert (notes["neither"].x, notes["neither"].y) == (2, -1)


@pytest.mark.parametrize(("low", "high"), [(-3, 0), (-7, 2), (-40, 5), (0, 3), (-3, 38)])
def test_ticks_are_few_powers_of_ten(low, high):
    axis = gradient_figure({}, (low, high), False, WORDS).layout.yaxis
    assert 2 <= len(axis.tickvals) <= 7
    assert all(math.log10(tick) == pytest.approx(round(math.log10(tick))) for tick in axis.tickvals)
    assert len(axis.ticktext) == len(axis.tickvals)


def test_ticks_are_written_as_people_write_them():
    axis = gradient_figure({}, (-3, 3), False, WORDS).layout.yaxis
    assert axis.ticktext == ("0.001", "0.01", "0.1", "1", "10", "100", "1,000")
    assert gradient_figure({}, (-8, -5), False, WORDS).layout.yaxis.ticktext[0] == "10<sup>−8</sup>"


def test_a_layer_name_is_never_markup():
    odd = Gradients(("<b>x</b>", "y"), np.ones(2))
    (line,) = gradient_figure({Variant.BOTH: odd}, (-1, 2), False, WORDS).data
    assert "<b>" not in "".join(line.customdata)


def test_four_names_at_one_place_are_moved_apart():
    shown = {variant: gradients(1, 1) for variant in Variant}
    notes = gradient_figure(shown, (-2, 2), False, WORDS).layout.annotations
    lifts = sorted(note.yshift for note in notes)
    assert all(b - a >= 17.9 for a, b in itertools.pairwise(lifts))
    assert max(abs(lift) for lift in lifts) < HEIGHT / 2
