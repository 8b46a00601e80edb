"""The bars say what the network says, no more and no less."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.figures.bars import percentage, probability_bars
from imgcls.figures.colours import ink
from imgcls.figures.layout import PLOT_CONFIG, plain

LABELS = ["cat", "dog", "frog", "ship"]


def test_best_guess_comes_first_and_alone_has_the_accent_colour() -> None:
    bars = probability_bars(LABELS, [0.1, 0.7, 0.15, 0.05], dark=False, axis_title="Probability", top=3).data[0]
    assert list(bars.customdata) == ["dog", "frog", "cat"]
    assert list(bars.x) == pytest.approx([70, 15, 10])
    colours = ink(False)
    assert list(bars.marker.color) == [colours["accent"], colours["muted"], colours["muted"]]


def test_percentages_are_written_in_one_column() -> None:
    figure = probability_bars(LABELS, [0.1, 0.7, 0.15, 0.05], dark=True, axis_title="Probability")
    assert [note.text for note in figure.layout.annotations] == ["70.0%", "15.0%", "10.0%", "5.0%"]
    assert {(note.x, note.xanchor) for note in figure.layout.annotations} == {(1, "right")}


def test_axis_spans_nought_to_a_hundred_whatever_the_values() -> None:
    figure = probability_bars(LABELS, [0.0, 0.01, 0.0, 0.0], dark=False, axis_title="概率")
    assert figure.layout.xaxis.range == (0, 100)
    assert figure.layout.xaxis.title.text == "概率"


def test_equal_probabilities_keep_the_order_of_the_classes() -> None:
    bars = probability_bars(LABELS, [0.25] * 4, dark=False, axis_title="p").data[0]
    assert list(bars.customdata) == LABELS


def test_fewer_classes_than_bars() -> None:
    assert len(probability_bars(["a", "b"], [0.4, 0.6], dark=False, axis_title="p", top=5).data[0].x) == 2


def test_figure_grows_with_its_bars() -> None:
    heights = [probability_bars(LABELS, [0.25] * 4, False, "p", top=top).layout.height for top in (1, 4)]
    assert heights[0] < heights[1]


def test_two_classes_of_the_same_name_have_two_bars() -> None:
    figure = probability_bars(["crane", "crane"], np.array([0.9, 0.1]), dark=False, axis_title="p")
    assert list(figure.data[0].y) == [0, 1]
    assert figure.layout.yaxis.ticktext == ("crane", "crane")


def test_a_class_name_is_never_markup() -> None:
    figure = probability_bars(["<a href='http://x'>x</a>", "b"], [0.9, 0.1], dark=False, axis_title="p")
    assert "<" not in figure.layout.yaxis.ticktext[0] + figure.data[0].customdata[0]


def test_a_long_name_is_cut_on_the_axis_and_whole_under_the_pointer() -> None:
    name = "black-and-tan coonhound with a long name"
    figure = probability_bars([name, "b"], [0.9, 0.1], dark=False, axis_title="p")
    assert figure.layout.yaxis.ticktext[0].endswith("…")
    assert figure.data[0].customdata[0] == name


def test_wrong_number_of_probabilities_is_refused() -> None:
    with pytest.raises(ValueError, match="expected one probability for each of 4 labels"):
        probability_bars(LABELS, [0.5, 0.5], dark=False, axis_title="p")


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.0, "0.0%"),
        (0.0004, "< 0.1%"),
        (0.0005, "0.1%"),
        (0.9994, "99.9%"),
        (0.9995, "> 99.9%"),
        (1.0, "100.0%"),
    ],
)
def test_rounding_never_says_certain_or_impossible(probability: float, words: str) -> None:
    assert percentage(probability) == words


def test_plain_text_cuts_before_it_escapes() -> None:
    assert plain("&&&&", longest=3) == "&amp;&amp;…"


def test_figures_have_no_tool_bar() -> None:
    assert PLOT_CONFIG["displayModeBar"] is False
