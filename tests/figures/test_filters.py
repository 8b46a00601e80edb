"""Kernels as a picture."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.figures.filters import NEGATIVE, POSITIVE, ZERO, filter_sheet, signed_colours


def test_colours_at_the_ends_and_in_the_middle():
    colours = signed_colours(np.array([-2.0, 0.0, 2.0, 1.0]))
    assert colours.dtype == np.uint8
    np.testing.assert_array_equal(colours[:3], [NEGATIVE, ZERO, POSITIVE])
    np.testing.assert_allclose(colours[3], (ZERO + POSITIVE) / 2, atol=0.51)


def test_limit_clips():
    np.testing.assert_array_equal(signed_colours(np.array([5.0, -5.0]), limit=1), [POSITIVE, NEGATIVE])
    np.testing.assert_allclose(signed_colours(np.array([1.0]), limit=4)[0], ZERO + (POSITIVE - ZERO) / 4, atol=0.51)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3, 4), (0,)])
def test_any_shape_and_all_zero_is_white(shape):
    colours = signed_colours(np.zeros(shape))
    assert colours.shape == (*shape, 3)
    assert (colours == 255).all()


@pytest.mark.parametrize(("count", "rows", "columns"), [(1, 1, 8), (8, 1, 8), (9, 2, 8), (32, 4, 8)])
def test_sheet(count, rows, columns):
    kernels = np.random.default_rng(0).normal(size=(3, 2, 4, count))
    sheet = filter_sheet(kernels, cell=5, gap=2, paper=200)
    assert sheet.shape == (rows * 17 - 2, columns * 12 - 2, 3)
    assert sheet.dtype == np.uint8
    flat = signed_colours(kernels.mean(axis=2))
    last = count - 1
    top, left = last // 8 * 17, last % 8 * 12
    cells = sheet[top : top + 15, left : left + 10]
    np.testing.assert_array_equal(cells[::5, ::5], flat[:, :, last])
    np.testing.assert_array_equal(cells[4::5, 4::5], flat[:, :, last])
    assert (sheet[:15, 10:12] == 200).all()


def test_one_scale_for_all_kernels():
    kernels = np.zeros((1, 1, 1, 2))
    kernels[..., 0], kernels[..., 1] = 1.0, 0.5
    sheet = filter_sheet(kernels, columns=2, cell=1, gap=0)
    np.testing.assert_array_equal(sheet[0, 0], POSITIVE)
    np.testing.assert_allclose(sheet[0, 1], (ZERO + POSITIVE) / 2, atol=0.51)
