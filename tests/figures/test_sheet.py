"""One file, many pictures: what is cut out of it again is what was put in."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from imgcls.figures.sheet import ACROSS, SIDE, Sheet, picture_sheet, side_by_side, tinted


def cut(sheet: Sheet, place: int) -> np.ndarray:
    """As the browser cuts it."""
    whole = np.asarray(Image.open(io.BytesIO(sheet.data)))
    top, left = place // ACROSS * sheet.height, place % ACROSS * sheet.width
    return whole[top : top + sheet.height, left : left + sheet.width]


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("count", [1, ACROSS - 1, ACROSS, ACROSS + 1, 60])
@pytest.mark.parametrize("channels", [1, 3])
def test_small_pictures_come_back_exactly(count: int, channels: int) -> None:
    images = noise(count, 12, 9, channels)
    sheet = picture_sheet(images)
    assert (sheet.kind, sheet.crisp, sheet.count, sheet.width, sheet.height) == ("png", True, count, 9, 12)
    for place in range(count):
        np.testing.assert_array_equal(cut(sheet, place).reshape(12, 9, channels), images[place])


@pytest.mark.parametrize("channels", [1, 3])
def test_large_pictures_become_smaller_and_keep_their_colour(channels: int) -> None:
    images = np.repeat(np.arange(7, dtype=np.uint8) * 40, 224 * 160 * channels).reshape(7, 224, 160, channels)
    sheet = picture_sheet(images)
    assert (sheet.kind, sheet.crisp) == ("jpeg", False)
    assert (sheet.height, sheet.width) == (SIDE, round(SIDE * 160 / 224))
    for place in range(7):
        np.testing.assert_allclose(cut(sheet, place)[8:-8, 8:-8], 40.0 * place, atol=6)


def test_a_page_of_photographs_stays_small() -> None:
    smooth = np.linspace(0, 255, 224, dtype=np.uint8)[None, :, None, None].repeat(224, 2).repeat(3, 3)
    sheet = picture_sheet(smooth.repeat(60, 0))
    assert len(sheet.data) < 300_000


def test_the_object_is_tinted_and_nothing_else() -> None:
    images, masks = noise(2, 6, 6, 1), np.zeros((2, 6, 6), bool)
    masks[0, 2:4, 2:4] = True
    made = tinted(images, masks)
    assert made.shape == (2, 6, 6, 3)
    np.testing.assert_array_equal(made[~masks], images[~masks].repeat(3, -1))
    assert (made[masks][:, 0] > made[masks][:, 2]).all(), "orange: more red than blue"
    np.testing.assert_array_equal(cut(picture_sheet(images, masks), 0), made[0])


def test_a_pair_is_left_and_right() -> None:
    left, right = noise(3, 28, 28, 1), noise(3, 28, 28, 1)[::-1]
    pair = side_by_side(left, right)
    assert pair.shape == (3, 28, 58, 1)
    np.testing.assert_array_equal(pair[:, :, :28], left)
    np.testing.assert_array_equal(pair[:, :, 30:], right)
