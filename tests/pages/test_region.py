"""Painting over a picture: what strokes become, and what a browser may send."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imgcls.explain.strokes import mask_of
from pages.components.region import POINTS_MAX, STROKES_MAX, checked_strokes
from pages.components.touch import coloured


def test_a_dot_in_the_middle() -> None:
    mask = mask_of([{"r": 0.2, "p": [0.5, 0.5]}], (20, 20))
    assert mask is not None
    assert mask.mean() == pytest.approx(np.pi * 0.2**2, abs=0.02)
    np.testing.assert_array_equal(mask, mask[::-1, ::-1])


def test_a_line_covers_its_way() -> None:
    mask = mask_of([{"r": 0.05, "p": [0.1, 0.5, 0.9, 0.5]}], (40, 40))
    assert mask is not None
    assert mask[20, 5:35].all()
    assert not mask[:15].any()


def test_nothing_painted_is_no_region() -> None:
    assert mask_of([], (8, 8)) is None


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "strokes",
        {"r": 1},
        [None, 3, "x"],
        [{"r": "a", "p": [0, 0]}],
        [{"r": 0.1, "p": [0.5]}],
        [{"r": 0.1, "p": [0.5, float("nan")]}],
        [{"r": 0.1, "p": [5, 5]}],
        [{"r": True, "p": [0.1, 0.1]}],
        [{"r": 0.1}],
    ],
)
def test_what_is_no_stroke_is_nothing(sent: Any) -> None:
    assert checked_strokes(sent) == []


def test_too_much_is_cut() -> None:
    dot = {"r": 0.1, "p": [0.5, 0.5]}
    assert len(checked_strokes([dot] * (STROKES_MAX + 5))) == STROKES_MAX
    assert checked_strokes([{"r": 0.1, "p": [0.5, 0.5] * (POINTS_MAX + 1)}]) == []


def test_agreement_has_three_colours() -> None:
    yours, maps = np.zeros((2, 4, 4), bool)
    yours[0, :2], maps[0, 1:3] = True, True
    found = coloured(np.zeros((4, 4, 1), np.uint8), yours, maps, side=4)
    assert len({tuple(pixel) for pixel in found[0, :3]}) == 3
    assert (found[1:] == 0).all()
