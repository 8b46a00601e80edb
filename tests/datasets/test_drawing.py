"""Shapes: the mask is where paint is, and nothing but the outline tells the class."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.measure import label as pieces

from imgcls.datasets.drawing import LOOKS, OUTLINES, draw_scene, generator_of, reach

ROOM = reach(tuple(OUTLINES))


def scene(number, difficulty=3, side=32):
    return draw_scene(generator_of(0, number), side, LOOKS[difficulty], ROOM)


@pytest.mark.parametrize("shape", OUTLINES)
@pytest.mark.parametrize("difficulty", LOOKS)
def test_the_mask_is_exactly_what_was_painted(shape, difficulty):
    for number in range(12):
        made = scene(number, difficulty)
        picture, mask = made.picture(shape)
        ground, nothing = made.picture(None)
        assert not nothing.any()
        np.testing.assert_array_equal((picture != ground).any(axis=-1), mask)
        assert mask.any()


@pytest.mark.parametrize("shape", OUTLINES)
def test_it_is_in_one_piece_and_inside_the_picture(shape):
    for number in range(20):
        mask = scene(number, difficulty=1, side=48).picture(shape)[1]
        assert pieces(mask, connectivity=2).max() == 1
        assert not np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]]).any()
    holes = pieces(~mask, connectivity=1).max() - 1
    assert holes == (shape == "ring")


def test_no_class_has_more_paint_colour_or_another_place():
    for number in range(10):
        made = scene(number, difficulty=1, side=64)
        masks = {shape: made.picture(shape)[1] for shape in OUTLINES}
        areas = np.array([mask.sum() for mask in masks.values()])
        assert np.ptp(areas) < 0.08 * areas.mean()
        middles = np.array([np.argwhere(mask).mean(axis=0) for mask in masks.values()])
        assert np.ptp(middles, axis=0).max() < 0.1 * 64


def test_the_same_number_is_the_same_picture_and_another_one_is_not():
    one, again, other = (scene(number).picture("star")[0] for number in (4, 4, 5))
    np.testing.assert_array_equal(one, again)
    assert (one != other).mean() > 0.5


def test_the_object_stands_out_as_much_as_is_said():
    for difficulty, look in LOOKS.items():
        for number in range(10):
            made = scene(number, difficulty)
            distance = np.linalg.norm(made.ground.astype(float) - made.colour, axis=-1)
            assert np.median(distance) >= 0.9 * min(look.contrast, distance.max())
