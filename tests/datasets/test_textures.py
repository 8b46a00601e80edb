"""Pieces of photographs: from where they are said to be, and no pixel in two parts."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from imgcls.datasets import Part, load
from imgcls.datasets.textures import MATERIALS, MEAN, SPREAD, photograph, places
from imgcls.errors import RecipeError
from imgcls.recipe import Choice

PARTS = (Part.TRAIN, Part.VALIDATION, Part.TEST)


@pytest.mark.parametrize("material", MATERIALS, ids=lambda one: one.name)
def test_no_pixel_is_in_two_parts(material):
    height, width = photograph(material).shape
    used = {part: np.zeros((height, width), bool) for part in PARTS}
    for part in PARTS:
        found = places(material, part, 32, 40)
        assert len({tuple(place) for place in found.tolist()}) == 40
        for left, top in found:
            assert left + 32 <= width
            assert top + 32 <= height
            used[part][top : top + 32, left : left + 32] = True
    for one, other in itertools.combinations(PARTS, 2):
        assert not (used[one] & used[other]).any()


@pytest.mark.parametrize("material", MATERIALS, ids=lambda one: one.name)
def test_boxes_do_not_overlap_and_hold_the_largest_pieces(material):
    boxes = [box for part in PARTS for box in material.boxes[part]]
    for (left, top, right, bottom), (left2, top2, right2, bottom2) in itertools.combinations(boxes, 2):
        assert right <= left2 or right2 <= left or bottom <= top2 or bottom2 <= top
    for part in PARTS:
        count = {Part.TRAIN: 280, Part.VALIDATION: 40, Part.TEST: 80}[part]
        assert len(places(material, part, 48, count)) == count


def test_images_are_those_pieces_in_grey():
    images = load(Choice(name="textures", per_class=50))
    assert images.images.shape == (500, 32, 32, 1)
    label = images.class_names.index("fur")
    fur = MATERIALS[label]
    grey = photograph(fur)
    shown = images.images[(images.labels == label) & (images.parts == Part.TEST)][..., 0]
    for image, (left, top) in zip(shown, places(fur, Part.TEST, 32, 10), strict=True):
        np.testing.assert_array_equal(image, grey[top : top + 32, left : left + 32])


def test_brightness_gives_nothing_away():
    for material in MATERIALS:
        grey = photograph(material).astype(float)
        boxes = material.boxes[Part.TRAIN]
        pixels = np.concatenate([grey[top:bottom, left:right].ravel() for left, top, right, bottom in boxes])
        assert abs(pixels.mean() - MEAN) < 12  # what was cut off at black and white moves it
        assert abs(pixels.std() - SPREAD) < 16


@pytest.mark.parametrize("options", [{"side": 15}, {"side": 49}, {"per_class": 49}, {"per_class": 401}, {"side": 32.0}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(RecipeError, match=f"dataset.{next(iter(options))}"):
        load(Choice(name="textures", **options))
